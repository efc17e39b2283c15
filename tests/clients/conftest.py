"""What the tests of real clients share: the program, serving loaded sample data on a free port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.clients import packages

PROGRAMS = 60
START_SECONDS = 180


def residency(environment: dict[str, str], *arguments: str) -> None:
    """Run the command to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "residency", *arguments],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"residency {arguments[0]}: {done.stdout}{done.stderr}"


@contextmanager
def serving(environment: dict[str, str], log: Path) -> Iterator[str]:
    """Run ``residency serve`` for the time of the block; yields its address once it is ready."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "residency", "serve", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        wait_until_ready(address, process, log)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def wait_until_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server says that it is ready; fail with its log when it does not."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"the server did not become ready: {log.read_text(errors='replace')}")


@pytest.fixture(scope="session")
def loaded_environment(own_environment: Path) -> Iterator[dict[str, str]]:
    """Environment of a program whose embedded server holds sample data."""
    environment = os.environ | {"RESIDENCY_DATA_DIR": str(own_environment / "clients")}
    try:
        residency(environment, "migrate")
        residency(environment, "load", "--source", "sample", "--programs", str(PROGRAMS))
        yield environment
    finally:
        residency(environment, "stop")


@pytest.fixture(scope="session")
def graph_address(
    loaded_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Address of the program, which serves sample data from an embedded server of its own."""
    with serving(loaded_environment, tmp_path_factory.mktemp("serve") / "serve.log") as address:
        yield address


@pytest.fixture(scope="session")
def javascript(testrun_uid: str) -> None:
    """The JavaScript packages, and what graphql-codegen and Relay's compiler make of the SDL."""
    packages.set_up()
    packages.generate_once(testrun_uid)
