"""Simulated applicants, whom programs interview, and what both sides see in each other.

A random-utility model in explicit stages; everything is drawn from the seed by what it is for.

1. **People** (`people`). Applicants of each group live in the region of a university (their home
   school, if they graduate from one), speak one language or both, have a quality in the eyes of
   programs and perhaps the credentials that some rules of eligibility require.
2. **Discipline first.** The wish for a discipline is ``discipline`` x (log weight + Gumbel): the
   first wish falls on each with a probability in proportion to its weight (a logit). What counts
   later is how far a discipline is behind the first wish.
3. **Applications.** Programs are valued by that, by school, province, distance, language, return of
   service and size, and a Gumbel number; applicants apply to the best that admit them, as many as
   they have drawn.
4. **Interviews.** Programs read the files of those who applied: quality, home school, province, and
   how much the applicant wishes for the discipline, with noise. The best are interviewed, as many
   as the program's description lets one expect, or so many for each seat.
5. **Rankings** are drawn in each replicate over those interviews (see `population`). Values
   have noise by discipline and by program, which nests the choice; lists are cut at their lengths.

Rank lists are conditional on interviews; a model without that stage makes matches to first choices
look wrong (Echenique, Gonzalez, Wilson and Yariv, "Top of the batch", 2022).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulation.draws import Keys, Purpose, gumbels, pair_keys, stream, uniforms
from simulation.errors import RunCancelledError
from simulation.market import NEVER, Int32
from simulation.parameters import Parameters, Selection
from simulation.people import Offer, People, drawn, people_of
from simulation.population import NO_HOME, Int64, Population
from simulation.programs import Float64, ProgramTable

CHUNK: Final = 256
"""How many applicants' values of all programs are in memory at a time."""


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Applicants and programs pair by pair, with what each side sees in the other."""

    applicants: Int64
    programs: Int64
    applicant_value: Float64
    program_value: Float64

    @classmethod
    def joined(cls, parts: Sequence[_Pairs]) -> _Pairs:
        """Return all pairs in one."""
        if not parts:
            none, nothing = np.zeros(0, dtype=np.int64), np.zeros(0)
            return cls(none, none, nothing, nothing)
        columns = zip(
            *((p.applicants, p.programs, p.applicant_value, p.program_value) for p in parts),
            strict=True,
        )
        return cls(*(np.concatenate(column) for column in columns))

    def take(self, which: NDArray[np.intp]) -> _Pairs:
        """Return some of the pairs."""
        return _Pairs(
            self.applicants[which],
            self.programs[which],
            self.applicant_value[which],
            self.program_value[which],
        )


def populate(
    programs: ProgramTable,
    parameters: Parameters,
    seed: int,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Population:
    """Return simulated applicants, their interviews, and what both sides value before noise.

    Args:
        programs: The program streams; closed ones have no applicants.
        parameters: Tastes, numbers of applicants, and how programs choose.
        seed: What everything is drawn from; any whole number.
        is_cancelled: Asked now and then for whether to stop.

    Raises:
        RunCancelledError: It was to stop.
    """
    offer = Offer.of(programs)
    groups = groups_of(offer, parameters, seed)
    return meet(offer, groups, parameters, seed, _couples(groups, seed), is_cancelled)


def groups_of(offer: Offer, parameters: Parameters, seed: int) -> list[People]:
    """Return the applicants, group by group."""
    groups: list[People] = []
    for name in parameters.groups:
        groups.append(people_of(offer, parameters, name, sum(map(len, groups)), seed))
    return groups


def meet(  # a step of `populate`
    offer: Offer,
    groups: Sequence[People],
    parameters: Parameters,
    seed: int,
    couples: Int32,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Population:
    """Let people apply to programs, and programs interview them.

    Args:
        offer: The programs; closed ones have no applicants.
        groups: The people, as many groups as parameters has and in the same order.
        parameters: Tastes, and how programs choose.
        seed: What everything is drawn from.
        couples: Pairs of applicants who are matched as couples; couples x 2.
        is_cancelled: Asked now and then for whether to stop.

    Raises:
        RunCancelledError: It was to stop.
    """
    keys = np.concatenate([np.zeros(0, dtype=np.uint64), *(people.keys for people in groups)])
    applied = _Pairs.joined(
        [
            pairs
            for people in groups
            for pairs in _until(
                is_cancelled, _applications(offer, people, parameters.selection, seed)
            )
        ]
    )
    places = interview_places(offer.table, parameters.selection)
    both = pair_keys(keys[applied.applicants], offer.keys[applied.programs])
    kept = _interviewed(applied, places, both, parameters.selection, seed)
    return _population(offer, parameters, seed, groups, kept, places, couples)


def _until(is_cancelled: Callable[[], bool], parts: Iterator[_Pairs]) -> Iterator[_Pairs]:
    """Yield parts as long as nobody cancels."""
    for part in parts:
        if is_cancelled():
            raise RunCancelledError
        yield part


def interview_places(programs: ProgramTable, selection: Selection) -> Int32:
    """Return how many applicants each program interviews at most; 0 for closed ones.

    Where the source states how many applied and which share was offered an interview, that many,
    but at least two for each seat announced; elsewhere so many for each seat.
    """
    seats = programs.announced.astype(np.float64)
    stated = np.maximum(programs.interviews * selection.interviews_stated, 2 * seats)
    places = np.where(np.isnan(programs.interviews), seats * selection.interviews_per_seat, stated)
    return np.where(programs.is_open, np.minimum(np.ceil(places), NEVER), 0).astype(np.int32)


def _applications(
    offer: Offer, people: People, selection: Selection, seed: int
) -> Iterator[_Pairs]:
    """Yield to which programs the applicants of a group apply, a number of applicants at a time."""
    of_open = np.flatnonzero(offer.table.is_open)
    if len(of_open) == 0:
        return
    of_stream = stream(seed, Purpose.APPLICATION)
    for begin in range(0, len(people), CHUNK):
        some = slice(begin, begin + CHUNK)
        values = _values(offer, people, some, of_open)
        noisy = values + drawn(gumbels, of_stream, people.keys[some], offer.keys[of_open])
        noisy[~people.may_apply(some)[:, of_open]] = -np.inf
        most = min(int(people.applications[some].max()), len(of_open))
        best = _highest(noisy, most)
        chosen = np.take_along_axis(noisy, best, axis=1) > -np.inf
        chosen &= np.arange(most) < people.applications[some, None]
        rows, ranks = np.nonzero(chosen)
        chosen_values = values[rows, best[rows, ranks]]
        columns = of_open[best[rows, ranks]]
        yield _Pairs(
            people.first + begin + rows,
            columns,
            chosen_values,
            _impressions(offer, people, selection, begin + rows, columns),
        )


def _highest(values: Float64, most: int) -> NDArray[np.intp]:
    """Return the columns of the highest values of each row, the highest first; rows x most."""
    if most < values.shape[1]:
        best = np.argpartition(-values, most - 1, axis=1)[:, :most]
    else:
        best = np.broadcast_to(np.arange(values.shape[1]), values.shape)
    order = np.argsort(-np.take_along_axis(values, best, axis=1), axis=1, kind="stable")
    return np.take_along_axis(best, order, axis=1)


def _values(offer: Offer, people: People, some: slice, programs: NDArray[np.intp]) -> Float64:
    """Return what applicants see in programs before noise; applicants x programs."""
    table, tastes = offer.table, people.group.tastes
    homes = people.homes[some]
    places = np.ix_(homes, programs)
    values = people.wishes[some][:, offer.nests[programs]]
    values += tastes.home_province * offer.same_province[places]
    values += tastes.distance * offer.far[places]
    values += tastes.other_language * ~people.speaks[some][:, offer.is_french[programs]]
    values += tastes.return_of_service * table.has_return_of_service[programs]
    values += tastes.size * np.log(np.maximum(table.announced[programs], 1))
    if people.group.is_home_graduate:
        values += tastes.home_school * (offer.regions.of_program[programs] == homes[:, None])
    return values


def _impressions(
    offer: Offer,
    people: People,
    selection: Selection,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
) -> Float64:
    """Return what programs see in applicants before noise, pair by pair."""
    homes = people.homes[rows]
    seen = people.quality[rows].copy()
    seen += selection.interest * people.wishes[rows, offer.nests[columns]]
    seen += selection.home_province * offer.same_province[homes, columns]
    if people.group.is_home_graduate:
        seen += selection.home_school * (offer.regions.of_program[columns] == homes)
    return seen


def _interviewed(
    applied: _Pairs, places: Int32, keys: Keys, selection: Selection, seed: int
) -> _Pairs:
    """Return the applications that lead to an interview, by applicant and program."""
    draws = gumbels(stream(seed, Purpose.INTERVIEW), keys)
    score = applied.program_value + selection.screening_noise * draws
    order = np.lexsort((-score, applied.programs))
    counts = np.bincount(applied.programs, minlength=len(places))
    ranks = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    invited = order[ranks < places[applied.programs[order]]]
    return applied.take(
        invited[np.lexsort((applied.programs[invited], applied.applicants[invited]))]
    )


def _population(
    offer: Offer,
    parameters: Parameters,
    seed: int,
    groups: Sequence[People],
    kept: _Pairs,
    places: Int32,
    couples: Int32,
) -> Population:
    """Return the population of these interviews."""
    keys = np.concatenate([np.zeros(0, dtype=np.uint64), *(people.keys for people in groups)])
    nobody = np.zeros(0, dtype=np.int32)
    homes = [
        people.homes if people.group.is_home_graduate else np.full(len(people), NO_HOME, np.int32)
        for people in groups
    ]
    categories = [np.full(len(people), number, np.int8) for number, people in enumerate(groups)]
    offsets = np.zeros(len(keys) + 1, dtype=np.int64)
    np.cumsum(np.bincount(kept.applicants, minlength=len(keys)), out=offsets[1:])
    return Population(
        applicants=tuple(one for people in groups for one in people.ids),
        categories=np.concatenate([nobody.astype(np.int8), *categories]),
        category_names=tuple(parameters.groups),
        applicant_keys=keys,
        homes=np.concatenate([nobody, *homes]),
        home_names=offer.regions.names,
        programs=offer.table.keys,
        program_keys=offer.keys,
        quotas=offer.table.quotas,
        nests=offer.nests,
        nest_names=offer.nest_names,
        nest_keys=offer.nest_keys,
        offsets=offsets,
        entries=kept.programs.astype(np.int32),
        applicant_value=kept.applicant_value.astype(np.float32),
        program_value=kept.program_value.astype(np.float32),
        nest_scale=parameters.nest_scale,
        program_noise=parameters.selection.noise,
        list_length=np.concatenate([nobody, *(people.list_length for people in groups)]),
        program_list_length=np.ceil(parameters.selection.ranked_share * places).astype(np.int32),
        couples=couples,
        parameters=parameters,
        seed=seed,
    )


def _couples(groups: Sequence[People], seed: int) -> Int32:
    """Return pairs of applicants of the same group and region; more couples keep the first ones."""
    pairs: list[tuple[int, int]] = []
    for people in groups:
        draws = uniforms(stream(seed, Purpose.COUPLE), people.keys)
        waiting: dict[int, int] = {}
        found: list[tuple[int, int]] = []
        for one in np.argsort(draws, kind="stable").tolist():
            other = waiting.pop(int(people.homes[one]), None)
            if other is None:
                waiting[int(people.homes[one])] = one
            else:
                found.append((people.first + other, people.first + one))
        left = [people.first + one for one in waiting.values()]
        found += zip(left[::2], left[1::2], strict=False)
        pairs += found[: people.group.couples]
    return np.array(pairs, dtype=np.int32).reshape(-1, 2)
