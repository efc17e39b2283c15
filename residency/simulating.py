"""What the commands under `residency simulate` do."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from etl.reference.tables import load_reference_tables
from residency.console import progress_bars, say
from residency.reporting import print_table
from simulation.bridge import OfferedPrograms, read_programs
from simulation.calibrated import calibration_file
from simulation.calibration import Calibration, calibrate
from simulation.errors import InvalidFolderError
from simulation.fit import Effort
from simulation.outcome import OwnSeats
from simulation.own_market import IterationRun, read_own_market
from simulation.own_results import write_results
from simulation.parameters import Parameters, default_parameters
from simulation.program_file import programs_as_csv, read_program_file
from simulation.targets import published_targets
from simulation.template import write_template
from warehouse.engine import Role, connect
from warehouse.migrate import require_current


def run_own_market(  # options of a command
    folder: Path,
    out: Path,
    *,
    seed: int,
    own_seats_free: bool,
    iterations: int = 1,
    year: int = 0,
    core: bool = False,
) -> None:
    """Match the market of a folder and write the results to another.

    Args:
        folder: The market.
        out: Where the results go.
        seed: What orders of couples are drawn from.
        own_seats_free: Whether seats that couples would give up count as free.
        iterations: 1 or 2.
        year: The year of the match, for rules of eligibility; 0 for none.
        core: Whether to tell who would have another program if programs proposed.

    Raises:
        InvalidMarketError: A file is missing or the lists contradict themselves.
        InvalidReversionError: The reversions do.
        InvalidRuleError: The rules of eligibility do.
        InvalidEditError: Somebody who has a match applies again.
    """
    market = read_own_market(folder, rules=load_reference_tables().rules, year=year)
    own_seats = OwnSeats.FREE if own_seats_free else OwnSeats.TAKEN
    result = market.run(seed=seed, own_seats=own_seats, iterations=iterations, core=core)
    files = write_results(out, result)
    for one in result.iterations:
        _tell(one, f"Iteration {one.number}: " if iterations > 1 else "")
        if one.number == 1 and result.reverted is not None:
            seats = sum(move.seats for move in result.reverted.moves)
            say(f"{seats} empty seats moved in {result.reverted.steps} steps.")
    if market.has_second and iterations == 1:
        say("The folder has lists of a second iteration; --iterations 2 runs it.")
    say(f"Wrote {len(files)} files to {out}.")


def _tell(one: IterationRun, which: str) -> None:
    """Say what came of an iteration of a market of one's own."""
    outcome, certificate = one.outcome, one.run.certificate
    matched = int((outcome.ranks() > 0).sum())
    say(
        f"{which}{matched} of {len(outcome.assignment)} applicants matched,"
        f" {int(outcome.unfilled().sum())} seats unfilled,"
        f" {len(certificate.blocking_pairs)} blocking pairs"
        f" ({'stable' if certificate.is_stable else 'not stable'},"
        f" {outcome.method.verdict.value})."
    )
    if one.one_sided:
        say(f"{one.one_sided} entries that only one side lists were dropped.")
    if one.refusals:
        say(
            f"{len(one.refusals)} entries were refused by rules of eligibility and dropped;"
            " refused.csv tells each with its rule."
        )
    elif one.has_rules:
        say("Rules of eligibility refuse no entry.")
    if one.core is not None:
        say(
            f"If programs proposed, {len(one.core.applicants())} applicants and"
            f" {len(one.core.programs())} programs would have another outcome."
        )
    elif one.why_no_core is not None:
        say(one.why_no_core)


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
