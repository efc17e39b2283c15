"""Markets from ids: mappings of lists, or columns as a data frame or a CSV file has them.

Both ways end in `building.build_market`, which refuses what contradicts itself. What can only be
seen in ids and ranks is refused here: tied ranks, ranks that are no whole numbers, ids that nobody
has. Every error names the place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from simulation.building import build_market
from simulation.errors import (
    ContradictoryListError,
    DuplicateIdError,
    InvalidColumnsError,
    InvalidCoupleError,
    InvalidIdError,
    InvalidQuotaError,
    InvalidRankError,
    TiedRanksError,
    UnknownIdError,
)
from simulation.market import MOST_SEATS, NO_MATCH, CoupleLists, Market, RankLists

PairOfIds: TypeAlias = tuple[str | None, str | None]


class Columns(Protocol):
    """Anything with columns by name: a mapping of sequences, or a data frame."""

    def __getitem__(self, name: str, /) -> Iterable[Any]: ...


def market_from_lists(
    applicants: Mapping[str, Sequence[str]],
    programs: Mapping[str, Sequence[str]],
    quotas: Mapping[str, int],
    couples: Mapping[tuple[str, str], Sequence[PairOfIds]] | None = None,
) -> Market:
    """Return the market of lists by id, best first.

    Args:
        applicants: The list of each applicant. Members of couples need no entry, or an empty one.
        programs: The list of each program. A program that ranks nobody needs no entry.
        quotas: Seats of each program. The programs are numbered in this order.
        couples: The paired list of each couple; None in a pair leaves that member without a
            program.

    Raises:
        InvalidMarketError: One of its kinds, which names the place.
    """
    couples = {} if couples is None else couples
    people = dict.fromkeys([*applicants, *(member for pair in couples for member in pair)])
    who, where = _numbered(people, "applicant"), _numbered(quotas, "program")
    for program in programs:
        if program not in where:
            raise InvalidQuotaError(
                "The program has a list and no quota.", "Give a quota.", f"program {program!r}"
            )
    return build_market(
        RankLists.from_rows(
            _numbers(applicants.get(one, ()), where, "program", f"applicant {one!r}") for one in who
        ),
        RankLists.from_rows(
            _numbers(programs.get(one, ()), who, "applicant", f"program {one!r}") for one in where
        ),
        [_seats(seats, program) for program, seats in quotas.items()],
        CoupleLists.from_rows(
            [(who[one], who[two]) for one, two in couples],
            [_pair_numbers(pairs, where, couple) for couple, pairs in couples.items()],
        ),
        list(who),
        list(where),
    )


def market_from_columns(
    applications: Columns,
    rankings: Columns,
    quotas: Columns,
    couples: Columns | None = None,
    applicants: Iterable[str] | None = None,
) -> Market:
    """Return the market of columns. Ranks order the entries of a list; they may have gaps.

    Args:
        applications: Columns ``applicant``, ``program``, ``rank``; a row for each entry.
        rankings: Columns ``program``, ``applicant``, ``rank``; a row for each entry.
        quotas: Columns ``program``, ``quota``; a row for each program.
        couples: Columns ``first``, ``second`` (the members), ``rank``, ``first_program``,
            ``second_program``; a row for each pair. An empty program is "no match".
        applicants: All applicants, where some have no application at all; otherwise those with an
            application or in a couple.

    Raises:
        InvalidMarketError: One of its kinds, which names the place.
    """
    seats: dict[str, int] = {}
    for row, (program, quota) in _rows(quotas, "quotas", ("program", "quota")):
        if program in seats:
            raise ContradictoryListError(
                "The program has two quotas.", "Give one.", f"quotas, row {row}: {program!r}"
            )
        seats[program] = quota
    chosen = lists_from_columns(applications, "applications", ("applicant", "program"))
    ranked = lists_from_columns(rankings, "rankings", ("program", "applicant"))
    everybody = dict.fromkeys(chosen) if applicants is None else _everybody(applicants)
    for one in chosen:
        if one not in everybody:
            raise UnknownIdError(
                "The applicant is not among all applicants.",
                "Add the id, or leave the application out.",
                f"applications, applicant {one!r}",
            )
    for program in ranked:
        if program not in seats:
            raise InvalidQuotaError(
                "The program has a list and no quota.", "Give a quota.", f"program {program!r}"
            )
    pairs = {} if couples is None else paired_lists_from_columns(couples)
    return market_from_lists({one: chosen.get(one, ()) for one in everybody}, ranked, seats, pairs)


def _everybody(applicants: Iterable[str]) -> dict[str, None]:
    """Return all applicants, in order; refuse an id that stands for two."""
    rows: dict[str, int] = {}
    for row, one in enumerate(applicants, start=1):
        if one in rows:
            raise DuplicateIdError(
                f"The id stands in row {rows[one]} already.",
                "Give everybody an id of their own, and list each one once.",
                f"applicants, row {row}: {one!r}",
            )
        rows[one] = row
    return dict.fromkeys(rows)


def _numbered(ids: Iterable[Any], kind: str) -> dict[str, int]:
    """Return the number of each id, in order."""
    numbers: dict[str, int] = {}
    for identifier in ids:
        if not isinstance(identifier, str) or not identifier.strip():
            raise InvalidIdError(
                f"An id is {identifier!r}.",
                "Give every id as a text that is not empty.",
                f"{kind} {len(numbers) + 1}",
            )
        if "@" in identifier:
            # Not repeated here: it may be somebody's address.
            raise InvalidIdError(
                "An id looks like an e-mail address.",
                "Use anonymous ids.",
                f"{kind} {len(numbers) + 1}",
            )
        numbers[identifier] = len(numbers)
    return numbers


def _number(identifier: str, numbers: Mapping[str, int], kind: str, place: str) -> int:
    number = numbers.get(identifier)
    if number is None:
        raise UnknownIdError(
            f"There is no {kind} {identifier!r}.", f"List only {kind}s of the market.", place
        )
    return number


def _numbers(ids: Sequence[str], numbers: Mapping[str, int], kind: str, place: str) -> list[int]:
    if isinstance(ids, str):
        raise InvalidRankError(
            f"The list is the text {ids!r}.", "Give a list of ids, best first.", place
        )
    return [
        _number(identifier, numbers, kind, f"{place}, rank {rank}")
        for rank, identifier in enumerate(ids, start=1)
    ]


def _pair_numbers(
    pairs: Sequence[PairOfIds], numbers: Mapping[str, int], couple: tuple[str, str]
) -> list[tuple[int, int]]:
    place = f"couple {couple[0]!r} and {couple[1]!r}"
    result: list[tuple[int, int]] = []
    for rank, pair in enumerate(pairs, start=1):
        where = f"{place}, rank {rank}"
        if len(pair) != 2:
            raise InvalidCoupleError(
                f"The pair has {len(pair)} programs.",
                "Give one program for each member, and None for no match.",
                where,
            )
        one, two = (
            NO_MATCH if program is None else _number(program, numbers, "program", where)
            for program in pair
        )
        result.append((one, two))
    return result


def _seats(quota: Any, program: str) -> int:
    """Return a quota as a number; its sign is checked with all others."""
    whole = _whole(quota)
    if whole is None or whole > MOST_SEATS:
        raise InvalidQuotaError(
            f"The quota is {quota!r}.",
            f"Give a whole number from zero to {MOST_SEATS}.",
            f"program {program!r}",
        )
    return whole


def _whole(value: Any) -> int | None:
    """Return a whole number that a column holds, perhaps as a float or a text."""
    try:
        number = float(value)
        return int(number) if number.is_integer() and not isinstance(value, bool) else None
    except (TypeError, ValueError):
        return None


def _rows(
    columns: Columns, table: str, names: Sequence[str]
) -> Iterable[tuple[int, tuple[Any, ...]]]:
    """Yield rows with their number, the first one being 1."""
    try:
        values = [list(columns[name]) for name in names]
    except KeyError as error:
        raise InvalidColumnsError(
            f"There is no column {error.args[0]!r}.",
            f"Give the columns {', '.join(names)}.",
            table,
        ) from error
    if len({len(column) for column in values}) > 1:
        raise InvalidColumnsError(
            "The columns differ in length.", "Give one value of each for every row.", table
        )
    return enumerate(zip(*values, strict=True), start=1)


def _rank(value: Any, place: str) -> int:
    rank = _whole(value)
    if rank is None or rank < 1:
        raise InvalidRankError(
            f"The rank is {value!r}.", "Give a whole number of at least 1.", place
        )
    return rank


def lists_from_columns(
    columns: Columns, table: str, names: tuple[str, str]
) -> dict[str, list[str]]:
    """Return the list of each owner, in the order of ranks.

    Args:
        columns: The columns, a row for each entry.
        table: What the table is called in errors.
        names: The columns of the owner and of the entry; ``rank`` is the third.

    Raises:
        InvalidMarketError: One of its kinds, which names the row.
    """
    ranked: dict[str, dict[int, str]] = {}
    seen: dict[tuple[str, str], int] = {}
    for row, (owner, item, value) in _rows(columns, table, (*names, "rank")):
        place = f"{table}, row {row}: {names[0]} {owner!r}"
        rank = _rank(value, place)
        if (owner, item) in seen:
            raise ContradictoryListError(
                f"{names[1].capitalize()} {item!r} stands in row {seen[owner, item]} already.",
                "List each one once.",
                place,
            )
        entries = ranked.setdefault(owner, {})
        if rank in entries:
            raise TiedRanksError(
                f"{entries[rank]!r} and {item!r} share rank {rank}.",
                "Give each its own rank: the match knows no ties.",
                place,
            )
        entries[rank] = item
        seen[owner, item] = row
    return {owner: [entries[rank] for rank in sorted(entries)] for owner, entries in ranked.items()}


def paired_lists_from_columns(
    columns: Columns, table: str = "couples"
) -> dict[tuple[str, str], list[PairOfIds]]:
    """Return the paired list of each couple, in the order of ranks.

    Args:
        columns: Columns as `market_from_columns` takes them for couples.
        table: What the table is called in errors.

    Raises:
        InvalidMarketError: One of its kinds, which names the row.
    """
    names = ("first", "second", "rank", "first_program", "second_program")
    ranked: dict[tuple[str, str], dict[int, PairOfIds]] = {}
    for row, (first, second, value, one, two) in _rows(columns, table, names):
        place = f"{table}, row {row}: {first!r} and {second!r}"
        rank = _rank(value, place)
        if (second, first) in ranked:
            raise InvalidCoupleError(
                "The members stand the other way round in another row.",
                "Keep the same member first in all rows of a couple.",
                place,
            )
        entries = ranked.setdefault((first, second), {})
        if rank in entries:
            raise TiedRanksError(
                f"Two pairs share rank {rank}.",
                "Give each its own rank: the match knows no ties.",
                place,
            )
        entries[rank] = (_program_or_none(one), _program_or_none(two))
    return {
        couple: [entries[rank] for rank in sorted(entries)] for couple, entries in ranked.items()
    }


def _program_or_none(value: Any) -> str | None:
    """Return a program; an empty cell, as text or as not-a-number, is none."""
    is_missing = value is None or value == "" or value != value  # noqa: PLR0124  # NaN
    return None if is_missing else str(value)
