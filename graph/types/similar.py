"""Programs that are like a program, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import strawberry

from graph.planner.declare import part
from graph.planner.similar import SHOWN_PASSAGES
from graph.planner.weights import assumed
from graph.types.enums import Language, SectionKind
from graph.types.program import Program
from graph.types.search import TEXT

if TYPE_CHECKING:  # it is made from a type when the schema is built
    from enum import StrEnum as ProgramDimension
else:
    from graph.types.groups import ProgramDimension


@strawberry.type(description="A passage that stands word for word in two programs.")
class SharedPassage:
    """A passage that stands word for word in two programs."""

    text: str = part("The passage, contacts masked.", weight=TEXT)
    language: Language = part("Language that it is written in.")
    section: SectionKind = part("The section of the other program in which it stands.")
    heading: str = part("Heading of that section.", weight=2)
    start: int = part("First code point in that section's text.")
    end: int = part("Code point after the last in that section's text.")


@strawberry.type(description="A program that is like another one, and why.")
class SimilarProgram:
    """A program that is like another one, and why."""

    program: Program = part("The program.")
    score: float = part(
        "From 0 to 1: the mean of the share of fields that are equal, by their weights (the"
        " discipline counts four times), and of `sharedText`."
    )
    shared_fields: list[ProgramDimension] = part("In which of these both are the same.", weight=2)
    shared_text: float = part("Share of the words of the first one's passages that both have.")
    shared_passage_count: int = part("Number of passages that both have word for word.")
    shared_passages: list[SharedPassage] = part(
        "The longest of them.", size=assumed(SHOWN_PASSAGES)
    )
