"""Eligibility in a market of one's own: who the applicants are, and which entries rules refuse.

Rules look at a category of each applicant and a stream of each program, and at what applicants have
and the province of the program where these are given. They are those of ``eligibility.csv`` of the
folder, or else those that the caller brings. Without categories and streams nothing is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from simulation.eligibility import (
    Candidate,
    Eligibility,
    Entry,
    Offering,
    Refusal,
    Rule,
    check_rules,
)
from simulation.errors import InvalidFolderError, InvalidRuleError, UnknownIdError
from simulation.own_folder import LAYOUT, Table, rows_of

PROVINCES: Final = frozenset(
    ("AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT")
)
"""Codes of provinces and territories."""


@dataclass(frozen=True, slots=True)
class OwnRules:
    """The rules of a folder, and what they look at.

    Attributes:
        rules: The table of rules.
        year: The year of the match; 0 for none, to which only rules of all years apply.
        candidates: The applicants, by id; those of the second iteration too.
        offerings: The programs, by id.
    """

    rules: tuple[Rule, ...]
    year: int
    candidates: Mapping[str, Candidate]
    offerings: Mapping[str, Offering]

    def refusals(
        self, tables: Mapping[str, Table], iteration: int, applications: str, couples: str
    ) -> tuple[Refusal, ...]:
        """Return the entries of two files that the rules refuse.

        Args:
            tables: The files of the folder.
            iteration: Whose rules, 1 or 2.
            applications: The file with the applicants' lists.
            couples: The file with the paired lists; a pair is two entries.

        Raises:
            UnknownIdError: An entry names somebody, or a program, that is not in the folder.
        """
        return tuple(
            Eligibility(self.rules, self.year, iteration).refusals(
                _entries(tables, applications, couples), self.candidates, self.offerings
            )
        )


def own_rules(tables: Mapping[str, Table], rules: Sequence[Rule], year: int) -> OwnRules | None:
    """Return the rules of a folder; None where it says nothing that they could look at.

    Args:
        tables: The files of the folder.
        rules: The rules where the folder has none of its own.
        year: The year of the match; 0 for none.

    Raises:
        InvalidFolderError: It says only a part, or a cell is empty or not as it should be.
        InvalidRuleError: Its own rules contradict themselves.
        UnknownIdError: A category, a stream or a credential is none that the rules know.
    """
    people = [name for name in ("applicants.csv", "second_applicants.csv") if name in tables]
    wanted = [*((name, "category") for name in people), ("programs.csv", "stream")]
    given = [(name, column) for name, column in wanted if column in tables[name]]
    extra = [
        name
        for name, column in (*((name, "has") for name in people), ("programs.csv", "province"))
        if column in tables[name]
    ]
    if not given and not extra and "eligibility.csv" not in tables:
        return None
    for name, column in wanted:
        if column not in tables[name]:
            raise InvalidFolderError(
                f"There is no column {column}, which rules of eligibility look at.",
                "Give it, or leave out category, has, stream, province and eligibility.csv.",
                name,
            )
    table = _own(tables) if "eligibility.csv" in tables else tuple(rules)
    if not table:
        raise InvalidFolderError("There are no rules.", "Write some.", "eligibility.csv")
    known = _Known.of(table)
    return OwnRules(
        table,
        year,
        {who: one for name in people for who, one in _candidates(tables[name], name, known)},
        dict(_offerings(tables["programs.csv"], known)),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """The words that rules know."""

    categories: frozenset[str]
    streams: frozenset[str]
    credentials: frozenset[str]

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> _Known:
        rules = tuple(rules)
        return cls(
            frozenset(one.category for one in rules if one.category is not None),
            frozenset(one.stream for one in rules if one.stream is not None),
            frozenset(word for one in rules for word in one.requires),
        )


def _check(word: str, known: frozenset[str], what: str, place: str) -> str:
    """Return a word that rules know; it is not repeated, as it may be about a person.

    Where rules name none, any word will do.
    """
    if known and word not in known:
        raise UnknownIdError(
            f"No rule of eligibility knows this {what}.",
            f"Give one of {', '.join(sorted(known))}, or rules of your own in eligibility.csv.",
            f"{place}, {what}",
        )
    return word


def _candidates(table: Table, name: str, known: _Known) -> Iterable[tuple[str, Candidate]]:
    has = table.get("has") or [""] * len(table["applicant"])
    columns = zip(table["applicant"], table["category"], has, strict=True)
    for row, (applicant, category, credentials) in enumerate(columns, start=1):
        place = f"{name}, row {row}"
        words = [one for one in credentials.split("|") if one]
        yield (
            applicant,
            Candidate(
                _check(category, known.categories, "category", place),
                frozenset(_check(one, known.credentials, "credential", place) for one in words),
            ),
        )


def _offerings(table: Table, known: _Known) -> Iterable[tuple[str, Offering]]:
    provinces = table.get("province") or [""] * len(table["program"])
    columns = zip(table["program"], table["stream"], provinces, strict=True)
    for row, (program, stream, province) in enumerate(columns, start=1):
        place = f"programs.csv, row {row}"
        if province and province not in PROVINCES:
            raise InvalidFolderError(
                f"{province[:40]!r} is no province.",
                f"Give one of {', '.join(sorted(PROVINCES))}, or leave it empty.",
                place,
            )
        yield program, Offering(_check(stream, known.streams, "stream", place), province)


def _entries(tables: Mapping[str, Table], applications: str, couples: str) -> Iterable[Entry]:
    for row, (applicant, program, rank) in rows_of(tables, applications):
        yield Entry(applicant, program, _rank(rank), applications, row)
    for row, (first, second, rank, *programs) in rows_of(tables, couples):
        for member, program in zip((first, second), programs, strict=True):
            if program:
                yield Entry(member, program, _rank(rank), couples, row)


def _rank(text: str) -> int:
    """Return a rank for a report; wrong ones are refused when the market is built."""
    return int(float(text))


def _own(tables: Mapping[str, Table]) -> tuple[Rule, ...]:
    """Return the rules of the folder."""
    rules = [_rule(row, cells) for row, cells in rows_of(tables, "eligibility.csv")]
    try:
        check_rules(rules)
    except InvalidRuleError as error:
        raise InvalidRuleError(
            error.problem, error.remedy, f"eligibility.csv: {error.place}"
        ) from error
    return tuple(rules)


def _rule(row: int, cells: Sequence[str]) -> Rule:
    given = dict(zip(LAYOUT["eligibility.csv"].columns, cells, strict=True))
    place = f"eligibility.csv, row {row}"
    if not given["rule_name"]:
        raise InvalidFolderError("The rule has no name.", "Name it: refusals quote it.", place)
    if given["is_admitted"] not in {"true", "false"}:
        raise InvalidFolderError("is_admitted is neither true nor false.", "Give one.", place)
    return Rule(
        name=given["rule_name"],
        is_admitted=given["is_admitted"] == "true",
        category=given["applicant_category"] or None,
        stream=given["stream_label"] or None,
        province=given["province"] or None,
        year=_number(given["year"], range(1900, 2200), f"{place}, year"),
        iteration=_number(given["iteration"], range(1, 3), f"{place}, iteration"),
        requires=frozenset(given["requires"].split("|")) - {""},
        reason=given["reason"],
        source=given["source"],
    )


def _number(text: str, among: range, place: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) in among):
        raise InvalidFolderError(
            "It is no number that can be there.",
            f"Give one from {among[0]} to {among[-1]}, or leave it empty.",
            place,
        )
    return int(text)
