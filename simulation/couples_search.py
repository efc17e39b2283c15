"""Exact search for a stable matching with couples, on the part that the bounds leave open.

The model is that of Biró, Manlove and McBride (2014), with `OwnSeats` as a choice: one literal for
every place that somebody may get, exactly one of them true for each applicant and couple, no
program above its quota, and for every applicant and program (couple and pair) the clause that they
do not block: they have something at least as good, or the program is full of better ones. Whoever
has the same place in every stable matching is a constant, and programs that only hold constants
need no variable, so that the model of a whole country is usually a few dozen literals.

Where no stable matching exists, a few pairs of couples may be excused from not blocking, and their
number is made as small as can be (Manlove, McBride and Trimble 2016).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from simulation.couples_bounds import Bounds, Mask
from simulation.market import NEVER, NO_MATCH, Int32, Market
from simulation.outcome import OwnSeats
from simulation.patience import PATIENT, Patience

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, CpSolver, IntVar

Literal: TypeAlias = "IntVar | bool"

EXCUSED_SHARE: Final = 10.0
"""By how much shorter a search for the fewest blocking pairs is than one for a stable matching."""


class Excused(Enum):
    """Who may block at a cost."""

    NOBODY = "nobody"
    COUPLES = "couples"
    EVERYBODY = "everybody"


class Found(Enum):
    """How a search ended."""

    MATCHING = "a matching"
    BEST = "a matching, and proof that none has fewer blocking pairs of those excused"
    NOTHING = "proof that there is none"
    LIMIT = "its limit"


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """Result of an exact search.

    Attributes:
        found: How it ended.
        assignment: The program of each applicant, where a matching was found.
        literals: How many literals the model had.
    """

    found: Found
    assignment: Int32 | None
    literals: int


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in a program's list and the literal that says whether it is held."""

    position: int
    owner: int
    literal: Literal


@dataclass(slots=True)
class _Model:
    """A model under construction."""

    market: Market
    own_seats: OwnSeats
    excused: Excused
    cp: CpModel
    held: defaultdict[int, list[_Place]] = field(default_factory=lambda: defaultdict(list))
    singles: dict[int, dict[int, Literal]] = field(default_factory=dict)
    couples: dict[int, dict[int, Literal]] = field(default_factory=dict)
    excuses: list[IntVar] = field(default_factory=list)
    full: dict[tuple[int, int, tuple[int, ...], int], Literal] = field(default_factory=dict)


def search(
    market: Market,
    bounds: Bounds,
    own_seats: OwnSeats,
    excused: Excused = Excused.NOBODY,
    most: int | None = None,
    seed: int = 0,
    patience: Patience = PATIENT,
) -> Search:
    """Look for a stable matching within bounds, or for one with the fewest blocking pairs.

    Args:
        market: The market.
        bounds: Bounds on all matchings in question.
        own_seats: How couples' own seats count.
        excused: Who may block at a cost.
        most: The cost that may not be exceeded; None to make it as small as can be.
        seed: Seed of the solver.
        patience: How long to look.

    Raises:
        RunCancelledError: Somebody cancelled.
    """
    from ortools.sat.python import cp_model

    model = _Model(market, own_seats, excused, cp_model.CpModel())
    _place_singles(model, bounds)
    _place_couples(model, bounds)
    _limit_seats(model)
    _settle_singles(model, bounds)
    _settle_couples(model, bounds)
    if most is not None:
        model.cp.add(sum(model.excuses) <= most)
    elif model.excuses:
        model.cp.minimize(sum(model.excuses))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    share = 1.0 if excused is Excused.NOBODY else EXCUSED_SHARE
    solver.parameters.max_deterministic_time = patience.limit / share
    with patience.watching(solver.stop_search):
        status = solver.solve(model.cp)
    literals = len(model.cp.proto.variables)
    if status == cp_model.INFEASIBLE:
        return Search(Found.NOTHING, None, literals)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return Search(Found.LIMIT, None, literals)
    best = excused is not Excused.NOBODY and most is None and status == cp_model.OPTIMAL
    return Search(Found.BEST if best else Found.MATCHING, _assignment(model, solver), literals)


