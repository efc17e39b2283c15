"""Calibration finds its way back to known parameters, and says what figures do not tell."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from residency.command import app
from simulation.calibration import Free, calibrate, weights_of
from simulation.fit import Effort, fit_of, simulate_moments
from simulation.moments import Tally, tally
from simulation.parameters import CALIBRATED, Parameters, default_parameters
from simulation.preferences import populate
from simulation.program_file import programs_as_csv
from simulation.targets import Target, published_targets
from tests.programs import small_country, some_parameters

TABLE, TRUTH = small_country(), some_parameters(60, 20)
SMALL = Effort(rounds=4, contractions=2, populations=2, replicates=2, seed=1, threads=1)


def targets_of(moments: dict[tuple[str, str], float], names: set[str]) -> list[Target]:
    return [
        Target(moment, subject, value, 0.005, 2025, "made here")
        for (moment, subject), value in sorted(moments.items())
        if moment in names and subject.startswith("CMG")
    ]


def test_it_comes_closer_to_the_figures_and_to_the_parameters_that_made_them() -> None:
    figures = simulate_moments(TABLE, TRUTH, SMALL)
    targets = targets_of(figures, {"rank", "unmatched", "place"})
    start = TRUTH.with_changes({"groups.CMG.tastes.home_school": 0.2})
    free = [Free("groups.CMG.tastes.home_school", 0.0, 8.0, 0.5)]
    misfits = []
    found = calibrate(
        TABLE, start, targets, SMALL, free, on_progress=lambda *state: misfits.append(state)
    )
    assert [state[:2] for state in misfits] == [(number, 4) for number in range(1, 5)]
    begun = simulate_moments(TABLE, start, SMALL)
    distances = [(begun[target.key] - target.value) / 0.005 for target in targets]
    assert found.misfit < 0.7 * float(np.sqrt(np.mean(np.square(distances))))
    assert 0.6 < found.parameters.at(free[0].path) < 2.4
    (estimate,) = found.estimates
    assert estimate.is_identified


def test_weights_of_disciplines_follow_the_shares_of_first_choices() -> None:
    wanted = [
        Target("first_discipline", "CMG|Dermatology", 0.18, 0.02, 2025, "made here"),
        Target("success", "CMG|Internal Medicine", 0.7, 0.02, 2025, "made here"),
    ]
    effort = Effort(rounds=3, contractions=4, populations=2, replicates=2, seed=1, threads=1)
    found = calibrate(TABLE, TRUTH, wanted, effort, free=[])
    moments = simulate_moments(TABLE, found.parameters, effort)
    assert moments["first_discipline", "CMG|Dermatology"] == pytest.approx(0.18, abs=0.04)
    weights = weights_of(TABLE, found.parameters, "CMG")
    assert sum(weights.values()) == pytest.approx(1.0)


def test_what_no_figure_tells_of_is_said_to_be_unknown() -> None:
    figures = targets_of(simulate_moments(TABLE, TRUTH, SMALL), {"rank"})
    # Graduates of here have no stream with a return of service to dislike.
    free = [Free("groups.CMG.tastes.return_of_service", -5.0, 5.0, 0.5)]
    effort = Effort(rounds=1, contractions=0, populations=1, replicates=1, threads=1)
    (estimate,) = calibrate(TABLE, TRUTH, figures, effort, free).estimates
    assert not estimate.is_identified
    assert estimate.value == estimate.start


def test_results_do_not_depend_on_the_number_of_threads() -> None:
    one = simulate_moments(TABLE, TRUTH, Effort(populations=3, replicates=1, threads=1))
    three = simulate_moments(TABLE, TRUTH, Effort(populations=3, replicates=1, threads=3))
    assert one == three


def test_moments_are_shares_of_what_they_say() -> None:
    counts = Tally()
    tally(TABLE, populate(TABLE, TRUTH, 1), range(2), counts)
    shares = counts.shares()
    assert all(0 <= value <= 1 for value in shares.values())
    ranks = sum(value for (moment, of), value in shares.items() if moment == "rank" and "CMG" in of)
    assert ranks + shares["unmatched", "CMG"] == pytest.approx(1)
    places = [
        value for (moment, of), value in shares.items() if (moment, of[:3]) == ("place", "CMG")
    ]
    assert sum(places) == pytest.approx(1)


def test_a_figure_that_cannot_be_computed_is_not_reproduced() -> None:
    target = Target("success", "CMG|Astrology", 0.5, 0.1, 2025, "nowhere")
    (fit,) = fit_of(TABLE, TRUTH, [target], Effort(populations=1, replicates=1, threads=1))
    assert fit.simulated is None
    assert not fit.is_reproduced


def test_every_published_figure_has_a_source_and_stands_once() -> None:
    targets = published_targets()
    assert len({target.key for target in targets}) == len(targets)
    assert all(target.source and 0 <= target.value <= 1 for target in targets)
    assert sum(target.value for target in targets if target.key[1].startswith("CMG|")
               and target.moment == "rank") == pytest.approx(1 - 0.0575, abs=0.001)  # fmt: skip


class TestCommittedCalibration:
    """What the file in the package says of itself; a nightly test computes it again."""

    @pytest.fixture
    def committed(self) -> dict:
        from importlib.resources import files

        return json.loads(files("simulation").joinpath(CALIBRATED).read_text(encoding="utf-8"))

    def test_it_is_of_the_published_programs_and_says_that_applicants_are_simulated(
        self, committed: dict
    ) -> None:
        assert committed["is_simulated"] is True
        assert committed["is_sample"] is False
        assert (committed["programs"], committed["seats"]) == (815, 3942)

    def test_shares_of_rank_obtained_are_within_one_and_a_half_points(
        self, committed: dict
    ) -> None:
        ranks = [
            row for row in committed["fit"]
            if row["moment"] in {"rank", "unmatched"} and row["subject"].startswith("CMG")
        ]  # fmt: skip
        assert len(ranks) == 8
        assert max(abs(row["simulated"] - row["published"]) for row in ranks) <= 0.015

    def test_it_compares_with_every_published_figure(self, committed: dict) -> None:
        told = [(row["moment"], row["subject"], row["published"]) for row in committed["fit"]]
        assert told == [(one.moment, one.subject, one.value) for one in published_targets()]

    def test_what_was_calibrated_is_what_the_parameters_say(self, committed: dict) -> None:
        parameters = default_parameters()
        for row in committed["estimates"]:
            assert parameters.at(row["path"]) == row["value"]
        assert np.isfinite([row["uncertainty"] for row in committed["estimates"]]).all()

    def test_its_file_can_be_read_as_parameters(self, committed: dict) -> None:
        assert Parameters.of(committed) == default_parameters()


def test_the_command_calibrates_over_a_file_of_programs_and_writes_what_it_found(
    tmp_path: Path,
) -> None:
    (tmp_path / "programs.csv").write_text(programs_as_csv(TABLE), encoding="utf-8")
    (tmp_path / "start.json").write_text(some_parameters(20, 10).to_json(), encoding="utf-8")
    arguments = ["simulate", "calibrate", "--rounds", "0", "--populations", "1"]
    for name in ("programs.csv", "start.json"):
        arguments += [f"--{name.split('.')[0]}", str(tmp_path / name)]
    result = CliRunner().invoke(app, [*arguments, "--out", str(tmp_path / "fit.json")])
    assert result.exit_code == 0, result.output
    assert "NO" in result.output
    written = json.loads((tmp_path / "fit.json").read_text(encoding="utf-8"))
    assert written["is_simulated"] is True
    assert len(written["fit"]) == len(published_targets())
    assert Parameters.read(tmp_path / "fit.json") == some_parameters(20, 10)
