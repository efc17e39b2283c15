"""Tables of programs are frozen, checked, and keep what everybody knew apart from what is."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.errors import DuplicateIdError, InvalidColumnsError, InvalidQuotaError
from simulation.programs import Program, ProgramTable
from simulation.quotas import with_modelled_quotas
from tests.programs import small_country


def test_rows_come_back_as_they_went_in() -> None:
    table = small_country()
    again = ProgramTable.of(table.rows())
    assert [repr(row) for row in again.rows()] == [repr(row) for row in table.rows()]
    assert table.number_of[table.keys[3]] == 3


def test_an_empty_table_is_a_table() -> None:
    table = ProgramTable.of([])
    assert len(table) == 0
    assert list(table.rows()) == []
    assert len(table.with_programs([Program("a", 1)])) == 1


def test_columns_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValueError, match="read-only"):
        small_country().quotas[0] = 9


def test_other_seats_leave_those_that_everybody_had_in_mind() -> None:
    table = small_country()
    more = table.with_quotas(table.quotas + 1)
    assert (more.quotas == table.quotas + 1).all()
    assert (more.announced == table.announced).all()
    known = table.with_quotas(table.quotas + 1, announced=True)
    assert (known.announced == table.quotas + 1).all()


def test_a_closed_program_keeps_its_row_and_has_no_seats() -> None:
    closed = small_country().closed([2])
    assert len(closed) == len(small_country())
    assert not closed.is_open[2]
    assert closed.quotas[2] == 0
    with pytest.raises(InvalidQuotaError, match="closed and has 1 seats"):
        closed.with_quotas(np.ones(len(closed), dtype=np.int32))


@pytest.mark.parametrize(
    ("rows", "error", "words"),
    [
        ([Program("a", 1), Program("a", 2)], DuplicateIdError, "program 'a'"),
        ([Program("a", -1)], InvalidQuotaError, "quota is -1"),
        ([Program("a", 1, announced=-2)], InvalidQuotaError, "announced is -2"),
        ([Program("a", 1.5)], InvalidQuotaError, "whole numbers"),  # type: ignore[arg-type]
    ],
)
def test_what_contradicts_itself_is_refused(
    rows: list[Program], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        ProgramTable.of(rows)


def test_columns_of_different_lengths_are_refused() -> None:
    columns = {name: getattr(small_country(), name) for name in ProgramTable.__dataclass_fields__}
    with pytest.raises(InvalidColumnsError, match="column names"):
        ProgramTable(**{**columns, "names": ("one",)})


def test_an_unknown_quota_is_the_median_of_the_most_like_and_stays_marked() -> None:
    rows = [
        Program("a", 2, discipline="X", category="CMG"),
        Program("b", 4, discipline="X", category="CMG"),
        Program("c", 9, discipline="X", category="CMG"),
        Program("d", 1, discipline="Y", category="CMG"),
        Program("e", 0, discipline="X", category="CMG", quota_is_modelled=True),
        Program("f", 0, discipline="Z", category="CMG", quota_is_modelled=True),
        Program("g", 0, discipline="Z", category="IMG", quota_is_modelled=True),
    ]
    table = ProgramTable.of(with_modelled_quotas(rows))
    assert table.quotas.tolist() == [2, 4, 9, 1, 4, 2, 2]
    assert table.announced.tolist() == table.quotas.tolist()
    assert table.quota_is_modelled.tolist() == [False] * 4 + [True] * 3


def test_where_nobody_states_a_quota_it_is_one() -> None:
    assert with_modelled_quotas([Program("a", 0, quota_is_modelled=True)])[0].quota == 1