def _choose(model: _Model, options: list[int]) -> dict[int, Literal]:
    """Return a literal for each option, exactly one of them true."""
    if len(options) == 1:
        return {options[0]: True}
    literals = {option: model.cp.new_bool_var("") for option in options}
    model.cp.add_exactly_one(literals.values())
    return dict(literals)


def _place_singles(model: _Model, bounds: Bounds) -> None:
    """Give every single applicant the places that they may get; the end of the list is none."""
    market = model.market
    programs, positions = market.applicants.items, market.positions
    for applicant in np.flatnonzero(market.couple_of < 0).tolist():
        end = int(market.applicants.starts[applicant + 1])
        options = [
            edge
            for edge in range(bounds.best[applicant], bounds.worst[applicant] + 1)
            if edge == end or positions[edge] != NEVER
        ]
        model.singles[applicant] = _choose(model, options)
        for edge, literal in model.singles[applicant].items():
            if edge < end:
                place = _Place(int(positions[edge]), applicant, literal)
                model.held[int(programs[edge])].append(place)


def _place_couples(model: _Model, bounds: Bounds) -> None:
    """Give every couple the pairs that it may get; the end of the list is none."""
    market = model.market
    couples = market.couples
    for couple, members in enumerate(couples.members.tolist()):
        begin, end = int(couples.starts[couple]), int(couples.starts[couple + 1])
        options = [pair for pair in range(begin, end) if bounds.pairs[pair]]
        if bounds.unmatched[couple]:
            options.append(end)
        model.couples[couple] = _choose(model, options)
        for pair, literal in model.couples[couple].items():
            for side in (0, 1):
                if pair < end and couples.pairs[pair, side] != NO_MATCH:
                    position = int(market.couple_positions[pair, side])
                    place = _Place(position, members[side], literal)
                    model.held[int(couples.pairs[pair, side])].append(place)


def _limit_seats(model: _Model) -> None:
    for program, places in model.held.items():
        literals = [place.literal for place in places if place.literal is not True]
        seats = int(model.market.quotas[program]) - len(places) + len(literals)
        if literals:
            model.cp.add(sum(literals) <= seats)


def _is_full(
    model: _Model, program: int, position: int, apart: tuple[int, ...] = (), seats: int = 1
) -> Literal:
    """Return a literal that, if true, has a program too full to give ``seats`` at a place.

    That is, the program holds so many whom it ranks better than the place, not counting those set
    ``apart``, that fewer than ``seats`` of its seats are left.
    """
    key = (program, position, apart, seats)
    if key in model.full:
        return model.full[key]
    better = [
        place.literal
        for place in model.held[program]
        if place.position < position and place.owner not in apart
    ]
    needed = int(model.market.quotas[program]) - seats + 1 - sum(lit is True for lit in better)
    open_literals = [literal for literal in better if literal is not True]
    result: Literal
    if needed <= 0:
        result = True
    elif needed > len(open_literals):
        result = False
    else:
        result = model.cp.new_bool_var("")
        model.cp.add(sum(open_literals) >= needed).only_enforce_if(result)
    model.full[key] = result
    return result


def _require(model: _Model, clause: list[Literal], is_couple: bool) -> None:
    """Require that one of the clause holds, or that they are excused."""
    if any(literal is True for literal in clause):
        return
    literals = [literal for literal in clause if literal is not False]
    if model.excused is Excused.EVERYBODY or (is_couple and model.excused is Excused.COUPLES):
        excuse = model.cp.new_bool_var("")
        model.excuses.append(excuse)
        literals.append(excuse)
    model.cp.add_bool_or(literals)


