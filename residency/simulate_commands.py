"""The commands under `residency simulate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from residency.console import example

simulate_app = typer.Typer(
    help="Run matches: of lists of your own, or of simulated applicants.",
    epilog=example(
        "residency simulate template ./market",
        "residency simulate --market ./market --out ./results",
        "residency simulate --market ./market --out ./results --iterations 2 --year 2025",
        "residency simulate --scenario ./scenario.yaml --out ./results",
    ),
    invoke_without_command=True,
)


@simulate_app.callback()
def simulate(  # noqa: PLR0913, PLR0917  # options of a command
    context: typer.Context,
    market: Annotated[
        Path | None, typer.Option(help="Folder of CSV files with applicants, programs and lists.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write the results to.")] = None,
    scenario: Annotated[
        Path | None,
        typer.Option(help="JSON or YAML file with scenarios to run over the loaded programs."),
    ] = None,
    programs: Annotated[
        Path | None,
        typer.Option(help="CSV file of programs for the scenarios, instead of the loaded ones."),
    ] = None,
    replicates: Annotated[
        int | None, typer.Option(help="Replicates of scenarios, instead of the file's.", min=1)
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="What is drawn from; instead of the file's, or 0.", min=0)
    ] = None,
    own_seats_free: Annotated[
        bool,
        typer.Option(
            "--own-seats-free",
            help="Count the seats that a couple would give up as free (stricter stability).",
        ),
    ] = False,
    iterations: Annotated[
        int | None,
        typer.Option(
            help="Iterations: 1, or 2 to match those without a match again; of scenarios, instead"
            " of the file's.",
            min=1,
            max=2,
        ),
    ] = None,
    year: Annotated[
        int | None,
        typer.Option(
            help="Year of the match of your own market, for rules of eligibility of one year.",
            min=1900,
            max=2199,
        ),
    ] = None,
    core: Annotated[
        bool,
        typer.Option("--core", help="Tell who would have another program if programs proposed."),
    ] = False,
) -> None:
    """Run scenarios over the loaded programs, or match a market of your own without a warehouse."""
    if context.invoked_subcommand is not None:
        return
    if scenario is not None and (core or year is not None):
        raise typer.BadParameter(
            "--core and --year go with --market; scenarios tell the core anyway", ctx=context
        )
    if scenario is not None and market is None:
        from residency.what_ifs import run_scenarios

        run_scenarios(
            scenario, out, programs, replicates=replicates, seed=seed, iterations=iterations
        )
        return
    if market is None or out is None or scenario is not None or programs is not None:
        raise typer.BadParameter(
            "give --scenario (and perhaps --programs), or --market and --out, or a command",
            ctx=context,
        )
    from residency.simulating import run_own_market

    run_own_market(
        market,
        out,
        seed=seed or 0,
        own_seats_free=own_seats_free,
        iterations=iterations or 1,
        year=year or 0,
        core=core,
    )


@simulate_app.command(epilog=example("residency simulate template ./market"))
def template(
    folder: Annotated[Path, typer.Argument(help="Where to write the files.")],
) -> None:
    """Write an example of a market of your own, to fill in."""
    from residency.simulating import write_market_template

    write_market_template(folder)


@simulate_app.command(epilog=example("residency simulate parameters > my-parameters.yaml"))
def parameters(
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of YAML.")] = False,
) -> None:
    """Print the calibrated parameters of simulated applicants, to change and to use."""
    from residency.simulating import print_parameters

    print_parameters(as_json=as_json)


@simulate_app.command(epilog=example("residency simulate programs > my-programs.csv"))
def programs() -> None:
    """Print the loaded programs with seats and who may apply as CSV, to change and to simulate."""
    from residency.simulating import print_programs

    print_programs()


@simulate_app.command(
    epilog=example(
        "residency simulate calibrate --rounds 0",
        "residency simulate calibrate --out ./calibrated.json",
    )
)
def calibrate(
    out: Annotated[
        Path | None, typer.Option(help="File for the parameters and their fit; JSON.")
    ] = None,
    start: Annotated[
        Path | None, typer.Option(help="Parameters to begin with; the calibrated ones by default.")
    ] = None,
    programs: Annotated[
        Path | None, typer.Option(help="CSV file of programs, instead of those that are loaded.")
    ] = None,
    rounds: Annotated[
        int, typer.Option(help="Rounds; 0 only compares with published figures.", min=0, max=200)
    ] = 12,
    populations: Annotated[
        int, typer.Option(help="Populations in each simulation.", min=1, max=100)
    ] = 6,
    replicates: Annotated[
        int, typer.Option(help="Replicates of each population.", min=1, max=1000)
    ] = 1,
    seed: Annotated[int, typer.Option(help="The first seed.")] = 1503,
) -> None:
    """Fit the parameters to published figures, over the programs that are loaded or of a file."""
    from residency.simulating import calibrate_parameters
    from simulation.fit import Effort

    effort = Effort(rounds=rounds, populations=populations, replicates=replicates, seed=seed)
    calibrate_parameters(out, start, programs, effort)
