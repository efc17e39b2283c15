"""Type-2 merge: one set-based statement per table, generated from the table's own definition.

A version holds from the publish time at which it first stood (``valid_from``, inclusive) to the
one at which it no longer did (``valid_to``, exclusive). A row is not touched
unless its content hash changed, or a member that it refers to has a new version. See Kimball &
Ross, *The Data Warehouse Toolkit*, 3rd ed., ch. 5, type 2.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import asyncpg

from warehouse.errors import HistoryError
from warehouse.tables import metadata
from warehouse.tables.staging import payload_columns


@dataclass(frozen=True)
class Reference:
    """A foreign key of the merged table, resolved from natural keys in its staging table."""

    column: str
    """Foreign key column of the merged table (``discipline_key``)."""
    table: str
    """Dimension it points to (``dim_discipline``)."""
    on: tuple[tuple[str, str], ...]
    """Pairs of (column of the dimension, column of the staging table)."""


@dataclass(frozen=True)
class TypeTwoTable:
    """How one ``core`` table with history is merged from its staging table."""

    name: str
    natural_key: tuple[str, ...]
    surrogate_key: str
    staging: str
    references: tuple[Reference, ...] = ()
    scope: str | None = None
    """Condition on a current row ``c`` under which its absence from staging ends it.

    ``None``: absence never ends a row. ``$2`` is the match iteration id, ``$3`` the load run.
    """


@dataclass(frozen=True)
class MergeResult:
    """What a merge did, in rows."""

    added: int
    changed: int
    removed: int

    @property
    def touched(self) -> int:
        """Return the number of natural keys with a new or ended version."""
        return self.added + self.changed + self.removed


DIMENSIONS = (
    TypeTwoTable(
        "dim_match_iteration", ("match_iteration_id",), "match_iteration_key", "dim_match_iteration"
    ),
    TypeTwoTable("dim_discipline", ("discipline_id",), "discipline_key", "dim_discipline"),
    TypeTwoTable("dim_location", ("city", "province"), "location_key", "dim_location"),
    TypeTwoTable(
        "dim_university",
        ("school_code",),
        "university_key",
        "dim_university",
        (Reference("location_key", "dim_location", (("city", "city"), ("province", "province"))),),
    ),
    TypeTwoTable(
        "dim_site",
        ("label", "city", "province"),
        "site_key",
        "dim_site",
        (Reference("location_key", "dim_location", (("city", "city"), ("province", "province"))),),
    ),
    TypeTwoTable("dim_stream", ("label",), "stream_key", "dim_stream"),
)
"""The dimensions in the order in which they are merged: referenced ones first."""

PROGRAM = TypeTwoTable(
    "dim_program",
    ("match_iteration_id", "program_stream_id"),
    "program_key",
    "program",
    (
        Reference(
            "match_iteration_key",
            "dim_match_iteration",
            (("match_iteration_id", "match_iteration_id"),),
        ),
        Reference("discipline_key", "dim_discipline", (("discipline_id", "discipline_id"),)),
        Reference("university_key", "dim_university", (("school_code", "school_code"),)),
        Reference(
            "site_key",
            "dim_site",
            (("label", "site_label"), ("city", "site_city"), ("province", "site_province")),
        ),
        Reference("stream_key", "dim_stream", (("label", "stream_label"),)),
    ),
    scope="""c.match_iteration_id = $2 AND NOT EXISTS (
      SELECT 1 FROM ops.quarantine q WHERE q.load_run_key = $3
      AND q.natural_key = c.match_iteration_id || '-' || c.program_stream_id)""",
)
"""Programs: one that its iteration's files no longer hold ends with a ``deleted_at``.

One that was quarantined is not gone: its published version stands.
"""


def merge_statement(spec: TypeTwoTable) -> str:
    """Return the merge of ``spec``: parameters are publish time, match iteration id, load run.

    A row is new where its content hash or a member that it refers to is. The insert reads
    ``expired`` so that the old version leaves the unique index of current rows before it.
    """
    core = metadata.tables[f"core.{spec.name}"]
    states = [column.name for column in payload_columns(core)]
    values = [name for name in states if name not in spec.natural_key]
    columns = [*spec.natural_key, *values]
    joins = "".join(_join(index, reference) for index, reference in enumerate(spec.references))
    keys = "".join(
        f", r{index}.{_surrogate(reference.table)} AS {reference.column}"
        for index, reference in enumerate(spec.references)
    )
    pointers = [reference.column for reference in spec.references]
    target = [*columns, *pointers]
    same = " AND ".join(f"i.{name} = c.{name}" for name in spec.natural_key)
    marks = ("content_hash", *pointers)
    is_new = " OR ".join(f"i.{name} IS DISTINCT FROM c.{name}" for name in marks)
    scope = spec.scope or "i.content_hash IS NOT NULL"
    return f"""
