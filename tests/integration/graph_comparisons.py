"""Questions put to the graph and to plain SQL or Python; the answers must be equal.

The SQL is written by hand and knows nothing of the planner.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graph.planner.folding import fold
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
REQUIREMENTS = "SELECT r.program_key FROM core.program_requirement r WHERE"
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
    "{requirements: {some: {kind: {eq: REFERENCE_LETTER}, quantity: {gte: 3}}}}":
        f"p.program_key IN ({REQUIREMENTS} kind = 'REFERENCE_LETTER' AND quantity >= 3)",
    "{requirements: {none: {kind: {eq: PHOTO}}}}":
        f"p.program_key NOT IN ({REQUIREMENTS} kind = 'PHOTO')",
    "{requirements: {every: {status: {eq: REQUIRED}}}}":
        f"p.program_key NOT IN ({REQUIREMENTS} status IS DISTINCT FROM 'REQUIRED')",
    "{requirements: {every: {not: {status: {eq: REQUIRED}}}}}":
        f"p.program_key NOT IN ({REQUIREMENTS} status = 'REQUIRED')",
    "{not: {requirements: {every: {status: {eq: REQUIRED}}}}}":
        f"p.program_key IN ({REQUIREMENTS} status IS DISTINCT FROM 'REQUIRED')",
    "{requirements: {some: {kind: {eq: LANGUAGE_PROFICIENCY}}, none: {kind: {eq: PHOTO}},"
    " every: {label: {ne: null}}}}":
        f"p.program_key IN ({REQUIREMENTS} kind = 'LANGUAGE_PROFICIENCY')"
        f" AND p.program_key NOT IN ({REQUIREMENTS} kind = 'PHOTO')",
    '{requirements: {some: {tests: {some: {name: {eq: "TCF"}}}}}}':
        "p.program_key IN (SELECT program_key FROM core.requirement_test WHERE name = 'TCF')",
    "{requirements: {some: {tests: {none: {}}, kind: {eq: REFERENCE_LETTER}}}}":
        f"p.program_key IN ({REQUIREMENTS} kind = 'REFERENCE_LETTER' AND NOT EXISTS (SELECT"
        " FROM core.requirement_test t WHERE t.program_key = r.program_key"
        " AND t.requirement_ordinal = r.ordinal))",
    "{requirements: {some: {tests: {some: {}, every: {minimumScore: {isNull: true}}}}}}":
        "EXISTS (SELECT FROM core.requirement_test t WHERE t.program_key = p.program_key"
        " GROUP BY requirement_ordinal HAVING count(minimum_score) = 0)",
    "{or: [{requirements: {none: {}}}, {requirements: {some: {quantity: {gte: 4}}}}]}":
        "NOT EXISTS (SELECT FROM core.program_requirement r WHERE r.program_key = p.program_key)"
        f" OR p.program_key IN ({REQUIREMENTS} quantity >= 4)",
    "{requirements: {some: null, none: {kind: {eq: null}, quantity: null}}}":
        "p.program_key NOT IN (SELECT program_key FROM core.program_requirement)",
    "{requirements: {}, sections: null}": "true",
    "{selectionCriteria: {some: {weightPercent: {gt: 0}, evidence: {section: {eq: INTERVIEWS}}}}}":
        "p.program_key IN (SELECT c.program_key FROM core.selection_criterion c"
        " JOIN core.program_evidence e ON e.program_key = c.program_key"
        " AND e.ordinal = c.evidence_ordinal"
        " WHERE c.weight_percent > 0 AND e.section = 'INTERVIEWS')",
    "{selectionCriteria: {none: {isEvaluated: {eq: false}}}}":
        "p.program_key NOT IN (SELECT program_key FROM core.selection_criterion"
        " WHERE NOT is_evaluated)",
    '{sections: {some: {kind: {eq: INTERVIEWS}, text: {contains: "ENTREVUE"}}}}':
        "p.program_key IN (SELECT program_key FROM core.program_section"
        " WHERE kind = 'INTERVIEWS' AND text ~* 'entrevue')",
    '{interviewDates: {every: {startsOn: {lt: "2025-02-01"}}}}':
        "p.program_key NOT IN (SELECT program_key FROM core.interview_date"
        " WHERE starts_on >= '2025-02-01')",
    "{trainingSites: {some: {}}}":
        "p.program_key IN (SELECT program_key FROM core.program_training_site)",
    "{evidence: {some: {field: {eq: QUOTA}, start: {gte: 200}}}}":
        "p.program_key IN (SELECT program_key FROM core.program_evidence"
        " WHERE field = 'QUOTA' AND span_start >= 200)",
    "{evidence: {some: {section: {eq: PROGRAM_CONTACTS}}}}": "false",
    "{university: {programs: {some: {quota: {gte: 12}}}}}":
        f"u.school_code IN (SELECT u.school_code FROM {PROGRAMS} WHERE p.is_current"
        " AND f.quota >= 12)",
    "{university: {programs: {every: {language: {eq: EN}}}}, discipline: {programs: {none:"
    " {accreditation: {eq: ACCREDITED_JOINT}}}}}":
        f"u.school_code NOT IN (SELECT u.school_code FROM {PROGRAMS} WHERE p.is_current"
        f" AND p.language <> 'EN') AND d.discipline_id NOT IN (SELECT d.discipline_id FROM"
        f" {PROGRAMS} WHERE p.is_current AND f.accreditation = 'ACCREDITED_JOINT')",
    "{discipline: {universities: {none: {province: {eq: QC}}}}}":
        f"d.discipline_id NOT IN (SELECT d.discipline_id FROM {PROGRAMS} WHERE p.is_current"
        " AND u.province = 'QC')",
    '{site: {disciplines: {some: {name: {startsWith: "Psych"}}}}, stream: {programs: {some:'
    " {quota: {lte: 2}}}}}":
        f"s.site_key IN (SELECT s.site_key FROM {PROGRAMS} WHERE p.is_current"
        " AND d.name LIKE 'Psych%') AND t.stream_key IN"
        f" (SELECT t.stream_key FROM {PROGRAMS} WHERE p.is_current AND f.quota <= 2)",
    "{iteration: {programs: {some: {requirements: {some: {quantity: {gte: 1}}}}}}}": "true",
    "{site: {within: {latitude: 45.5, longitude: -73.6, km: 250}}}":
        "6371.0088 * acos(least(1, sin(radians(45.5)) * sin(radians(s.latitude))"
        " + cos(radians(45.5)) * cos(radians(s.latitude)) * cos(radians(s.longitude + 73.6))))"
        " <= 250",
    "{not: {university: {within: {latitude: 43.66, longitude: -79.39, km: 500.5}}}}":
        "(6371.0088 * acos(least(1, sin(radians(43.66)) * sin(radians(u.latitude))"
        " + cos(radians(43.66)) * cos(radians(u.latitude)) * cos(radians(u.longitude + 79.39))))"
        " <= 500.5) IS NOT TRUE",
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
WORDS = {
    "ACCREDITATION", "LANGUAGE", "SITE_PROVINCE", "STREAM_APPLICANT_CATEGORY",
    "UNIVERSITY_PROVINCE",
}  # fmt: skip
"""Those whose values are words of a vocabulary."""

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


async def paged_in_python(graph: Graph, field: str, direction: str) -> list[int]:
    """Return the ids in an order as Python sorts them: nulls last, ties by the natural key."""
    rows = await graph.rows(
        f"SELECT {ORDERS[field]} AS value, p.program_stream_id FROM {PROGRAMS} WHERE p.is_current"
    )
    is_word = field in WORDS
    return [row[1] for row in in_order(rows, direction, is_word=is_word)]


def in_order(rows: Iterable[Any], direction: str, *, is_word: bool) -> list[Any]:
    """Return rows sorted by their first value, ties by the rest, upwards."""
    by_rest = sorted(rows, key=lambda row: tuple(row)[1:])
    stated = [row for row in by_rest if row[0] is not None]
    stated.sort(key=lambda row: comparable(row[0], is_word=is_word), reverse=direction == "DESC")
    return stated + [row for row in by_rest if row[0] is None]


def comparable(value: Any, *, is_word: bool) -> Any:
    """Return what a value is compared by: texts without case and accents, then as they are."""
    return (fold(value), value) if isinstance(value, str) and not is_word else value
