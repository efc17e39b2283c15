"""Statistics: every number equals what is counted here from the plain rows."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from functools import partial
from statistics import fmean, median
from typing import Any

import pytest

from tests.integration.graph_client import Graph, open_graph
from tests.integration.graph_comparisons import PROGRAMS
from tests.integration.graph_rows import FIRST, Rows, change_quotas, fill

MOMENTS = {None: "p.is_current", FIRST: "p.valid_from <= $1 AND (p.valid_to > $1) IS NOT FALSE"}
PROGRAM_ROWS = """SELECT p.program_key, p.language, f.quota, f.length_years, d.name AS discipline,
    u.school_code, u.province AS home, s.label, s.city, s.province, t.applicant_category,
    l.latitude, l.longitude
  FROM {programs} JOIN core.dim_location l ON l.location_key = s.location_key
  WHERE {moment} AND ({condition})"""
Check = Callable[[Graph, dt.datetime | None, str], Awaitable[None]]
KEPT: dict[str, tuple[dict[str, Any] | None, str]] = {
    "all": (None, "true"),
    "of Quebec": ({"university": {"province": {"eq": "QC"}}}, "u.province = 'QC'"),
    "with a quota": ({"quota": {"isNull": False}}, "f.quota IS NOT NULL"),
    "none": ({"quota": {"eq": -1}}, "false"),
}


@pytest.fixture
async def graph(database: Any, tmp_path: Any) -> AsyncIterator[Graph]:
    """A warehouse with two data versions."""
    async with open_graph(database.settings, tmp_path) as graph:
        await fill(graph.owner, Rows(requirements=7, criteria=9))
        await change_quotas(graph.owner)
        yield graph


async def rows_of(
    graph: Graph, moment: dt.datetime | None, condition: str, child: str = ""
) -> list[Any]:
    """Return the programs of a moment, or their rows in a child table beside each."""
    sql = PROGRAM_ROWS.format(programs=PROGRAMS, moment=MOMENTS[moment], condition=condition)
    if child:
        sql = f"SELECT c.*, x.discipline FROM ({sql}) x JOIN core.{child} c USING (program_key)"
    return await graph.rows(sql, *([moment] if moment else []))


def split(rows: Iterable[Any], *names: str) -> dict[tuple[Any, ...], list[Any]]:
    groups: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[name] for name in names)].append(row)
    return groups


def stated(rows: Iterable[Any], name: str) -> list[Any]:
    return [row[name] for row in rows if row[name] is not None]


def of(values: list[Any], function: Callable[[list[Any]], Any]) -> Any:
    return function(values) if values else None


def counted(rows: list[Any]) -> dict[str, Any]:
    quotas = stated(rows, "quota")
    return {"programCount": len(rows), "positions": of(quotas, sum),
            "quotaStatedCount": len(quotas)}  # fmt: skip


def most_first(rows: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
    return sorted(
        rows,
        key=lambda row: (-row["programCount"], [(row[n] is None, row[n]) for n in names]),
    )


async def specialties(graph: Graph, moment: dt.datetime | None, kept: str) -> None:
    data = await graph.ask(
        """query S($asOf: DateTime, $filter: ProgramFilter) { analytics(asOf: $asOf) {
          specialties(filter: $filter) {
            discipline { name } programCount universityCount siteCount provinceCount positions
            quotaStatedCount meanLengthYears medianLengthYears lengthStatedCount
            applicantCategories { applicantCategory programCount positions quotaStatedCount }
            languages { language programCount positions quotaStatedCount } } } }""",
        asOf=moment and moment.isoformat(), filter=KEPT[kept][0],
    )  # fmt: skip
    expected = []
    for (name,), rows in split(await rows_of(graph, moment, KEPT[kept][1]), "discipline").items():
        lengths = stated(rows, "length_years")
        categories = [{"applicantCategory": word} | counted(some)
                      for (word,), some in split(rows, "applicant_category").items()]  # fmt: skip
        languages = [{"language": word} | counted(some)
                     for (word,), some in split(rows, "language").items()]  # fmt: skip
        expected.append(counted(rows) | {
            "discipline": name,
            "universityCount": len(split(rows, "school_code")),
            "siteCount": len(split(rows, "label", "city", "province")),
            "provinceCount": len(split(rows, "province")),
            "meanLengthYears": of(lengths, lambda x: pytest.approx(fmean(x), rel=1e-15)),
            "medianLengthYears": of(lengths, median), "lengthStatedCount": len(lengths),
            "applicantCategories": most_first(categories, "applicantCategory"),
            "languages": most_first(languages, "language"),
        })  # fmt: skip
    found = [row | {"discipline": row["discipline"]["name"]}
             for row in data["analytics"]["specialties"]]  # fmt: skip
    assert found == most_first(expected, "discipline")
    assert bool(found) == (kept != "none")


async def requirements_by_discipline(graph: Graph, moment: dt.datetime | None, kept: str) -> None:
    data = await graph.ask(
        """query R($asOf: DateTime, $filter: ProgramFilter) { analytics(asOf: $asOf) {
          requirementsByDiscipline(filter: $filter, first: 1000) {
            discipline { name } kind status programCount programShare itemCount
            leastQuantity medianQuantity greatestQuantity medianMaxWords } } }""",
        asOf=moment and moment.isoformat(), filter=KEPT[kept][0],
    )  # fmt: skip
    programs = split(await rows_of(graph, moment, KEPT[kept][1]), "discipline")
    items = await rows_of(graph, moment, KEPT[kept][1], "program_requirement")
    expected = []
    for (name, kind, status), rows in split(items, "discipline", "kind", "status").items():
        quantities = stated(rows, "quantity")
        count = len(split(rows, "program_key"))
        expected.append({
            "discipline": {"name": name}, "kind": kind, "status": status, "programCount": count,
            "programShare": count / len(programs[name,]), "itemCount": len(rows),
            "leastQuantity": of(quantities, min), "medianQuantity": of(quantities, median),
            "greatestQuantity": of(quantities, max),
            "medianMaxWords": of(stated(rows, "max_words"), median),
        })  # fmt: skip
    expected = most_first(expected, "kind", "status")
    assert data["analytics"]["requirementsByDiscipline"] == sorted(
        expected, key=lambda row: row["discipline"]["name"]
    )
    assert bool(expected) == (kept != "none")


async def criteria_patterns(
    graph: Graph, moment: dt.datetime | None, kept: str, *, by_discipline: bool
) -> None:
    data = await graph.ask(
        """query C($asOf: DateTime, $filter: ProgramFilter, $by: Boolean!) {
          analytics(asOf: $asOf) {
            criteriaPatterns(filter: $filter, first: 1000, byDiscipline: $by) {
              phase component discipline { name } programCount programShare evaluatedCount
              notEvaluatedCount weightStatedCount meanWeightPercent } } }""",
        asOf=moment and moment.isoformat(), filter=KEPT[kept][0], by=by_discipline,
    )  # fmt: skip
    programs = await rows_of(graph, moment, KEPT[kept][1])
    everyone = split(programs, "discipline")
    criteria = await rows_of(graph, moment, KEPT[kept][1], "selection_criterion")
    keys = ("phase", "component", "discipline")[: 3 if by_discipline else 2]
    expected = []
    for (phase, component, *discipline), rows in split(criteria, *keys).items():
        weights = stated(rows, "weight_percent")
        verdicts = {verdict: len(split((row for row in rows if row["is_evaluated"] is verdict),
                                       "program_key")) for verdict in (True, False)}  # fmt: skip
        count = len(split(rows, "program_key"))
        total = len(everyone[discipline[0],]) if by_discipline else len(programs)
        expected.append({
            "phase": phase, "component": component, "programCount": count,
            "discipline": {"name": discipline[0]} if by_discipline else None,
            "programShare": count / total, "evaluatedCount": verdicts[True],
            "notEvaluatedCount": verdicts[False], "weightStatedCount": len(weights),
            "meanWeightPercent": of(weights, fmean),
        })  # fmt: skip

    def order(row: dict[str, Any]) -> Any:
        name = row["discipline"]["name"] if row["discipline"] else ""
        return (-row["programCount"], row["phase"], row["component"], name)

    assert data["analytics"]["criteriaPatterns"] == sorted(expected, key=order)
    assert bool(expected) == (kept != "none")


async def geography(graph: Graph, moment: dt.datetime | None, kept: str) -> None:
    data = await graph.ask(
        """query G($asOf: DateTime, $filter: ProgramFilter) { analytics(asOf: $asOf) {
          geography(filter: $filter) {
            province city latitude longitude siteLabels programCount positions quotaStatedCount
            disciplineCount universityCount
            sites { site { label } programCount positions } } } }""",
        asOf=moment and moment.isoformat(), filter=KEPT[kept][0],
    )  # fmt: skip
    expected = []
    found = split(await rows_of(graph, moment, KEPT[kept][1]), "province", "city")
    for (province, city), rows in found.items():
        sites = [counted(some) | {"site": {"label": label}}
                 for (label,), some in split(rows, "label").items()]  # fmt: skip
        sites.sort(key=lambda row: (-row["programCount"], row["site"]["label"]))
        for site in sites:
            del site["quotaStatedCount"]
        expected.append(counted(rows) | {
            "province": province, "city": city, "latitude": rows[0]["latitude"],
            "longitude": rows[0]["longitude"], "siteLabels": sorted({r["label"] for r in rows}),
            "disciplineCount": len(split(rows, "discipline")),
            "universityCount": len(split(rows, "school_code")), "sites": sites,
        })  # fmt: skip
    assert data["analytics"]["geography"] == most_first(expected, "province", "city")


@pytest.mark.parametrize(
    "check",
    [
        specialties,
        requirements_by_discipline,
        partial(criteria_patterns, by_discipline=False),
        partial(criteria_patterns, by_discipline=True),
        geography,
    ],
)
async def test_every_number_equals_the_rows_at_both_moments_whatever_the_filter(
    graph: Graph, check: Check
) -> None:
    for moment, kept in itertools.product(MOMENTS, KEPT):
        await check(graph, moment, kept)


async def test_statistics_of_an_iteration_without_programs_are_empty(graph: Graph) -> None:
    data = await graph.ask(
        """{ analytics(iteration: 1) { __typename specialties { programCount }
          geography { city } criteriaPatterns { phase } requirementsByDiscipline { kind } }
          only: analytics(iteration: 1503) { __typename } }"""
    )
    assert data["only"] == {"__typename": "Analytics"}
    assert data["analytics"].pop("__typename") == "Analytics"
    assert list(data["analytics"].values()) == [[]] * 4


async def test_statistics_sort_by_any_measure_and_are_cut_into_pages(graph: Graph) -> None:
    query = """query S($order: [CriteriaPatternOrder!], $first: Int, $offset: Int) { analytics {
      criteriaPatterns(orderBy: $order, first: $first, offset: $offset) {
        phase component meanWeightPercent notEvaluatedCount programShare } } }"""
    for field, name in (("MEAN_WEIGHT_PERCENT", "meanWeightPercent"),
                        ("NOT_EVALUATED_COUNT", "notEvaluatedCount"),
                        ("PROGRAM_SHARE", "programShare")):  # fmt: skip
        order = [{"field": field, "direction": "DESC"}, {"field": "COMPONENT"}]
        rows = (await graph.ask(query, order=order))["analytics"]["criteriaPatterns"]
        assert rows == sorted(
            rows,
            key=lambda r: (r[name] is None, -(r[name] or 0), r["component"], r["phase"]),
        )
        few = (await graph.ask(query, order=order, first=4))["analytics"]["criteriaPatterns"]
        assert few == rows[:4]
        more = (await graph.ask(query, order=order, first=4, offset=4))["analytics"]
        assert more["criteriaPatterns"] == rows[4:8] != []
    error = await graph.refused(query, first=1001)
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    error = await graph.refused(query, order=[{"field": "DISCIPLINE"}])
    assert "'orderBy' has DISCIPLINE, by which nothing is grouped" in error["message"]
