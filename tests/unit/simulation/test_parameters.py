"""Parameters are checked, and come back from JSON and YAML as they went out."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.errors import InvalidParametersError
from simulation.parameters import Parameters, default_parameters
from tests.programs import some_parameters

NUMBERS = st.floats(-20, 20, allow_nan=False)


@given(st.integers(0, 10**6), NUMBERS, st.floats(0, 1), st.dictionaries(st.text(), st.floats(0, 9)))
def test_they_come_back_from_json_and_yaml_as_they_went_out(
    applicants: int, taste: float, share: float, interests: dict[str, float]
) -> None:
    parameters = some_parameters().with_changes(
        {
            "groups.CMG.applicants": applicants,
            "groups.CMG.tastes.home_school": taste,
            "groups.IMG.bilingual": share,
            "groups.CMG.interests": interests,
        }
    )
    assert Parameters.parse(parameters.to_json()) == parameters
    assert Parameters.parse(parameters.to_yaml()) == parameters
    assert parameters.at("groups.CMG.tastes.home_school") == taste


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("groups.CMG.applicants", -1, "groups.CMG.applicants"),
        ("groups.CMG.applicants", 10**7, "groups.CMG.applicants"),
        ("groups.CMG.tastes.distance", float("nan"), "groups.CMG.tastes.distance"),
        ("groups.CMG.tastes.height", 1.0, "groups.CMG.tastes.height"),
        ("groups.CMG.interests", {"Dermatology": -1}, "Dermatology"),
        ("groups.CMG.couples", 1000, "couples"),
        ("selection.ranked_share", 2, "selection.ranked_share"),
        ("groups.XYZ.applicants", 1, "no 'groups.XYZ.applicants'"),
    ],
)
def test_a_wrong_value_is_refused_by_its_path(path: str, value: object, words: str) -> None:
    with pytest.raises(InvalidParametersError, match=words):
        some_parameters().with_changes({path: value})


@pytest.mark.parametrize("text", ["{", "[1, 2]", "groups: 5", "", "name: x"])
def test_text_that_holds_no_parameters_is_refused(text: str) -> None:
    with pytest.raises(InvalidParametersError):
        Parameters.parse(text)


def test_a_file_that_is_not_there_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidParametersError, match=r"none\.yaml"):
        Parameters.read(tmp_path / "none.yaml")
    path = tmp_path / "some.yaml"
    path.write_text(some_parameters().to_yaml(), encoding="utf-8")
    assert Parameters.read(path) == some_parameters()


def test_every_parameter_says_what_it_is() -> None:
    definitions = Parameters.model_json_schema()["$defs"]
    for name, definition in definitions.items():
        for field, schema in definition["properties"].items():
            assert schema.get("description"), f"{name}.{field}"


def test_the_default_is_calibrated() -> None:
    parameters = default_parameters()
    assert parameters.name == "calibrated"
    assert set(parameters.groups) == {"CMG", "IMG"}
