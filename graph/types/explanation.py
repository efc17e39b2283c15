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
    LEFT = "LEFT"
    WITHDRAWN = "WITHDRAWN"
    SEARCHED = "SEARCHED"
    UNSTABLE = "UNSTABLE"
    REVERTED = "REVERTED"


describe(
    ExplanationStepKind,
    {
        "HELD": "The program holds the applicant.",
        "REFUSED": "The program is full with those whom it likes better.",
        "DISPLACED": "The program lets the applicant go for somebody whom it likes better.",
        "NOT_RANKED": "The program does not rank the applicant.",
        "UNMATCHED": "The applicant is at the end of the list, or has none of the programs of the"
        " couple's pair.",
        "LEFT": "The applicant leaves the program for a choice that they like better.",
        "WITHDRAWN": "The applicant gives the seat back, because the partner lost theirs.",
        "SEARCHED": "The processing of couples does not come to an end, and the exact search"
        " decides; the reasons of its matching follow.",
        "UNSTABLE": "The choice would take them and they do not have it: they block the matching,"
        " as some do where no stable one exists.",
        "REVERTED": "Empty seats moved to another program before this match.",
    },
)


@strawberry.type(description="A step of a simulated match, as an explanation tells it.")
class ExplanationStep:
    """A step of a simulated match."""

    number: int = part("Number of the step, from 1; numbers that are missing were cut.")
    kind: ExplanationStepKind = part("What happens.")
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
