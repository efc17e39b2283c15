"""Flows on a real Prefect server: artifacts, a schedule that fires, files that arrive.

One service (`serve_flows` with a server of its own) runs for the whole file; the flows that the
tests run themselves report to its server.
"""

import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from etl.errors import GateStoppedError, MissingFileError, OfflineError
from etl.flows.server import answers, free_port
from etl.flows.settings import API_URL, configure_prefect
from etl.refresh import RefreshRequest
from warehouse import jobs
from warehouse.engine import Role, connect
from warehouse.settings import get_settings
from warehouse.vocabulary import JobKind, JobStatus

# Prefect 3.8 leaves sockets to its server for the garbage collector to close.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket.socket:ResourceWarning")

CONTACT = "jane.doe@example.org"
NAMES = (
    "1503_discipline.xlsx",
    "1503_program_master.xlsx",
    "1503_program_descriptions_x_section.zip",
    "1503_markdown_program_descriptions_v2.zip",
)

NOTING_FLOW = '''
import json, os
from prefect import flow

@flow(name="noting")
def noting(request: dict):
    """Note that a run was started, and with what."""
    with open(os.environ["NOTES"], "a") as notes:
        notes.write(json.dumps(request) + "\\n")
'''

SERVICE = """
import sys
from datetime import timedelta
from pathlib import Path
from etl.flows.serve import ServeOptions, serve_flows

serve_flows(ServeOptions(
    request={"source": "scheduled"}, every=timedelta(seconds=8), folder=Path(sys.argv[1]),
    port=int(sys.argv[2]), poll_seconds=1.0, flow="noting_flow:noting",
))
"""


@dataclass
class Service:
    """A running `serve_flows`, with a flow that notes each of its runs."""

    process: subprocess.Popen[str]
    port: int
    folder: Path
    notes: Path
    environment: dict[str, str] = field(repr=False)

    @property
    def api_url(self):
        return f"http://127.0.0.1:{self.port}/api"

    def runs(self, source):
        lines = self.notes.read_text().splitlines() if self.notes.exists() else []
        return sum(json.loads(line)["source"] == source for line in lines)

    def wait_for_runs(self, source, number, seconds=40):
        deadline = time.monotonic() + seconds
        while self.runs(source) < number:
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < deadline, f"{self.runs(source)} runs of {source}"
            time.sleep(0.2)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    home = tmp_path_factory.mktemp("service")
    (home / "noting_flow.py").write_text(NOTING_FLOW)
    folder = home / "arrivals"
    folder.mkdir()
    environment = os.environ | {
        "RESIDENCY_DATA_DIR": str(home),
        "NOTES": str(home / "notes"),
        "PYTHONPATH": os.pathsep.join([str(home), str(Path.cwd())]),
    }
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", SERVICE, str(folder), str(port)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    service = Service(process, port, folder, home / "notes", environment)
    deadline = time.monotonic() + 90
    while not answers(service.api_url):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.1)
    yield service
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=20)
    assert (process.returncode, output, errors) == (0, "", "")
    assert not answers(service.api_url), "the server outlived the service"


@pytest.fixture(scope="module")
def prefect_here(service, tmp_path_factory):
    """Prefect in this process, on the service's server."""
    before = dict(os.environ)
    configure_prefect(service.api_url, tmp_path_factory.mktemp("prefect"))
    yield service
    gc.collect()  # the sockets, while the filter above still holds
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def warehouse(database, tmp_path, monkeypatch):
    """A fresh warehouse that this process takes for its own."""
    monkeypatch.setenv("RESIDENCY_DATABASE_URL", database.owner_url)
    monkeypatch.setenv("RESIDENCY_DATA_DIR", str(tmp_path / "data"))
    get_settings.cache_clear()
    yield database
    get_settings.cache_clear()


