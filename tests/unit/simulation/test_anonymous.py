"""Ids of people are codes; what could be read as a person never comes in, nor into errors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.anonymous import check_anonymous
from simulation.errors import InvalidIdError


@pytest.mark.parametrize(
    "identifier",
    ["A0001", "1", "CMG-00017", "sim-IMG-00001", "applicant_12", "USMG7", "couple-3-A"],
)
def test_codes_are_taken(identifier: str) -> None:
    check_anonymous([identifier], "applicants.csv")


@pytest.mark.parametrize(
    ("identifier", "words"),
    [
        ("jane.doe@example.org", "e-mail address"),
        ("a1@b", "e-mail address"),
        ("Jane Doe", "name"),
        ("Doe, Jane 2", "name"),
        ("jane.doe", "name"),
        ("JaneDoe7", "name"),
        ("jane-doe-7", "name"),
        ("p2-X9", "name"),
        ("Smith1", "name"),
        ("SMITH1", "name"),
        ("Arthur", "name"),
        ("O'Neill1", "name"),
        ("Éloïse7", "name"),
        ("416-555-0123", "telephone"),
        ("A4165550123", "telephone"),
        ("", "empty"),
        ("   ", "empty"),
    ],
)
def test_what_may_be_a_person_is_refused_by_its_row_and_not_repeated(
    identifier: str, words: str
) -> None:
    with pytest.raises(InvalidIdError, match=words) as caught:
        check_anonymous(["A1", identifier], "applicants.csv, column applicant")
    assert "row 2" in str(caught.value)
    assert "such as A0017" in str(caught.value)
    if identifier.strip():
        assert identifier not in str(caught.value)


@given(st.integers(0, 10**6), st.sampled_from(["A", "CMG", "IMG-", "sim-", "applicant_"]))
def test_numbered_codes_are_taken(number: int, prefix: str) -> None:
    check_anonymous([f"{prefix}{number:05d}"], "applicants.csv")
