"""What the command prints: progress on long work, tables, and errors with their remedy."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.logging import RichHandler
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from warehouse.masking import mask_contacts
from warehouse.settings import get_settings

StepProgress = Callable[[str, int, int | None], None]
"""Step, rows done, rows in all; see :data:`etl.refresh.Progress`."""

console = Console(stderr=True, highlight=False)
"""Messages go to standard error; what a program may want to read goes to standard output."""

STEPS = {
    "prepare": "Fetching the files",
    "land": "Landing the files",
    "stage": "Checking and parsing programs",
    "check": "Running quality checks",
    "publish": "Publishing",
    "cut": "Cutting texts into passages",
    "embed": "Embedding passages",
    "switch": "Switching the index",
    "evaluate": "Asking judged queries",
}
"""What the steps of a load are called in front of people."""


def example(*lines: str) -> str:
    """Return the epilog of a command's help with examples."""
    return "Examples: " + " | ".join(f"[cyan]{line}[/]" for line in lines)


def say(message: str) -> None:
    """Print one line."""
    console.print(message)


def log_to_console() -> None:
    """Show the log of long-running commands at the level of RESIDENCY_LOG_LEVEL."""
    handler = RichHandler(console=console, show_path=False, log_time_format="%H:%M:%S")
    logging.basicConfig(level=get_settings().log_level, format="%(message)s", handlers=[handler])
    for noisy in ("httpx", "httpcore", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def print_error(error: BaseException) -> None:
    """Print what was wrong and, where known, what to do about it; contacts are masked."""
    remedy = getattr(error, "remedy", "")
    problem = getattr(error, "problem", None) or str(error).removesuffix(remedy).strip()
    if not problem:
        problem = type(error).__name__
    place = getattr(error, "place", "")
    if place:
        problem = f"{place}: {problem}"
    console.print(f"[bold red]Error:[/] {escape(mask_contacts(problem))}")
    if remedy:
        console.print(f"[bold]What to do:[/] {escape(mask_contacts(remedy))}")


def progress_bars() -> Progress:
    """Return progress bars in the command's style; on a pipe only their last state is printed."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )


@contextmanager
def step_progress() -> Iterator[StepProgress]:
    """Yield a progress callback that draws one bar per step of a load."""
    with progress_bars() as bars:
        tasks: dict[str, TaskID] = {}

        def report(step: str, done: int, total: int | None) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(STEPS.get(step, step), total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield report
