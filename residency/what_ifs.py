"""What `residency simulate --scenario` does: ensembles of simulated applicants, and what-ifs."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path

from residency.console import progress_bars, say
from residency.reporting import print_table
from simulation.bridge import OfferedPrograms, read_programs
from simulation.export import write_run
from simulation.measures import Measure, Scope
from simulation.results import RunResult, ScenarioResult
from simulation.runs import RunRequest, run
from warehouse.engine import Role, connect
from warehouse.migrate import require_current

SHOWN = {
    Measure.MATCH_RATE: "matched",
    Measure.FIRST_CHOICE_RATE: "first choice",
    Measure.MEAN_RANK: "mean rank",
    Measure.UNMATCHED: "unmatched",
    Measure.FILL_RATE: "filled",
    Measure.UNFILLED: "unfilled",
}
"""What the terminal shows of each scenario; files have the rest."""

MOST_SEATS = 10
"""Programs whose seat values the terminal shows."""


def run_scenarios(
    file: Path, out: Path | None, *, replicates: int | None, seed: int | None
) -> None:
    """Run the scenarios of a file over the loaded programs, show them, and write all results.

    Args:
        file: JSON or YAML: a `RunRequest`, or one scenario to compare with the market as it is.
        out: Folder for the results; None to show only.
        replicates: Replicates instead of those of the file.
        seed: Seed instead of that of the file.

    Raises:
        InvalidRequestError: The file is no request.
        InvalidScenarioError: A scenario does not fit the programs, or contradicts itself.
        NoProgramsError: Nothing is loaded.
    """
    request = RunRequest.read(file).with_overrides(replicates=replicates, seed=seed)
    offered = asyncio.run(_offered())
    iteration = offered.iteration
    if iteration.is_sample:
        say("[bold]The loaded programs are generated samples:[/] results say nothing of real ones.")
    with progress_bars() as bars:
        task = bars.add_task("Simulating", total=request.replicates)
        result = run(
            request,
            offered.programs,
            lambda done, total: bars.update(task, completed=done, total=total),
            data_version=f"{iteration.data_version}",
        )
        bars.update(task, completed=result.replicates, total=result.replicates)
    _show(result)
    if out is not None:
        say(f"Wrote {len(write_run(out, result))} files to {out}.")


async def _offered() -> OfferedPrograms:
    await require_current()
    async with connect(Role.READER) as connection:
        return await read_programs(connection)


def _show(result: RunResult) -> None:
    """Print the scenarios side by side, and the most valuable seats."""
    print_table([_scenario_row(one) for one in result.scenarios], nothing="There is no scenario.")
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
    audited = [one for scenario in result.scenarios for one in scenario.certificates]
    stable = sum(one.is_stable for one in audited)
    converged = {None: "", True: " Intervals are as narrow as asked for.", False: " Intervals are"
                 " still wider than asked for."}[result.is_converged]  # fmt: skip
    say(
        f"{result.replicates} replicates; {stable} of {len(audited)} audited matches are stable."
        f"{converged} All applicants are simulated."
    )


def _scenario_row(result: ScenarioResult) -> dict[str, str]:
    """Return what is shown of a scenario: means, and differences with their intervals."""
    outcomes = result.outcomes[Scope.ALL]
    row = {"scenario": result.scenario.name}
    for measure, name in SHOWN.items():
        estimates, difference = outcomes.estimates[measure], outcomes.differences.get(measure)
        row[name] = _number(measure, float(estimates.mean[0]))
        if difference is not None:
            low, high = float(difference.low[0]), float(difference.high[0])
            row[name] += f" ({_number(measure, float(difference.mean[0]), sign='+')}"
            row[name] += (
                ")"
                if math.isnan(low)
                else f"; {_number(measure, low, sign='+')} to {_number(measure, high, sign='+')})"
            )
    return row


def _number(measure: Measure, value: float, sign: str = "") -> str:
    if math.isnan(value):
        return "-"
    return f"{value:{sign}.2%}" if measure.value.endswith("_RATE") else f"{value:{sign}.2f}"
