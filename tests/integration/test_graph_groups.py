"""Programs in groups: what the graph counts equals what is counted here from the plain rows."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import pytest

from graph.planner.folding import fold
from tests.integration.graph_client import Graph, open_graph
from tests.integration.graph_comparisons import PROGRAMS
from tests.integration.graph_rows import FIRST, SECOND, Rows, change_quotas, fill

FIELDS = {
    "DISCIPLINE": "discipline { disciplineId name }",
    "UNIVERSITY": "university { code name province languages }",
    "PROVINCE": "province",
    "SITE": "site { label city province }",
    "STREAM": "stream { label }",
    "APPLICANT_CATEGORY": "applicantCategory",
    "LANGUAGE": "language",
    "ACCREDITATION": "accreditation",
    "APPLICATION_VOLUME": "applicationVolume { min max label }",
}
NAMES = {word: text.split(" ")[0] for word, text in FIELDS.items()}
AGGREGATE = """aggregate { count quota { sum avg min max } lengthYears { sum avg min max } }"""
QUERY = f"""query Groups($by: [ProgramDimension!]!, $filter: ProgramFilter, $first: Int,
                         $offset: Int, $orderBy: [ProgramGroupOrder!], $asOf: DateTime) {{
  programGroups(by: $by, filter: $filter, first: $first, offset: $offset, orderBy: $orderBy,
                asOf: $asOf) {{
    {" ".join(FIELDS.values())} {AGGREGATE} }} }}"""
MOMENTS = {None: "p.is_current", FIRST: "p.valid_from <= $1 AND (p.valid_to > $1) IS NOT FALSE"}


@pytest.fixture
async def graph(database: Any, tmp_path: Any) -> AsyncIterator[Graph]:
    """A warehouse with two data versions."""
    async with open_graph(database.settings, tmp_path) as graph:
        await fill(graph.owner, Rows(requirements=0, criteria=0))
        await change_quotas(graph.owner)
        yield graph


def last(value: Any) -> tuple[bool, Any]:
    """Return what sorts a value, none last."""
    return (value is None, value)


def as_read(text: str) -> list[str]:
    """Return what sorts a text: without case and accents first."""
    return [fold(text), text]


def sort_keys(row: Any, word: str) -> list[Any]:
    """Return what a dimension sorts by."""
    found: dict[str, list[Any]] = {
        "DISCIPLINE": [*as_read(row["d_name"]), row["discipline_id"]],
        "UNIVERSITY": [*as_read(row["u_name"]), row["school_code"]],
        "PROVINCE": [row["s_province"]],
        "SITE": [*as_read(row["s_label"]), row["s_city"], row["s_province"]],
        "STREAM": as_read(row["t_label"]),
        "APPLICANT_CATEGORY": [row["applicant_category"]],
        "LANGUAGE": [row["language"]],
        "ACCREDITATION": [row["accreditation"]],
        "APPLICATION_VOLUME": [row["application_volume_min"], row["application_volume_max"],
                               row["application_volume_label"]],
    }  # fmt: skip
    return [last(value) for value in found[word]]


def shown(row: Any, word: str) -> Any:
    """Return a dimension as the graph shows it."""
    volume = {name: row[f"application_volume_{name}"] for name in ("min", "max", "label")}
    found: dict[str, Any] = {
        "DISCIPLINE": {"disciplineId": row["discipline_id"], "name": row["d_name"]},
        "UNIVERSITY": {"code": row["school_code"], "name": row["u_name"],
                       "province": row["u_province"], "languages": row["languages"]},
        "PROVINCE": row["s_province"],
        "SITE": {"label": row["s_label"], "city": row["s_city"], "province": row["s_province"]},
        "STREAM": {"label": row["t_label"]},
        "APPLICANT_CATEGORY": row["applicant_category"],
        "LANGUAGE": row["language"],
        "ACCREDITATION": row["accreditation"],
        "APPLICATION_VOLUME": volume if any(volume.values()) else None,
    }  # fmt: skip
    return found[word]


def totals(values: list[Any]) -> dict[str, Any]:
    stated = [value for value in values if value is not None]
    if not stated:
        return dict.fromkeys(("sum", "avg", "min", "max"))
    return {"sum": sum(stated), "avg": pytest.approx(sum(stated) / len(stated), rel=1e-15),
            "min": min(stated), "max": max(stated)}  # fmt: skip


async def program_rows(graph: Graph, moment: dt.datetime | None, condition: str = "true") -> Any:
    """Return the programs of a moment, flat."""
    sql = f"""SELECT p.language, f.*, d.discipline_id, d.name AS d_name, u.school_code,
        u.name AS u_name, u.province AS u_province, u.languages, s.label AS s_label,
        s.city AS s_city, s.province AS s_province, t.label AS t_label, t.applicant_category
      FROM {PROGRAMS} WHERE {MOMENTS[moment]} AND ({condition})"""
    return await graph.rows(sql, *([moment] if moment else []))


def grouped(rows: Any, by: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the groups in their default order."""
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        groups[repr([sort_keys(row, word) for word in by])].append(row)
    order = sorted(
        groups.values(),
        key=lambda members: (-len(members), [sort_keys(members[0], word) for word in by]),
    )
    return [
        dict.fromkeys(NAMES.values())
        | {NAMES[word]: shown(members[0], word) for word in by}
        | {"aggregate": {"count": len(members),
                         "quota": totals([row["quota"] for row in members]),
                         "lengthYears": totals([row["length_years"] for row in members])}}
        for members in order
    ]  # fmt: skip


