"""Versions of a program: what each publication changed."""

from __future__ import annotations

import datetime as dt

import strawberry

from graph.planner.declare import column, declared, part, table_type, to_one
from graph.planner.derived import ChangedTexts, Changes, ListChanges, VersionNumber
from graph.planner.weights import assumed
from graph.types.attributes import LISTS, OF_VERSIONS, ComparedFieldName, ProgramList
from graph.types.belonging import ItsProgram, its_program
from graph.types.data_version import DataVersion
from graph.types.enums import SectionKind


@strawberry.type(description="A value that a version of a program states otherwise than before.")
class FieldChange:
    """A value that a version of a program states otherwise than before."""

    field: ComparedFieldName = part("What changed.")
    label: str = part("What changed, in words.")
    before: str | None = part("The value before, as text (a list as JSON); null where not stated.")
    after: str | None = part("The value in this version; null where not stated.")


@strawberry.type(
    description="A list of a program whose rows differ from those before. Rows are compared by all"
    " that they say; their order and their evidence do not count. A changed row counts as one"
    " removed and one added."
)
class ListChange:
    """A list of a program whose rows differ from those before."""

    list: ProgramList = part("Which list.")
    before: int = part("Number of rows before.")
    after: int = part("Number of rows in this version.")
    added: int = part("Rows that were not there before.")
    removed: int = part("Rows that are no longer there.")


@table_type(
    "core.dim_program",
    natural_key=["match_iteration_id", "program_stream_id"],
    description="A version of a program: what held from one time of publishing to another. What"
    " changed is told against the version that began last before it; the first has no changes.",
)
class ProgramVersion:
    """A version of a program."""

    version_number: int = declared(
        VersionNumber(), "Number of the version among those of the program, counting from 1."
    )
    valid_from: dt.datetime = column()
    valid_to: dt.datetime | None = column()
    is_current: bool = column()
    removed_at: dt.datetime | None = column("deleted_at")
    data_version: DataVersion | None = to_one(
        ("valid_from", "published_at"),
        description="The data version that brought it; null where it is no longer kept.",
        is_optional=True,
    )
    program: ItsProgram = its_program()
    changes: list[FieldChange] = declared(
        Changes("program", OF_VERSIONS), "Values that differ, in a fixed order.", size=assumed(5)
    )
    list_changes: list[ListChange] = declared(
        ListChanges("program", LISTS),
        "Lists whose rows differ, in a fixed order.",
        size=assumed(2),
    )
    changed_sections: list[SectionKind] = declared(
        ChangedTexts("program", "sections", "kind", "text"),
        "Sections whose text differs, was added or removed, in the order of their words.",
    )
