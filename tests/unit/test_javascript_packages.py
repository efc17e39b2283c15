"""The JavaScript packages of the tests are pinned: exact versions, a hash each, no host."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.clients import packages

WANTED = json.loads((packages.FOLDER / "package.json").read_text(encoding="utf-8"))
LOCK: dict[str, Any] = json.loads(packages.LOCK.read_text(encoding="utf-8"))["packages"]


def test_the_lock_fits_the_wanted_packages_which_are_exact_versions() -> None:
    assert LOCK[""]["dependencies"] == WANTED["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", v) for v in WANTED["dependencies"].values())


def test_every_locked_package_has_a_hash_and_none_a_host() -> None:
    locked = {path: entry for path, entry in LOCK.items() if path and not entry.get("inBundle")}
    assert len(locked) > 300
    assert [path for path, entry in locked.items() if "integrity" not in entry] == []
    assert [path for path, entry in locked.items() if "resolved" in entry] == []


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What npm is asked for, where an install is only pretended."""
    asked: list[tuple[str, ...]] = []

    class Npm:
        def run_npm(self, *arguments: str, folder: Path) -> None:
            asked.append(arguments)
            (folder / "node_modules").mkdir(exist_ok=True)

    lock = tmp_path / "package-lock.json"
    lock.write_text("{}")
    monkeypatch.setattr(packages, "FOLDER", tmp_path)
    monkeypatch.setattr(packages, "LOCK", lock)
    monkeypatch.setattr(packages, "INSTALLED", tmp_path / "node_modules" / "installed")
    monkeypatch.setattr(packages, "find_node", Npm)
    return asked


def test_packages_are_installed_once_and_again_when_the_lock_changes(
    calls: list[tuple[str, ...]],
) -> None:
    assert packages.set_up() is True
    assert packages.set_up() is False
    assert calls == [("ci",)]
    packages.LOCK.write_text('{"other": 1}')
    assert packages.set_up() is True
    digest = hashlib.sha256(packages.LOCK.read_bytes()).hexdigest()
    assert packages.INSTALLED.read_text() == digest
