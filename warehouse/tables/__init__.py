"""Table models, one file per subject; importing this package fills the metadata."""

from warehouse.tables import (
    dimensions,
    eligibility,
    landing,
    marts,
    operations,
    program_children,
    programs,
    search,
    simulation,
    simulation_iterations,
    simulation_outcomes,
    staging,
)
from warehouse.tables.base import SCHEMAS, metadata

__all__ = [
    "SCHEMAS",
    "dimensions",
    "eligibility",
    "landing",
    "marts",
    "metadata",
    "operations",
    "program_children",
    "programs",
    "search",
    "simulation",
    "simulation_iterations",
    "simulation_outcomes",
    "staging",
]
