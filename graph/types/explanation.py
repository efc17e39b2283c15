"""Why somebody got what they got in a simulated match; values that Python works out."""

from __future__ import annotations

import strawberry

from graph.planner.declare import part
from graph.planner.weights import assumed
from graph.types.enums import describe
from simulation.story import STEP_MEANINGS, StepKind

describe(
    StepKind,
    STEP_MEANINGS,
    name="ExplanationStepKind",
    description="What happens in a step of a simulated match.",
)


@strawberry.type(description="A step of a simulated match, as an explanation tells it.")
class ExplanationStep:
    """A step of a simulated match."""

    number: int = part("Number of the step, from 1; numbers that are missing were cut.")
    kind: StepKind = part("What happens.")
    applicant: str | None = part("The simulated applicant; null where it is about nobody.")
    program: str | None = part("Key of the program; null for none.")
    choice: int | None = part(
        "Rank of the program in the applicant's list, or of the pair in the couple's; 1 for the"
        " first choice."
    )
    rank: int | None = part(
        "Rank of the applicant in the program's list; null where it does not rank them."
    )
    by: str | None = part(
        "The applicant who took the seat, or keeps the applicant out; null for nobody."
    )
    partner: str | None = part("The other member of the couple; null for singles.")
    partner_program: str | None = part(
        "Key of the program that the pair has for the partner; null for none."
    )
    text: str = part("The step in words.")


@strawberry.type(description="Why an applicant or a program got what it got in a simulated match.")
class Explanation:
    """Why an applicant or a program got what it got."""

    about: str = part("The applicant, or the key of the program.")
    summary: str = part("The outcome and its reason in a few sentences.")
    steps: list[ExplanationStep] = part(
        "The chain of proposals, displacements and withdrawals, cut to what concerns the applicant"
        " or the program; then, where the exact search decided, the reasons of its matching.",
        size=assumed(20),
    )
    is_complete: bool = part("Whether all steps are shown; of long chains the middle is cut.")
