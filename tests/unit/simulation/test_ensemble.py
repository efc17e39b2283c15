"""Ensembles: the same numbers for any threads, order and resumption; when they stop."""

from __future__ import annotations

import functools
import operator
import pickle
import random
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from simulation.cases import Case
from simulation.engine import solve
from simulation.ensemble import CHUNK, LEAST, Ensemble, EnsembleChunk, EnsembleRun
from simulation.errors import RunCancelledError
from simulation.estimates import compare, estimate
from simulation.market import Market
from simulation.measures import Frame, Measure, Scope
from simulation.outcome import Outcome, Verdict
from simulation.population import Population
from simulation.reversion import Reversion
from simulation.seats import seat_values
from tests.populations import random_population

PROGRAMS = 8
DISCIPLINES = ("Anatomy",) * 3 + ("Botany",) * 5
PROVINCES = ("AB", "QC") * 4


def population(seed: int = 1, couples: int = 0) -> Population:
    made = random_population(np.random.default_rng(seed), 60, PROGRAMS, couples)
    return replace(made, quotas=np.full(PROGRAMS, 3, dtype=np.int32), seed=seed)


def case(name: str, whom: Population, **rules: object) -> Case:
    provinces = np.array([0, 1] * 4, dtype=np.int32)
    return Case(name, whom, provinces, whom.seed, **rules)  # type: ignore[arg-type]


def two_scenarios() -> list[Case]:
    whom = population()
    more = whom.quotas.copy()
    more[::2] += 1
    return [case("as it is", whom), case("more seats", replace(whom, quotas=more))]


def ensemble(cases: list[Case]) -> Ensemble:
    names = cases[0].population.programs
    return Ensemble(cases, Frame(("CMG", "IMG"), names, DISCIPLINES, PROVINCES))


def numbers(run: EnsembleRun) -> list[list[list[int]]]:
    return [one.to_array().tolist() for one in run.sums]


def test_results_are_the_same_to_the_bit_for_any_number_of_threads() -> None:
    runs = [ensemble(two_scenarios()).run(7 * CHUNK + 3, threads=count) for count in (1, 2, 5)]
    assert numbers(runs[0]) == numbers(runs[1]) == numbers(runs[2])
    assert runs[0].replicates == 7 * CHUNK + 3


def test_chunks_can_be_worked_on_in_any_order_and_taken_up_later() -> None:
    whole = ensemble(two_scenarios()).run(6 * CHUNK)
    full: dict[str, bytes] = {}
    ensemble(two_scenarios()).run(6 * CHUNK, stored=full)
    keys = list(full)
    random.Random(3).shuffle(keys)
    left = {key: full[key] for key in keys[:3]}
    resumed = ensemble(two_scenarios()).run(6 * CHUNK, stored=left)
    assert numbers(resumed) == numbers(whole)
    assert set(left) == set(full)


def test_chunks_that_are_stored_are_not_worked_on_again(monkeypatch: pytest.MonkeyPatch) -> None:
    stored: dict[str, bytes] = {}
    first = ensemble(two_scenarios()).run(3 * CHUNK, stored=stored)

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Case, "count", refuse)
    assert numbers(ensemble(two_scenarios()).run(3 * CHUNK, stored=stored)) == numbers(first)


def test_chunks_can_be_worked_on_elsewhere() -> None:
    """As a cluster would: the ensemble travels, numbers of a chunk go in, its sums come back."""
    here = ensemble(two_scenarios())
    there = pickle.loads(pickle.dumps(here))
    chunks = [there.chunk(first, 10, lambda: False).to_bytes() for first in (30, 10, 0, 20)]
    first, *others = map(EnsembleChunk.from_bytes, chunks)
    total = functools.reduce(operator.add, others, first)
    assert [one.to_array().tolist() for one in total.sums] == numbers(here.run(40))


def test_progress_is_told_after_each_chunk() -> None:
    told: list[tuple[int, int]] = []
    ensemble(two_scenarios()).run(
        2 * CHUNK + 1, on_progress=lambda done, total: told.append((done, total))
    )
    total = 2 * CHUNK + 1
    assert told == [(CHUNK, total), (2 * CHUNK, total), (total, total)]


def test_a_cancelled_run_ends_at_once_and_keeps_what_was_done() -> None:
    stored: dict[str, bytes] = {}
    with pytest.raises(RunCancelledError):
        ensemble(two_scenarios()).run(100_000, stored=stored, is_cancelled=lambda: len(stored) == 2)
    assert list(stored) == ["ensemble-0", "ensemble-1"]
    assert threading.active_count() < 10


def test_a_slow_replicate_is_cancelled_between_two_of_a_chunk() -> None:
    slow = case("couples", population(couples=3))
    with pytest.raises(RunCancelledError):
        slow.count(0, 1000, lambda: True)


