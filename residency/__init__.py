"""The command `residency`: it wires graph, loading and warehouse, and holds no logic of theirs."""
