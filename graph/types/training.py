"""Interview dates and training sites."""

from __future__ import annotations

import datetime as dt

import strawberry

from graph.planner.declare import column, table_type, to_one
from graph.types.belonging import OF_PROGRAM, ItsProgram, its_program
from graph.types.enums import DateSource, TrainingSiteForm
from graph.types.evidence import Evidence
from graph.types.generate import filter_input, list_filter, order_input
from graph.types.paging import Connection
from graph.types.section import SUPPORT, TO_EVIDENCE


@table_type("core.interview_date", natural_key=["ordinal"], part_of=OF_PROGRAM)
class InterviewDate:
    """A day or days of interviews."""

    starts_on: dt.date = column()
    ends_on: dt.date = column()
    source: DateSource = column()
    evidence: Evidence = to_one(*TO_EVIDENCE, description=SUPPORT, is_sortable=False)
    program: ItsProgram = its_program()


InterviewDateFilter = filter_input(InterviewDate)
InterviewDateListFilter = list_filter(InterviewDate)
InterviewDateOrder = order_input(InterviewDate)


@strawberry.type(description="A page of interview dates.")
class InterviewDateConnection(Connection[InterviewDate]):
    """A page of interview dates."""


@table_type("core.program_training_site", natural_key=["ordinal"], part_of=OF_PROGRAM)
class TrainingSite:
    """A place where residents train."""

    name: str = column()
    form: TrainingSiteForm = column()
    evidence: Evidence = to_one(*TO_EVIDENCE, description=SUPPORT, is_sortable=False)
    program: ItsProgram = its_program()


TrainingSiteFilter = filter_input(TrainingSite)
TrainingSiteListFilter = list_filter(TrainingSite)
TrainingSiteOrder = order_input(TrainingSite)


@strawberry.type(description="A page of training sites.")
class TrainingSiteConnection(Connection[TrainingSite]):
    """A page of training sites."""
