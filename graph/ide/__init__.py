"""GraphiQL, served by ourselves: its page, its assets and its example queries."""
