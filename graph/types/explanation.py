"""Why somebody got what they got in a simulated match; values that Python works out."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from graph.planner.declare import part
from graph.planner.weights import assumed
from graph.types.enums import describe


class ExplanationStepKind(StrEnum):
    """What happens in a step of a simulated match."""

    HELD = "HELD"
    REFUSED = "REFUSED"
    DISPLACED = "DISPLACED"
    NOT_RANKED = "NOT_RANKED"
    UNMATCHED = "UNMATCHED"


describe(
    ExplanationStepKind,
    {
        "HELD": "The program holds the applicant.",
        "REFUSED": "The program is full with those whom it likes better.",
        "DISPLACED": "The program lets the applicant go for somebody whom it likes better.",
        "NOT_RANKED": "The program does not rank the applicant.",
        "UNMATCHED": "The applicant is at the end of the list.",
    },
)


@strawberry.type(description="A step of a simulated match, as an explanation tells it.")
class ExplanationStep:
    """A step of a simulated match."""

    number: int = part("Number of the step, from 1.")
    kind: ExplanationStepKind = part("What happens.")
    applicant: str = part("The simulated applicant.")
    program: str | None = part("Key of the program; null for none.")
    choice: int | None = part(
        "Rank of the program in the applicant's list, 1 for the first choice."
    )
    rank: int | None = part(
        "Rank of the applicant in the program's list; null where it does not rank them."
    )
    by: str | None = part(
        "The applicant who took the seat, or keeps the applicant out; null for nobody."
    )
    text: str = part("The step in words.")


@strawberry.type(description="Why an applicant or a program got what it got in a simulated match.")
class Explanation:
    """Why an applicant or a program got what it got."""

    about: str = part("The applicant, or the key of the program.")
    summary: str = part("The outcome and its reason in a few sentences.")
    steps: list[ExplanationStep] = part(
        "The chain of proposals and displacements.", size=assumed(20)
    )
    is_complete: bool = part("Whether all steps are shown; long chains are cut.")
