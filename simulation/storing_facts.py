"""Who got what and who applied where, as rows of the warehouse; matches that are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from simulation.joining import Int64
from simulation.market import NEVER, NO_MATCH, Market
from simulation.measures import Scope
from simulation.outcome import Outcome
from simulation.results import ScenarioResult

Facts = list[tuple[Any, ...]]


def facts_of(result: ScenarioResult) -> tuple[Facts, Facts]:
    """Return who got what and who applied where, where matches are kept.

    Facts are in the order of the columns that `simulation_results` names.
    """
    if result.outcome is None:
        return [], []
    population = result.population
    numbers = {key: n for n, key in enumerate(result.outcomes[Scope.PROGRAM].names)}
    ordinals = [numbers[key] for key in result.programs.keys]
    everybody = np.arange(len(population))
    applications, lengths = _applications(result.outcome, everybody, ordinals, 1)
    columns = [one.tolist() for one in result.matches(result.outcome)]
    if result.iterated is not None and result.iterated.kept is not None:
        _, second, who = result.iterated.kept
        again, others = _applications(second, who, ordinals, 2)
        applications += again
        lengths |= {one: others.get(one, 0) for one in who.tolist() if columns[0][one] == 2}
    names = population.category_names
    matches = [
        (
            applicant,
            population.applicants[applicant],
            names[population.categories[applicant]],
            lengths.get(applicant, 0),
            rank or None,
            ordinals[program] if program != NO_MATCH else None,
            iteration or None,
        )
        for applicant, (iteration, program, rank) in enumerate(zip(*columns, strict=True))
    ]
    return matches, applications


def _applications(
    outcome: Outcome, who: Int64, ordinals: list[int], iteration: int
) -> tuple[Facts, dict[int, int]]:
    """Return the entries of an iteration's lists, and how long each applicant's list is."""
    names, ranks = who.tolist(), outcome.ranks().tolist()
    applications: Facts = []
    lengths: dict[int, int] = {}
    for number, choice, program, rank in entries(outcome.market):
        applicant = names[number]
        lengths[applicant] = max(lengths.get(applicant, 0), choice)
        if program != NO_MATCH:
            is_match = ranks[number] == choice
            applications.append((applicant, choice, ordinals[program], rank, is_match, iteration))
    return applications, lengths


def entries(market: Market) -> Iterator[tuple[int, int, int, int | None]]:
    """Yield the entries of all lists: applicant, rank, program, and the rank there (or None).

    Members of couples have the entries of their paired list; `NO_MATCH` may be among them.
    """
    starts = market.programs.starts
    lists = market.applicants
    owners = np.repeat(np.arange(len(lists)), np.diff(lists.starts))
    choices = np.arange(len(lists.items)) - lists.starts[owners] + 1
    yield from _ranked(owners, choices, lists.items, market.positions, starts)
    couples = market.couples
    owners = np.repeat(np.arange(len(couples)), np.diff(couples.starts))
    choices = np.arange(len(couples.pairs)) - couples.starts[owners] + 1
    for side in (0, 1):
        yield from _ranked(
            couples.members[owners, side],
            choices,
            couples.pairs[:, side],
            market.couple_positions[:, side],
            starts,
        )


def _ranked(
    owners: Any, choices: Any, programs: Any, positions: Any, starts: Any
) -> Iterator[tuple[int, int, int, int | None]]:
    is_ranked = (positions != NEVER) & (positions != NO_MATCH)
    ranks = np.where(is_ranked, positions - starts[np.maximum(programs, 0)] + 1, 0)
    columns = (owners.tolist(), choices.tolist(), programs.tolist(), ranks.tolist())
    for owner, choice, program, rank in zip(*columns, strict=True):
        yield owner, choice, program, rank or None
