"""From the warehouse to simulated applicants: programs, seats, and who may apply."""

from __future__ import annotations

import numpy as np
import pytest

from etl.reference.eligibility import eligibility_rows
from etl.reference.tables import load_reference_tables
from simulation.bridge import OfferedPrograms, read_programs
from simulation.errors import NoProgramsError
from simulation.parameters import default_parameters
from simulation.preferences import populate
from tests.conftest import Database
from tests.integration.conftest import PROGRAMS
from tests.integration.stored_state import fetch
from warehouse.engine import Role, connect, owner_connection
from warehouse.queries.eligibility import eligibility_rules, replace_eligibility_rules


async def offered(database: Database, iteration: int | None = None) -> OfferedPrograms:
    async with connect(Role.READER, database.settings) as connection:
        return await read_programs(connection, iteration)


async def test_the_programs_are_those_of_the_published_version(published: Database) -> None:
    found = await offered(published)
    rows = await fetch(
        published,
        "SELECT match_iteration_id || '-' || program_stream_id AS key, quota, site_province,"
        " discipline_name, university_name, stream_label FROM mart.current_program"
        " ORDER BY program_stream_id",
    )
    table = found.programs
    assert len(table) == PROGRAMS
    assert list(table.keys) == [row["key"] for row in rows]
    assert list(table.provinces) == [row["site_province"] for row in rows]
    assert list(table.disciplines) == [row["discipline_name"] for row in rows]
    assert list(table.universities) == [row["university_name"] for row in rows]
    assert list(table.streams) == [row["stream_label"] for row in rows]
    stated = [row["quota"] is not None for row in rows]
    assert (~table.quota_is_modelled).tolist() == stated
    assert [quota for quota, told in zip(table.quotas.tolist(), stated, strict=True) if told] == [
        row["quota"] for row in rows if row["quota"] is not None
    ]
    assert (table.quotas[table.quota_is_modelled] > 0).all()
    assert found.iteration.match_iteration_id == 1503
    assert found.iteration.data_version == 1
    assert not np.isnan(table.latitudes).any()
    assert not np.isnan(table.campus_longitudes).any()


async def test_an_unknown_quota_is_modelled_and_marked(published: Database) -> None:
    await fetch(published, "UPDATE core.fact_program SET quota = NULL WHERE quota > 1")
    table = (await offered(published)).programs
    rows = await fetch(published, "SELECT count(*) FROM core.fact_program WHERE quota IS NULL")
    assert int(table.quota_is_modelled.sum()) == rows[0]["count"] > 0
    assert (table.quotas[table.quota_is_modelled] == 1).all()


async def test_rules_say_who_may_apply_to_what(published: Database) -> None:
    table = (await offered(published)).programs
    for category, stream, province, admits in zip(
        table.categories, table.streams, table.provinces, table.admits, strict=True
    ):
        assert admits, stream
        takes = {entry.split("+")[0] for entry in admits}
        if category in {"CMG", "IMG"}:
            assert category in takes
        if category == "CMG":
            assert "IMG" not in takes
        if stream.startswith("Regular"):
            assert "IMG+CMQ_EQUIVALENCE" in admits
        if stream == "IMG Stream for IMG" and province == "AB":
            assert admits == ("IMG+AIMG_ASSESSED",)


async def test_a_second_iteration_has_rules_of_its_own(published: Database) -> None:
    table = (await offered(published)).programs
    seen = set()
    for stream, province, first, second in zip(
        table.streams, table.provinces, table.admits, table.second_admits, strict=True
    ):
        if stream == "CMG Stream for CMG":
            is_apart = province in {"ON", "AB"}
            assert ("IMG" in second) is not is_apart
            assert "IMG" not in first
            seen.add(is_apart)
        if stream.startswith("Regular"):
            assert first == second
    assert seen == {True, False}


async def test_loaded_rules_are_the_reference_table_and_are_written_only_if_they_differ(
    published: Database,
) -> None:
    expected = eligibility_rows(load_reference_tables().rules)
    async with owner_connection() as connection:
        assert await eligibility_rules(connection) == expected
        assert not await replace_eligibility_rules(connection, expected)
        assert await replace_eligibility_rules(connection, expected[1:])
        assert await eligibility_rules(connection) == expected[1:]


async def test_simulated_applicants_apply_to_loaded_programs(published: Database) -> None:
    parameters = default_parameters().with_changes(
        {"groups.CMG.applicants": 50, "groups.IMG.applicants": 30}
    )
    population = populate((await offered(published)).programs, parameters, 1)
    assert population.is_simulated
    assert len(population) == 80
    assert len(population.entries) > 80


async def test_an_iteration_that_is_not_loaded_is_refused_by_its_number(
    published: Database,
) -> None:
    with pytest.raises(NoProgramsError, match="match iteration 9 are loaded"):
        await offered(published, 9)


async def test_an_empty_warehouse_is_refused(warehouse: Database) -> None:
    with pytest.raises(NoProgramsError, match="No programs are loaded"):
        await offered(warehouse)
