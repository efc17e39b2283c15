"""Migrations of the warehouse, run by Alembic."""
