"""A market of one's own: applicants, programs and their lists, from a folder of CSV files.

Where the folder says which category each applicant is of and which stream each program is, entries
of rank order lists that rules of eligibility refuse can become no match: the program is taken not
to rank the applicant, so that ranks stay those of the list as submitted. Each is told with its file
and row, and with the rule and its source.

A second iteration has lists of its own, over the seats that the first one leaves; see `iterations`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from simulation.core import WHY_NOT, Core, core_of
from simulation.eligibility import Refusal, Rule
from simulation.engine import MatchRun, run_match
from simulation.errors import (
    DuplicateIdError,
    InvalidFolderError,
    InvalidReversionError,
    UnknownIdError,
)
from simulation.intake import lists_from_columns, market_from_columns, paired_lists_from_columns
from simulation.iterations import CarryOver, carry_over, next_iteration
from simulation.market import Market
from simulation.outcome import Outcome, OwnSeats
from simulation.own_folder import NEEDED_BY_SECOND, Table, empty, missing, read_folder, rows_of
from simulation.own_rules import OwnRules, own_rules
from simulation.reversion import Pool, Reversion, ReversionRun, run_with_reversions

MOST_DIGITS: Final = 9

Tables = Mapping[str, Table]


@dataclass(frozen=True, slots=True, eq=False)
class IterationRun:
    """One iteration of a market of one's own.

    Attributes:
        number: 1 or 2.
        run: The match and its certificate.
        one_sided: Entries that only one side lists.
        refusals: Entries that rules of eligibility refuse.
        has_rules: Whether there were rules to look at.
        core: The two ends of the stable matchings; None with couples, or if not asked for.
        why_no_core: Why there is none although it was asked for; None otherwise.
    """

    number: int
    run: MatchRun
    one_sided: int
    refusals: tuple[Refusal, ...]
    has_rules: bool
    core: Core | None
    why_no_core: str | None

    @property
    def outcome(self) -> Outcome:
        """The matching."""
        return self.run.outcome


@dataclass(frozen=True, slots=True, eq=False)
class OwnRun:
    """The run of a market of one's own.

    Attributes:
        iterations: Its iterations, one or two.
        reverted: Seats that moved in the first one; None without reversions.
        carried: What the first one left for the second; None without a second one.
        offered_by: The program that offers a program's unfilled seats, where it is another one.
    """

    iterations: tuple[IterationRun, ...]
    reverted: ReversionRun | None
    carried: CarryOver | None
    offered_by: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class _Seats:
    """What becomes of seats between the iterations, by program."""

    offered_by: Mapping[str, str]
    more: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class OwnMarket:
    """A market of a folder.

    Attributes:
        market: The market of the first iteration, as its files have it.
        reversions: What shall become of empty seats.
        pools: The pools that they name.
        rules: Who may apply to what; None where the folder does not say who they are.
        has_second: Whether the folder has lists of a second iteration.
    """

    market: Market
    reversions: tuple[Reversion, ...]
    pools: tuple[Pool, ...]
    rules: OwnRules | None
    has_second: bool
    _tables: Tables
    _seats: _Seats

    def run(
        self,
        *,
        seed: int = 0,
        own_seats: OwnSeats = OwnSeats.TAKEN,
        iterations: int = 1,
        core: bool = False,
    ) -> OwnRun:
        """Match the market; with reversions, until no seat moves any more.

        Args:
            seed: See `engine.run_match`.
            own_seats: See `engine.run_match`.
            iterations: 2 to match those without a match again, over the seats that are left.
            core: Whether to look what programs' proposing would change; not with couples.

        Raises:
            InvalidReversionError: The reversions contradict themselves.
            InvalidFolderError: There are no lists of a second iteration.
            InvalidMarketError: They contradict themselves.
            InvalidEditError: Somebody applies again who has a match.
        """
        refusals = self._refusals(1, "applications.csv", "couples.csv")
        market = _market(self._tables, refusals) if refusals else self.market
        reverted = None
        if self.reversions:
            reverted = run_with_reversions(
                market, self.reversions, self.pools, seed=seed, own_seats=own_seats
            )
        run = reverted.run if reverted else run_match(market, seed=seed, own_seats=own_seats)
        first = self._iteration(1, run, self.market, refusals, core=core)
        if iterations == 1:
            return OwnRun((first,), reverted, None, {})
        carried = carry_over(run.outcome, self._seats.offered_by)
        given = self._second(carried, ())
        refusals = self._refusals(2, "second_applications.csv", "second_couples.csv")
        market = self._second(carried, refusals) if refusals else given
        run = run_match(market, seed=seed, own_seats=own_seats)
        second = self._iteration(2, run, given, refusals, core=core)
        return OwnRun((first, second), reverted, carried, self._seats.offered_by)

    def _refusals(self, iteration: int, applications: str, couples: str) -> tuple[Refusal, ...]:
        if self.rules is None:
            return ()
        return self.rules.refusals(self._tables, iteration, applications, couples)

    def _iteration(
        self,
        number: int,
        run: MatchRun,
        given: Market,
        refusals: tuple[Refusal, ...],
        *,
        core: bool,
    ) -> IterationRun:
        market = run.outcome.market
        has_core = not len(market.couples)
        return IterationRun(
            number,
            run,
            sum(given.one_sided),
            refusals,
            self.rules is not None,
            core_of(market) if core and has_core else None,
            WHY_NOT if core and not has_core else None,
        )

    def _second(self, carried: CarryOver, refusals: Sequence[Refusal]) -> Market:
        """Return the market of the second iteration."""
        for name in NEEDED_BY_SECOND:
            if name not in self._tables:
                raise missing(name)
        tables = self._tables
        newcomers = _newcomers(tables)
        names = ("second_applications.csv", "second_rankings.csv", "second_couples.csv")
        lists = lists_from_columns(tables[names[0]], names[0], ("applicant", "program"))
        ranked = lists_from_columns(
            _struck(tables[names[1]], refusals), names[1], ("program", "applicant")
        )
        pairs = paired_lists_from_columns(tables.get(names[2]) or empty(names[2]), names[2])
        members = {one for couple in pairs for one in couple}
        waiting = [one for one in (*carried.unmatched, *newcomers) if one not in members]
        return next_iteration(
            carried,
            {one: lists.get(one, []) for one in (*waiting, *lists)},
            ranked,
            newcomers=newcomers,
            more_seats=self._seats.more,
            couples=pairs,
        )


def read_own_market(folder: Path, *, rules: Sequence[Rule] = (), year: int = 0) -> OwnMarket:
    """Return the market of a folder of CSV files; see `own_folder.LAYOUT`.

    Args:
        folder: The folder.
        rules: Rules of eligibility, where the folder has none of its own.
        year: The year of the match, for rules that are of one year only; 0 for none.

    Raises:
        InvalidFolderError: A file is missing, unreadable, or has other columns.
        InvalidIdError: An id of a person is not anonymous.
        InvalidMarketError: The lists contradict themselves; names file and row.
        InvalidReversionError: The reversions do.
        InvalidRuleError: The rules of eligibility do.
    """
    tables = read_folder(folder)
    market = _market(tables, ())
    return OwnMarket(
        market,
        _reversions(market, tables),
        _pools(market, tables),
        own_rules(tables, rules, year),
        NEEDED_BY_SECOND[0] in tables,
        tables,
        _seats(market, tables),
    )


def _market(tables: Tables, refusals: Sequence[Refusal]) -> Market:
    """Return the market of the first iteration, without entries that are refused."""
    return market_from_columns(
        tables["applications.csv"],
        _struck(tables["rankings.csv"], refusals),
        tables["programs.csv"],
        tables.get("couples.csv"),
        [*tables["applicants.csv"]["applicant"]],
    )


def _struck(rankings: Table, refusals: Sequence[Refusal]) -> Table:
    """Return programs' lists without applicants whom rules refuse there."""
    if not refusals:
        return rankings
    refused = {(one.entry.program, one.entry.applicant) for one in refusals}
    rows = list(zip(*(rankings[name] for name in ("program", "applicant", "rank")), strict=True))
    kept = [row for row in rows if row[:2] not in refused]
    return {
        name: [row[place] for row in kept]
        for place, name in enumerate(("program", "applicant", "rank"))
    }


