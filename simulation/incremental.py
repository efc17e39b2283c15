"""What-ifs on a matched market of singles, each of which equals a cold run exactly.

A `WhatIf` holds the applicant-optimal matching of a market. Seats, applicants and programs can be
added and removed and lists be changed; the matching follows at once, at the cost of those whom the
change reaches, and `undo` takes back everything since the last `keep`. See `vacancies` for how and
why it is exact. With couples there is no such theory: run those markets cold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from simulation.building import build_market
from simulation.errors import CouplesNotSupportedError, InvalidEditError
from simulation.market import NO_MATCH, Int32, Market, RankLists
from simulation.matching import WITHDRAWN, MatchState, applicant_optimal, assignment_of
from simulation.vacancies import (
    Changing,
    admit,
    change_quota,
    changing,
    forget,
    improve,
    seat_values,
    undo,
    withdraw,
)


@dataclass(frozen=True, slots=True)
class Revision:
    """Lists that replace those of a market, or come to them.

    Attributes:
        applicants: New lists by applicant; those of applicants who come to the market are given
            under the next free numbers.
        programs: New lists by program; likewise.
        quotas: Seats of programs that come to the market.
        applicant_ids: Names of the applicants who come to the market.
        program_ids: Names of the programs that come to the market.
    """

    applicants: Mapping[int, Sequence[int]] = field(default_factory=dict)
    programs: Mapping[int, Sequence[int]] = field(default_factory=dict)
    quotas: Mapping[int, int] = field(default_factory=dict)
    applicant_ids: Sequence[str] = ()
    program_ids: Sequence[str] = ()


class WhatIf:
    """The applicant-optimal matching of a market of singles, ready to be changed.

    Attributes:
        market: The market as it stood when the lists were changed last. Seats and withdrawals
            since then are not in it; see `quotas`, `is_withdrawn` and `as_market`.
    """

    def __init__(self, market: Market) -> None:
        """Match a market.

        Raises:
            CouplesNotSupportedError: The market has couples.
        """
        if len(market.couples):
            raise CouplesNotSupportedError(
                "The market has couples, for which what-ifs cannot follow exactly.",
                "Change the market and run it again.",
            )
        self.market = market
        self._quotas = market.quotas.copy()
        self._run = changing(market.lists, applicant_optimal(market.lists, market.quotas))
        self._kept: tuple[Market, Int32, Changing] | None = None
        self._kept_quotas: dict[int, int] = {}

    @property
    def quotas(self) -> Int32:
        """Seats of each program as they are now; a copy."""
        return self._quotas.copy()

    def assignment(self) -> Int32:
        """Return the program of each applicant, `NO_MATCH` for none."""
        return assignment_of(self._run.lists, self._run.state)

    def changes(self) -> dict[int, tuple[int, int]]:
        """Return who has moved since the last `keep`: applicant, old program, new program.

        Raises:
            InvalidEditError: Lists were changed since then.
        """
        if self._kept is not None:
            raise InvalidEditError(
                "Lists were changed since the state was kept.", "Compare the assignments instead."
            )
        log, lists, at = self._run.log, self._run.lists, self._run.state.at
        moved: dict[int, tuple[int, int]] = {}
        for applicant, before in log.applicants[: log.counts[0]].tolist():
            old, new = (self._program(lists.starts, applicant, e) for e in (before, at[applicant]))
            if old != new:
                moved[applicant] = (old, new)
        return moved

    def change_quota(self, program: int, seats: int) -> None:
        """Give seats to a program, or take them if the number is below zero.

        Raises:
            InvalidEditError: There is no such program, or it has fewer seats.
        """
        _check(program, len(self._quotas), "program")
        if self._quotas[program] + seats < 0:
            raise InvalidEditError(
                f"The program has {self._quotas[program]} seats, {-seats} are to go.",
                "Take away no more than there are.",
                f"program {self.market.program_id(program)!r}",
            )
        self._kept_quotas.setdefault(program, int(self._quotas[program]))
        self._quotas[program] += seats
        change_quota(self._run, program, seats)

    def close(self, program: int) -> None:
        """Take all seats from a program."""
        _check(program, len(self._quotas), "program")
        self.change_quota(program, -int(self._quotas[program]))

    def is_withdrawn(self, applicant: int) -> bool:
        """Return whether an applicant takes no part."""
        return bool(self._run.state.at[applicant] == WITHDRAWN)

    def withdraw(self, applicant: int) -> None:
        """Take an applicant out of the market.

        Raises:
            InvalidEditError: There is no such applicant, or they are out already.
        """
        self._check_applicant(applicant, is_withdrawn=False)
        withdraw(self._run, applicant)
        improve(self._run)

    def admit(self, applicant: int) -> None:
        """Let an applicant in again who was taken out.

        Raises:
            InvalidEditError: There is no such applicant, or they are in.
        """
        self._check_applicant(applicant, is_withdrawn=True)
        admit(self._run, applicant)

    def revise(self, revision: Revision) -> None:
        """Change lists, or bring new applicants and programs in.

        Whoever gets another list leaves the market, and comes in again once the lists are joined
        anew; everybody else stays where they are meanwhile. A program whose ranking of the others
        stays as it was need not leave: programs can take in new applicants at any place.

        Raises:
            InvalidMarketError: The new lists contradict themselves.
            InvalidEditError: A number is neither that of somebody in the market nor the next.
        """
        self._check_numbers(revision)
        market = revised(self.market, revision, self._quotas)
        back = [one for one in revision.applicants if self._is_out(one)]
        leaving = [one for one in revision.applicants if one not in back]
        absent = [*revision.applicants, *np.flatnonzero(self._run.state.at == WITHDRAWN)]
        reordered = [
            program
            for program, row in revision.programs.items()
            if program < len(self._quotas)
            and not _same_order(self.market.programs.of(program), row, absent)
        ]
        self._keep_before_revision()
        for applicant in leaving:
            if applicant < len(self.market.applicants):
                withdraw(self._run, applicant)
        seats = {program: int(self._quotas[program]) for program in reordered}
        for program in reordered:
            change_quota(self._run, program, -seats[program])
        improve(self._run)
        self._carry_over(market, seats | dict(revision.quotas))
        for program, number in (seats | dict(revision.quotas)).items():
            change_quota(self._run, program, number)
        for applicant in leaving:
            admit(self._run, applicant)

    def keep(self) -> None:
        """Make what is now the state that `undo` goes back to."""
        self._kept = None
        self._kept_quotas.clear()
        forget(self._run)

    def undo(self) -> None:
        """Go back to the state that was kept last, or to the beginning."""
        if self._kept is not None:
            self.market, self._quotas, self._run = self._kept
        else:
            for program, seats in self._kept_quotas.items():
                self._quotas[program] = seats
        self._kept = None
        self._kept_quotas.clear()
        undo(self._run)

    @contextmanager
    def trial(self) -> Iterator[WhatIf]:
        """Undo on leaving whatever is done within; keeps what was done before."""
        self.keep()
        try:
            yield self
        finally:
            self.undo()

    def seat_values(self) -> Int32:
        """Return what one more seat of each program would change, each by itself.

        Returns:
            For each program, how many more applicants are matched, how many are better off, and
            how many ranks those gain who were matched already; programs x 3. Keeps what was done
            before.
        """
        self.keep()
        values = np.empty((len(self._quotas), 3), dtype=np.int32)
        seat_values(self._run, values)
        return values

    def as_market(self) -> Market:
        """Return the market as it is now, built anew; those who are out have empty lists."""
        out = np.flatnonzero(self._run.state.at == WITHDRAWN).tolist()
        return revised(self.market, Revision(dict.fromkeys(out, ())), self._quotas)

    def _is_out(self, applicant: int) -> bool:
        return applicant < len(self.market.applicants) and self.is_withdrawn(applicant)

    def _program(self, starts: Int32, applicant: int, edge: int) -> int:
        if not starts[applicant] <= edge < starts[applicant + 1]:
            return NO_MATCH
        return int(self._run.lists.programs[edge])

    def _check_applicant(self, applicant: int, *, is_withdrawn: bool) -> None:
        _check(applicant, len(self.market.applicants), "applicant")
        if self.is_withdrawn(applicant) != is_withdrawn:
            raise InvalidEditError(
                f"The applicant is {'still in' if is_withdrawn else 'already out of'} the market.",
                "Withdraw who is in, admit who was withdrawn.",
                f"applicant {self.market.applicant_id(applicant)!r}",
            )

    def _check_numbers(self, revision: Revision) -> None:
        for kind, rows, count in (
            ("applicant", revision.applicants, len(self.market.applicants)),
            ("program", revision.programs, len(self._quotas)),
        ):
            new = sorted(number for number in rows if not 0 <= number < count)
            if new != list(range(count, count + len(new))):
                raise InvalidEditError(
                    f"The {kind}s {new} are not in the market.",
                    f"Number those who come in from {count} on.",
                )
            if kind == "program" and set(revision.quotas) != set(new):
                raise InvalidEditError(
                    f"There are quotas for {sorted(revision.quotas)}, and new programs {new}.",
                    "Give a quota for each new program; change those of others with change_quota.",
                )

    def _keep_before_revision(self) -> None:
        """Set the kept state aside with its log; a revision makes new arrays anyway."""
        if self._kept is not None:
            return
        quotas = self._quotas.copy()
        for program, seats in self._kept_quotas.items():
            quotas[program] = seats
        self._kept = (self.market, quotas, self._run)
        state = self._run.state
        copied = MatchState(
            state.at.copy(), state.held.copy(), state.free.copy(), state.limit.copy()
        )
        self._run = changing(self._run.lists, copied)

    def _carry_over(self, market: Market, closed: Iterable[int]) -> None:
        """Go on with a market whose lists are others for those only who have no seat now."""
        lists, state = market.lists, self._run.state
        old = self._run.lists
        people = len(state.at)
        shift = lists.starts[:people] - old.starts[:-1]
        at = np.full(len(market.applicants), WITHDRAWN, dtype=np.int32)
        at[:people] = np.where(state.at == WITHDRAWN, WITHDRAWN, state.at + shift)
        quotas = market.quotas.copy()
        quotas[list(closed)] = 0
        self.market, self._quotas = market, market.quotas.copy()
        self._run = changing(lists, state_at(market, at, quotas))


def _check(number: int, count: int, kind: str) -> None:
    if not 0 <= number < count:
        raise InvalidEditError(f"There is no {kind} {number}.", f"Name a {kind} of the market.")


def state_at(market: Market, at: Int32, quotas: Int32) -> MatchState:
    """Return the state in which everybody is at a given entry of their list."""
    lists = market.lists
    edges = at[(at >= lists.starts[:-1]) & (at < lists.starts[1:])]
    held = np.zeros(len(lists.edges), dtype=np.uint8)
    held[lists.positions[edges]] = 1
    free = quotas - np.bincount(lists.programs[edges], minlength=len(quotas)).astype(np.int32)
    limit = lists.program_starts[:-1] - np.int32(1)
    np.maximum.at(limit, lists.programs[edges], lists.positions[edges])
    limit = np.where(free > 0, lists.program_starts[1:], limit)
    return MatchState(at, held, free, limit)


def revised(market: Market, revision: Revision, quotas: ArrayLike) -> Market:
    """Return a market with other lists.

    Args:
        market: The market.
        revision: The lists.
        quotas: Seats of the programs of the market; those of new ones are in the revision.

    Raises:
        InvalidMarketError: The new lists contradict themselves.
    """
    seats = [*np.asarray(quotas).tolist(), *(q for _, q in sorted(revision.quotas.items()))]
    return build_market(
        _with_rows(market.applicants, revision.applicants),
        _with_rows(market.programs, revision.programs),
        seats,
        market.couples,
        _with_names(market.applicant_ids, revision.applicant_ids),
        _with_names(market.program_ids, revision.program_ids),
    )


def _with_rows(lists: RankLists, rows: Mapping[int, Sequence[int]]) -> RankLists:
    """Return lists with some of them replaced or added."""
    pieces: list[Int32] = []
    lengths = np.diff(lists.starts).tolist()
    done = 0
    for owner, row in sorted(rows.items()):
        new = np.asarray(row, dtype=np.int32).reshape(-1)
        if owner < len(lists):
            pieces += [lists.items[done : lists.starts[owner]], new]
            done = int(lists.starts[owner + 1])
            lengths[owner] = len(new)
        else:
            pieces += [lists.items[done:], new]
            done = len(lists.items)
            lengths.append(len(new))
    pieces.append(lists.items[done:])
    starts = np.zeros(len(lengths) + 1, dtype=np.int32)
    np.cumsum(lengths, out=starts[1:])
    return RankLists(starts, np.concatenate(pieces))


def _with_names(ids: tuple[str, ...] | None, new: Sequence[str]) -> tuple[str, ...] | None:
    return None if ids is None else (*ids, *new)


def _same_order(old: Sequence[int] | Int32, new: Sequence[int], absent: Iterable[int]) -> bool:
    """Return whether two lists rank alike whoever is not absent."""
    out = {int(applicant) for applicant in absent}
    return [one for one in old if one not in out] == [one for one in new if one not in out]