@pytest.mark.parametrize("moment", MOMENTS)
async def test_groups_by_every_pair_of_dimensions_equal_the_rows_at_both_moments(
    graph: Graph, moment: dt.datetime | None
) -> None:
    rows = await program_rows(graph, moment)
    at = moment and moment.isoformat()
    choices = [*itertools.combinations(FIELDS, 1), *itertools.combinations(FIELDS, 2)]
    for by in [*choices, tuple(FIELDS), tuple(reversed(FIELDS))]:
        found = (await graph.ask(QUERY, by=list(by), asOf=at))["programGroups"]
        assert found == grouped(rows, by), by


async def test_groups_differ_between_the_moments_and_never_mix_them(graph: Graph) -> None:
    query = """{ now: programGroups(by: [LANGUAGE]) { ...Max }
      then: programGroups(by: [LANGUAGE], asOf: "%s") { ...Max } }
      fragment Max on ProgramGroup { language aggregate { count quota { max } } }"""
    data = await graph.ask(query % FIRST.isoformat())
    assert max(one["aggregate"]["quota"]["max"] for one in data["now"]) == 99
    assert max(one["aggregate"]["quota"]["max"] for one in data["then"]) == 12
    assert sum(one["aggregate"]["count"] for one in data["now"]) == 57
    assert sum(one["aggregate"]["count"] for one in data["then"]) == 57
    before = (FIRST - dt.timedelta(days=1)).isoformat()
    assert (await graph.ask(QUERY, by=["SITE"], asOf=before))["programGroups"] == []
    same = (await graph.ask(QUERY, by=["SITE"], asOf=SECOND.isoformat()))["programGroups"]
    assert same == (await graph.ask(QUERY, by=["SITE"]))["programGroups"]


async def test_a_filter_chooses_the_programs_that_are_grouped(graph: Graph) -> None:
    by = ("UNIVERSITY", "APPLICATION_VOLUME")
    for kept, condition in (
        ({"quota": {"gte": 5}}, "f.quota >= 5"),
        ({"university": {"province": {"eq": "QC"}}}, "u.province = 'QC'"),
        ({"not": {"discipline": {"name": {"eq": "Pediatrics"}}}}, "d.name <> 'Pediatrics'"),
        ({"quota": {"eq": -1}}, "false"),
    ):
        found = (await graph.ask(QUERY, by=list(by), filter=kept))["programGroups"]
        assert found == grouped(await program_rows(graph, None, condition), by), kept


async def test_groups_sort_by_what_is_measured_then_by_the_dimensions_the_unstated_last(
    graph: Graph,
) -> None:
    by = ["SITE", "ACCREDITATION", "LANGUAGE", "STREAM"]
    paths = {"COUNT": ("count",), "QUOTA_SUM": ("quota", "sum"), "QUOTA_AVG": ("quota", "avg")}
    for (field, path), direction in itertools.product(paths.items(), ("ASC", "DESC")):
        order = [{"field": field, "direction": direction}]
        found = (await graph.ask(QUERY, by=by, orderBy=order))["programGroups"]
        keys = [measured(group, path, is_descending=direction == "DESC") for group in found]
        assert keys == sorted(keys), (field, direction)
        assert len(found) > 10


def measured(group: Any, path: tuple[str, ...], *, is_descending: bool) -> Any:
    """Return what a group sorts by: a measure, then its dimensions upwards."""
    value = group["aggregate"]
    for step in path:
        value = value[step]
    site = group["site"]
    return [last(-value if value is not None and is_descending else value),
            [*as_read(site["label"]), site["city"], site["province"]],
            last(group["accreditation"]), group["language"],
            as_read(group["stream"]["label"])]  # fmt: skip


