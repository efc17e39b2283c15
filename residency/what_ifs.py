"""What `residency simulate --scenario` does: ensembles of simulated applicants, and what-ifs."""

from __future__ import annotations

import asyncio
import math
import os
from pathlib import Path

from residency.console import progress_bars, say
from residency.reporting import print_table
from residency.simulating import offered_programs
from simulation.errors import InvalidFolderError
from simulation.export import write_run
from simulation.measures import Measure, Scope
from simulation.outcome import Verdict
from simulation.parameters import default_parameters
from simulation.program_file import read_program_file
from simulation.programs import ProgramTable
from simulation.report import About, report
from simulation.results import RunResult, ScenarioResult
from simulation.runs import RunRequest, run
from simulation.storing import rows_of

SHOWN = {
    Measure.MATCH_RATE: "applicants matched",
    Measure.FIRST_CHOICE_RATE: "with their first choice",
    Measure.MEAN_RANK: "mean rank obtained",
    Measure.UNMATCHED: "applicants unmatched",
    Measure.FILL_RATE: "seats filled",
    Measure.UNFILLED: "seats unfilled",
}
"""What the terminal shows of each scenario; files have the rest."""

ITERATED = {
    "matched": "matched in it",
    "unmatched": "unmatched after it",
    "unfilled": "seats left after it",
}
"""What the terminal shows of each iteration."""

CONVERGED = {
    None: "",
    True: " Intervals are as narrow as asked for.",
    False: " Intervals are still wider than asked for.",
}

MOST_SEATS = 10
"""Programs whose seat values the terminal shows."""


def run_scenarios(
    file: Path,
    out: Path | None,
    programs: Path | None,
    *,
    replicates: int | None,
    seed: int | None,
    iterations: int | None = None,
) -> None:
    """Run the scenarios of a file over programs, show them, and write all results.

    Args:
        file: JSON or YAML: a `RunRequest`, or one scenario to compare with the market as it is.
        out: Folder for the results; None to show only.
        programs: CSV file of programs; None for the loaded ones.
        replicates: Replicates instead of those of the file.
        seed: Seed instead of that of the file.
        iterations: Iterations instead of those of the file.

    Raises:
        InvalidRequestError: The file is no request.
        InvalidScenarioError: A scenario does not fit the programs, or contradicts itself.
        NoProgramsError: Nothing is loaded.
        InvalidMarketError: The file of programs is wrong, or there is nowhere to write to.
    """
    if out is not None:
        _check_folder(out)  # before the run, which may take long
    request = RunRequest.read(file).with_overrides(
        replicates=replicates, seed=seed, iterations=iterations
    )
    table, data_version = _loaded(request.iterations) if programs is None else _of_file(programs)
    with progress_bars() as bars:
        task = bars.add_task("Simulating", total=request.replicates)
        result = run(
            request,
            table,
            lambda done, total: bars.update(task, completed=done, total=total),
            data_version=data_version,
        )
        bars.update(task, completed=result.replicates, total=result.replicates)
    _show(result)
    if out is not None:
        written = [*write_run(out, result), _write_report(out / "report.html", result, file.stem)]
        say(f"Wrote {len(written)} files to {out}; report.html opens in a browser.")


def _check_folder(out: Path) -> None:
    """Refuse a folder that cannot be written to; makes none."""
    there = next(one for one in (out, *out.absolute().parents) if one.exists())
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        raise InvalidFolderError(
            "The results cannot be written there.",
            "Name a folder that can be written to.",
            out.name,
        )


def _write_report(path: Path, result: RunResult, title: str) -> Path:
    """Write the result as one page with plots, and return its file."""
    request = result.request
    facts = {
        "seed": request.seed,
        "replicates": result.replicates,
        "data version": result.data_version or "of a file",
        "engine": result.engine_version,
    }
    again = f"residency simulate --scenario FILE, with this in FILE:\n{request.to_json()}"
    parameters = (request.parameters or default_parameters()).model_dump(mode="json")
    path.write_text(report(About(title, facts, again, parameters), rows_of(result)), "utf-8")
    return path


