"""The types of the graph: each states its table, its columns and its relations once."""