WITH incoming AS MATERIALIZED (
  SELECT {", ".join(f"s.{name}" for name in columns)}{keys}
  FROM staging.{spec.staging} s{joins}
), difference AS MATERIALIZED (
  SELECT c.{spec.surrogate_key} AS old_key, i.content_hash IS NULL AS is_absent
  FROM core.{spec.name} c LEFT JOIN incoming i ON {same}
  WHERE c.is_current AND ({scope}) AND ({is_new})
), expired AS (
  UPDATE core.{spec.name} t
  SET valid_to = $1, is_current = false, updated_at = $1,
      deleted_at = CASE WHEN d.is_absent THEN $1::timestamptz END
  FROM difference d WHERE t.{spec.surrogate_key} = d.old_key
  RETURNING d.is_absent
), inserted AS (
  INSERT INTO core.{spec.name} ({", ".join(target)}, valid_from, created_at, updated_at)
  SELECT {", ".join(f"i.{name}" for name in target)}, $1, $1, $1
  FROM incoming i LEFT JOIN core.{spec.name} c ON c.is_current AND {same}
  WHERE ({is_new})
    AND (SELECT count(*) FROM expired) >= 0
  RETURNING 1
)
SELECT (SELECT count(*) FROM staging.{spec.staging}) AS staged,
       (SELECT count(*) FROM incoming) AS incoming,
       (SELECT count(*) FROM inserted) AS inserted,
       (SELECT count(*) FROM expired WHERE NOT is_absent) AS changed,
       (SELECT count(*) FROM expired WHERE is_absent) AS removed,
       $2::integer AS match_iteration_id, $3::bigint AS load_run_key
""".strip()


def retire_statement(spec: TypeTwoTable) -> str:
    """Return the statement that ends members which no current program uses and no file lists.

    A dimension is conformed over iterations, so absence from one load alone ends nothing.
    Parameter: publish time.
    """
    same = " AND ".join(f"s.{name} = t.{name}" for name in spec.natural_key)
    used = " UNION ALL ".join(
        f"SELECT 1 FROM core.{user} u WHERE u.is_current AND u.{spec.surrogate_key} = "
        f"t.{spec.surrogate_key}"
        for user in _users(spec)
    )
    return f"""
UPDATE core.{spec.name} t
SET valid_to = $1, is_current = false, updated_at = $1, deleted_at = $1
WHERE t.is_current
  AND NOT EXISTS (SELECT 1 FROM staging.{spec.staging} s WHERE {same})
  AND NOT EXISTS ({used})
""".strip()


async def merge(
    connection: asyncpg.Connection,
    spec: TypeTwoTable,
    *,
    published_at: dt.datetime,
    match_iteration_id: int,
    run: int,
) -> MergeResult:
    """Merge the staging table of ``spec`` into its history.

    Raises:
        HistoryError: a staged row refers to a dimension member that does not exist.
    """
    row = await connection.fetchrow(merge_statement(spec), published_at, match_iteration_id, run)
    assert row is not None
    if row["staged"] != row["incoming"]:
        raise HistoryError(
            f"staging.{spec.staging} has {row['staged']} rows, of which {row['incoming']} find"
            f" all dimension members that core.{spec.name} refers to",
            remedy="load the missing members first; nothing was published",
        )
    return MergeResult(
        added=row["inserted"] - row["changed"], changed=row["changed"], removed=row["removed"]
    )


async def retire(
    connection: asyncpg.Connection, spec: TypeTwoTable, *, published_at: dt.datetime
) -> int:
    """End the members of a dimension that nothing uses any more; return how many."""
    status: str = await connection.execute(retire_statement(spec), published_at)
    return int(status.rsplit(" ", 1)[1])


def _surrogate(table: str) -> str:
    """Return the surrogate key column of a dimension."""
    return next(spec.surrogate_key for spec in DIMENSIONS if spec.name == table)


def _join(index: int, reference: Reference) -> str:
    """Return the join that resolves one reference to the current dimension version."""
    alias = f"r{index}"
    on = " AND ".join(f"{alias}.{theirs} = s.{ours}" for theirs, ours in reference.on)
    return f"\n  JOIN core.{reference.table} {alias} ON {alias}.is_current AND {on}"


def _users(spec: TypeTwoTable) -> list[str]:
    """Return the history tables that refer to the dimension ``spec``."""
    return [
        user.name
        for user in (*DIMENSIONS, PROGRAM)
        if any(reference.table == spec.name for reference in user.references)
    ]
