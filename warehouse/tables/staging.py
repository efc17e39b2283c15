"""Schema ``staging``: the typed rows of the load at work.

Every table mirrors its ``core`` table, so that a column is defined once: surrogate keys, history
columns and row times fall away, and the natural key of the program takes the place of its
surrogate. The tables are unlogged; a load empties them before it fills them.
"""

from typing import Any

from sqlalchemy import Column, Integer, Table, Text

from warehouse.tables.base import metadata

NATURAL_KEY = (
    ("match_iteration_id", "Number of the match iteration."),
    ("program_stream_id", "Number of the program stream."),
)
HISTORY_COLUMNS = {
    "valid_from", "valid_to", "is_current", "deleted_at", "created_at", "updated_at",
}  # fmt: skip
DIMENSIONS = (
    "dim_match_iteration", "dim_discipline", "dim_location", "dim_university", "dim_site",
    "dim_stream",
)  # fmt: skip
CHILDREN = (
    "program_evidence", "program_section", "program_requirement", "requirement_test",
    "selection_criterion", "interview_date", "program_training_site", "program_contact",
)  # fmt: skip


def copied(column: Column[Any], *, nullable: bool | None = None) -> Column[Any]:
    """Return a bare copy of a ``core`` column: type, comment and nullability."""
    return Column(
        column.name,
        column.type,
        nullable=column.nullable if nullable is None else nullable,
        comment=column.comment,
        info=dict(column.info),
    )


def payload_columns(core: Table) -> list[Column[Any]]:
    """Return the columns of a ``core`` table that a source states: no keys, no history."""
    return [
        column
        for column in core.columns
        if column.name not in HISTORY_COLUMNS
        and not (column.primary_key and column.identity is not None)
        and not (
            column.foreign_keys and column.name.endswith("_key") and column.name != "record_key"
        )
        and column.name != "program_key"
    ]


def staged(name: str, columns: list[Column[Any]], grain: str) -> Table:
    """Create the unlogged staging table ``name``."""
    return Table(
        name,
        metadata,
        *columns,
        schema="staging",
        comment=f"Rows of the load at work for core.{name}.",
        info={"grain": grain},
        prefixes=["UNLOGGED"],
    )


def natural_key() -> list[Column[Any]]:
    """Return the natural key columns of a program."""
    return [Column(name, Integer, nullable=False, comment=comment) for name, comment in NATURAL_KEY]


def staged_program() -> Table:
    """Create ``staging.program``: a program, its facts and its dimensions' natural keys."""
    program, fact = metadata.tables["core.dim_program"], metadata.tables["core.fact_program"]
    references = [
        ("discipline_id", Integer, "Natural key of the discipline."),
        ("school_code", Integer, "Natural key of the university."),
        ("site_label", Text, "Natural key of the site: its label."),
        ("site_city", Text, "Natural key of the site: its city."),
        ("site_province", Text, "Natural key of the site: its province."),
        ("stream_label", Text, "Natural key of the stream."),
    ]
    columns = natural_key()
    columns += [copied(c) for c in payload_columns(program) if c.name not in dict(NATURAL_KEY)]
    columns += [copied(column) for column in payload_columns(fact)]
    columns += [Column(n, t, nullable=False, comment=c) for n, t, c in references]
    return staged("program", columns, "one program of the load at work")


def staged_child(name: str) -> Table:
    """Create the staging table of a child of a program."""
    core = metadata.tables[f"core.{name}"]
    columns = natural_key() + [copied(column) for column in payload_columns(core)]
    return staged(name, columns, "one row of a program of the load at work")


def staged_dimension(name: str) -> Table:
    """Create the staging table of a dimension."""
    core = metadata.tables[f"core.{name}"]
    columns = [copied(column) for column in payload_columns(core)]
    return staged(name, columns, "one member of the load at work")


PROGRAM = staged_program()
STAGED_CHILDREN = {name: staged_child(name) for name in CHILDREN}
STAGED_DIMENSIONS = {name: staged_dimension(name) for name in DIMENSIONS}
