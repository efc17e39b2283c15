"""Errors of the command itself, and the exit code of every family of errors.

CommandError           exit code 1
├── WorkerDiedError
├── WrongSettingError  exit code 2
├── LoadFailedError    exit code 5
└── NothingLoadedError exit code 8
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import ValidationError

from etl.errors import EtlError
from graph.errors import TrustedDocumentsError
from simulation.errors import SimulationError
from warehouse.errors import DatabaseUnreachableError, EmbeddedServerError, WarehouseError
from warehouse.settings import Settings

EXIT_UNEXPECTED = 1
EXIT_USAGE = 2
EXIT_WAREHOUSE = 8
EXIT_UNREACHABLE = 9
EXIT_INTERRUPTED = 130

EXIT_CODES = {
    0: "done",
    EXIT_UNEXPECTED: "unexpected error",
    EXIT_USAGE: "wrong usage",
    3: "a source file or reference table cannot be used",
    4: "the public files cannot be downloaded",
    5: "the data break their contract, or a gate stopped the load",
    6: "publishing failed",
    7: "another load is at work",
    EXIT_WAREHOUSE: "the warehouse is not as it should be",
    EXIT_UNREACHABLE: "the database cannot be reached",
    10: "flows cannot be run or served",
    11: "a match cannot be run as asked",
    EXIT_INTERRUPTED: "interrupted",
}
"""What each exit code of the command means."""


class CommandError(Exception):
    """Root of the command's own errors; ``remedy`` says what to do."""

    exit_code: ClassVar[int] = EXIT_UNEXPECTED

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem, self.remedy = problem, remedy
        super().__init__(f"{problem} {remedy}")


class WorkerDiedError(CommandError):
    """The worker ended before the load did."""


class WrongSettingError(CommandError):
    """A setting has a value that it may not have."""

    exit_code = EXIT_USAGE


class LoadFailedError(CommandError):
    """A load ended with an error that the worker wrote into its job."""

    exit_code = 5


class NothingLoadedError(CommandError):
    """There is nothing to serve."""

    exit_code = EXIT_WAREHOUSE


def explained(error: Exception) -> Exception:
    """Return an error about settings in words that name the variable; any other as it is.

    The value is not shown: it may be a password.
    """
    if not isinstance(error, ValidationError) or error.title != Settings.__name__:
        return error
    found = [
        (f"RESIDENCY_{'_'.join(map(str, one['loc']))}".upper(), one["msg"])
        for one in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    return WrongSettingError(
        " ".join(f"{name}: {message}." for name, message in found),
        f"Set {' and '.join(name for name, _ in found)} anew, or leave it out to have the default;"
        " docs/deployment.md lists all settings.",
    )


def exit_code_of(error: BaseException) -> int:
    """Return the exit code that stands for ``error``."""
    if isinstance(error, EtlError | SimulationError | CommandError):
        return error.exit_code
    if isinstance(error, DatabaseUnreachableError | EmbeddedServerError):
        return EXIT_UNREACHABLE
    if isinstance(error, WarehouseError):
        return EXIT_WAREHOUSE
    if isinstance(error, TrustedDocumentsError):
        return EXIT_USAGE
    if isinstance(error, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    return EXIT_UNEXPECTED