def artifacts(service):
    """Return the newest artifact of each key: key to what it holds."""
    answer = httpx.post(
        f"{service.api_url}/artifacts/latest/filter", json={"limit": 50}, timeout=30
    )
    return {artifact["key"]: artifact["data"] for artifact in answer.json()}


def put_files(folder, content):
    for name in NAMES:
        (folder / name).write_text(f"{content} {name}")


def last_run(database):
    async def read():
        async with connect(Role.OWNER, database.settings) as connection:
            return await connection.fetchrow(
                "SELECT status, error FROM ops.load_run ORDER BY load_run_key DESC LIMIT 1"
            )

    return asyncio.run(read())


def test_a_schedule_fires_again_and_again(service):
    service.wait_for_runs("scheduled", 2)


def test_files_that_arrive_start_one_run_per_content(service):
    source = str(service.folder)
    for name in NAMES[:3]:
        (service.folder / name).write_text("first")
    time.sleep(3)
    assert service.runs(source) == 0, "three of four files are no arrival"

    put_files(service.folder, "first")
    service.wait_for_runs(source, 1)
    put_files(service.folder, "first")
    time.sleep(4)
    put_files(service.folder, "second")
    service.wait_for_runs(source, 2)
    assert service.runs(source) == 2


def test_a_worker_runs_a_job_as_a_flow_that_publishes(warehouse, service):
    async def enqueue():
        async with connect(Role.OWNER, warehouse.settings) as connection:
            return await jobs.enqueue(
                connection,
                JobKind.REFRESH_WAREHOUSE,
                RefreshRequest(sample_programs=40).as_dict(),
            )

    async def read(job_id):
        async with connect(Role.OWNER, warehouse.settings) as connection:
            return await jobs.get_job(connection, job_id)

    job_id = asyncio.run(enqueue())
    done = subprocess.run(
        [sys.executable, "-c", "from etl.worker import run_worker; run_worker(once=True)"],
        env=os.environ | {API_URL: service.api_url, "RESIDENCY_QUARANTINE_THRESHOLD": "1"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    job = asyncio.run(read(job_id))
    assert job.status is JobStatus.SUCCEEDED, (job, done.stderr)
    assert (job.result["status"], job.result["version"]) == ("PUBLISHED", 1)
    assert job.result["rows_in"] == 40
    assert job.result["rows_published"] + job.result["rows_quarantined"] == 40
    assert (job.result["search"]["status"], job.result["search"]["version"]) == ("COMPLETE", 1)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    written = artifacts(service)
    assert "| status | PUBLISHED |" in written["refresh-summary"]
    assert "| programs in the files | 40 |" in written["refresh-summary"]
    assert "| publish | " in written["refresh-summary"]
    assert "| status | COMPLETE |" in written["search-refresh"]
    assert "| vectors kept | 0 |" in written["search-refresh"]
    assert {row["status"] for row in json.loads(written["refresh-checks"])} <= {"PASSED", "WARNED"}


def test_a_failing_refresh_of_the_index_says_so_in_its_artifact(prefect_here, warehouse):
    from etl.flows.refresh_search import run_search_refresh
    from warehouse.errors import IndexMissingError

    with pytest.raises(IndexMissingError, match="nothing is published"):
        run_search_refresh({})
    written = artifacts(prefect_here)["search-refresh"]
    assert "| status | FAILED |" in written
    assert "nothing is published" in written


def test_an_index_that_cannot_be_refreshed_fails_no_load(prefect_here, warehouse, monkeypatch):
    from etl import search_refresh
    from etl.flows.refresh_warehouse import run_refresh
    from warehouse.errors import EmbedderUnavailableError

    async def unavailable(*_):
        raise EmbedderUnavailableError(f"it says {CONTACT}", remedy="try later")

    monkeypatch.setattr(search_refresh, "refresh_search", unavailable)
    done = run_refresh(RefreshRequest(sample_programs=3).as_dict())
    assert done["status"] == "PUBLISHED"
    assert done["search"]["status"] == "FAILED"
    assert "Try later" in done["search"]["error"]
    assert CONTACT not in done["search"]["error"]


def test_a_failing_load_marks_its_run_and_says_so_in_the_summary(prefect_here, warehouse, tmp_path):
    from etl.flows.refresh_warehouse import run_refresh

    with pytest.raises(MissingFileError, match="lacks the discipline file"):
        run_refresh(RefreshRequest(source=str(tmp_path)).as_dict())
    run = last_run(warehouse)
    assert run["status"] == "FAILED"
    assert "lacks the discipline file" in run["error"]
    assert "| status | FAILED |" in artifacts(prefect_here)["refresh-summary"]


def test_a_closed_gate_stops_the_run_without_a_retry(prefect_here, warehouse, monkeypatch):
    from etl import refresh
    from etl.flows.refresh_warehouse import run_refresh

    attempts = []

    def closed(*_):
        attempts.append(1)
        raise GateStoppedError("The gate is closed.", "Look at the checks.")

    monkeypatch.setattr(refresh, "prepare", closed)
    with pytest.raises(GateStoppedError, match="The gate is closed"):
        run_refresh(RefreshRequest().as_dict())
    assert last_run(warehouse)["status"] == "STOPPED"
    assert len(attempts) == 1


def test_a_step_that_fails_on_the_network_is_tried_again(prefect_here, warehouse, monkeypatch):
    from etl import refresh
    from etl.flows import refresh_warehouse
    from etl.flows.refresh_warehouse import run_refresh

    attempts = []

    def offline_once(*_):
        attempts.append(1)
        if len(attempts) == 1:
            raise OfflineError("No server answers.", "Try later.")
        raise GateStoppedError("Far enough.", "Stop.")

    monkeypatch.setattr(refresh, "prepare", offline_once)
    monkeypatch.setattr(refresh_warehouse.prepare, "retry_delay_seconds", 0.1)
    with pytest.raises(GateStoppedError, match="Far enough"):
        run_refresh(RefreshRequest().as_dict())
    assert len(attempts) == 2


def test_an_error_reaches_prefect_without_contacts(prefect_here, warehouse, monkeypatch):
    from etl import refresh
    from etl.flows.refresh_warehouse import run_refresh

    def tell(*_):
        raise ValueError(f"write to {CONTACT}") from KeyError(f"or to joe.{CONTACT}")

    monkeypatch.setattr(refresh, "prepare", tell)
    with pytest.raises(ValueError, match="write to"):
        run_refresh(RefreshRequest().as_dict())
    assert CONTACT not in last_run(warehouse)["error"]
    for what in ("flow_runs", "task_runs", "logs", "artifacts"):
        kept = httpx.post(f"{prefect_here.api_url}/{what}/filter", json={}, timeout=30)
        assert kept.json(), f"there are no {what} to look at"
        assert CONTACT not in kept.text


def test_progress_of_a_run_reaches_whoever_started_it(prefect_here, warehouse, monkeypatch):
    from etl import refresh
    from etl.flows.refresh_warehouse import run_refresh

    def report(_, progress):
        progress("prepare", 1, 2)
        raise GateStoppedError("Far enough.", "Stop.")

    seen = []
    monkeypatch.setattr(refresh, "prepare", report)
    with pytest.raises(GateStoppedError):
        run_refresh(RefreshRequest().as_dict(), lambda *step: seen.append(step))
    assert seen == [("prepare", 0, None), ("prepare", 1, 2)]


def test_a_prefect_server_ends_with_a_process_that_was_killed(tmp_path):
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from etl.flows.server import start_server\n"
        "print(start_server(Path(sys.argv[1])).process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    server = int(parent.stdout.readline())
    time.sleep(1)
    parent.kill()
    parent.communicate()
    deadline = time.monotonic() + 15
    while Path(f"/proc/{server}").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not Path(f"/proc/{server}").exists()
