"""The container files: linted, valid, and true to the project's commands and settings.

No container engine is needed: see docs/deployment.md for what that leaves unproven.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from residency.command import app
from warehouse.settings import Settings

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
DOCKERFILE = (DOCKER / "Dockerfile").read_text(encoding="utf-8")
COMPOSE_TEXT = (DOCKER / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
EXAMPLE = dict(
    line.split("=", 1)
    for line in (DOCKER / ".env.example").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
)
OURS = ("migrations", "load", "prefect", "worker", "api")
INTERPOLATED = re.findall(r"\$\{(\w+)(:[-?][^}]*)?\}", COMPOSE_TEXT)


def run(program: str, *arguments: str) -> str:
    """Run a tool of this environment; return its findings, empty where it has none."""
    tool = Path(sys.executable).parent / program
    done = subprocess.run([tool, *arguments], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def stages() -> dict[str, str]:
    """Return the text of every stage of the Dockerfile by its name."""
    parts = re.split(r"^FROM \S+ AS (\w+)$", DOCKERFILE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def command_of(service: dict[str, Any]) -> list[str]:
    """Return what a service runs: its own words, else the CMD of the stage that it builds."""
    if "entrypoint" in service or "command" in service:
        return [*service.get("entrypoint", []), *service.get("command", [])]
    line = re.search(r"^CMD (\[.*\])$", stages()[service["build"]["target"]], re.MULTILINE)
    assert line
    return list(yaml.safe_load(line[1]))


def test_the_linter_finds_nothing_in_the_dockerfile():
    assert not run("hadolint", "--no-color", str(DOCKER / "Dockerfile"))


def test_the_compose_file_fits_the_schema_of_the_compose_specification():
    schema = ("--builtin-schema", "vendor.compose-spec")
    assert not run("check-jsonschema", *schema, str(DOCKER / "compose.yaml"))


def test_targets_for_api_worker_and_migrations_run_without_root_and_without_tools():
    assert {"api", "worker", "migrations"} <= set(stages())
    users = re.findall(r"^USER (\d+):(\d+)$", stages()["runtime"], re.MULTILINE)
    assert users == [("10001", "10001")]
    for name, text in stages().items():
        if name != "builder":
            assert not re.search(r"apt-get|pip |npm|^USER (root|0)", text, re.MULTILINE), name


def test_everything_is_installed_from_the_hashed_lock():
    installs = re.findall(r"pip --python \S+ install(?:\s|\\\n|--?[\w=-]+|:all:)+", DOCKERFILE)
    assert len(installs) == 2
    assert "--require-hashes" in installs[0]
    assert "--no-index" in installs[1]


def test_what_is_copied_exists_and_is_not_ignored():
    ignored = (DOCKER / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = [line[1:] for line in ignored if line.startswith("!")]
    for name in allowed:
        assert (ROOT / name).exists(), name
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", stages()["builder"], re.MULTILINE):
        for source in sources.split():
            assert (ROOT / source).exists(), source
            assert source == "." or source.split("/")[0] in allowed, source


def test_the_health_check_asks_whether_the_graph_is_ready():
    check = re.search(r"^HEALTHCHECK .*\\\n\s+CMD (.+)$", stages()["api"], re.MULTILINE)
    assert check
    assert "/readyz" in check[1]
    compile(yaml.safe_load(check[1])[2], "health check", "exec")


@pytest.mark.parametrize("name", OURS)
def test_each_service_runs_a_command_that_there_is(name: str):
    known = {command.name or command.callback.__name__ for command in app.registered_commands}
    program, subcommand = command_of(COMPOSE["services"][name])[:2]
    assert program == "prefect" or (program == "residency" and subcommand in known)


@pytest.mark.parametrize("name", OURS)
def test_each_service_of_ours_runs_confined(name: str):
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["build"]["target"] in stages()
    assert (DOCKER / service["build"]["context"] / service["build"]["dockerfile"]).is_file()


def test_migrations_end_before_anything_needs_the_schema():
    for name in ("load", "worker", "api"):
        needed = COMPOSE["services"][name]["depends_on"]
        assert needed["migrations"] == {"condition": "service_completed_successfully"}


def test_the_graph_never_connects_as_the_owner():
    environment = COMPOSE["services"]["api"]["environment"]
    assert environment["RESIDENCY_DATABASE_URL"].startswith("postgresql://residency_app@")
    assert "${RESIDENCY_OWNER_PASSWORD" not in str(environment)


def test_no_password_has_a_default():
    passwords = [(name, rest) for name, rest in INTERPOLATED if "PASSWORD" in name]
    assert passwords
    assert all(rest.startswith(":?") for _, rest in passwords)
    assert all(not value for name, value in EXAMPLE.items() if "PASSWORD" in name)


def test_every_variable_is_documented_and_every_setting_exists():
    assert {name for name, _ in INTERPOLATED} == set(EXAMPLE)
    settings = {f"RESIDENCY_{field.upper()}" for field in Settings.model_fields}
    used = set(re.findall(r"RESIDENCY_[A-Z_]+", DOCKERFILE))
    for name in OURS:
        used |= set(COMPOSE["services"][name].get("environment", ()))
    assert {name for name in used if name.startswith("RESIDENCY_")} <= settings


def test_nothing_is_published_beyond_this_machine_unless_asked_for():
    for service in COMPOSE["services"].values():
        for port in service.get("ports", ()):
            assert ":-127.0.0.1:" in port


def test_the_deployment_guide_lists_every_setting_once_with_its_meaning():
    guide = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        row = rf"^\| `RESIDENCY_{name.upper()}` \| (.+) \| (.+) \|$"
        ((default, meaning),) = re.findall(row, guide, re.MULTILINE)
        assert meaning == field.description
        if isinstance(field.default, int | float):
            assert default == f"`{field.default}`".lower().replace(".0`", "`"), name
