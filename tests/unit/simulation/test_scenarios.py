"""Scenarios: what each change does, what several do together, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import yaml

from simulation.applying import Setting, apply
from simulation.errors import (
    ContradictoryScenarioError,
    InvalidParametersError,
    InvalidScenarioError,
    NothingSelectedError,
    TooLargeError,
)
from simulation.parameters import Parameters
from simulation.preferences import populate
from simulation.runs import RunRequest
from simulation.scenario import SELECTED_COLUMNS, Change, RevertSeats, Scenario
from simulation.selecting import spread
from tests.populations import few_applicants, offered

PROGRAMS = offered()
PARAMETERS = few_applicants()
SURGERY = {"disciplines": ["Surgery"]}


def applied(*changes: dict[str, Any], rules: tuple[RevertSeats, ...] = ()) -> Setting:
    scenario = Scenario.of({"name": "what if", "changes": changes})
    return apply(scenario, PROGRAMS, PARAMETERS, rules)


def seats(setting: Setting, *keys: str) -> list[int]:
    return [int(setting.programs.quotas[setting.programs.number_of[key]]) for key in keys]


def test_nothing_changes_nothing() -> None:
    setting = applied()
    assert setting.programs.quotas.tolist() == PROGRAMS.quotas.tolist()
    assert setting.parameters == PARAMETERS
    assert setting.reversions == ()


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"to": 7}, [7, 7, 3]),
        ({"each": -1}, [2, 2, 3]),
        ({"total": 1}, [4, 3, 3]),
        ({"percent": 50}, [5, 4, 3]),
        ({"percent": -100}, [0, 0, 3]),
    ],
)
def test_seats_change_by_number_in_all_and_by_percent(
    how: dict[str, int], expected: list[int]
) -> None:
    where = {"programs": ["1-3", "1-4"]}
    setting = applied({"kind": "change_quotas", "where": where, **how})
    assert seats(setting, "1-3", "1-4", "1-5") == expected
    assert PROGRAMS.quotas.tolist() == [3] * 24


def test_programs_are_selected_by_all_that_is_said() -> None:
    where = {"disciplines": ["Surgery"], "provinces": ["QC", "AB"], "categories": ["IMG"]}
    setting = applied({"kind": "change_quotas", "where": where, "to": 0})
    found = [row for row in setting.programs.rows() if row.quota == 0]
    assert {(row.discipline, row.category) for row in found} == {("Surgery", "IMG")}
    assert {row.province for row in found} == {"QC", "AB"}
    everywhere = applied({"kind": "change_quotas", "where": {"everywhere": True}, "each": 1})
    assert everywhere.programs.quotas.tolist() == [4] * 24


def test_percents_of_a_discipline_are_of_its_seats_together() -> None:
    """Ten percent of 36 seats are 4 seats, though ten percent of 3 are none."""
    setting = applied({"kind": "change_quotas", "where": SURGERY, "percent": 10})
    assert int(setting.programs.quotas.sum()) == 72 + 4


def test_seats_that_nobody_could_number_are_refused() -> None:
    double = {"kind": "change_quotas", "where": {"everywhere": True}, "percent": 10_000}
    with pytest.raises(ContradictoryScenarioError, match=r"change 3: .* seats\. .*at most"):
        applied(*[double] * 5)


@pytest.mark.parametrize(
    "values",
    [
        {"groups.CMG.applicants": 1_000_000, "groups.CMG.applications": 1000},
        {"groups.CMG.applicants": 1_000_000, "groups.CMG.applications_spread": 3},
    ],
)
def test_more_applications_than_memory_holds_are_refused(values: dict[str, float]) -> None:
    large = PARAMETERS.with_changes(values)
    with pytest.raises(TooLargeError, match=r"scenario 'large'.*fewer applicants"):
        apply(Scenario(name="large"), PROGRAMS, large)


def test_more_couples_than_applicants_are_refused_in_words() -> None:
    with pytest.raises(InvalidScenarioError, match=r"groups\.CMG: 400 couples need 800 applicants"):
        applied({"kind": "add_couples", "group": "CMG", "couples": 400})


def test_no_more_than_a_hundred_kinds_of_applicants_are_taken() -> None:
    group = PARAMETERS.groups["CMG"].model_dump()
    with pytest.raises(InvalidParametersError, match="groups"):
        Parameters.of({"groups": {f"G{n}": group for n in range(101)}})


def test_preferences_follow_announced_seats_only() -> None:
    change = {"kind": "change_quotas", "where": SURGERY, "each": 4}
    secret, known = applied(change), applied(change | {"is_announced": True})
    base = populate(PROGRAMS, PARAMETERS, 1)
    populations = [populate(one.programs, one.parameters, 1) for one in (secret, known)]
    assert populations[0].entries.tolist() == base.entries.tolist()
    assert populations[0].applicant_value.tolist() == base.applicant_value.tolist()
    assert populations[0].quotas.tolist() == populations[1].quotas.tolist()
    assert len(populations[1].entries) > len(base.entries)


def test_a_closed_program_has_no_seats_and_no_applicants() -> None:
    setting = applied({"kind": "close_programs", "where": {"programs": ["1-4"]}})
    number = setting.programs.number_of["1-4"]
    assert seats(setting, "1-4") == [0]
    assert number not in populate(setting.programs, PARAMETERS, 1).entries


def test_a_program_opens_again_and_a_new_one_is_like_another() -> None:
    closed = PROGRAMS.closed([4])
    scenario = Scenario.of({"name": "x", "changes": [
        {"kind": "open_program", "program": "1-4", "quota": 2},
        {"kind": "open_program", "program": "1-new", "quota": 5, "like": "1-3", "name": "New"},
    ]})  # fmt: skip
    setting = apply(scenario, closed, PARAMETERS)
    assert seats(setting, "1-4", "1-new") == [2, 5]
    rows = {row.key: row for row in setting.programs.rows()}
    assert rows["1-4"].is_open
    assert rows["1-new"].name == "New"
    alike = rows["1-new"]._replace(key="1-3", name=rows["1-3"].name, quota=3, announced=3)
    assert repr(alike) == repr(rows["1-3"])  # as text: unknown numbers differ from themselves
    everybody = populate(setting.programs, PARAMETERS, 1)
    assert set(range(25)) == set(everybody.entries.tolist())


def test_seats_move_between_streams() -> None:
    setting = applied({"kind": "move_seats", "source": "1-1", "target": "1-2", "seats": 2})
    assert seats(setting, "1-1", "1-2") == [1, 5]


def test_several_changes_of_seats_follow_each_other() -> None:
    setting = applied(
        {"kind": "change_quotas", "where": {"programs": ["1-1"]}, "each": 3},
        {"kind": "change_quotas", "where": {"programs": ["1-1"]}, "percent": 50},
        {"kind": "move_seats", "source": "1-1", "target": "1-2", "seats": 1},
    )
    assert seats(setting, "1-1", "1-2") == [8, 4]


def test_numbers_of_applicants_and_tastes_change() -> None:
    setting = applied(
        {"kind": "change_applicants", "group": "CMG", "percent": -10},
        {"kind": "change_applicants", "group": "IMG", "by": 7},
        {"kind": "change_tastes", "parameter": "groups.CMG.tastes.home_school", "by": 1.5},
        {"kind": "change_tastes", "parameter": "selection.noise", "factor": 2},
        {"kind": "change_tastes", "parameter": "groups.IMG.interests.Surgery", "to": 3},
        {"kind": "add_couples", "group": "CMG", "couples": 4},
    )
    before, after = PARAMETERS.groups, setting.parameters.groups
    assert (after["CMG"].applicants, after["IMG"].applicants) == (45, 37)
    assert after["CMG"].tastes.home_school == before["CMG"].tastes.home_school + 1.5
    assert setting.parameters.selection.noise == 2 * PARAMETERS.selection.noise
    assert after["IMG"].interests["Surgery"] == 3
    assert after["CMG"].couples == 4
    assert len(populate(PROGRAMS, setting.parameters, 1).couples) == 4


REVERSION = {
    "kind": "revert_seats",
    "source": {"categories": ["CMG"]},
    "target": {"categories": ["IMG"]},
}


def test_empty_seats_revert_to_the_first_program_that_goes_with_theirs() -> None:
    setting = applied(REVERSION | {"most": 2})
    assert len(setting.reversions) > 0
    rows = list(setting.programs.rows())
    for one in setting.reversions:
        assert one.target is not None
        source, target = rows[one.source], rows[one.target]
        assert (source.category, target.category, one.most) == ("CMG", "IMG", 2)
        assert (source.university, source.discipline) == (target.university, target.discipline)


def test_reversions_of_the_run_can_be_switched_off() -> None:
    rule = RevertSeats.model_validate(REVERSION)
    assert applied(rules=(rule,)).reversions == applied(REVERSION).reversions
    assert applied({"kind": "without_reversions"}, rules=(rule,)).reversions == ()


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param(
            [{"kind": "change_quotas", "where": {"programs": ["1-1"]}, "each": -4}],
            id="seats below zero",
        ),
        pytest.param(
            [{"kind": "move_seats", "source": "1-1", "target": "1-2", "seats": 4}],
            id="more seats than there are",
        ),
        pytest.param(
            [{"kind": "close_programs", "where": {"programs": ["1-1"]}},
             {"kind": "change_quotas", "where": {"programs": ["1-1"]}, "each": 1}],
            id="closed, then given seats",
        ),
        pytest.param(
            [{"kind": "change_quotas", "where": {"everywhere": True}, "percent": 5},
             {"kind": "close_programs", "where": {"programs": ["1-1"]}}],
            id="given seats, then closed",
        ),
        pytest.param(
            [{"kind": "change_quotas", "where": SURGERY, "to": 5},
             {"kind": "change_quotas", "where": {"everywhere": True}, "to": 6}],
            id="set twice",
        ),
        pytest.param(
            [{"kind": "open_program", "program": "1-1", "quota": 2}], id="open already"
        ),
        pytest.param(
            [{"kind": "open_program", "program": "new", "quota": 2, "like": "1-1"},
             {"kind": "open_program", "program": "new", "quota": 3, "like": "1-1"}],
            id="opened twice",
        ),
        pytest.param(
            [{"kind": "change_applicants", "group": "IMG", "to": 4},
             {"kind": "change_applicants", "group": "IMG", "percent": 10}],
            id="one group twice",
        ),
        pytest.param(
            [{"kind": "change_applicants", "group": "IMG", "by": -31}],
            id="fewer applicants than none",
        ),
        pytest.param(
            [{"kind": "change_tastes", "parameter": "selection.noise", "to": 1},
             {"kind": "change_tastes", "parameter": "selection.noise", "by": 1}],
            id="one parameter twice",
        ),
        pytest.param([REVERSION, {"kind": "without_reversions"}], id="reversions on, then off"),
        pytest.param([{"kind": "without_reversions"}, REVERSION], id="reversions off, then on"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused(changes: list[dict[str, Any]]) -> None:
    with pytest.raises(ContradictoryScenarioError) as refusal:
        applied(*changes)
    assert refusal.value.place == f"scenario 'what if', change {len(changes)}"
    assert refusal.value.remedy


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "close_programs", "where": {"programs": ["9-9"]}},
        {"kind": "close_programs", "where": {"disciplines": ["Sorcery"]}},
        {"kind": "close_programs", "where": {"programs": ["1-0"], "disciplines": ["Surgery"]}},
        {"kind": "move_seats", "source": "1-1", "target": "9-9", "seats": 1},
        {"kind": "open_program", "program": "9-9", "quota": 1},
        {"kind": "open_program", "program": "9-9", "quota": 1, "like": "8-8"},
        {"kind": "change_applicants", "group": "XXX", "by": 1},
        {"kind": "add_couples", "group": "XXX", "couples": 1},
        {"kind": "change_tastes", "parameter": "groups.CMG.tastes.sorcery", "by": 1},
        {"kind": "change_tastes", "parameter": "groups.CMG.tastes", "by": 1},
        {"kind": "change_tastes", "parameter": "groups.XXX.quality", "to": 1},
        REVERSION | {"target": {"categories": ["CMG"], "disciplines": ["Surgery"]},
                     "source": {"disciplines": ["Family Medicine"]}},
    ],
)  # fmt: skip
def test_what_names_nothing_there_is_refused_with_what_there_is(change: dict[str, Any]) -> None:
    with pytest.raises(NothingSelectedError) as refusal:
        applied(change)
    assert refusal.value.place == "scenario 'what if', change 1"
    assert refusal.value.remedy


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "sell_seats"},
        {"kind": "change_quotas", "where": SURGERY},
        {"kind": "change_quotas", "where": SURGERY, "to": 1, "each": 1},
        {"kind": "change_quotas", "where": SURGERY, "to": -1},
        {"kind": "change_quotas", "where": SURGERY, "to": 1.5},
        {"kind": "change_quotas", "where": SURGERY, "percent": float("nan")},
        {"kind": "change_quotas", "where": {}, "to": 1},
        {"kind": "change_quotas", "where": SURGERY | {"everywhere": True}, "to": 1},
        {"kind": "change_quotas", "where": {"discipline": "Surgery"}, "to": 1},
        {"kind": "move_seats", "source": "1-1", "target": "1-1", "seats": 1},
        {"kind": "move_seats", "source": "1-1", "target": "1-2", "seats": 0},
        {"kind": "add_couples", "group": "CMG", "couples": 0},
        {"kind": "change_tastes", "parameter": "selection.noise", "by": float("inf")},
    ],
)  # fmt: skip
def test_what_is_no_change_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidScenarioError):
        applied(change)


def test_a_parameter_out_of_bounds_is_refused() -> None:
    with pytest.raises(InvalidScenarioError, match="noise"):
        applied({"kind": "change_tastes", "parameter": "selection.noise", "by": -50})


def test_scenarios_are_written_and_read_again() -> None:
    changes = [
        {"kind": "change_quotas", "where": SURGERY, "percent": 12.5},
        {"kind": "open_program", "program": "9-9", "quota": 2, "like": "1-1"},
        REVERSION,
    ]
    scenario = Scenario.of({"name": "écoles", "changes": changes})
    value = scenario.model_dump(mode="json")
    assert Scenario.of(value) == scenario
    assert Scenario.of(yaml.safe_load(yaml.safe_dump(value))) == scenario


def test_shares_of_seats_are_whole_and_add_up() -> None:
    random = np.random.default_rng(1)
    for _ in range(200):
        weights = random.integers(0, 9, size=int(random.integers(1, 20))).tolist()
        seats = int(random.integers(-30, 30))
        shares = spread(seats, weights)
        assert sum(shares) == seats
        exact = [seats * one / (sum(weights) or 1) for one in weights]
        if sum(weights):
            assert all(abs(one - two) < 1 for one, two in zip(shares, exact, strict=True))


PAGE = (Path(__file__).parents[3] / "docs" / "matching.md").read_text(encoding="utf-8")


def test_the_page_tells_all_changes_and_what_they_take() -> None:
    for change in get_args(get_args(Change)[0]):
        fields = change.model_fields
        row = next(line for line in PAGE.splitlines() if f"| `{fields['kind'].default}` |" in line)
        assert all(f"`{name}" in row for name in fields if name != "kind"), fields
    assert all(f"`{name}`" in PAGE for name in SELECTED_COLUMNS)
    assert all(f"`{name}`" in PAGE or f"\n{name}:" in PAGE for name in RunRequest.model_fields)


def test_the_example_of_the_page_can_be_run() -> None:
    text = PAGE.split("```yaml\n")[1].split("```")[0]
    request = RunRequest.parse(text)
    parameters = Parameters.of(
        {"groups": {"IMG": {"category": "IMG", "applicants": 9, "is_home_graduate": False}}}
    )
    for scenario in request.scenarios:
        assert apply(scenario, PROGRAMS, parameters).programs.keys == PROGRAMS.keys
