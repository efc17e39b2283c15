"""Questions put to the graph and to plain SQL; the answers must be equal.

The SQL is written by hand and knows nothing of the planner.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.integration.graph_client import Graph

PROGRAMS = """
  core.dim_program p
  JOIN core.fact_program f ON f.program_key = p.program_key
  JOIN core.dim_match_iteration m ON m.match_iteration_key = p.match_iteration_key
  JOIN core.dim_discipline d ON d.discipline_key = p.discipline_key
  JOIN core.dim_university u ON u.university_key = p.university_key
  JOIN core.dim_site s ON s.site_key = p.site_key
  JOIN core.dim_stream t ON t.stream_key = p.stream_key
"""
FILTERS: Mapping[str, str] = {
    "{quota: {eq: 2}}": "f.quota = 2",
    "{quota: {ne: 2}}": "f.quota <> 2",
    "{quota: {in: [1, 3, 127]}}": "f.quota IN (1, 3, 127)",
    "{quota: {notIn: [1, 2, 3]}}": "f.quota NOT IN (1, 2, 3)",
    "{quota: {lt: 4}}": "f.quota < 4",
    "{quota: {lte: 4}}": "f.quota <= 4",
    "{quota: {gt: 4}}": "f.quota > 4",
    "{quota: {gte: 4, lt: 30, ne: 7}}": "f.quota >= 4 AND f.quota < 30 AND f.quota <> 7",
    "{quota: {isNull: true}}": "f.quota IS NULL",
    "{quota: {eq: null, gt: null}}": "true",
    "{}": "true",
    "{lengthYears: {eq: 2}}": "f.length_years = 2",
    "{lengthYears: {ne: 5}}": "f.length_years <> 5",
    "{lengthYears: {in: [2, 3.0]}}": "f.length_years IN (2, 3)",
    "{lengthYears: {notIn: [5, 2]}}": "f.length_years NOT IN (5, 2)",
    "{lengthYears: {gt: 4.5, lte: 6}}": "f.length_years > 4.5 AND f.length_years <= 6",
    "{lengthYears: {isNull: true}}": "f.length_years IS NULL",
    "{lengthYears: {isNull: false}}": "f.length_years IS NOT NULL",
    "{not: {lengthYears: {eq: 5}}}": "f.length_years IS DISTINCT FROM 5",
    '{lastApprovedOn: {eq: "2025-02-04"}}': "f.last_approved_on = '2025-02-04'",
    '{lastApprovedOn: {lt: "2024-10-01"}}': "f.last_approved_on < '2024-10-01'",
    '{lastApprovedOn: {gte: "2024-10-01", lte: "2024-12-31"}}':
        "f.last_approved_on BETWEEN '2024-10-01' AND '2024-12-31'",
    '{lastApprovedOn: {notIn: ["2025-02-04", "2024-09-18"]}}':
        "f.last_approved_on NOT IN ('2025-02-04', '2024-09-18')",
    "{language: {eq: FR}}": "p.language = 'FR'",
    "{language: {ne: FR}}": "p.language = 'EN'",
    "{accreditation: {in: [ACCREDITED_JOINT, NOTICE_OF_INTENT_TO_WITHDRAW]}}":
        "f.accreditation IN ('ACCREDITED_JOINT', 'NOTICE_OF_INTENT_TO_WITHDRAW')",
    "{accreditation: {notIn: [ACCREDITED]}}": "f.accreditation <> 'ACCREDITED'",
    "{applicationLanguages: {contains: FR}}": "'FR' = ANY (p.application_languages)",
    "{applicationLanguages: {containsAll: [EN, FR]}}":
        "'EN' = ANY (p.application_languages) AND 'FR' = ANY (p.application_languages)",
    "{applicationLanguages: {containsAny: [FR]}}": "p.application_languages && '{FR}'",
    "{applicationLanguages: {isNull: true}}": "p.application_languages IS NULL",
    "{university: {province: {eq: QC}}}": "u.province = 'QC'",
    "{university: {province: {notIn: [ON, QC]}}}": "u.province NOT IN ('ON', 'QC')",
    "{university: {languages: {contains: FR}}}": "'FR' = ANY (u.languages)",
    '{university: {name: {contains: "MONTRÉAL"}}}': "u.name ~* 'montr[eé]al'",
    '{university: {name: {startsWith: "université"}}}': "u.name ~* '^universit[eéy]'"
        " AND u.name !~* '^university'",
    "{university: {latitude: {gt: 50}}}": "u.latitude > 50",
    '{university: {name: {eq: "Université Laval"}, city: {ne: "Québec"}}}':
        "u.name = 'Université Laval' AND u.city <> 'Québec'",
    '{discipline: {name: {eq: "Pediatrics"}}}': "d.name = 'Pediatrics'",
    '{discipline: {name: {in: ["Family Medicine", "Psychiatry"]}}}':
        "d.name IN ('Family Medicine', 'Psychiatry')",
    '{discipline: {nameFr: {contains: "medecine"}}}': "d.name_fr ~* 'm[eé]decine'",
    '{discipline: {name: {notIn: ["Family Medicine"]}, not: {name: {contains: "surgery"}}}}':
        "d.name <> 'Family Medicine' AND d.name !~* 'surgery'",
    "{site: {isPlace: {eq: false}}}": "NOT s.is_place",
    "{site: {province: {eq: ON}, longitude: {lt: -80}}}": "s.province = 'ON' AND s.longitude < -80",
    "{site: {note: {isNull: false}}}": "s.note IS NOT NULL",
    '{site: {label: {contains: "%"}}}': "false",
    "{stream: {applicantCategory: {eq: IMG}}}": "t.applicant_category = 'IMG'",
    "{stream: {isReturnOfService: {ne: false}}}": "t.is_return_of_service",
    "{stream: {isMilitary: {eq: true}}}": "t.is_military",
    "{stream: {applicantCategory: {ne: CMG}}, university: {province: {eq: ON}}}":
        "t.applicant_category <> 'CMG' AND u.province = 'ON'",
    "{iteration: {number: {eq: 1503}, year: {eq: 2025}}}":
        "m.match_iteration_id = 1503 AND m.year = 2025",
    "{applicationVolume: {min: {gte: 201}}}": "f.application_volume_min >= 201",
    "{applicationVolume: {max: {isNull: true}}}": "f.application_volume_max IS NULL",
    '{applicationVolume: {label: {eq: "51 - 200"}}}': "f.application_volume_label = '51 - 200'",
    "{interviewOfferRate: {max: {lte: 50}}}": "f.interview_offer_percent_max <= 50",
    "{returnOfService: {status: {isNull: true}}}": "f.return_of_service_status IS NULL",
    "{returnOfService: {status: {in: [REQUIRED]}}}": "f.return_of_service_status = 'REQUIRED'",
    "{programStreamId: {gte: 27000, lt: 27500}}":
        "p.program_stream_id >= 27000 AND p.program_stream_id < 27500",
    '{name: {startsWith: "univerSITY of"}}': "p.name ILIKE 'university of%'",
    '{url: {contains: "/pdf/"}}': "p.url ILIKE '%/pdf/%'",
    "{or: [{quota: {eq: 1}}, {lengthYears: {isNull: true}}, {language: {eq: FR}}]}":
        "f.quota = 1 OR f.length_years IS NULL OR p.language = 'FR'",
    "{and: [{or: [{quota: {lt: 3}}, {quota: {gt: 20}}]}, {university: {province: {ne: ON}}}]}":
        "(f.quota < 3 OR f.quota > 20) AND u.province <> 'ON'",
    "{not: {or: [{quota: {lt: 10}}, {not: {stream: {applicantCategory: {eq: CMG}}}}]}}":
        "f.quota >= 10 AND t.applicant_category = 'CMG'",
    '{quota: {gt: 2}, not: {site: {city: {eq: "Toronto"}}}, or: [{language: {eq: FR}},'
    " {site: {or: [{province: {eq: ON}}, {province: {eq: BC}}]}}]}":
        "f.quota > 2 AND s.city <> 'Toronto' AND (p.language = 'FR' OR s.province IN ('ON', 'BC'))",
    "{or: []}": "false",
    "{and: []}": "true",
    "{not: {}}": "false",
}  # fmt: skip
"""From a filter of programs to the condition that it stands for."""
ORDERS: Mapping[str, str] = {
    "ACCREDITATION": "f.accreditation",
    "APPLICATION_VOLUME_MAX": "f.application_volume_max",
    "APPLICATION_VOLUME_MIN": "f.application_volume_min",
    "DISCIPLINE_DISCIPLINE_ID": "d.discipline_id",
    "DISCIPLINE_NAME": "d.name",
    "DISCIPLINE_NAME_FR": "d.name_fr",
    "INTERVIEW_OFFER_RATE_MAX": "f.interview_offer_percent_max",
    "INTERVIEW_OFFER_RATE_MIN": "f.interview_offer_percent_min",
    "ITERATION_NAME": "m.name",
    "ITERATION_NUMBER": "m.match_iteration_id",
    "ITERATION_YEAR": "m.year",
    "LANGUAGE": "p.language",
    "LAST_APPROVED_ON": "f.last_approved_on",
    "LENGTH_YEARS": "f.length_years",
    "NAME": "p.name",
    "PROGRAM_STREAM_ID": "p.program_stream_id",
    "QUOTA": "f.quota",
    "SITE_CITY": "s.city",
    "SITE_IS_PLACE": "s.is_place",
    "SITE_LABEL": "s.label",
    "SITE_LATITUDE": "s.latitude",
    "SITE_LONGITUDE": "s.longitude",
    "SITE_NOTE": "s.note",
    "SITE_PROVINCE": "s.province",
    "STREAM_APPLICANT_CATEGORY": "t.applicant_category",
    "STREAM_IS_MILITARY": "t.is_military",
    "STREAM_IS_RETURN_OF_SERVICE": "t.is_return_of_service",
    "STREAM_LABEL": "t.label",
    "UNIVERSITY_CITY": "u.city",
    "UNIVERSITY_CODE": "u.school_code",
    "UNIVERSITY_LATITUDE": "u.latitude",
    "UNIVERSITY_LONGITUDE": "u.longitude",
    "UNIVERSITY_NAME": "u.name",
    "UNIVERSITY_PROVINCE": "u.province",
    "URL": "p.url",
}
"""From a field that programs can be sorted by to its column."""

_FILTERED = """{ programs(filter: %s) { totalCount aggregate { count
  quota { sum avg min max } lengthYears { sum avg min max } } } }"""
_PAGE = """query Page($first: Int, $after: String, $last: Int, $before: String,
                      $orderBy: [ProgramOrder!]) {
  programs(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy) {
    nodes { programStreamId } totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""


async def filtered(graph: Graph, condition: str) -> dict[str, Any]:
    """Return count and aggregates of a filter as the graph gives them."""
    page = (await graph.ask(_FILTERED % condition))["programs"]
    assert page["totalCount"] == page["aggregate"]["count"]
    answer: dict[str, Any] = page["aggregate"]
    return answer


async def filtered_by_sql(graph: Graph, condition: str) -> dict[str, Any]:
    """Return count and aggregates of a condition as plain SQL gives them."""
    parts = ["count(*)"]
    for column in ("f.quota", "f.length_years"):
        parts += [f"sum({column})::float8", f"avg({column})::float8", f"min({column})",
                  f"max({column})"]  # fmt: skip
    (row,) = await graph.rows(
        f"SELECT {', '.join(parts)} FROM {PROGRAMS} WHERE p.is_current AND ({condition})"
    )
    names = ("sum", "avg", "min", "max")
    return {
        "count": row[0],
        "quota": dict(zip(names, row[1:5], strict=True)),
        "lengthYears": dict(zip(names, row[5:9], strict=True)),
    }


async def paged(
    graph: Graph, field: str, direction: str, *, size: int, is_backward: bool
) -> list[int]:
    """Return the ids on all pages, in the order of the list whichever way it is walked."""
    found: list[int] = []
    cursor = None
    way, position, edge = ("last", "before", "startCursor") if is_backward else (
        "first", "after", "endCursor")  # fmt: skip
    order = [{"field": field, "direction": direction}]
    while True:
        variables = {way: size, position: cursor, "orderBy": order}
        page = (await graph.ask(_PAGE, **variables))["programs"]
        keys = [node["programStreamId"] for node in page["nodes"]]
        found = keys + found if is_backward else found + keys
        cursor = page["pageInfo"][edge]
        if not page["pageInfo"]["hasPreviousPage" if is_backward else "hasNextPage"]:
            assert len(found) == page["totalCount"]
            return found


async def paged_by_sql(graph: Graph, field: str, direction: str) -> list[int]:
    """Return the ids in an order as plain SQL gives them."""
    return await graph.values(
        f"SELECT p.program_stream_id FROM {PROGRAMS} WHERE p.is_current"
        f" ORDER BY {ORDERS[field]} {direction} NULLS LAST, p.program_stream_id"
    )
