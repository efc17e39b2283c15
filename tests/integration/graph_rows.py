"""Rows for tests of the graph, put straight into the core tables: small, seeded, of our making.

Each list is one COPY. Numbers of rows follow from ``Rows``; ties and nulls are planted.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable
from dataclasses import dataclass

import asyncpg

from warehouse.engine import copy_rows
from warehouse.tables import metadata
from warehouse.vocabulary import RequirementKind, SelectionComponent, SelectionPhase

ITERATION = 1503
FIRST = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
SECOND = dt.datetime(2026, 2, 1, 12, tzinfo=dt.UTC)
UNIVERSITIES = [
    ("Université Laval", "Québec", "QC", ["FR"]),
    ("McGill University", "Montréal", "QC", ["EN", "FR"]),
    ("University of Toronto", "Toronto", "ON", ["EN"]),
    ('Quote"and\\slash University', "St. John's", "NL", ["EN"]),
]
DISCIPLINES = [
    ("Pediatrics", "Pédiatrie"),
    ("Family Medicine", None),
    ("Anesthesiology", "Anesthésiologie"),
]
STREAMS = [("CMG Stream for CMG", "CMG", False), ("IMG Stream for IMG: 100% RoS", "IMG", True)]
SITES = [
    ("Québec", "Québec", "QC"),
    ("4B: north/south", "Toronto", "ON"),
    ("Toronto", "Toronto", "ON"),
]

TESTS = [("TCF", "C2"), ("IELTS_ACADEMIC", None)]


@dataclass(frozen=True)
class Rows:
    """How many rows to make, and from which seed."""

    programs: int = 57
    requirements: int = 3
    criteria: int = 2
    seed: int = 1


async def insert(connection: asyncpg.Connection, table: str, rows: Iterable[dict]) -> None:
    """Copy rows into a table; all have the keys of the first."""
    found = list(rows)
    if found:
        columns = list(found[0])
        await copy_rows(connection, table, columns, [tuple(r[c] for c in columns) for r in found])


def version(at: dt.datetime = FIRST, until: dt.datetime | None = None) -> dict:
    """Return the type-2 columns."""
    return {
        "content_hash": f"{at:%Y%m%d}",
        "valid_from": at,
        "valid_to": until,
        "is_current": until is None,
    }


async def fill(connection: asyncpg.Connection, rows: Rows = Rows()) -> None:
    """Fill an empty warehouse with one published data version."""
    random_ = random.Random(rows.seed)
    await publish(connection, 1, FIRST, rows.programs)
    await dimensions(connection)
    programs = [program(key, random_) for key in range(1, rows.programs + 1)]
    await insert(connection, "core.dim_program", programs)
    await insert(connection, "core.fact_program", [facts(p, random_) for p in programs])
    await children(connection, programs, rows, random_)
    await settle(connection)


async def publish(
    connection: asyncpg.Connection, number: int, at: dt.datetime, programs: int
) -> None:
    """Publish a data version."""
    run = {
        "load_run_key": number, "source": "test", "is_sample": True, "status": "PUBLISHED",
        "step": "publish", "program_rows_in": programs, "program_rows_published": programs,
        "program_rows_quarantined": 0,
    }  # fmt: skip
    await insert(connection, "ops.load_run", [run])
    data_version = {
        "number": number, "load_run_key": number, "match_iteration_id": ITERATION,
        "is_sample": True, "program_count": programs, "programs_added": programs,
        "programs_changed": 0, "programs_removed": 0, "published_at": at,
    }  # fmt: skip
    await insert(connection, "ops.data_version", [data_version])


async def dimensions(connection: asyncpg.Connection) -> None:
    """Fill the dimensions."""
    iteration = {
        "match_iteration_key": 1,
        "match_iteration_id": ITERATION,
        "name": "R-1 main",
        "year": 2025,
    }
    await insert(connection, "core.dim_match_iteration", [iteration | version()])
    await insert(connection, "core.dim_discipline", [
        {"discipline_key": i, "discipline_id": i * 10, "name": name, "name_fr": french} | version()
        for i, (name, french) in enumerate(DISCIPLINES, 1)
    ])  # fmt: skip
    cities = sorted({(c, p) for _, c, p, *_ in UNIVERSITIES} | {(c, p) for _, c, p in SITES})
    locations = {place: key for key, place in enumerate(cities, 1)}
    await insert(connection, "core.dim_location", [
        {"location_key": key, "city": city, "province": province, "latitude": 45.5,
         "longitude": None} | version()
        for (city, province), key in locations.items()
    ])  # fmt: skip
    await insert(connection, "core.dim_university", [
        {"university_key": i, "school_code": i * 7, "name": name, "city": city,
         "province": province, "latitude": 45.25, "longitude": -73.5, "languages": languages,
         "location_key": locations[city, province]} | version()
        for i, (name, city, province, languages) in enumerate(UNIVERSITIES, 1)
    ])  # fmt: skip
    await insert(connection, "core.dim_site", [
        {"site_key": i, "label": label, "city": city, "province": province, "latitude": None,
         "longitude": None, "is_place": i != 2, "note": None,
         "location_key": locations[city, province]} | version()
        for i, (label, city, province) in enumerate(SITES, 1)
    ])  # fmt: skip
    await insert(connection, "core.dim_stream", [
        {"stream_key": i, "label": label, "applicant_category": category,
         "is_return_of_service": bound, "is_military": False} | version()
        for i, (label, category, bound) in enumerate(STREAMS, 1)
    ])  # fmt: skip


def program(key: int, random_: random.Random) -> dict:
    """Return the first version of a program."""
    university, discipline = (
        random_.randint(1, len(UNIVERSITIES)),
        random_.randint(1, len(DISCIPLINES)),
    )
    return {
        "program_key": key, "match_iteration_id": ITERATION, "program_stream_id": 20_000 + key * 3,
        "name": f"{UNIVERSITIES[university - 1][0]} / {DISCIPLINES[discipline - 1][0]} / {key % 5}",
        "url": f"https://example.org/{key}", "language": random_.choice(["EN", "FR"]),
        "application_languages": random_.choice([["EN"], ["EN", "FR"], []]),
        "match_iteration_key": 1, "discipline_key": discipline, "university_key": university,
        "site_key": random_.randint(1, len(SITES)), "stream_key": random_.randint(1, len(STREAMS)),
    } | version()  # fmt: skip


def facts(of: dict, random_: random.Random) -> dict:
    """Return what a program version states."""
    volume = random_.choice([(51, 200, "51 - 200"), (201, None, "> 200"), (None, None, None)])
    return {
        "program_key": of["program_key"], "quota": random_.choice([1, 2, 2, 5, 12, None]),
        "length_years": random_.choice([2.0, 3.5, 5.0, None]),
        "accreditation": random_.choice(["ACCREDITED", None]),
        "last_approved_on": random_.choice([dt.date(2025, 2, 4), None]),
        "application_volume_min": volume[0], "application_volume_max": volume[1],
        "application_volume_label": volume[2],
        "interview_offer_percent_min": 25.5, "interview_offer_percent_max": 50.0,
        "interview_offer_label": "26 - 50 %",
        "return_of_service_status": random_.choice(["REQUIRED", None]),
        "return_of_service_text": None,
    }  # fmt: skip


async def children(
    connection: asyncpg.Connection, programs: list[dict], rows: Rows, random_: random.Random
) -> None:
    """Fill evidence and all children."""
    made: dict[str, list[dict]] = {name: [] for name in (
        "program_evidence", "program_section", "program_requirement", "requirement_test",
        "selection_criterion", "interview_date", "program_training_site", "program_contact",
    )}  # fmt: skip
    await land(connection)
    for row in programs:
        child(made, row["program_key"], rows, random_)
    for name, found in made.items():
        await insert(connection, f"core.{name}", found)


async def land(connection: asyncpg.Connection) -> None:
    """Land one record for evidence to stand in."""
    await insert(connection, "landing.file", [
        {"file_key": 1, "sha256": "0", "role": "program_documents", "name": "t", "source": "test",
         "size_bytes": 1, "record_count": 1}
    ])  # fmt: skip
    await insert(connection, "landing.record", [
        {"record_key": 1, "file_key": 1, "row_number": 1, "field": "page_content",
         "payload": "text", "content_hash": "0"}
    ])  # fmt: skip


def child(made: dict[str, list[dict]], key: int, rows: Rows, random_: random.Random) -> None:
    """Make the children of one program version."""

    def evidence(ordinal: int, field: str) -> dict:
        return {"program_key": key, "ordinal": ordinal, "field": field, "record_key": 1,
                "record_name": f"program_documents 1503-{key} page_content", "section": "HEADER",
                "span_start": ordinal, "span_end": ordinal + 4, "quote": 'a "quoted"\nline \u2028',
                "parser_version": "1"}  # fmt: skip

    made["program_evidence"] += [evidence(0, "QUOTA"), evidence(1, "REQUIREMENTS")]
    common = {"program_key": key, "evidence_ordinal": 1}
    for ordinal, kind in enumerate(("INTERVIEWS", "PROGRAM_HIGHLIGHTS")):
        made["program_section"].append(common | {"ordinal": ordinal, "kind": kind,
            "heading": f"# {kind}", "text": "Ligne\tde texte – œuvre \x07 “é”\n" * 2})  # fmt: skip
    for ordinal in range(random_.randint(0, rows.requirements)):
        made["program_requirement"].append(common | {"ordinal": ordinal,
            "kind": random_.choice(RequirementKind.values()), "label": f"Item {ordinal}",
            "status": random_.choice(["REQUIRED", "OPTIONAL", None]),
            "quantity": random_.choice([3, None]), "min_words": None,
            "max_words": 500})  # fmt: skip
        made["requirement_test"] += [
            {"program_key": key, "requirement_ordinal": ordinal, "ordinal": i, "name": name,
             "minimum_score": score}
            for i, (name, score) in enumerate(TESTS[: ordinal % 3])
        ]  # fmt: skip
    for ordinal in range(random_.randint(0, rows.criteria)):
        made["selection_criterion"].append(common | {"ordinal": ordinal,
            "phase": random_.choice(SelectionPhase.values()),
            "component": random_.choice(SelectionComponent.values()), "label": "CV",
            "is_evaluated": random_.choice([True, False, None]), "text": None,
            "weight_percent": random_.choice([12.5, None])})  # fmt: skip
    for ordinal in range(random_.randint(0, 2)):
        day = dt.date(2025, 3, 3) - dt.timedelta(days=ordinal)
        made["interview_date"].append(common | {"ordinal": ordinal, "starts_on": day,
            "ends_on": day, "source": "LIST"})  # fmt: skip
    made["program_training_site"].append(common | {"ordinal": 0, "name": "Hôpital", "form": "LIST"})
    made["program_contact"].append(common | {"ordinal": 0, "name": "Secret Person", "title": None,
        "email": "secret@example.org", "phone": None})  # fmt: skip


async def change_quotas(connection: asyncpg.Connection, number: int = 2) -> None:
    """Publish a data version in which every third program has a new version with quota 99."""
    count = await connection.fetchval("SELECT count(*) FROM core.dim_program WHERE is_current")
    await publish(connection, number, SECOND, count)
    changed = await connection.fetch(
        "UPDATE core.dim_program SET valid_to = $1, is_current = false"
        " WHERE is_current AND program_stream_id % 9 = 2 RETURNING *", SECOND,
    )  # fmt: skip
    new = []
    for row in changed:
        kept = {k: v for k, v in row.items() if k not in {"created_at", "updated_at", "deleted_at"}}
        new.append(kept | version(SECOND) | {"program_key": kept["program_key"] + 1_000_000})
    await insert(connection, "core.dim_program", new)
    await insert(connection, "core.fact_program", [
        {"program_key": row["program_key"], "quota": 99} for row in new
    ])  # fmt: skip


async def settle(connection: asyncpg.Connection) -> None:
    """Let the server's planner know the rows."""
    assert metadata.tables
    await connection.execute("ANALYZE")
