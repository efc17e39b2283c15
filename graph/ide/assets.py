"""Sets up the assets of the in-browser IDE: ``python -m graph.ide.assets [--check | --update]``.

Fetches the pinned packages with npm, bundles them, checks every file against
``assets.lock.json`` and puts it into ``graph/ide/assets/``. Files are named by their content and
moved into place one by one, so a page that is being served never sees half a file. With
everything in place it returns at once and needs neither Node nor a network.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from graph.ide.errors import AssetsMissingError, BundleError, IdeAssetError, LockError
from graph.ide.lock import (
    ASSETS,
    BUNDLE,
    LOCK,
    Asset,
    AssetLock,
    digest_of_sources,
    measure,
    read_lock,
)

PART = ".part"
STALE_AFTER = 3600.0


def check(lock: AssetLock, folder: Path = ASSETS) -> None:
    """Do nothing where every file is in place.

    Raises:
        LockError: The lock was made from other sources than ``bundle/`` holds.
        AssetsMissingError: Files are missing or not the pinned ones.
    """
    if lock.sources != digest_of_sources():
        raise LockError(
            f"{LOCK.name} was made from other sources than graph/ide/bundle holds. After a "
            "change there, run: python -m graph.ide.assets --update"
        )
    if missing := lock.missing(folder):
        raise AssetsMissingError(
            f"{len(missing)} of {len(lock.files)} files of the in-browser IDE are missing or "
            f"damaged ({missing[0]}). Run: python -m graph.ide.assets"
        )


def set_up(folder: Path = ASSETS) -> bool:
    """Put the pinned files into ``folder``; tell whether anything had to be done.

    Raises:
        IdeAssetError: As of check(), of Node (see errors.py), or the bundle is not the pinned one.
    """
    lock = read_lock()
    try:
        check(lock, folder)
    except AssetsMissingError:
        with TemporaryDirectory(prefix="residency-ide-") as scratch:
            made, files = _bundle(Path(scratch), is_update=False)
            _require_equal(lock, files)
            _install(made, files, folder)
        check(lock, folder)
        return True
    return False


def update(folder: Path = ASSETS) -> AssetLock:
    """Resolve ``bundle/package.json`` anew, bundle, and write both locks; for developers."""
    with TemporaryDirectory(prefix="residency-ide-") as scratch:
        made, files = _bundle(Path(scratch), is_update=True)
        _install(made, files, folder)
    manifest = json.loads((BUNDLE / "package.json").read_text(encoding="utf-8"))
    lock = AssetLock(manifest["dependencies"]["graphiql"], digest_of_sources(), files)
    LOCK.write_text(lock.as_json(), encoding="utf-8")
    read_lock.cache_clear()
    return lock


def _bundle(scratch: Path, *, is_update: bool) -> tuple[Path, tuple[Asset, ...]]:
    """Fetch and bundle in ``scratch``; return the folder of the files and their measures."""
    from graph.ide.node import find_node, write_package_lock  # not needed when all is in place

    node = find_node()
    work, made = scratch / "work", scratch / "made"
    shutil.copytree(BUNDLE, work, ignore=shutil.ignore_patterns("node_modules"))
    if is_update:
        with _Step("resolving packages"):
            node.run_npm("install", "--package-lock-only", folder=work)
        write_package_lock(work / "package-lock.json", BUNDLE / "package-lock.json")
    with _Step("fetching the packages of the in-browser IDE"):
        node.run_npm("ci", folder=work)
    with _Step("bundling"):
        roles = json.loads(node.run("build.mjs", str(made), folder=work))
    return made, tuple(measure(made / name, roles[name]) for name in sorted(roles))


def _require_equal(lock: AssetLock, files: tuple[Asset, ...]) -> None:
    if different := sorted({asset.name for asset in set(files) ^ set(lock.files)}):
        raise BundleError(
            f"The bundle is not the pinned one ({', '.join(different[:4])}); nothing was "
            "installed. Restore graph/ide/bundle and assets.lock.json from the repository."
        )


def _install(made: Path, files: tuple[Asset, ...], folder: Path) -> None:
    """Move ``files`` into ``folder``, each atomically, then remove what no longer belongs."""
    folder.mkdir(parents=True, exist_ok=True)
    for asset in files:
        part = folder / f"{asset.name}.{os.getpid()}{PART}"
        shutil.copyfile(made / asset.name, part)
        part.replace(folder / asset.name)
    keep = {asset.name for asset in files}
    for path in folder.iterdir():
        is_in_work = path.suffix == PART and time.time() - path.stat().st_mtime < STALE_AFTER
        if path.is_file() and path.name not in keep and not is_in_work:
            path.unlink()


class _Step:
    """Says on standard error what goes on, and how long it took."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        self._began = time.monotonic()
        sys.stderr.write(f"{self._name} ... ")
        sys.stderr.flush()

    def __exit__(self, kind: object, *_: object) -> None:
        seconds = time.monotonic() - self._began
        sys.stderr.write("failed\n" if kind else f"{seconds:.1f} s\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code: 0, or 1 with the reason on standard error."""
    parser = argparse.ArgumentParser(
        prog="python -m graph.ide.assets",
        description="Set up the assets of the in-browser IDE (GraphiQL).",
    )
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--check", action="store_true", help="only tell whether all is in place")
    group.add_argument("--update", action="store_true", help="resolve anew and write the locks")
    options = parser.parse_args(arguments)
    try:
        if options.update:
            update()
        elif options.check:
            check(read_lock())
        else:
            set_up()
        lock = read_lock()
    except IdeAssetError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    size = lock.bytes / 1e6
    sys.stdout.write(
        f"GraphiQL {lock.graphiql}: {len(lock.files)} files, {size:.1f} MB, verified\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