def test_it_stops_as_soon_as_intervals_are_narrow_enough() -> None:
    cases = two_scenarios()
    run = ensemble(cases).run(20_000, precision=0.004, threads=3)
    assert run.is_converged is True
    assert LEAST <= run.replicates < 20_000
    assert ensemble(cases).is_precise(run.sums, 0.004)
    shorter = ensemble(cases).run(run.replicates - CHUNK)
    assert not ensemble(cases).is_precise(shorter.sums, 0.004)
    alone = ensemble(cases).run(20_000, precision=0.004, threads=1)
    assert numbers(alone) == numbers(run)


def test_it_says_if_intervals_are_too_wide_at_the_end() -> None:
    assert ensemble(two_scenarios()).run(CHUNK, precision=0.0001).is_converged is False
    assert ensemble(two_scenarios()).run(CHUNK).is_converged is None


def test_common_random_numbers_narrow_differences() -> None:
    run = ensemble(two_scenarios()).run(300)
    found = compare(run.sums[1], run.sums[0])
    matched = run.frame.columns[Scope.ALL, Measure.MATCHED]
    assert found.mean[matched][0] > 0
    assert found.variance_ratio[matched][0] > 3


def test_measures_of_parts_add_up_to_those_of_the_whole() -> None:
    run = ensemble(two_scenarios()).run(50)
    means, columns = estimate(run.sums[1]).mean, run.frame.columns
    filled = {scope: means[columns[scope, Measure.FILLED]].sum() for scope in Scope
              if (scope, Measure.FILLED) in columns}  # fmt: skip
    assert set(filled) == {Scope.ALL, Scope.DISCIPLINE, Scope.PROVINCE, Scope.PROGRAM}
    assert list(filled.values()) == pytest.approx([filled[Scope.ALL]] * 4)
    matched = means[columns[Scope.CATEGORY, Measure.MATCHED]].sum()
    assert matched == pytest.approx(filled[Scope.ALL])
    ranks = [means[columns[Scope.ALL, one]][0] for one in Measure if one.name[:5] == "RANK_"]
    assert sum(ranks) == pytest.approx(1)


def test_couples_and_reversions_go_through_the_whole_engine() -> None:
    whom = population()
    reverting = case("reverting", whom, reversions=(Reversion(0, target=1),))
    coupled = case("couples", population(couples=3))
    cases = [case("as it is", whom), reverting, coupled]
    assert [one.is_compiled for one in cases] == [True, False, False]
    run = ensemble(cases).run(CHUNK)
    assert [sum(one.values()) for one in run.verdicts] == [CHUNK] * 3
    assert run.verdicts[0][Verdict.PROCESSED] == CHUNK
    both = ensemble(cases).run(CHUNK, threads=1)
    assert numbers(both) == numbers(run)
    means, unfilled = estimate(run.sums[1]).mean, run.frame.columns[Scope.PROGRAM, Measure.UNFILLED]
    assert means[unfilled][0] <= estimate(run.sums[0]).mean[unfilled][0]


def test_cold_seat_values_are_cancelled_between_two_programs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[Market] = []

    def slowly(self: Case, market: Market, *_: object) -> Outcome:
        begun.append(market)
        time.sleep(0.1)
        return solve(market, seed=self.seed)

    monkeypatch.setattr(Case, "matched", slowly)
    whom = population(couples=3)
    with pytest.raises(RunCancelledError):
        seat_values(case("couples", whom), 1, is_cancelled=lambda: len(begun) > 1)
    assert len(begun) < 1 + len(whom.programs)


def test_the_slow_path_counts_what_the_fast_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = ensemble(two_scenarios()).run(CHUNK)
    monkeypatch.setattr(Case, "is_compiled", False)
    assert numbers(ensemble(two_scenarios()).run(CHUNK)) == numbers(fast)


def test_scenarios_with_other_programs_and_categories_share_a_frame() -> None:
    whom = population()
    fewer = random_population(np.random.default_rng(4), 20, 3, category_names=("IMG", "CMG"))
    cases = [case("as it is", whom), case("small", fewer)]
    run = ensemble(cases).run(CHUNK)
    means, columns = estimate(run.sums[1]).mean, run.frame.columns
    assert means[columns[Scope.PROGRAM, Measure.FILLED]][3:].tolist() == [0] * 5
    assert np.isnan(means[columns[Scope.PROGRAM, Measure.FILL_RATE]][3:]).all()
    first = fewer.category_names.index("CMG")
    cmg = int((fewer.categories == first).sum())
    found = (
        means[columns[Scope.CATEGORY, Measure.MATCHED]]
        + means[columns[Scope.CATEGORY, Measure.UNMATCHED]]
    )
    assert found.tolist() == pytest.approx([cmg, 20 - cmg])
