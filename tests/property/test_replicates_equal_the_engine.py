"""The compiled replicates against the whole engine on the same lists, drawn in another way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simulation import compiled
from simulation.consideration import consider, drawn_lists
from simulation.counting import CATEGORY_COLUMNS, RANKS, count_replicates
from simulation.engine import run_match
from simulation.incremental import WhatIf
from simulation.market import Int32
from simulation.outcome import Outcome
from simulation.population import Population
from tests.populations import plain_market, random_population

REPLICATES = 3


def counted(population: Population, first: int, number: int) -> Int32:
    columns = CATEGORY_COLUMNS * len(population.category_names) + len(population.programs)
    counts = np.zeros((number, columns), dtype=np.int32)
    seed, begin = np.uint64(population.seed), np.uint64(first)
    count_replicates(consider(population), seed, begin, counts)
    return counts


def expected(population: Population, outcome: Outcome) -> list[int]:
    """What the counts of a replicate must be, from the outcome of the engine."""
    ranks = outcome.ranks()
    row: list[int] = []
    for category in range(len(population.category_names)):
        own = ranks[population.categories == category]
        row += [int((own == rank).sum()) for rank in range(1, RANKS)]
        row += [int((own >= RANKS).sum()), int(own.sum())]
    return row + outcome.fill().tolist()


def odd_population(case: int) -> Population:
    """A population of some size; every fourth has values that tie, and no noise to part them."""
    random = np.random.default_rng(case)
    people, programs = (int(random.integers(1, most)) for most in (200, 100))
    population = random_population(random, people, programs)
    if case % 4:
        return population
    return replace(
        population,
        applicant_value=np.round(population.applicant_value),
        program_value=np.round(population.program_value),
        nest_scale=0.0,
        program_noise=0.0,
    )


@pytest.mark.parametrize("cases", [pytest.param(range(60), id="some"),
    pytest.param(range(60, 2000), id="many", marks=pytest.mark.slow)])  # fmt: skip
def test_replicates_count_what_the_engine_finds_and_each_is_stable(cases: range) -> None:
    for case in cases:
        population = odd_population(case)
        counts = counted(population, case, REPLICATES)
        for row in range(REPLICATES):
            run = run_match(plain_market(population, case + row))
            assert run.certificate.is_stable
            assert counts[row].tolist() == expected(population, run.outcome), (case, row)


def test_lists_are_those_of_the_model_in_plain_arrays() -> None:
    for case in range(40):
        population = odd_population(case)
        market = plain_market(population, case)
        applicants, programs = drawn_lists(consider(population), population.seed, case)
        for fast, plain in ((applicants, market.applicants), (programs, market.programs)):
            assert fast.starts.tolist() == plain.starts.tolist()
            assert fast.items.tolist() == plain.items.tolist()


def test_an_applicant_more_or_a_program_less_moves_no_draw_of_others() -> None:
    """Common random numbers: who is in both markets submits the same list, less what is gone."""
    random, uncut = np.random.default_rng(5), np.full(40, 100, dtype=np.int32)
    population = random_population(random, applicants=40, programs=12, list_length=uncut)
    everybody, _ = drawn_lists(consider(population), 0, 3)
    gone = 4
    stays = population.entries != gone
    owners = np.repeat(np.arange(40), np.diff(population.offsets))
    without = replace(
        population,
        offsets=np.concatenate(([0], np.cumsum(np.bincount(owners[stays], minlength=40)))),
        entries=population.entries[stays],
        applicant_value=population.applicant_value[stays],
        program_value=population.program_value[stays],
    )
    left, _ = drawn_lists(consider(without), 0, 3)
    for applicant in range(40):
        before = [one for one in everybody.of(applicant).tolist() if one != gone]
        assert left.of(applicant).tolist() == before


def test_seat_values_are_those_of_cold_runs() -> None:
    population = random_population(np.random.default_rng(11), applicants=60, programs=9)
    market = plain_market(population, 2)
    matched = run_match(market).outcome.ranks() > 0
    values = WhatIf(market).seat_values()
    for program in range(9):
        more = population.quotas.copy()
        more[program] += 1
        cold = run_match(plain_market(replace(population, quotas=more), 2)).outcome
        assert values[program, 0] == (cold.ranks() > 0).sum() - matched.sum()


def test_kernels_are_compiled_for_one_set_of_types_only() -> None:
    population = random_population(np.random.default_rng(2))
    counted(population, 0, 2)
    counted(replace(population, quotas=population.quotas + np.int32(1)), 9, 1)
    drawn_lists(consider(population), 2**40, 7)
    counts = {kernel.__name__: len(kernel.signatures) for kernel in compiled.KERNELS}  # type: ignore[attr-defined]
    called = ("count_replicates", "_draw_lists", "gumbels", "pair_keys", "stream_of")
    assert {name: counts[name] for name in called} == dict.fromkeys(called, 1)