async def test_groups_sort_by_dimensions_one_after_the_other_and_are_cut_into_pages(
    graph: Graph,
) -> None:
    order = [{"field": "ACCREDITATION", "direction": "DESC"}, {"field": "UNIVERSITY"}]
    found = (await graph.ask(QUERY, by=["UNIVERSITY", "ACCREDITATION"], orderBy=order))[
        "programGroups"
    ]
    names = sorted({group["university"]["name"] for group in found}, key=as_read)
    assert [(g["accreditation"], g["university"]["name"]) for g in found] == [
        (status, name) for status in ("ACCREDITED", None) for name in names
    ]
    few = await graph.ask(QUERY, by=["UNIVERSITY", "ACCREDITATION"], orderBy=order, first=3)
    assert few["programGroups"] == found[:3]
    paged: list[dict[str, Any]] = []
    while page := (
        await graph.ask(
            QUERY, by=["UNIVERSITY", "ACCREDITATION"], orderBy=order, first=3, offset=len(paged)
        )
    )["programGroups"]:
        paged += page
    assert paged == found
    assert (await graph.ask(QUERY, by=["STREAM"], first=0))["programGroups"] == []


async def test_dimensions_are_objects_in_full_with_pages_of_their_own(graph: Graph) -> None:
    data = await graph.ask(
        """{ programGroups(by: [DISCIPLINE, UNIVERSITY]) {
          aggregate { count }
          discipline { id name programs(first: 1) { totalCount nodes { name } } }
          u: university { programs(first: 100) { nodes { discipline { id } } } __typename }
        } }"""
    )
    for group in data["programGroups"]:
        programs = group["u"]["programs"]["nodes"]
        same = [one for one in programs if one["discipline"]["id"] == group["discipline"]["id"]]
        assert len(same) == group["aggregate"]["count"]
        assert group["discipline"]["programs"]["totalCount"] >= len(same)
        assert group["u"]["__typename"] == "University"


async def test_programs_that_point_to_an_older_version_of_a_discipline_are_in_its_one_group(
    graph: Graph,
) -> None:
    before = (await graph.ask(QUERY, by=["DISCIPLINE"]))["programGroups"]
    await graph.owner.execute(
        "UPDATE core.dim_discipline SET is_current = false, valid_to = $1"
        " WHERE discipline_id = 10", SECOND,
    )  # fmt: skip
    await graph.owner.execute(
        "INSERT INTO core.dim_discipline (discipline_key, discipline_id, name, content_hash,"
        " valid_from) OVERRIDING SYSTEM VALUE VALUES (900, 10, 'Renamed', 'x', $1)", SECOND,
    )  # fmt: skip
    await graph.owner.execute(
        "UPDATE core.dim_program SET discipline_key = 900 WHERE program_key IN (SELECT program_key"
        " FROM core.dim_program WHERE discipline_key = 1 AND is_current LIMIT 1)"
    )
    found = (await graph.ask(QUERY, by=["DISCIPLINE"]))["programGroups"]
    assert sorted(g["discipline"]["name"] for g in found) == sorted(
        "Renamed" if g["discipline"]["disciplineId"] == 10 else g["discipline"]["name"]
        for g in before
    )
    counts = [{g["discipline"]["disciplineId"]: g["aggregate"] for g in x} for x in (before, found)]
    assert counts[0] == counts[1]


async def test_wrong_arguments_are_named_with_the_remedy(graph: Graph) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"by": []}, "'by' is empty. Name at least one of: DISCIPLINE, UNIVERSITY"),
        ({"by": ["SITE", "LANGUAGE", "SITE"]}, "'by[2]' repeats SITE"),
        ({"by": ["SITE"], "first": 1001}, "'first' is 1001; this list has at most 1000"),
        ({"by": ["SITE"], "first": -1}, "'first' is -1"),
        ({"by": ["SITE"], "offset": -1}, "'offset' is -1; it counts the rows to leave out"),
        ({"by": ["SITE"], "orderBy": [{"field": "LANGUAGE"}]}, "'orderBy' has LANGUAGE, by which"),
        ({"by": ["SITE"], "orderBy": [{"field": "X"}]}, "'X'"),
        ({"by": ["X"]}, "'X'"),
        ({}, "$by"),
    ]
    for variables, message in wrong:
        error = await graph.refused(QUERY, **variables)
        assert error["extensions"]["code"] == "BAD_USER_INPUT", variables
        assert message in error["message"]
