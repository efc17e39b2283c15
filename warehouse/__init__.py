"""The warehouse: tables, connections, queries and the embedded server."""
