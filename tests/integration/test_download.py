"""Downloading from a real server on this machine that misbehaves in every way we know."""

import hashlib
import http.server
import io
import json
import os
import socket
import threading
import time
import zipfile
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field

import openpyxl
import pytest

from etl.errors import (
    ChecksumMismatchError,
    DownloadError,
    DownloadTimeoutError,
    OfflineError,
    TruncatedDownloadError,
)
from etl.sources.carms.download import PUBLIC_PATHS, download_public
from etl.sources.carms.transfer import DownloadLimits

FAST = DownloadLimits(
    connect_seconds=2, read_seconds=0.3, total_seconds=20, attempts=4, backoff_seconds=0.01
)
OFFLINE_REMEDY = (
    "Check the network connection and try again (what was received is kept), or load the bundled"
    " sample: make run without SOURCE."
)
DISCIPLINE = "1503_discipline.xlsx"
DOCUMENTS = "1503_markdown_program_descriptions_v2.zip"


def archive(name, content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as packed:
        packed.writestr(name, content)
    return buffer.getvalue()


def workbook():
    buffer = io.BytesIO()
    openpyxl.Workbook().save(buffer)
    return buffer.getvalue()


def published_files():
    """Four files that are whole, the last one large enough to arrive in pieces."""
    noise = os.urandom(200_000).hex().encode()
    return {
        DISCIPLINE: workbook(),
        "1503_program_master.xlsx": workbook(),
        "1503_program_descriptions_x_section.zip": archive("a.csv", b"a,b\n"),
        DOCUMENTS: archive("a.json", noise),
    }


@dataclass
class Script:
    """What the server does: per file a list of deeds, one for each request, then it behaves."""

    files: dict = field(default_factory=published_files)
    deeds: dict = field(default_factory=lambda: defaultdict(list))
    has_ranges: bool = True
    has_etags: bool = True
    requests: list = field(default_factory=list)

    def of(self, name):
        return [headers for requested, headers in self.requests if requested == name]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        script = self.server.script
        name = self.path.rsplit("/", 1)[-1]
        script.requests.append((name, dict(self.headers)))
        deeds = script.deeds[name]
        deed = deeds.pop(0) if deeds else ("behave",)
        getattr(self, f"deed_{deed[0]}")(name, *deed[1:])

    def whole(self, name):
        content = self.server.script.files[name]
        etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        return content, etag

    def begin(self, name, start=0, length=None, total=None):
        """Send the header of an answer that begins at a byte; return its body."""
        content, etag = self.whole(name)
        partial = start > 0
        self.send_response(206 if partial else 200)
        if partial:
            total = len(content) if total is None else total
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{total}")
        if self.server.script.has_etags:
            self.send_header("ETag", etag)
        body = content[start:]
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        return body

    def asked_start(self, name):
        _, etag = self.whole(name)
        asked = self.headers.get("Range")
        if not asked or not self.server.script.has_ranges or self.headers.get("If-Range") != etag:
            return 0
        return int(asked.removeprefix("bytes=").removesuffix("-"))

    def deed_behave(self, name):
        content, etag = self.whole(name)
        if self.headers.get("If-None-Match") == etag:
            self.send_response(304)
            self.end_headers()
            return
        start = self.asked_start(name)
        if start and start >= len(content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = self.begin(name, start)
        if self.command == "GET":
            self.wfile.write(body)

    def deed_drop(self, name, after):
        body = self.begin(name, self.asked_start(name))
        self.wfile.write(body[:after])
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def deed_stall(self, name, after):
        body = self.begin(name, self.asked_start(name))
        self.wfile.write(body[:after])
        self.wfile.flush()
        self.server.released.wait(10)
        self.close_connection = True

    def deed_drip(self, name):
        for byte in self.begin(name):
            if self.server.released.wait(0.05):
                break
            self.wfile.write(bytes([byte]))
        self.close_connection = True

    def deed_truncate(self, name, length):
        self.wfile.write(self.begin(name, length=length)[:length])

    def deed_wrong_range(self, name):
        content, etag = self.whole(name)
        self.send_response(206)
        self.send_header("Content-Range", f"bytes 5-{len(content) - 1}/{len(content)}")
        self.send_header("ETag", etag)
        self.send_header("Content-Length", str(len(content) - 5))
        self.end_headers()
        self.wfile.write(content[5:])

    def deed_other_etag(self, name):
        content, _ = self.whole(name)
        start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("ETag", '"another"')
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self.wfile.write(content[start:])

    def deed_status(self, name, status, headers=(), body=b""):
        self.send_response(status)
        for key, value in headers:
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving(script):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.script = script
    server.released = threading.Event()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    """A proxy of the machine has no business between the test and its own server."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def script():
    return Script()


@pytest.fixture
def host(script):
    with serving(script) as address:
        yield address


def download(folder, host, **arguments):
    return download_public(folder, base_url=host, limits=FAST, **arguments)


def assert_all_there(folder, script):
    for name, content in script.files.items():
        assert (folder / name).read_bytes() == content
    leftovers = [path.name for path in folder.iterdir() if ".part" in path.name]
    assert leftovers == []


def url(host, name):
    return f"{host}/dnokes/Junior-Data-Scientist/HEAD/{name}"


def refusal(error, folder, host, **arguments):
    with pytest.raises(error) as caught:
        download(folder, host, **arguments)
    assert type(caught.value) is error
    assert caught.value.exit_code == 4
    return str(caught.value)


class TestServerThatBehaves:
    def test_four_files_arrive_with_their_checksums_recorded(self, tmp_path, script, host):
        files = download(tmp_path, host)
        assert_all_there(tmp_path, script)
        notes = json.loads((tmp_path / "checksums.json").read_text())
        assert {name: note["sha256"] for name, note in notes.items()} == {
            file.name: file.sha256 for file in files
        }
        assert notes[DOCUMENTS]["url"] == url(host, DOCUMENTS)
        assert notes[DOCUMENTS]["size_bytes"] == len(script.files[DOCUMENTS])

    def test_complete_files_are_not_asked_for_again(self, tmp_path, script, host):
        download(tmp_path, host)
        script.requests.clear()
        download(tmp_path, host)
        assert script.requests == []

    def test_a_file_that_was_changed_here_is_downloaded_again(self, tmp_path, script, host):
        download(tmp_path, host)
        (tmp_path / DISCIPLINE).write_bytes(b"PK changed")
        script.requests.clear()
        download(tmp_path, host)
        assert [name for name, _ in script.requests] == [DISCIPLINE]
        assert_all_there(tmp_path, script)

    def test_revalidation_fetches_only_what_changed_there(self, tmp_path, script, host):
        download(tmp_path, host)
        script.files[DOCUMENTS] = archive("a.json", b"[]")
        script.requests.clear()
        download(tmp_path, host, revalidate=True)
        assert [name for name, _ in script.requests] == [*PUBLIC_PATHS.values(), DOCUMENTS]
        assert_all_there(tmp_path, script)

    def test_progress_grows_to_the_size(self, tmp_path, script, host):
        seen = defaultdict(list)
        download(
            tmp_path, host, on_progress=lambda name, got, total: seen[name].append((got, total))
        )
        size_bytes = len(script.files[DOCUMENTS])
        assert set(seen) == set(script.files)
        assert seen[DOCUMENTS] == sorted(seen[DOCUMENTS])
        assert seen[DOCUMENTS][-1] == (size_bytes, size_bytes)

    def test_the_address_can_come_from_the_environment(self, tmp_path, script, host, monkeypatch):
        monkeypatch.setenv("RESIDENCY_PUBLIC_SOURCE_URL", f"{host}/")
        download_public(tmp_path, limits=FAST)
        assert_all_there(tmp_path, script)


class TestBrokenConnections:
    def test_a_dropped_connection_is_continued_where_it_broke(self, tmp_path, script, host):
        script.deeds[DOCUMENTS] = [("drop", 100_000), ("drop", 50_000)]
        download(tmp_path, host)
        assert_all_there(tmp_path, script)
        first, second, third = script.of(DOCUMENTS)
        assert "Range" not in first
        assert second["Range"] == "bytes=100000-"
        assert third["Range"] == "bytes=150000-"
        assert third["If-Range"].startswith('"')

    def test_a_server_without_ranges_sends_the_file_anew(self, tmp_path, script, host):
        script.has_ranges = False
        script.deeds[DOCUMENTS] = [("drop", 100_000)]
        download(tmp_path, host)
        assert_all_there(tmp_path, script)

    def test_without_an_entity_tag_nothing_is_continued(self, tmp_path, script, host):
        script.has_etags = False
        script.deeds[DOCUMENTS] = [("drop", 100_000)]
        download(tmp_path, host)
        assert_all_there(tmp_path, script)
        assert "Range" not in script.of(DOCUMENTS)[1]

    def test_a_stalled_connection_is_given_up_and_continued(self, tmp_path, script, host):
        script.deeds[DOCUMENTS] = [("stall", 100_000)]
        started = time.monotonic()
        download(tmp_path, host)
        assert time.monotonic() - started < 5
        assert_all_there(tmp_path, script)
        assert script.of(DOCUMENTS)[1]["Range"] == "bytes=100000-"

    def test_a_later_run_continues_what_an_earlier_one_received(self, tmp_path, script, host):
        script.deeds[DOCUMENTS] = [("drop", 10_000)] * FAST.attempts
        assert refusal(TruncatedDownloadError, tmp_path, host) == (
            f"{url(host, DOCUMENTS)} did not arrive whole: the connection broke after 40,000"
            f" bytes. {OFFLINE_REMEDY}"
        )
        assert not (tmp_path / DOCUMENTS).exists()
        script.requests.clear()
        download(tmp_path, host)
        assert [headers.get("Range") for headers in script.of(DOCUMENTS)] == ["bytes=40000-"]
        assert_all_there(tmp_path, script)

    def test_a_file_that_changed_meanwhile_is_not_glued_together(self, tmp_path, script, host):
        script.deeds[DOCUMENTS] = [("drop", 10_000)] * FAST.attempts
        refusal(TruncatedDownloadError, tmp_path, host)
        script.files[DOCUMENTS] = archive("a.json", os.urandom(300_000))
        download(tmp_path, host)
        assert_all_there(tmp_path, script)

    def test_a_whole_partial_file_needs_only_its_name(self, tmp_path, script, host):
        download(tmp_path, host)
        note = json.loads((tmp_path / "checksums.json").read_text())[DOCUMENTS]
        (tmp_path / DOCUMENTS).rename(tmp_path / f".{DOCUMENTS}.part")
        (tmp_path / f".{DOCUMENTS}.part.json").write_text(
            json.dumps({"url": note["url"], "etag": note["etag"]})
        )
        download(tmp_path, host)
        assert_all_there(tmp_path, script)

    def test_a_server_that_stays_silent_is_named(self, tmp_path, script, host):
        script.deeds[DISCIPLINE] = [("stall", 0)] * FAST.attempts
        port = host.rsplit(":", 1)[-1]
        assert refusal(DownloadTimeoutError, tmp_path, host) == (
            f"127.0.0.1:{port} fell silent for 0.3 s while sending {DISCIPLINE}. {OFFLINE_REMEDY}"
        )

    def test_a_trickle_ends_at_the_limit_of_all_files(self, tmp_path, script, host):
        script.deeds[DISCIPLINE] = [("drip",)]
        limits = DownloadLimits(read_seconds=0.3, total_seconds=0.6)
        started = time.monotonic()
        with pytest.raises(DownloadTimeoutError) as caught:
            download_public(tmp_path, base_url=host, limits=limits)
        assert time.monotonic() - started < 3
        assert str(caught.value) == (
            f"Downloading the program files took longer than 0.6 s. {OFFLINE_REMEDY}"
        )


class TestWrongContent:
    def test_a_truncated_file_is_fetched_again(self, tmp_path, script, host):
        script.deeds[DOCUMENTS] = [("truncate", 5_000)]
        download(tmp_path, host)
        assert_all_there(tmp_path, script)
        assert "Range" not in script.of(DOCUMENTS)[1]

    def test_a_file_that_stays_truncated_is_named(self, tmp_path, script, host):
        script.deeds[DOCUMENTS] = [("truncate", 5_000)] * FAST.attempts
        assert refusal(TruncatedDownloadError, tmp_path, host) == (
            f"{url(host, DOCUMENTS)} did not arrive whole: it is cut off or damaged."
            f" {OFFLINE_REMEDY}"
        )
        assert not (tmp_path / DOCUMENTS).exists()

    def test_a_damaged_member_is_noticed(self, tmp_path, script, host):
        content = bytearray(script.files[DOCUMENTS])
        content[1000] ^= 1
        script.files[DOCUMENTS] = bytes(content)
        assert "its member 'a.json' is damaged" in refusal(TruncatedDownloadError, tmp_path, host)

    @pytest.mark.parametrize("deed", ["wrong_range", "other_etag"])
    def test_another_range_than_asked_for_is_not_appended(self, tmp_path, script, host, deed):
        script.deeds[DOCUMENTS] = [("drop", 10_000), (deed,)]
        download(tmp_path, host)
        assert_all_there(tmp_path, script)
        assert "Range" not in script.of(DOCUMENTS)[2]

    def test_a_page_instead_of_the_file_is_refused(self, tmp_path, script, host):
        script.deeds[DISCIPLINE] = [("status", 200, (), b"<html>Please log in</html>")]
        assert refusal(DownloadError, tmp_path, host) == (
            f"What the server sent as {DISCIPLINE} is no zip archive or workbook. Check the"
            " address, and whether a login page or proxy stands in between."
        )

    def test_a_packed_body_is_refused(self, tmp_path, script, host):
        headers = (("Content-Encoding", "gzip"),)
        script.deeds[DISCIPLINE] = [("status", 200, headers, b"PK")]
        assert "content encoding 'gzip'" in refusal(DownloadError, tmp_path, host)

    def test_another_checksum_than_expected_is_named(self, tmp_path, script, host):
        sha256 = hashlib.sha256(script.files[DISCIPLINE]).hexdigest()
        said = refusal(
            ChecksumMismatchError, tmp_path, host, expected_sha256={DISCIPLINE: "0" * 64}
        )
        assert said == (
            f"{DISCIPLINE} has the SHA-256 {sha256} instead of {'0' * 64}. The published file has"
            " changed: look at it before you trust the new checksum."
        )
        assert not (tmp_path / DISCIPLINE).exists()


class TestStatusCodes:
    def test_a_missing_file_is_not_tried_again(self, tmp_path, script, host):
        script.deeds[DISCIPLINE] = [("status", 404)]
        assert refusal(DownloadError, tmp_path, host) == (
            f"{url(host, DISCIPLINE)} answered with HTTP status 404. The repository may have moved:"
            " download the four files by hand and give their folder, make run"
            " SOURCE=path/to/folder, or load the bundled sample: make run without SOURCE."
        )
        assert len(script.requests) == 1

    def test_a_server_that_recovers_is_tried_again(self, tmp_path, script, host):
        script.deeds[DISCIPLINE] = [("status", 500), ("status", 503, (("Retry-After", "0"),))]
        download(tmp_path, host)
        assert_all_there(tmp_path, script)
        assert len(script.of(DISCIPLINE)) == 3

    def test_a_wait_beyond_the_time_limit_is_not_begun(self, tmp_path, script, host):
        script.deeds[DISCIPLINE] = [("status", 429, (("Retry-After", "60"),))]
        started = time.monotonic()
        assert refusal(DownloadTimeoutError, tmp_path, host).startswith(
            "Downloading the program files took longer than 20 s."
        )
        assert time.monotonic() - started < 5

    def test_a_server_that_stays_broken_is_named(self, tmp_path, script, host):
        script.deeds[DISCIPLINE] = [("status", 502)] * FAST.attempts
        assert "answered with HTTP status 502." in refusal(DownloadError, tmp_path, host)
        assert len(script.of(DISCIPLINE)) == FAST.attempts


class TestOffline:
    def test_a_server_that_cannot_be_reached_names_the_sample(self, tmp_path):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
        assert refusal(OfflineError, tmp_path, f"http://127.0.0.1:{port}") == (
            f"127.0.0.1:{port} cannot be reached; the program files were not downloaded."
            f" {OFFLINE_REMEDY}"
        )

    def test_complete_files_need_no_server(self, tmp_path, script):
        with serving(script) as host:
            download(tmp_path, host)
        assert len(list(download(tmp_path, host))) == 4

    @pytest.mark.parametrize("address", ["nowhere", "file:///tmp", "http://"])
    def test_an_address_that_is_none_is_refused(self, tmp_path, address):
        assert refusal(DownloadError, tmp_path, address) == (
            f"'{address.rstrip('/')}/dnokes/Junior-Data-Scientist/HEAD/{DISCIPLINE}' is not an http"
            " or https address. Correct RESIDENCY_PUBLIC_SOURCE_URL, or leave it unset."
        )
