"""The graph: one typed schema over the warehouse, one SQL statement per operation."""