def _settle_singles(model: _Model, bounds: Bounds) -> None:
    """Require that no single applicant blocks."""
    market = model.market
    programs, positions = market.applicants.items, market.positions
    for applicant, options in model.singles.items():
        if len(options) == 1:
            continue
        so_far: list[Literal] = []
        for edge in range(bounds.best[applicant], bounds.worst[applicant]):
            if positions[edge] == NEVER:
                continue
            so_far.append(options[edge])
            full = _is_full(model, int(programs[edge]), int(positions[edge]))
            _require(model, [*so_far, full], is_couple=False)
    # Whoever is sure to like a program better than what they get must be turned away by it, and
    # so must everybody whom it ranks below them: the best placed of them is enough.
    for program, position in enumerate(_best_turned_away(market, bounds)):
        if position < NEVER:
            _require(model, [_is_full(model, program, int(position))], is_couple=False)


def _best_turned_away(market: Market, bounds: Bounds) -> Int32:
    """Return for each program the best place of an applicant who is sure not to get in."""
    starts = market.applicants.starts
    owners = np.repeat(np.arange(len(market.applicants)), np.diff(starts))
    entries = np.arange(len(owners))
    above = (entries < bounds.best[owners]) & (market.positions != NEVER)
    best = np.full(len(market.quotas), NEVER, dtype=np.int32)
    np.minimum.at(best, market.applicants.items[above], market.positions[above])
    return best


def _settle_couples(model: _Model, bounds: Bounds) -> None:
    """Require that no couple blocks."""
    market = model.market
    needs_look = ~_surely_full(model)
    for couple, options in model.couples.items():
        so_far: list[Literal] = []
        begin = int(market.couples.starts[couple])
        for pair in range(begin, max(options)):
            if pair in options:
                so_far.append(options[pair])
            if needs_look[pair]:
                _require(model, [*so_far, *_too_full(model, couple, pair)], is_couple=True)


def _too_full(model: _Model, couple: int, pair: int) -> list[Literal]:
    """Return literals of which one holds if the programs of a pair would not take the couple."""
    members = tuple(model.market.couples.members[couple].tolist())
    one, two = model.market.couples.pairs[pair].tolist()
    positions = model.market.couple_positions[pair].tolist()
    if one == two:
        return [_is_full(model, one, max(positions), apart=members, seats=2)]
    free = model.own_seats == OwnSeats.FREE
    return [
        _is_full(model, program, position, apart=members if free else ())
        for program, position in zip((one, two), positions, strict=True)
        if program != NO_MATCH
    ]


def _surely_full(model: _Model) -> Mask:
    """Return the pairs that need no clause, because a program is sure not to take its member.

    It does not rank the member, or it is full of better ones who are sure to be there, and neither
    member is one of those.
    """
    market, couples = model.market, model.market.couples
    sure = np.sort(
        [
            place.position
            for places in model.held.values()
            for place in places
            if place.literal is True
        ]
    )
    begins = market.programs.starts[np.maximum(couples.pairs, 0)]
    places = market.couple_positions
    better = np.searchsorted(sure, places) - np.searchsorted(sure, begins)
    full = (better >= market.quotas[np.maximum(couples.pairs, 0)]) & (couples.pairs != NO_MATCH)
    own = np.full((len(couples), 2), NO_MATCH, dtype=np.int32)
    for couple, options in model.couples.items():
        pair = next(iter(options))
        if options[pair] is True and pair < couples.starts[couple + 1]:
            own[couple] = couples.pairs[pair]
    owners = np.repeat(np.arange(len(couples)), np.diff(couples.starts))
    for side in (0, 1):
        full &= couples.pairs != own[owners, side, np.newaxis]
    surely: Mask = (full | (places == NEVER)).any(axis=1)
    return surely


def _assignment(model: _Model, solver: CpSolver) -> Int32:
    """Return the program of each applicant in the solver's solution."""
    market = model.market
    assignment = np.full(len(market.applicants), NO_MATCH, dtype=np.int32)
    for program, places in model.held.items():
        for place in places:
            if place.literal is True or solver.boolean_value(place.literal):
                assignment[place.owner] = program
    return assignment
