"""Sets up the JavaScript packages of the tests: ``python -m tests.clients.packages [--update]``.

They are pinned by ``javascript/package-lock.json`` (a hash per package, no host) and installed into
``javascript/node_modules``, which is not committed. With the pinned ones in place it returns at
once. ``--update`` resolves ``package.json`` anew and writes the lock.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from graph.ide.errors import IdeAssetError
from graph.ide.node import find_node, write_package_lock

FOLDER = Path(__file__).parent / "javascript"
LOCK = FOLDER / "package-lock.json"
INSTALLED = FOLDER / "node_modules" / ".installed.sha256"
GENERATED = FOLDER / "generated"
LOCKED = FOLDER / "node_modules" / ".generating"
"""Held by the one process of a test run that generates; says which run it was."""
RELAY_OPERATIONS = GENERATED / "relay-operations.json"


def set_up() -> bool:
    """Install the pinned packages where they are not in place; tell whether that was needed."""
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if INSTALLED.is_file() and INSTALLED.read_text(encoding="ascii") == digest:
        return False
    find_node().run_npm("ci", folder=FOLDER)
    INSTALLED.write_text(digest, encoding="ascii")
    return True


def update() -> None:
    """Resolve ``package.json`` anew and write the lock."""
    with TemporaryDirectory(prefix="residency-clients-") as scratch:
        work = Path(scratch)
        shutil.copyfile(FOLDER / "package.json", work / "package.json")
        find_node().run_npm("install", "--package-lock-only", folder=work)
        write_package_lock(work / LOCK.name, LOCK)


def run(*arguments: str, folder: Path = FOLDER) -> str:
    """Run ``node`` in a folder, by default that of the packages, and return what it printed.

    A program that fails, or complains on standard error, is an AssertionError with its words.
    """
    done = subprocess.run(
        [str(find_node().program), *arguments],
        cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def generate_once(run_id: str) -> None:
    """Generate, unless another process of the same test run has; the others wait for it."""
    with LOCKED.open("a+") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        mark.seek(0)
        if mark.read() != run_id:
            generate()
            mark.truncate(0)
            mark.write(run_id)


def generate() -> None:
    """Make the typed operations (graphql-codegen) and Relay's artifacts from the SDL, anew.

    Relay's compiler also lists its operations by their hashes in ``RELAY_OPERATIONS``.
    """
    shutil.rmtree(GENERATED, ignore_errors=True)
    GENERATED.mkdir()
    RELAY_OPERATIONS.write_text("{}", encoding="ascii")  # the compiler wants to find the file
    run("node_modules/@graphql-codegen/cli/cjs/bin.js", "--config", "codegen.ts", "--silent")
    run("node_modules/relay-compiler/cli.js", "--output", "quiet-with-errors", "relay.config.json")


def main() -> int:
    """Run the command; return its exit code: 0, or 1 with the reason on standard error."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.clients.packages",
        description="Set up the JavaScript packages that the tests use.",
    )
    parser.add_argument("--update", action="store_true", help="resolve anew and write the lock")
    try:
        if parser.parse_args().update:
            update()
        sys.stderr.write("JavaScript packages of the tests: ")
        sys.stderr.write("installed\n" if set_up() else "in place\n")
    except IdeAssetError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
