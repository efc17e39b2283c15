"""Queries, one file per subject."""
