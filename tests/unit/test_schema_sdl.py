"""The committed SDL is fresh, every item of it described, and the contract's names are in it."""

from __future__ import annotations

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, get_named_type

from graph.errors import DeclarationError
from graph.planner.relation_checks import check_relation
from graph.planner.sources import TABLE_TYPES, Connection, Through, ToMany, Via, source_of
from graph.schema import SDL_FILE, build_schema, sdl, undescribed
from warehouse.tables import metadata

SCHEMA = build_schema()._schema


def test_the_committed_sdl_equals_the_generated_one() -> None:
    assert SDL_FILE.read_text(encoding="utf-8") == sdl(), "run: python -m graph.schema"


def test_every_type_field_argument_and_value_is_described() -> None:
    assert undescribed(SCHEMA) == []


def test_every_type_of_what_is_simulated_says_so() -> None:
    within = {SCHEMA.type_map["Simulation"]}
    elsewhere = {"Program", "Discipline", "University", "DataVersion", "Job", "PageInfo"}
    elsewhere.add("SimulationParameters")  # what is simulated with
    waiting = list(within)
    while waiting:
        kinds = {get_named_type(field.type) for field in waiting.pop().fields.values()}
        found = {
            one
            for one in kinds - within
            if isinstance(one, GraphQLObjectType) and one.name not in elsewhere
        }
        within |= found
        waiting += found
    assert {"Certificate", "Explanation", "ProgramOutcome"} <= {one.name for one in within}
    silent = {one.name for one in within if "simulat" not in (one.description or "").lower()}
    assert {name for name in silent if not name.endswith(("Connection", "Edge"))} == set()


def test_a_field_is_described_by_the_comment_of_its_column() -> None:
    program = SCHEMA.type_map["Program"]
    assert isinstance(program, GraphQLObjectType)
    comment = metadata.tables["core.fact_program"].c.quota.comment
    assert program.fields["quota"].description == comment


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("Query", {"node": "Node", "program": "Program", "programs": "ProgramConnection!",
                   "universities": "UniversityConnection!", "university": "University",
                   "disciplines": "DisciplineConnection!", "discipline": "Discipline",
                   "sites": "SiteConnection!", "streams": "[Stream!]!",
                   "iterations": "[MatchIteration!]!", "dataVersion": "DataVersion!"}),
        ("Program", {"id": "ID!", "programStreamId": "Int!", "name": "String!", "url": "String!",
                     "quota": "Int", "lengthYears": "Float", "lastApprovedOn": "Date",
                     "accreditation": "AccreditationStatus", "discipline": "Discipline!",
                     "iteration": "MatchIteration!", "site": "Site!", "stream": "Stream!",
                     "university": "University!", "applicationVolume": "CountRange",
                     "interviewOfferRate": "PercentRange", "returnOfService": "ReturnOfService",
                     "sections": "[ProgramSection!]!", "requirements": "[ProgramRequirement!]!",
                     "selectionCriteria": "[SelectionCriterion!]!",
                     "interviewDates": "[InterviewDate!]!", "trainingSites": "[TrainingSite!]!",
                     "evidence": "[Evidence!]!"}),
        ("ProgramConnection", {"edges": "[ProgramEdge!]!", "nodes": "[Program!]!",
                               "pageInfo": "PageInfo!", "totalCount": "Int!",
                               "aggregate": "ProgramAggregate!"}),
    ],
)  # fmt: skip
def test_the_contract_is_kept(kind: str, fields: dict[str, str]) -> None:
    found = SCHEMA.type_map[kind]
    assert isinstance(found, GraphQLObjectType)
    types = {name: str(field.type) for name, field in found.fields.items()}
    assert fields.items() <= types.items()


def test_filters_ask_for_all_related_rows_and_for_places() -> None:
    lists = 0
    for name in TABLE_TYPES:
        kind, members = SCHEMA.type_map.get(name), SCHEMA.type_map.get(f"{name}Filter")
        if not isinstance(kind, GraphQLObjectType) or members is None:
            continue
        assert isinstance(members, GraphQLInputObjectType)
        for field, definition in kind.fields.items():
            source = source_of(definition)
            if isinstance(source, ToMany | Connection):
                assert str(members.fields[field].type) == f"{source.target}ListFilter"
                lists += 1
        assert ("within" in members.fields) == ("latitude" in kind.fields)
    assert lists >= 7 + 10


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (ToMany("Nothing", (("program_key", "program_key"),), ("ordinal",)), "no type Nothing"),
        (ToMany("Evidence", (("a", "site_key"),), ()), "core.program_evidence.site_key"),
        (ToMany("Evidence", (), ("starts_on",)), "core.program_evidence.starts_on"),
        (ToMany("Evidence", (), (), {}, ("kind", "x")), "core.program_evidence.kind"),
        (Connection("Nothing", "m"), "no type Nothing"),
        (Connection("Program", "m", Through("location_key")), "core.dim_program.location_key"),
        (Connection("Program", "m", Through("stream_key")), "core.dim_site.stream_key"),
        (Connection("University", "m", Via("Program", "site_key", "stream_key")),
         "core.dim_university.stream_key"),
        (Connection("University", "m", Via("Nothing", "site_key", "x")), "no type Nothing"),
    ],
)  # fmt: skip
def test_relations_that_do_not_fit_stop_at_start_up(
    source: ToMany | Connection, words: str
) -> None:
    with pytest.raises(DeclarationError, match=words):
        check_relation("Site.wrong", TABLE_TYPES["Site"], source)


def test_contacts_are_not_in_the_schema() -> None:
    assert "CONTACTS\n" not in sdl().replace("PROGRAM_CONTACTS\n", "")
    assert "email" not in sdl().lower()
