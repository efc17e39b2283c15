"""Prefect's environment: a home of its own, no telemetry, quiet logs, patient time limits.

Prefect reads its settings once, at its first import, so :func:`configure_prefect` comes before.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from etl.errors import PrefectSetupError
from warehouse.settings import get_settings

SERVER_START_SECONDS = 90
"""Longest start of a Prefect server: its first start on a busy machine runs all its migrations."""

API_URL = "PREFECT_API_URL"
"""Variable that names a Prefect server of the user's own."""

_FIXED: Mapping[str, str] = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    # A server is started on purpose (etl.flows.server), never as a side effect of a flow.
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
}
_DEFAULTS: Mapping[str, str] = {
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_LOGGING_COLORS": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(SERVER_START_SECONDS),
    "PREFECT_API_REQUEST_TIMEOUT": "60",
    "PREFECT_SERVER_DATABASE_TIMEOUT": "60",
}


def prefect_home() -> Path:
    """Return the folder of Prefect's settings, databases and logs, under the data folder."""
    return get_settings().data_dir.expanduser() / "prefect"


def prefect_environment(home: Path, api_url: str | None = None) -> dict[str, str]:
    """Return the variables for a process that uses Prefect.

    Telemetry and home are ours; levels and limits give way to what the user has set.
    """
    chosen = {name: os.environ.get(name, value) for name, value in _DEFAULTS.items()}
    variables = {**_FIXED, **chosen, "PREFECT_HOME": str(home)}
    if api_url is not None:
        variables[API_URL] = api_url
    return variables


def configure_prefect(api_url: str, home: Path | None = None) -> None:
    """Set this process's environment for Prefect; a second call with the same values is fine.

    Raises:
        PrefectSetupError: Prefect was imported before, with other settings.
    """
    variables = prefect_environment(home or prefect_home(), api_url)
    differing = sorted(name for name, value in variables.items() if os.environ.get(name) != value)
    if differing and "prefect" in sys.modules:
        raise PrefectSetupError(
            f"Prefect was imported before its settings were made ({', '.join(differing)}).",
            "Call etl.flows.settings.configure_prefect before anything imports Prefect.",
        )
    Path(variables["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True)
    os.environ.update(variables)
