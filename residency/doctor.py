"""`residency doctor`: looks at everything the program needs on this machine."""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from rich.markup import escape

from residency.console import say
from warehouse.engine import Role, connect
from warehouse.errors import WarehouseError
from warehouse.migrate import require_current
from warehouse.queries.runs import published_version
from warehouse.search.versions import active_version
from warehouse.settings import Settings, get_settings

LEAST_FREE_BYTES = 2 * 2**30


@dataclass(frozen=True)
class Finding:
    """What one look found; ``remedy`` is empty where all is well."""

    subject: str
    state: str
    remedy: str = ""


async def examine() -> bool:
    """Print every finding; return whether nothing needs mending."""
    settings = get_settings()
    looks: tuple[Callable[[Settings], Finding | Awaitable[Finding]], ...] = (
        python, disk, assets, port, database, schema, data, search,
    )  # fmt: skip
    well = True
    for look in looks:
        found = look(settings)
        finding = found if isinstance(found, Finding) else await found
        mark = "[red]✗[/]" if finding.remedy else "[green]✓[/]"
        say(f"{mark} {finding.subject}: {escape(finding.state)}")
        if finding.remedy:
            well = False
            say(f"  {escape(finding.remedy)}")
    return well


def python(_: Settings) -> Finding:
    """Look at the Python version."""
    return Finding("Python", sys.version.split()[0])


def disk(settings: Settings) -> Finding:
    """Look at the free space where the data go."""
    folder = settings.data_dir.expanduser()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    state = f"{free / 2**30:.1f} GiB free in {folder}"
    remedy = "Free some space, or set RESIDENCY_DATA_DIR." if free < LEAST_FREE_BYTES else ""
    return Finding("Disk", state, remedy)


def assets(_: Settings) -> Finding:
    """Look at GraphiQL's files."""
    from graph.ide.assets import check
    from graph.ide.errors import IdeAssetError
    from graph.ide.lock import read_lock

    try:
        check(read_lock())
    except IdeAssetError as error:
        return Finding("GraphiQL", str(error), "Run `python -m graph.ide.assets`.")
    return Finding("GraphiQL", "all files there")


def port(settings: Settings) -> Finding:
    """Look whether the graph's port is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            return Finding(
                "Port", f"{settings.host}:{settings.port} {error.strerror}",
                "Another program uses it; set RESIDENCY_PORT, or stop that program.",
            )  # fmt: skip
    return Finding("Port", f"{settings.host}:{settings.port} is free")


async def database(settings: Settings) -> Finding:
    """Look whether the database answers, and which one it is."""
    try:
        async with connect(Role.OWNER, settings) as connection:
            version = await connection.fetchval("SHOW server_version")
            vector = await connection.fetchval(
                "SELECT default_version FROM pg_available_extensions WHERE name = 'vector'"
            )
    except WarehouseError as error:
        return _trouble("PostgreSQL", error)
    kind = "embedded" if settings.is_embedded else "external"
    remedy = "" if vector else "Install pgvector on the server."
    return Finding("PostgreSQL", f"{version}, {kind}, pgvector {vector}", remedy)


async def schema(settings: Settings) -> Finding:
    """Look whether the schema is the one of this program."""
    try:
        await require_current(settings, Role.OWNER)
    except WarehouseError as error:
        return _trouble("Schema", error)
    return Finding("Schema", "up to date")


async def data(settings: Settings) -> Finding:
    """Look whether a data version is published."""
    try:
        await require_current(settings, Role.OWNER)
        async with connect(Role.OWNER, settings) as connection:
            version = await published_version(connection)
    except WarehouseError as error:
        return _trouble("Data", error)
    if version is None:
        return Finding("Data", "nothing published", "Run `residency load`.")
    kind = "sample" if version.is_sample else "real"
    return Finding("Data", f"version {version.number}, {version.program_count} programs ({kind})")


async def search(settings: Settings) -> Finding:
    """Look whether the search index covers the data that are published."""
    try:
        await require_current(settings, Role.OWNER)
        async with connect(Role.OWNER, settings) as connection:
            version = await published_version(connection)
            index = await active_version(connection)
    except WarehouseError as error:
        return _trouble("Search", error)
    remedy = "Run `residency search refresh`."
    if index is None:
        return Finding("Search", "no index", remedy if version else "")
    state = f"index version {index.key}, {index.vector_count} vectors, {index.embedder}"
    covers = version is not None and index.data_version_number == version.number
    return Finding("Search", state, "" if covers else remedy)


def _trouble(subject: str, error: WarehouseError) -> Finding:
    """Return what an error of the warehouse tells."""
    problem = str(error).removesuffix(error.remedy).strip()
    return Finding(subject, problem, error.remedy or "See the message.")
