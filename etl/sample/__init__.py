"""Seeded generator of synthetic source files in the published format of the residency match."""
