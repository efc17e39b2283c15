"""The second iteration of simulated matches: the same people, the seats that are left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from simulation.market import NO_MATCH
from simulation.programs import ProgramTable
from simulation.results import RunResult
from simulation.runs import RunRequest, run
from simulation.second_iteration import Both, TwoIterations
from simulation.stability import audit
from tests.programs import small_country, some_parameters

SCENARIOS = [
    {"name": "as it is"},
    {
        "name": "more",
        "changes": [{"kind": "change_quotas", "where": {"everywhere": True}, "each": 1}],
    },
    {"name": "couples", "changes": [{"kind": "add_couples", "group": "CMG", "couples": 6}]},
    {
        "name": "reverting",
        "changes": [
            {
                "kind": "revert_seats",
                "source": {"categories": ["CMG"]},
                "target": {"categories": ["IMG"]},
            }
        ],
    },
]


def country() -> ProgramTable:
    """A small country whose streams for graduates of here admit all in a second iteration."""
    return ProgramTable.of(
        one._replace(second_admits=("CMG", "IMG")) if one.category == "CMG" else one
        for one in small_country().rows()
    )


def request(**fields: Any) -> RunRequest:
    given = {
        "replicates": 12,
        "iterations": 2,
        "seed": 4,
        "parameters": some_parameters(40, 40).model_dump(mode="json"),
        "keeps_matches": True,
        "audits": 3,
        "scenarios": SCENARIOS,
    }
    return RunRequest.of(given | fields)


@pytest.fixture(scope="module")
def result() -> RunResult:
    return run(request(), country())


def two(result: RunResult, number: int = 0) -> TwoIterations:
    from simulation.applying import apply
    from simulation.runs import _case

    scenario = result.scenarios[number]
    asked = result.request
    assert asked.parameters is not None
    setting = apply(scenario.scenario, country(), asked.parameters)
    return TwoIterations(_case(asked, scenario.scenario, setting, scenario.population), setting[0])


def replicates(result: RunResult) -> Iterator[tuple[ProgramTable, Both]]:
    for number in range(len(SCENARIOS)):
        again = two(result, number)
        for replicate in range(4):
            yield again.programs, again.run(replicate)


def test_who_has_no_match_meets_the_seats_that_are_left(result: RunResult) -> None:
    for _, both in replicates(result):
        assert (both.first.assignment[both.who] == NO_MATCH).all()
        assert (np.delete(both.first.assignment, both.who) != NO_MATCH).all()
        assert (both.second.market.quotas == both.first.unfilled()).all()
        names = both.first.market.applicant_ids
        assert names is not None
        assert both.second.market.applicant_ids == tuple(names[one] for one in both.who)
        method = both.second.method
        assert audit(both.second.market, both.second.assignment, method.own_seats).is_stable
    assert any((both.second.assignment != NO_MATCH).any() for _, both in replicates(result))


def test_entries_obey_the_rules_of_each_iteration(result: RunResult) -> None:
    crossed = 0
    for programs, both in replicates(result):
        for outcome, admits in (
            (both.first, programs.admits),
            (both.second, programs.second_admits),
        ):
            market = outcome.market
            for applicant in range(len(outcome.assignment)):
                category = market.applicant_id(applicant).split("-")[1]
                for program in market.applicants.of(applicant).tolist():
                    assert category in {entry.split("+")[0] for entry in admits[program]}
                    crossed += category != programs.categories[program]
    assert crossed  # some apply where only the second iteration lets them


def test_couples_of_whom_both_are_left_stay_couples(result: RunResult) -> None:
    again = two(result, 2)
    couples = again.case.population.couples
    seen = 0
    for replicate in range(8):
        both = again.run(replicate)
        left = {tuple(pair) for pair in couples.tolist() if np.isin(pair, both.who).all()}
        found = both.who[both.second.market.couples.members].reshape(-1, 2)
        assert {tuple(pair) for pair in found.tolist()} == left
        seen += len(left)
    assert seen


def test_numbers_are_the_same_for_any_threads_and_any_resumption(result: RunResult) -> None:
    stored: dict[str, bytes] = {}
    once = run(request(), country(), stored=stored, threads=1)
    for key in [key for key in stored if key.startswith("second-")][::2]:
        del stored[key]
    again = run(request(), country(), stored=stored, threads=3)
    for one, other in zip(once.scenarios, again.scenarios, strict=True):
        assert one.iterated is not None
        assert other.iterated is not None
        for name, estimates in one.iterated.of_programs.items():
            assert (estimates.mean == other.iterated.of_programs[name].mean).all()
        for here, there in zip(one.iterated.iterations, other.iterated.iterations, strict=True):
            for name, estimates in here.people.items():
                assert estimates.mean.tobytes() == there.people[name].mean.tobytes()
                assert estimates.deviation.tobytes() == there.people[name].deviation.tobytes()
            for name, differences in here.people_differences.items():
                assert differences.mean.tobytes() == there.people_differences[name].mean.tobytes()


def test_the_first_iteration_is_what_it_is_without_a_second(result: RunResult) -> None:
    alone = run(request(iterations=1), country())
    for one, other in zip(result.scenarios, alone.scenarios, strict=True):
        assert other.iterated is None
        assert one.certificates == other.certificates
        for scope, outcomes in one.outcomes.items():
            for measure, estimates in outcomes.estimates.items():
                there = other.outcomes[scope].estimates[measure]
                assert estimates.mean.tobytes() == there.mean.tobytes(), measure


def test_totals_are_the_means_of_the_replicates(result: RunResult) -> None:
    for number, scenario in enumerate(result.scenarios):
        iterated = scenario.iterated
        assert iterated is not None
        runs = [two(result, number).run(replicate) for replicate in range(12)]
        first, second = iterated.iterations
        for iteration, outcomes in (
            (first, [b.first for b in runs]),
            (second, [b.second for b in runs]),
        ):
            assert iteration.people["matched"].mean[0] == pytest.approx(
                np.mean([(one.assignment != NO_MATCH).sum() for one in outcomes])
            )
            assert iteration.seats["unfilled"].mean[0] == pytest.approx(
                np.mean([one.unfilled().sum() for one in outcomes])
            )
            of_categories = iteration.people["applicants"].mean[1:].sum()
            assert of_categories == pytest.approx(iteration.people["applicants"].mean[0])
        assert second.people["applicants"].mean[0] == first.people["unmatched"].mean[0]
        assert second.seats["seats"].mean[0] == first.seats["unfilled"].mean[0]
        assert iterated.of_programs["seats"].mean.sum() == pytest.approx(
            second.seats["seats"].mean[0]
        )
        assert len(iterated.certificates) == 3
        assert sum(iterated.verdicts.values()) == 12
        assert bool(first.people_differences) == bool(number)


def test_matches_tell_their_iteration(result: RunResult) -> None:
    kept = result.scenarios[0].iterated
    assert kept is not None
    assert kept.kept is not None
    iterations, programs, ranks = kept.kept.matches()
    assert set(iterations.tolist()) <= {0, 1, 2}
    assert ((programs == NO_MATCH) == (iterations == 0)).all()
    assert ((ranks > 0) == (iterations > 0)).all()
    assert (iterations == 2).sum() == (kept.kept.second.assignment != NO_MATCH).sum() > 0


def test_the_size_of_the_core_is_told_unless_there_are_couples(result: RunResult) -> None:
    for scenario in result.scenarios:
        if scenario.scenario.name == "couples":
            assert scenario.core.applicants is None
            assert scenario.core.why_not is not None
            assert scenario.core.why_not.startswith("With couples")
        else:
            assert scenario.core.applicants is not None
            assert scenario.core.applicants >= 0
            assert scenario.core.why_not is None


def test_progress_goes_through_all_parts() -> None:
    told: list[tuple[int, int]] = []
    run(
        request(seat_values=True, scenarios=SCENARIOS[:2]),
        country(),
        lambda done, of: told.append((done, of)),
    )
    assert told == sorted(told)
    assert told[-1] == (36, 36)