def _loaded(iterations: int) -> tuple[ProgramTable, str]:
    """Return the loaded programs, and what they are in words; so many iterations shall follow."""
    offered = asyncio.run(offered_programs())
    offered.check_iterations(iterations)
    iteration = offered.iteration
    words = f"data version {iteration.data_version}, match iteration {iteration.match_iteration_id}"
    if iteration.is_sample:
        say("[bold]The loaded programs are generated samples:[/] results say nothing of real ones.")
        words += ", generated sample"
    return offered.programs, words


def _of_file(file: Path) -> tuple[ProgramTable, str]:
    """Return the programs of a CSV file, and what they are in words."""
    return read_program_file(file), f"programs of {file.name}"


def _show(result: RunResult) -> None:
    """Print the scenarios side by side, and the most valuable seats."""
    print_table(
        [
            {
                "measure": name,
                **{one.scenario.name: _shown(one, measure) for one in result.scenarios},
            }
            for measure, name in SHOWN.items()
        ],
        nothing="Nothing was measured.",
    )
    if result.request.iterations > 1:
        _show_iterations(result)
    core = result.scenarios[0].core
    if core.why_not is None:
        say(
            f"If programs proposed, {core.applicants:.1f} applicants and {core.programs:.1f}"
            f" programs would have another outcome ({result.scenarios[0].scenario.name})."
        )
    else:
        say(core.why_not)
    if result.seat_values is not None:
        values, programs = result.seat_values, result.scenarios[0].programs
        say("One more seat, by itself:")
        print_table(
            [
                {
                    "program": values.programs[number],
                    "name": programs.names[number],
                    "more matched": f"{values.matched.mean[number]:.2f}",
                    "better off": f"{values.better_off.mean[number]:.2f}",
                }
                for number in values.ranking()[:MOST_SEATS].tolist()
            ],
            nothing="There are no programs.",
        )
    audited = [
        one
        for scenario in result.scenarios
        for one in (
            *scenario.certificates,
            *(scenario.iterated.certificates if scenario.iterated else ()),
        )
    ]
    stable = sum(one.is_stable for one in audited)
    undecided = sum(one.verdicts[Verdict.UNDECIDED] for one in result.scenarios)
    if undecided:
        say(
            f"[bold]{undecided} replicates are UNDECIDED:[/] the exact search for a stable matching"
            f" ended at its limit. A higher search_limit than {result.request.search_limit:g} in"
            " the file searches longer."
        )
    say(
        f"{result.replicates} replicates; {stable} of {len(audited)} audited matches are stable."
        f"{CONVERGED[result.is_converged]} All applicants are simulated."
    )


def _show_iterations(result: RunResult) -> None:
    """Print what is left after each iteration, scenario by scenario."""
    say("After each iteration:")
    rows: dict[tuple[int, str], dict[str, object]] = {}
    for one in result.scenarios:
        assert one.iterated is not None
        for its in one.iterated.iterations:
            found = {"matched": its.people, "unmatched": its.people, "unfilled": its.seats}
            for measure, estimates in found.items():
                row = rows.setdefault(
                    (its.number, measure),
                    {"iteration": its.number, "measure": ITERATED[measure]},
                )
                row[one.scenario.name] = f"{estimates[measure].mean[0]:.1f}"
    print_table(list(rows.values()), nothing="Nothing was measured.")


def _shown(result: ScenarioResult, measure: Measure) -> str:
    """Return a mean and, beside the first scenario, how much more it is, with the interval."""
    outcomes = result.outcomes[Scope.ALL]
    text = _number(measure, float(outcomes.estimates[measure].mean[0]))
    difference = outcomes.differences.get(measure)
    if difference is None:
        return text
    is_rate = measure.value.endswith("_RATE")
    more, low, high = (
        _number(measure, float(one[0]), is_difference=True)
        for one in (difference.mean, difference.low, difference.high)
    )
    interval = "" if low == "-" else f"; {low} to {high}"
    return f"{text} ({more}{interval}{' points' if is_rate else ''})"


def _number(measure: Measure, value: float, *, is_difference: bool = False) -> str:
    if math.isnan(value):
        return "-"
    sign = "+" if is_difference else ""
    if measure.value.endswith("_RATE"):
        return f"{100 * value:{sign}.2f}" + ("" if is_difference else "%")
    return f"{value:{sign}.{3 if measure is Measure.MEAN_RANK else 1}f}"
