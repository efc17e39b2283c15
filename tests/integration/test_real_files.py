"""The published files load completely, and the warehouse says what they say."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import ARRAY, Text

from etl.refresh import RefreshRequest, RefreshResult, refresh
from simulation.bridge import read_programs
from simulation.fit import Effort, fit_of
from simulation.parameters import CALIBRATED, default_parameters
from simulation.targets import published_targets
from tests.conftest import TEMPLATE, Database, fresh_database, in_thread
from tests.integration.conftest import pointed_to
from tests.integration.source_files import change_quota, copy_of
from tests.integration.stored_state import CORE, fetch
from warehouse.engine import Role, connect
from warehouse.masking import contains_contact
from warehouse.vocabulary import CheckStatus, RunStatus

SHARED = Path(os.environ.get("RESIDENCY_SHARED", "../shared")) / "data" / "carms"
PROGRAMS = 815

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not SHARED.is_dir(), reason=f"the published files are not at {SHARED} (RESIDENCY_SHARED)"
    ),
]

MADE_UP_ADDRESS = re.compile(r"contact-[0-9a-f]{4,}|[\w.+-]+@\s?example\.(?:org|com|ca)")
MADE_UP_PHONE = re.compile(r"555[\s.)‑–-]*01\d\d")
ANY_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*[a-z]")


@dataclass(frozen=True)
class Loaded:
    """A warehouse that holds the published files, and how they came in."""

    database: Database
    result: RefreshResult


@pytest.fixture(scope="module")
def real(migrated_server: str) -> Iterator[Loaded]:
    """The published files, loaded once for all tests here."""
    with contextmanager(fresh_database)(migrated_server, TEMPLATE) as database:
        with pointed_to(database):
            result = in_thread(lambda: refresh(RefreshRequest(str(SHARED))))
        yield Loaded(database, result)


async def one(real: Loaded, statement: str) -> Any:
    """Return the one value that a statement gives."""
    (row,) = await fetch(real.database, statement)
    (value,) = row.values()
    return value


async def digests(database: Database) -> dict[str, Any]:
    """Return a digest over all rows of every table of core, keys and times included."""
    state = {}
    for table in CORE:
        (state[table.name],) = await fetch(
            database,
            "SELECT count(*) AS rows, md5(string_agg(md5(t::text), '' ORDER BY md5(t::text)))"
            f" FROM {table.fullname} t",
        )
    state["data_version"] = await fetch(
        database, "SELECT number, published_at FROM ops.data_version"
    )
    return state


async def test_every_program_is_published_and_none_is_kept_back(real: Loaded) -> None:
    result = real.result
    assert (result.status, result.version) == (RunStatus.PUBLISHED, 1)
    assert (result.rows_in, result.rows_published, result.rows_quarantined) == (
        PROGRAMS, PROGRAMS, 0,
    )  # fmt: skip
    assert await fetch(real.database, "SELECT reasons FROM ops.quarantine") == []
    failed = [check for check in result.checks if check.status is not CheckStatus.PASSED]
    assert failed == []


@pytest.mark.parametrize(
    ("fact", "statement"),
    [
        (815, "SELECT count(*) FROM core.dim_program WHERE is_current"),
        (815, "SELECT count(*) FROM core.dim_program"),
        (815, "SELECT count(DISTINCT program_stream_id) FROM core.dim_program WHERE is_current"),
        (815, "SELECT count(quota) FROM core.fact_program"),
        (3942, "SELECT sum(quota) FROM core.fact_program"),
        (37, "SELECT count(*) FROM core.dim_discipline WHERE is_current"),
        (18, "SELECT count(*) FROM core.dim_university WHERE is_current"),
        (199, "SELECT count(DISTINCT label) FROM core.dim_site WHERE is_current"),
        (14, "SELECT count(*) FROM core.dim_stream WHERE is_current"),
        (119, "SELECT count(*) FROM core.dim_program WHERE language = 'FR'"),
        (696, "SELECT count(*) FROM core.dim_program WHERE language = 'EN'"),
        (1503, "SELECT match_iteration_id FROM core.dim_match_iteration"),
        (2025, "SELECT year FROM core.dim_match_iteration"),
        (815, "SELECT count(DISTINCT program_key) FROM core.program_section"),
        (2482, "SELECT sum(record_count) FROM landing.file"),  # three times 815, and 37
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)  # fmt: skip
async def test_the_warehouse_states_the_golden_facts(
    real: Loaded, fact: int, statement: str
) -> None:
    assert await one(real, statement) == fact


async def test_no_text_of_core_but_the_restricted_table_holds_a_contact(real: Loaded) -> None:
    looked_at = 0
    for table in CORE:
        names = [
            f"array_to_string({column.name}, ' ')"
            if isinstance(column.type, ARRAY)
            else column.name
            for column in table.columns
            if isinstance(column.type, Text | ARRAY)
        ]
        if not names or table.name == "program_contact":
            continue
        for name in names:
            rows = await fetch(
                real.database, f"SELECT DISTINCT {name} AS text FROM {table.fullname}"
            )
            texts = [row["text"] for row in rows if row["text"]]
            looked_at += len(texts)
            for pattern in (MADE_UP_ADDRESS, MADE_UP_PHONE, ANY_ADDRESS):
                found = [text for text in texts if pattern.search(text)]
                assert not found, f"{table.name}.{name}: {len(found)} texts match {pattern.pattern}"
            held = sum(contains_contact(text) for text in texts)
            assert held == 0, f"{table.name}.{name}: {held} texts hold a contact"
    assert looked_at > 30_000


async def test_the_restricted_table_holds_the_contacts_that_the_others_lack(real: Loaded) -> None:
    rows = await fetch(
        real.database, "SELECT email FROM core.program_contact WHERE email IS NOT NULL"
    )
    assert len(rows) > 500
    assert all(re.fullmatch(r"[^@\s]+@[^@\s]+", row["email"]) for row in rows)


async def test_no_check_or_error_of_the_run_holds_a_contact(real: Loaded) -> None:
    rows = await fetch(
        real.database,
        "SELECT concat_ws(' ', subject, observed, expected, message) AS text FROM ops.check_result",
    )
    assert [row["text"] for row in rows if contains_contact(row["text"])] == []


async def test_loading_again_changes_nothing(real: Loaded) -> None:
    before = await digests(real.database)
    with pointed_to(real.database):
        assert (await refresh(RefreshRequest(str(SHARED)))).status is RunStatus.UNCHANGED
    assert await digests(real.database) == before


async def test_one_changed_quota_makes_one_new_program_version(
    real: Loaded, migrated_server: str, tmp_path: Path
) -> None:
    before = await digests(real.database)
    program = await one(real, "SELECT min(program_stream_id) FROM core.dim_program")
    folder = copy_of(SHARED, tmp_path / "files")
    change_quota(folder, str(program), 201)
    with (
        contextmanager(fresh_database)(migrated_server, real.database.name) as copy,
        pointed_to(copy),
    ):
        result = await refresh(RefreshRequest(str(folder)))
        versions = await fetch(
            copy,
            "SELECT p.is_current, f.quota FROM core.dim_program p JOIN core.fact_program f"
            " USING (program_key) WHERE p.program_stream_id = $1 ORDER BY p.valid_from",
            program,
        )
        after = await digests(copy)
    assert (result.status, result.version) == (RunStatus.PUBLISHED, 2)
    assert (result.added, result.changed, result.removed) == (0, 1, 0)
    assert [row["is_current"] for row in versions] == [False, True]
    assert versions[1]["quota"] == 201 != versions[0]["quota"]
    assert after["dim_program"]["rows"] == after["fact_program"]["rows"] == PROGRAMS + 1
    dimensions = [name for name in before if name.startswith("dim_") and name != "dim_program"]
    assert [after[name] for name in dimensions] == [before[name] for name in dimensions]


async def test_every_published_stream_states_its_quota_and_has_rules(real: Loaded) -> None:
    async with connect(Role.READER, real.database.settings) as connection:
        offered = await read_programs(connection)
    table = offered.programs
    assert (len(table), int(table.quotas.sum())) == (PROGRAMS, 3_942)
    assert not table.quota_is_modelled.any()
    assert all(table.admits)
    family = np.array([name == "Family Medicine" for name in table.disciplines])
    # The figure of the College of Family Physicians of Canada for the match of 2025.
    assert int(table.quotas[family].sum()) == 1_821


@pytest.mark.slow
async def test_the_committed_calibration_is_what_the_published_programs_give(
    real: Loaded,
) -> None:
    async with connect(Role.READER, real.database.settings) as connection:
        table = (await read_programs(connection)).programs
    committed = json.loads(files("simulation").joinpath(CALIBRATED).read_text(encoding="utf-8"))
    fits = fit_of(table, default_parameters(), published_targets(), Effort(**committed["effort"]))
    for fit, told in zip(fits, committed["fit"], strict=True):
        assert fit.target.key == (told["moment"], told["subject"])
        assert fit.simulated == pytest.approx(told["simulated"], abs=1e-4)
