"""The generated pages are fresh, and the names in the warehouse keep their promises."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Float, Integer, String, Text
from sqlmodel.sql.sqltypes import AutoString

from warehouse import dictionary
from warehouse.tables import SCHEMAS, metadata
from warehouse.tables.marts import VIEWS

TABLES = sorted(metadata.tables.values(), key=lambda table: table.fullname)
COLUMNS = [column for table in TABLES for column in table.columns]
NUMBER_SUFFIXES = ("_id", "_code", "_number", "ordinal", "number", "year", "attempts", "dimensions")


def name_of(thing):
    table = getattr(thing, "table", None)
    return f"{table.fullname}.{thing.name}" if table is not None else thing.fullname


@pytest.mark.parametrize("path", dictionary.generate(), ids=lambda path: path.name)
def test_the_committed_page_is_what_the_models_say(path):
    content = dictionary.generate()[path]
    assert path.read_text(encoding="utf-8") == content, "run python -m warehouse.dictionary"


def test_check_tells_which_page_is_stale(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(dictionary, "DOCS", tmp_path)
    assert dictionary.main(["--check"]) == 1
    assert "data_dictionary.md is stale: run python -m" in capsys.readouterr().err
    assert dictionary.main([]) == 0
    assert dictionary.main(["--check"]) == 0


@pytest.mark.parametrize("table", TABLES, ids=name_of)
def test_every_table_says_what_it_is_and_what_one_row_is(table):
    assert table.schema in SCHEMAS
    assert table.comment.endswith(".")
    assert table.info["grain"]


@pytest.mark.parametrize("table", TABLES, ids=name_of)
def test_every_column_has_a_comment_that_is_a_sentence(table):
    for column in table.columns:
        assert column.comment, name_of(column)
        assert column.comment.endswith("."), name_of(column)
        assert column.comment[0] == column.comment[0].upper(), name_of(column)


def test_every_column_and_coded_value_stands_in_the_dictionary():
    page = dictionary.generate()[dictionary.DOCS / "data_dictionary.md"]
    for column in COLUMNS:
        assert f"| `{column.name}` |" in page
    for view in VIEWS:
        assert f"### `{view.fullname}`" in page
    for words in dictionary.vocabularies():
        for word in words:
            assert f"| `{word.value}` | {word.description}" in page


def test_every_checked_code_is_linked_to_its_meanings():
    coded = dictionary.coded_columns(metadata.tables["core.program_requirement"])
    assert coded["status"] == "One of [RequirementStatus](#requirementstatus)."
    coded = dictionary.coded_columns(metadata.tables["core.program_evidence"])
    assert coded["section"] == (
        "One of [SectionKind](#sectionkind) or [DocumentPart](#documentpart)."
    )


@pytest.mark.parametrize("table", TABLES, ids=name_of)
def test_names_say_types(table):
    for column in table.columns:
        check_name(column)


def check_name(column):
    name, kind = column.name, column.type
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
    assert isinstance(kind, Boolean) == name.startswith("is_")
    assert isinstance(kind, Date) == name.endswith("_on")
    is_time = name == "at" or name.endswith("_at") or name in {"valid_from", "valid_to"}
    assert isinstance(kind, DateTime) == is_time
    if isinstance(kind, DateTime):
        assert kind.timezone
        assert column.info["unit"] == "UTC"
    if isinstance(kind, BigInteger):
        assert name.endswith(("_key", "_bytes", "_count"))
    if name.endswith("_key") and name != "natural_key":
        assert isinstance(kind, BigInteger)
    if isinstance(kind, String):
        assert isinstance(kind, Text), "text has no length limit"
        assert not isinstance(kind, AutoString)


def test_every_number_has_a_unit_or_is_the_number_of_something():
    for column in COLUMNS:
        if isinstance(column.type, Float):
            assert column.info["unit"], name_of(column)
        elif isinstance(column.type, Integer) and not isinstance(column.type, BigInteger):
            assert column.info.get("unit") or column.name.endswith(NUMBER_SUFFIXES), name_of(column)
        assert (column.info.get("unit") == "percent") == ("_percent" in column.name)


@pytest.mark.parametrize("table", TABLES, ids=name_of)
def test_a_table_of_the_star_says_what_it_is_to_the_star(table):
    if table.schema == "core" and {"valid_from", "is_current"} <= set(table.columns.keys()):
        assert table.name.startswith("dim_")
    if table.schema == "core" and table.name.startswith("fact_"):
        assert not {"valid_from", "is_current"} & set(table.columns.keys())


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.fullname)
def test_no_view_shows_a_contact(view):
    assert not any("contact" in source for source in view.columns.values())


@pytest.mark.parametrize("table", TABLES, ids=name_of)
def test_every_constraint_and_index_has_a_name_within_postgresqls_limit(table):
    for named in (*table.constraints, *table.indexes):
        if table.schema == "staging" and not named.columns:
            continue  # the primary key that a staging table does not have
        assert named.name, table.fullname
        assert len(named.name) <= 63, named.name
