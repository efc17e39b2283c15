"""The root fields of the graph."""
