"""Programs side by side: a table that a page can show as it is."""

from __future__ import annotations

import strawberry

from graph.planner.declare import argument, declared, part
from graph.planner.derived import ComparedRows, ComparedTable
from graph.planner.weights import assumed
from graph.types.attributes import OF_PROGRAMS, ComparedFieldName
from graph.types.program import Program


@strawberry.type(description="An item that sets of the compared programs hold.")
class ComparedItem:
    """An item that sets of the compared programs hold."""

    text: str = part(
        "The item: of `REQUIREMENTS` kind and status, of `ACCEPTED_TESTS` name and least score, of"
        " `EVALUATED_COMPONENTS` phase and component, with a space between and without what is not"
        " stated; of `INTERVIEW_DATES` the day, or the first and the last with a slash between; of"
        " `TRAINING_SITES` the name."
    )
    is_common: bool = part("Whether all the programs have it.")
    held_by: list[int] = part("The programs that have it: their positions, counting from 0.")


@strawberry.type(
    description="A line of a comparison: one field, with a cell for each program. Sets are compared"
    " as sets: the order in a document does not count, nor do repeats."
)
class ComparedField:
    """A line of a comparison."""

    name: ComparedFieldName = part("What is compared.")
    label: str = part("What is compared, in words.")
    is_set: bool = part("Whether the cells are sets; then `items` tells who has what.")
    values: list[str | None] = part(
        "The cells, in the order of the programs: a value as text (words of a vocabulary as they"
        " are, dates in ISO 8601, numbers without padding), a set or list as the JSON of its texts,"
        " of a set in the order of their code points; null where not stated or empty.",
        weight=25,
    )
    is_same: bool = part("Whether all cells are equal; cells without a value equal each other.")
    differs_in: list[int] = part(
        "The programs whose cell differs from that of the first: their positions, counting from 0."
    )
    items: list[ComparedItem] = part(
        "What the sets hold, each item once, in the order of their code points; empty for values.",
        size=assumed(10),
    )


@strawberry.type(description="Programs side by side.")
class ProgramComparison:
    """Programs side by side."""

    programs: list[Program] = declared(ComparedRows(), "The programs, in the order of the ids.")
    fields: list[ComparedField] = declared(
        ComparedTable("Program", OF_PROGRAMS),
        "What they are compared by, in a fixed order. Letters of reference count as the greatest"
        " number that an item states.",
        [
            argument(
                "differing", bool | None,
                "True: only lines in which the programs differ; false: only those in which they"
                " are the same; by default all.",
            )
        ],
        size=assumed(len(OF_PROGRAMS)),
    )  # fmt: skip
