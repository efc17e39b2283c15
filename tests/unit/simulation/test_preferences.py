"""Simulated applicants: what the model promises, stage by stage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.errors import RunCancelledError
from simulation.parameters import Parameters
from simulation.people import Offer, people_of
from simulation.population import NO_HOME, Population
from simulation.preferences import interview_places, populate
from simulation.programs import Program, ProgramTable
from simulation.regions import Regions, great_circle_km
from tests.programs import small_country, some_parameters

TABLE, PARAMETERS = small_country(), some_parameters()


def pairs_of(population: Population) -> dict[tuple[str, str], tuple[float, float]]:
    """What both sides see in each other, by their ids."""
    owners = np.repeat(np.arange(len(population)), np.diff(population.offsets))
    columns = (owners, population.entries, population.applicant_value, population.program_value)
    return {
        (population.applicants[one], population.programs[program]): (liked, wanted)
        for one, program, liked, wanted in zip(*(c.tolist() for c in columns), strict=True)
    }


def same(one: Population, other: Population) -> bool:
    return pairs_of(one) == pairs_of(other) and one.applicants == other.applicants


def test_the_same_seed_gives_the_same_population_and_another_seed_another() -> None:
    assert same(populate(TABLE, PARAMETERS, 1), populate(TABLE, PARAMETERS, 1))
    assert not same(populate(TABLE, PARAMETERS, 1), populate(TABLE, PARAMETERS, 2))


def test_everybody_is_simulated_and_named_so() -> None:
    population = populate(TABLE, PARAMETERS, 1)
    assert population.is_simulated
    assert all(name.startswith("sim-") for name in population.applicants)
    assert len(set(population.applicants)) == len(population) == 70


@settings(max_examples=10)
@given(st.integers(0, 2**40), st.integers(0, 25), st.integers(0, 25))
def test_interviews_are_where_rules_admit_and_programs_have_room(
    seed: int, cmg: int, img: int
) -> None:
    population = populate(TABLE, some_parameters(cmg, img), seed)
    for applicant, program in pairs_of(population):
        admits = TABLE.admits[TABLE.number_of[program]]
        assert any(one.split("+")[0] == applicant.split("-")[1] for one in admits)
    interviews = np.bincount(population.entries, minlength=len(TABLE))
    assert (interviews <= interview_places(TABLE, PARAMETERS.selection)).all()
    for begin, end in zip(population.offsets[:-1], population.offsets[1:], strict=True):
        assert (np.diff(population.entries[begin:end]) > 0).all()


def test_nobody_applies_who_lacks_what_a_rule_requires() -> None:
    without = PARAMETERS.with_changes({"groups.IMG.credentials": {}})
    asked = {key for key, admits in zip(TABLE.keys, TABLE.admits, strict=True) if "+" in admits[0]}
    assert not {program for _, program in pairs_of(populate(TABLE, without, 1))} & asked
    everybody = PARAMETERS.with_changes({"groups.IMG.credentials": {"CMQ_EQUIVALENCE": 1.0}})
    assert {program for _, program in pairs_of(populate(TABLE, everybody, 1))} & asked


def test_more_seats_change_nothing_but_the_seats() -> None:
    more = TABLE.with_quotas(TABLE.quotas + 2)
    one, other = populate(TABLE, PARAMETERS, 5), populate(more, PARAMETERS, 5)
    assert same(one, other)
    assert (other.quotas == one.quotas + 2).all()


def test_seats_that_were_announced_bring_more_interviews() -> None:
    more = TABLE.with_quotas(TABLE.quotas + 2, announced=True)
    assert (
        interview_places(more, PARAMETERS.selection).sum()
        > interview_places(TABLE, PARAMETERS.selection).sum()
    )


def test_further_applicants_move_nobody_elses_draws() -> None:
    offer = Offer.of(TABLE)
    few = people_of(offer, some_parameters(20, 0), "CMG", 0, 9)
    many = people_of(offer, some_parameters(25, 0), "CMG", 0, 9)
    for name in ("homes", "speaks", "quality", "wishes", "applications", "list_length"):
        assert (getattr(few, name) == getattr(many, name)[:20]).all(), name


def test_a_closed_program_has_no_applicants_and_others_see_the_same_in_each_other() -> None:
    closed = TABLE.closed([4])
    before = pairs_of(populate(TABLE, PARAMETERS, 3))
    after = pairs_of(populate(closed, PARAMETERS, 3))
    assert not any(program == TABLE.keys[4] for _, program in after)
    shared = before.keys() & after.keys()
    assert len(shared) > 0.8 * len(after)
    assert all(before[pair] == after[pair] for pair in shared)


def test_the_first_wish_falls_on_disciplines_in_proportion_to_their_weights() -> None:
    weights = {"Family Medicine": 5.0, "Internal Medicine": 3.0, "Dermatology": 2.0}
    parameters = some_parameters(4000, 0).with_changes({"groups.CMG.interests": weights})
    offer = Offer.of(TABLE)
    first = people_of(offer, parameters, "CMG", 0, 1).wishes.argmax(axis=1)
    shares = np.bincount(first, minlength=3) / 4000
    expected = np.array([weights[name] / 10 for name in offer.nest_names])
    assert np.abs(shares - expected).max() < 0.03


@pytest.mark.parametrize(
    ("taste", "likes"),
    [
        ("home_school", lambda table, home: [u == home for u in table.universities]),
        ("other_language", lambda table, home: [one == "EN" for one in table.languages]),
    ],
)
def test_a_strong_taste_decides_where_people_apply(taste: str, likes: object) -> None:
    strength = 20.0 if taste == "home_school" else -20.0
    flat = {"home_school": 0, "home_province": 0, "distance": 0, "other_language": 0,
            "size": 0, "return_of_service": 0, "discipline": 0.0}  # fmt: skip
    parameters = some_parameters(60, 0).with_changes(
        {"groups.CMG.tastes": {**flat, taste: strength}, "groups.CMG.applications": 3,
         "groups.CMG.applications_spread": 0.0, "groups.CMG.bilingual": 0.0,
         "homes": {"French": 0.0}}
    )  # fmt: skip
    population = populate(TABLE, parameters, 1)
    owners = np.repeat(np.arange(60), np.diff(population.offsets))
    for one, program in zip(owners.tolist(), population.entries.tolist(), strict=True):
        home = population.home_names[population.homes[one]]
        assert likes(TABLE, home)[program]  # type: ignore[operator]


def test_only_graduates_of_the_table_have_a_home_school() -> None:
    population = populate(TABLE, PARAMETERS, 1)
    home = population.homes != NO_HOME
    assert (home == (population.categories == 0)).all()


def test_a_university_without_graduates_is_nobodys_home() -> None:
    nobody = PARAMETERS.with_changes({"homes": {"Middle": 0.0}})
    population = populate(TABLE, nobody, 1)
    middle = population.home_names.index("Middle")
    assert middle in populate(TABLE, PARAMETERS, 1).homes
    assert middle not in population.homes


def test_stated_interviews_count_before_a_number_for_each_seat() -> None:
    rows = [Program("a", 2, interviews=30.0), Program("b", 2), Program("c", 5, interviews=1.0)]
    table = ProgramTable.of(rows)
    assert interview_places(table, PARAMETERS.selection).tolist() == [30, 8, 10]
    assert interview_places(table.closed([0]), PARAMETERS.selection).tolist() == [0, 8, 10]


def test_more_couples_keep_the_first_ones() -> None:
    def couples(count: int) -> list[tuple[int, int]]:
        changed = PARAMETERS.with_changes({"groups.CMG.couples": count})
        return [tuple(pair) for pair in populate(TABLE, changed, 4).couples.tolist()]

    assert couples(0) == []
    assert couples(8)[:5] == couples(5)
    members = [one for pair in couples(20) for one in pair]
    assert sorted(members) == list(range(40))


def test_there_can_be_nobody_or_nothing_to_apply_to() -> None:
    nobody = populate(TABLE, some_parameters(0, 0), 1)
    assert len(nobody) == len(nobody.entries) == 0
    nothing = populate(ProgramTable.of([]), PARAMETERS, 1)
    assert len(nothing) == 70
    assert len(nothing.entries) == 0
    without = populate(TABLE, Parameters(groups={}), 1)
    assert len(without) == 0


def test_places_that_nobody_knows_are_near() -> None:
    unknown = replace(TABLE, latitudes=np.full(len(TABLE), np.nan))
    assert (Regions.of(unknown).far(unknown) == 0).all()
    assert len(populate(unknown, PARAMETERS, 1).entries) > 0


def test_distances_are_those_of_the_globe() -> None:
    toronto, montreal = (43.6532, -79.3832), (45.5017, -73.5673)
    arrays = [np.array([value]) for value in (*toronto, *montreal)]
    assert great_circle_km(*arrays)[0] == pytest.approx(504, abs=2)


def test_arrays_of_a_population_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        populate(TABLE, PARAMETERS, 1).applicant_value[0] = 1


def test_drawing_many_applicants_can_be_cancelled_on_the_way() -> None:
    asked: list[bool] = []

    def is_cancelled() -> bool:
        asked.append(True)
        return len(asked) == 2

    many = some_parameters().with_changes({"groups.CMG.applicants": 2_000})
    with pytest.raises(RunCancelledError):
        populate(small_country(), many, 1, is_cancelled)
    assert len(asked) == 2, "not all are drawn first"
