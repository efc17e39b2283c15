"""Pages of what programs have many of, over all programs of a match iteration.

The orders are made here, where programs are known: rows can be sorted by what their program is.
"""

from __future__ import annotations

import strawberry

from graph.types.criterion import SelectionCriterion, SelectionCriterionFilter
from graph.types.generate import order_input
from graph.types.paging import Connection
from graph.types.program import Program
from graph.types.requirement import ProgramRequirement, ProgramRequirementFilter
from graph.types.training import (
    InterviewDate,
    InterviewDateFilter,
    TrainingSite,
    TrainingSiteFilter,
)

__all__ = [
    "InterviewDateConnection",
    "InterviewDateFilter",
    "InterviewDateOrder",
    "Program",
    "ProgramRequirementConnection",
    "ProgramRequirementFilter",
    "ProgramRequirementOrder",
    "SelectionCriterionConnection",
    "SelectionCriterionFilter",
    "SelectionCriterionOrder",
    "TrainingSiteConnection",
    "TrainingSiteFilter",
    "TrainingSiteOrder",
]

InterviewDateOrder = order_input(InterviewDate)
ProgramRequirementOrder = order_input(ProgramRequirement)
SelectionCriterionOrder = order_input(SelectionCriterion)
TrainingSiteOrder = order_input(TrainingSite)


@strawberry.type(description="A page of interview dates.")
class InterviewDateConnection(Connection[InterviewDate]):
    """A page of interview dates."""


@strawberry.type(description="A page of requirements.")
class ProgramRequirementConnection(Connection[ProgramRequirement]):
    """A page of requirements."""


@strawberry.type(description="A page of selection criteria.")
class SelectionCriterionConnection(Connection[SelectionCriterion]):
    """A page of selection criteria."""


@strawberry.type(description="A page of training sites.")
class TrainingSiteConnection(Connection[TrainingSite]):
    """A page of training sites."""
