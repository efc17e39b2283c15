"""Tables of programs go out to CSV and come back the same; what is wrong is named with its row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.errors import DuplicateIdError, InvalidFolderError, InvalidQuotaError
from simulation.program_file import programs_as_csv, read_program_file
from simulation.programs import Program, ProgramTable
from tests.programs import small_country

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1)
NUMBERS = st.floats(-1e6, 1e6) | st.just(float("nan"))


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(
            WORDS, st.integers(0, 300), WORDS, NUMBERS, NUMBERS, st.booleans(),
            st.lists(st.sampled_from(["CMG", "IMG+CMQ_EQUIVALENCE", "MOTP"])).map(tuple),
        ),
        unique_by=lambda values: values[0],
        max_size=4,
    )
)  # fmt: skip
def test_tables_come_back_as_they_went_out(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]]
) -> None:
    table = ProgramTable.of(
        Program(
            key, quota, name=name, latitude=latitude, interviews=interviews,
            has_return_of_service=flag, admits=admits, announced=quota + 1,
        )
        for key, quota, name, latitude, interviews, flag, admits in rows
    )  # fmt: skip
    path = tmp_path_factory.mktemp("programs") / "programs.csv"
    path.write_text(programs_as_csv(table), encoding="utf-8")
    again = read_program_file(path)
    assert [repr(row) for row in again.rows()] == [repr(row) for row in table.rows()]


def test_a_file_needs_only_keys_and_quotas_and_an_empty_quota_is_modelled(tmp_path: Path) -> None:
    path = tmp_path / "programs.csv"
    path.write_text("key,quota,discipline\na,4,X\nb,,X\nc,6,X\n", encoding="utf-8")
    table = read_program_file(path)
    assert table.quotas.tolist() == [4, 4, 6]
    assert table.quota_is_modelled.tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("key,seats\na,1\n", InvalidFolderError, "Unknown columns: seats; missing ones: quota"),
        ("key,quota\na,many\n", InvalidQuotaError, r"row 1, quota: 'many'"),
        ("key,quota\na,-1\n", InvalidQuotaError, "quota is -1"),
        ("key,quota\na,1\na,2\n", DuplicateIdError, "'a'"),
        ("key,quota\n,1\n", InvalidFolderError, "row 1: The program has no key"),
        ("key,quota\na\n", InvalidFolderError, "row 1: The row has too few cells"),
        ("key,quota\na,1,2\n", InvalidFolderError, "row 1: The row has too many cells"),
        ("key,quota\na,1\nb,1,2\n", InvalidFolderError, "row 2: The row has too many cells"),
        ("key,quota\na,3000000000\n", InvalidQuotaError, "row 1, quota"),
        ("key,quota,latitude\na,1,north\n", InvalidFolderError, "row 1, latitude: 'north'"),
        ("key,quota,is_open\na,1,yes\n", InvalidFolderError, "row 1, is_open: 'yes'"),
    ],
)
def test_what_is_wrong_is_refused_with_its_row(
    tmp_path: Path, text: str, error: type[Exception], words: str
) -> None:
    path = tmp_path / "programs.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=words):
        read_program_file(path)


def test_a_file_that_is_not_there_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidFolderError, match=r"none\.csv"):
        read_program_file(tmp_path / "none.csv")


def test_the_small_country_goes_out_with_what_it_admits() -> None:
    text = programs_as_csv(small_country())
    assert text.startswith("key,quota,name,")
    assert "IMG+CMQ_EQUIVALENCE" in text
