"""Flows: the only place for Prefect. They wire the steps of :mod:`etl`; the logic is elsewhere.

Importing this package does not import Prefect; :mod:`etl.flows.settings` comes first.
"""
