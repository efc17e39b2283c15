"""What of stored simulations can be explained: nothing that would keep the graph for long."""

from __future__ import annotations

import pytest

from graph.errors import ExplanationTooLargeError
from graph.explaining import check_size
from simulation.parameters import Parameters
from simulation.runs import RunRequest
from tests.populations import few_applicants, offered


def asked(parameters: Parameters, **fields: object) -> RunRequest:
    return RunRequest.of({"parameters": parameters.model_dump(mode="json")} | fields)


def test_a_run_of_the_usual_size_is_explained() -> None:
    couples = few_applicants(**{"groups.CMG.couples": 20})
    for request in (asked(few_applicants(), search_limit=3600), asked(couples, search_limit=60)):
        check_size(request, offered(), 0)


@pytest.mark.parametrize(
    ("parameters", "fields", "words"),
    [
        ({"groups.CMG.applicants": 200_000}, {}, "applications"),
        ({"groups.CMG.applicants": 12_000, "groups.CMG.couples": 6_000}, {}, "6000 couples"),
        ({"groups.CMG.couples": 20}, {"search_limit": 61}, "limit of the search"),
    ],
)
def test_a_run_that_would_take_long_again_is_refused_with_what_is_too_large(
    parameters: dict[str, object], fields: dict[str, object], words: str
) -> None:
    with pytest.raises(ExplanationTooLargeError, match=words) as refusal:
        check_size(asked(few_applicants(**parameters), **fields), offered(), 0)
    assert refusal.value.code == "EXPLANATION_TOO_LARGE"
    assert "Argument 'scenario' is 0" in str(refusal.value)


def test_a_scenario_counts_with_what_it_changes() -> None:
    more = {"kind": "change_applicants", "group": "CMG", "to": 200_000}
    request = asked(
        few_applicants(), scenarios=[{"name": "as it is"}, {"name": "more", "changes": [more]}]
    )
    check_size(request, offered(), 0)
    with pytest.raises(ExplanationTooLargeError, match="Argument 'scenario' is 1"):
        check_size(request, offered(), 1)
