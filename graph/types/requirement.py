"""Requirements: what applicants submit."""

from __future__ import annotations

import strawberry

from graph.planner.declare import column, table_type, to_many, to_one
from graph.types.belonging import OF_PROGRAM, ItsProgram, its_program
from graph.types.enums import RequirementKind, RequirementStatus
from graph.types.evidence import Evidence
from graph.types.generate import filter_input, list_filter, order_input
from graph.types.paging import Connection
from graph.types.section import SUPPORT, TO_EVIDENCE


@table_type("core.requirement_test", natural_key=["program_key", "requirement_ordinal", "ordinal"])
class RequirementTest:
    """A test that a program accepts."""

    name: str = column()
    minimum_score: str | None = column()


RequirementTestFilter = filter_input(RequirementTest)
RequirementTestListFilter = list_filter(RequirementTest)
RequirementTestOrder = order_input(RequirementTest)


@table_type("core.program_requirement", natural_key=["ordinal"], part_of=OF_PROGRAM)
class ProgramRequirement:
    """An item that applicants submit."""

    kind: RequirementKind = column()
    label: str = column()
    status: RequirementStatus | None = column()
    quantity: int | None = column()
    min_words: int | None = column()
    max_words: int | None = column()
    tests: list[RequirementTest] = to_many(
        RequirementTest,
        ("program_key", "program_key"),
        ("ordinal", "requirement_ordinal"),
        order=["ordinal"],
        description="Tests that the program accepts as proof, in the order of the document.",
        size=1,
    )
    evidence: Evidence = to_one(*TO_EVIDENCE, description=SUPPORT, is_sortable=False)
    program: ItsProgram = its_program()


ProgramRequirementFilter = filter_input(ProgramRequirement)
ProgramRequirementListFilter = list_filter(ProgramRequirement)
ProgramRequirementOrder = order_input(ProgramRequirement)


@strawberry.type(description="A page of requirements.")
class ProgramRequirementConnection(Connection[ProgramRequirement]):
    """A page of requirements."""
