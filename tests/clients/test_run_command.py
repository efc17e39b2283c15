"""`residency run` brings everything up, loads through the flow, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from etl.sample.generate import generate_sample
from tests.clients.conftest import residency, wait_until_ready
from tests.clients.test_readme import ask

PROGRAMS = 12


@pytest.fixture
def environment(own_environment: Path) -> Iterator[dict[str, str]]:
    """Settings of a user who has never run the program."""
    settings = os.environ | {"RESIDENCY_DATA_DIR": str(own_environment / "run")}
    yield settings
    residency(settings, "stop")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with the four files."""
    generate_sample(tmp_path / "files", programs=PROGRAMS, seed=1, short_documents=True)
    return tmp_path / "files"


def run(
    environment: dict[str, str], log: Path, *arguments: str
) -> tuple[subprocess.Popen[bytes], str]:
    """Start ``residency run``; return its process and its address once it is ready."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "residency", "run", "--port", str(port), *arguments]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    wait_until_ready(f"http://127.0.0.1:{port}", process, log)
    return process, f"http://127.0.0.1:{port}"


def test_run_loads_through_the_flow_then_only_serves_and_ends_in_order(
    environment: dict[str, str], files: Path, tmp_path: Path
) -> None:
    first, address = run(environment, tmp_path / "first.log", "--source", str(files))
    count = ask(address, "{ programs { totalCount } dataVersion { number isSample } }")["data"]
    assert count == {
        "programs": {"totalCount": PROGRAMS},
        "dataVersion": {"number": 1, "isSample": False},
    }
    children = psutil.Process(first.pid).children(recursive=True)
    assert children, "the worker runs beside the graph"
    first.send_signal(signal.SIGTERM)
    assert first.wait(30) == 128 + signal.SIGTERM
    _, alive = psutil.wait_procs(children, timeout=30)
    assert alive == []
    assert f"Published data version 1: {PROGRAMS} programs" in (tmp_path / "first.log").read_text()

    second, address = run(environment, tmp_path / "second.log", "--source", str(files))
    again = ask(address, "{ dataVersion { number } }")["data"]
    assert again == {"dataVersion": {"number": 1}}
    second.send_signal(signal.SIGINT)
    assert second.wait(30) in {0, 130, 128 + signal.SIGINT, -signal.SIGINT}
    assert "nothing to load" in (tmp_path / "second.log").read_text()
