"""The command `residency`, one function per subcommand."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from residency.console import example, log_to_console, print_error, say
from residency.errors import EXIT_CODES, exit_code_of, explained
from residency.search_commands import search_app
from residency.simulate_commands import simulate_app

EPILOG = "Exit codes: " + "; ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES.items())

app = typer.Typer(
    name="residency",
    help="One typed graph over residency training in Canada.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
flows_app = typer.Typer(no_args_is_help=True, help="Prefect flows: schedules and sensors.")
app.add_typer(flows_app, name="flows")
app.add_typer(search_app, name="search")
app.add_typer(simulate_app, name="simulate")

Source = Annotated[
    str | None,
    typer.Option(
        help="[bold]sample[/], [bold]public[/], or a folder with the four source files.",
        metavar="SOURCE",
    ),
]
Host = Annotated[str | None, typer.Option(help="Address to listen on.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on.", min=0, max=65_535)]
Replace = Annotated[
    bool, typer.Option("--replace", help="Let sample data take the place of real ones.")
]


@app.command(epilog=example("residency run", "residency run --source ../files"))
def run(
    source: Source = None, host: Host = None, port: Port = None, replace: Replace = False
) -> None:
    """Start PostgreSQL, migrate, load what is asked for, start a worker, and serve the graph.

    Without a source, what is loaded is served; where nothing is, the bundled sample is loaded.
    """
    from residency.running import run_everything

    run_everything(source, host=host, port=port, replace=replace)


@app.command(epilog=example("residency serve --port 8080"))
def serve(host: Host = None, port: Port = None) -> None:
    """Serve the graph over what is loaded; nothing is loaded and no worker is started."""
    from residency.running import serve_graph

    serve_graph(host=host, port=port)


@app.command(epilog=example("residency stop"))
def stop() -> None:
    """Stop the embedded PostgreSQL, whoever uses it."""
    from warehouse.embedded import stop as stop_server
    from warehouse.settings import get_settings

    settings = get_settings()
    if not settings.is_embedded:
        say("RESIDENCY_DATABASE_URL points to a server of your own; nothing to stop.")
        return
    was_running = stop_server(settings.postgres_dir)
    say("PostgreSQL stopped." if was_running else "PostgreSQL was not running.")


@app.command(epilog=example("residency migrate"))
def migrate() -> None:
    """Bring the database's schema to the version that this program needs."""
    from warehouse.migrate import upgrade

    say(f"The database is at revision {asyncio.run(upgrade())}.")


@app.command(
    epilog=example(
        "residency load --source public", "residency load --source sample --programs 2000"
    )
)
def load(
    source: Source = "sample",
    replace: Replace = False,
    programs: Annotated[int, typer.Option(help="Size of the sample, in programs.", min=1)] = 800,
    seed: Annotated[int, typer.Option(help="Seed of the sample.")] = 1503,
) -> None:
    """Load source files here and now, without Prefect."""
    from residency.loading import load_here

    load_here(source or "sample", replace=replace, programs=programs, seed=seed)


@app.command(epilog=example("residency worker", "residency worker --once"))
def worker(
    once: Annotated[bool, typer.Option("--once", help="End when the queue is empty.")] = False,
) -> None:
    """Claim jobs and run each as a Prefect flow until stopped."""
    from etl.worker import run_worker

    log_to_console()
    report = run_worker(once=once)
    say(f"{report.succeeded} done, {report.failed} failed, {report.cancelled} cancelled.")


@flows_app.command(
    "serve", epilog=example("residency flows serve --folder ./incoming --cron '0 5 * * *'")
)
def flows_serve(
    source: Source = "public",
    folder: Annotated[
        Path | None, typer.Option(help="Folder to watch; new files start a load.")
    ] = None,
    cron: Annotated[str, typer.Option(help="When the daily refresh runs (UTC).")] = "0 5 * * *",
    port: Annotated[int, typer.Option(help="Port of the Prefect server.")] = 4200,
) -> None:
    """Run a Prefect server with the scheduled refresh and a sensor for new files in a folder."""
    from etl.flows.serve import ServeOptions, serve_flows
    from etl.refresh import RefreshRequest

    log_to_console()
    request = RefreshRequest(source or "public").as_dict()
    serve_flows(ServeOptions(request=request, folder=folder, cron=cron, port=port))


@app.command(epilog=example("residency status", "residency status --quarantine"))
def status(
    quarantine: Annotated[
        bool, typer.Option("--quarantine", help="Rows kept back by the last run, with reasons.")
    ] = False,
    checks: Annotated[
        bool, typer.Option("--checks", help="Quality checks of the last run.")
    ] = False,
    parsing: Annotated[
        bool,
        typer.Option("--parsing", help="Precision and recall of the parsers, field by field."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
) -> None:
    """Tell what is loaded, how the last runs ended, and how well the parsers read."""
    from residency.reporting import print_parsing_quality, print_status

    if parsing:
        print_parsing_quality(as_json=as_json)
    else:
        asyncio.run(print_status(quarantine=quarantine, checks=checks, as_json=as_json))


@app.command(epilog=example("residency sample ./files --programs 100000 --short"))
def sample(
    folder: Annotated[Path, typer.Argument(help="Where to write the four files.")],
    programs: Annotated[int, typer.Option(help="Number of programs.", min=1)] = 800,
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 1503,
    short: Annotated[bool, typer.Option("--short", help="Short documents.")] = False,
) -> None:
    """Write generated source files in the real format, with the true values beside them."""
    from residency.loading import write_sample

    write_sample(folder, programs=programs, seed=seed, short=short)


@app.command(epilog=example("residency doctor"))
def doctor() -> None:
    """Check everything that the program needs on this machine, and say how to mend it."""
    from residency.doctor import examine

    raise typer.Exit(0 if asyncio.run(examine()) else 1)


def main() -> None:
    """Run the command; known errors end with one message and the exit code of their family."""
    try:
        app()
    except KeyboardInterrupt as interrupt:
        say("Interrupted.")
        sys.exit(exit_code_of(interrupt))
    except Exception as unexplained:
        error = explained(unexplained)
        code = exit_code_of(error)
        if code == 1 and not hasattr(error, "remedy"):
            raise  # a fault of ours: the trace is what a report needs
        print_error(error)
        sys.exit(code)