def _newcomers(tables: Tables) -> list[str]:
    """Return those who may apply in the second iteration only."""
    known = dict.fromkeys(tables["applicants.csv"]["applicant"])
    for row, (applicant,) in rows_of(tables, "second_applicants.csv"):
        if applicant in known:
            raise DuplicateIdError(
                "The applicant is in applicants.csv, or in an earlier row.",
                "Name here those who were not in the first iteration, each once.",
                f"second_applicants.csv, row {row}: {applicant!r}",
            )
        known[applicant] = None
    return list(known)[len(tables["applicants.csv"]["applicant"]) :]


def _seats(market: Market, tables: Tables) -> _Seats:
    offered_by: dict[str, str] = {}
    more: dict[str, int] = {}
    for row, (program, target, seats) in rows_of(tables, "second_seats.csv"):
        place = f"second_seats.csv, row {row}"
        _number(market, program, place)
        if program in offered_by or program in more:
            raise InvalidFolderError(
                f"Program {program!r} has two rows.", "Say all of a program in one.", place
            )
        if target:
            _number(market, target, place)
            offered_by[program] = target
        sign = -1 if seats.startswith("-") else 1
        more[program] = sign * _whole(seats.removeprefix("-"), place) if seats else 0
    return _Seats(offered_by, more)


def _reversions(market: Market, tables: Tables) -> tuple[Reversion, ...]:
    instructions = []
    for row, (source, target, pool, most) in rows_of(tables, "reversions.csv"):
        place = f"reversions.csv, row {row}"
        instructions.append(
            Reversion(
                _number(market, source, place),
                _number(market, target, place) if target else None,
                pool or None,
                _whole(most, place) if most else None,
            )
        )
    return tuple(instructions)


def _pools(market: Market, tables: Tables) -> tuple[Pool, ...]:
    lines: dict[str, dict[int, int]] = {}
    for row, (pool, line, program) in rows_of(tables, "pools.csv"):
        place = f"pools.csv, row {row}"
        number = _whole(line, place)
        if number in lines.setdefault(pool, {}):
            raise InvalidReversionError(
                f"Pool {pool!r} has two lines {number}.", "Number its lines once each.", place
            )
        lines[pool][number] = _number(market, program, place)
    return tuple(
        Pool(name, tuple(programs for _, programs in sorted(numbered.items())))
        for name, numbered in lines.items()
    )


def _number(market: Market, program: str, place: str) -> int:
    ids = market.program_ids or ()
    if program not in ids:
        raise UnknownIdError(
            f"There is no program {program!r}.", "Name programs of programs.csv.", place
        )
    return ids.index(program)


def _whole(text: str, place: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise InvalidReversionError(
            f"{text[:40]!r} is not a whole number of at most {MOST_DIGITS} digits.",
            "Give a whole number of at least zero.",
            place,
        )
    return int(text)
