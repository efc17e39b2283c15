"""What the commands under `residency simulate` do."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from residency.console import progress_bars, say
from residency.reporting import print_table
from simulation.bridge import OfferedPrograms, read_programs
from simulation.calibrated import calibration_file
from simulation.calibration import Calibration, calibrate
from simulation.errors import InvalidFolderError
from simulation.fit import Effort
from simulation.outcome import OwnSeats
from simulation.own_market import read_own_market
from simulation.own_results import write_results
from simulation.parameters import Parameters, default_parameters
from simulation.program_file import programs_as_csv, read_program_file
from simulation.targets import published_targets
from simulation.template import write_template
from warehouse.engine import Role, connect
from warehouse.migrate import require_current


def run_own_market(folder: Path, out: Path, *, seed: int, own_seats_free: bool) -> None:
    """Match the market of a folder and write the results to another.

    Raises:
        InvalidMarketError: A file is missing or the lists contradict themselves.
        InvalidReversionError: The reversions do.
    """
    market = read_own_market(folder)
    own_seats = OwnSeats.FREE if own_seats_free else OwnSeats.TAKEN
    run, reverted = market.run(seed=seed, own_seats=own_seats)
    files = write_results(out, run, reverted)
    outcome = run.outcome
    matched = int((outcome.ranks() > 0).sum())
    say(
        f"{matched} of {len(outcome.assignment)} applicants matched,"
        f" {int(outcome.unfilled().sum())} seats unfilled,"
        f" {len(run.certificate.blocking_pairs)} blocking pairs"
        f" ({'stable' if run.certificate.is_stable else 'not stable'},"
        f" {outcome.method.verdict.value})."
    )
    dropped = sum(outcome.market.one_sided)
    if dropped:
        say(f"{dropped} entries that only one side lists were dropped.")
    if reverted is not None:
        seats = sum(move.seats for move in reverted.moves)
        say(f"{seats} empty seats moved in {reverted.steps} steps.")
    say(f"Wrote {len(files)} files to {out}.")


def write_market_template(folder: Path) -> None:
    """Write an example of a market; see `template.write_template`."""
    files = write_template(folder)
    say(f"Wrote {', '.join(path.name for path in files)} to {folder}.")
    say(f"Run it with `residency simulate --market {folder} --out RESULTS`.")


def print_parameters(*, as_json: bool) -> None:
    """Print the calibrated parameters on standard output."""
    parameters = default_parameters()
    sys.stdout.write(parameters.to_json() + "\n" if as_json else parameters.to_yaml())


def print_programs() -> None:
    """Print the loaded programs as CSV on standard output.

    Raises:
        WarehouseError: The database cannot be reached, or was never migrated.
        NoProgramsError: Nothing is loaded.
    """
    sys.stdout.write(programs_as_csv(asyncio.run(offered_programs()).programs))


def calibrate_parameters(
    out: Path | None, start: Path | None, programs: Path | None, effort: Effort
) -> None:
    """Calibrate over programs, print the fit, and write both to a file.

    Args:
        out: The file to write; None to print only.
        start: The parameters to begin with; None for the calibrated ones.
        programs: CSV file of programs; None for the loaded ones.
        effort: How much to simulate.

    Raises:
        WarehouseError: The database cannot be reached, or was never migrated.
        NoProgramsError: Nothing is loaded.
        InvalidParametersError: The starting parameters are wrong.
        InvalidMarketError: The file of programs is wrong, or there is nowhere to write to.
    """
    if out is not None and not out.parent.is_dir():
        raise InvalidFolderError(
            "There is no such folder to write to.", "Make it first.", out.parent.name
        )
    begin = default_parameters() if start is None else Parameters.read(start)
    match_iteration_id, is_sample = None, None
    if programs is None:
        offered = asyncio.run(offered_programs())
        table = offered.programs
        match_iteration_id, is_sample = (
            offered.iteration.match_iteration_id,
            offered.iteration.is_sample,
        )
        if is_sample:
            say("[bold]The loaded programs are a generated sample:[/] no fit of real ones.")
    else:
        table = read_program_file(programs)
    with progress_bars() as bars:
        task = bars.add_task("Simulating", total=max(effort.rounds, 1))

        def report(done: int, total: int, misfit: float) -> None:
            bars.update(
                task, completed=done, total=total, description=f"Misfit {misfit:.2f} tolerances"
            )

        calibration = calibrate(table, begin, published_targets(), effort, on_progress=report)
        bars.update(task, completed=max(effort.rounds, 1))
    _print_calibration(calibration)
    if out is not None:
        text = calibration_file(calibration, table, match_iteration_id, is_sample)
        out.write_text(text, encoding="utf-8")
        say(f"Wrote {out}.")


async def offered_programs() -> OfferedPrograms:
    """Return the programs of the newest iteration that is loaded.

    Raises:
        WarehouseError: The database cannot be reached, or was never migrated.
        NoProgramsError: Nothing is loaded.
    """
    await require_current()
    async with connect(Role.READER) as connection:
        return await read_programs(connection)


def _print_calibration(calibration: Calibration) -> None:
    print_table(
        [
            {
                "moment": fit.target.moment,
                "of": fit.target.subject,
                "year": fit.target.year,
                "published": fit.target.value,
                "simulated": fit.simulated,
                "reproduced": "yes" if fit.is_reproduced else "NO",
            }
            for fit in calibration.fit
        ],
        nothing="There are no published figures.",
    )
    print_table(
        [
            {
                "parameter": one.path,
                "value": one.value,
                "uncertainty": one.uncertainty,
                "identified": "yes" if one.is_identified else "NO",
            }
            for one in calibration.estimates
        ],
        nothing="No parameter was calibrated.",
    )
    say("All applicants are simulated.")
