"""A breaking change of the graph is declared in CHANGELOG.md, or it is refused.

graphql-inspector compares the SDL with that of the last release (docs/releasing.md).
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.clients import packages

ROOT = Path(__file__).resolve().parents[2]
RELEASED = ROOT / "graph" / "schema.released.graphql"
CURRENT = ROOT / "graph" / "schema.graphql"
UNRELEASED = re.compile(r"^## Unreleased\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
DECLARED = re.compile(r"^- BREAKING: `([^`]+)`", re.MULTILINE)

pytestmark = pytest.mark.usefixtures("javascript")


def declared(changelog: str) -> set[str]:
    """Return the paths of the breaking changes that the next release declares."""
    section = UNRELEASED.search(changelog)
    assert section, "CHANGELOG.md has no section '## Unreleased'"
    return set(DECLARED.findall(section.group(1)))


def undeclared(before: Path, after: Path, changelog: str) -> list[str]:
    """Return a line for CHANGELOG.md for each breaking change that it does not declare yet."""
    found: list[dict[str, Any]] = json.loads(packages.run("changes.ts", str(before), str(after)))
    known = declared(changelog)
    return [
        f"- BREAKING: `{change['path']}`: {change['message']}"
        for change in found
        if change["level"] == "BREAKING" and change["path"] not in known
    ]


def test_no_breaking_change_since_the_last_release_is_undeclared() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    missing = undeclared(RELEASED, CURRENT, changelog)
    assert missing == [], "\n".join(["Undo it, or add to CHANGELOG.md, '## Unreleased':", *missing])


# Where a planted break is, a pattern of what the release says there, and what stands there instead.
BREAKS = [
    ("Program.quota", r"^  quota: Int(?=[ \n])", "  positions: Int"),
    ("Program.url", r"^  url: String!", "  url: String"),
    ("ProgramFilter.quota", r"^  quota: IntFilter(?=[ \n])", "  quota: FloatFilter"),
    ("Province.YT", r'^  """Yukon"""\n  YT\n', ""),
    ("Query.program.version", r"^    by: ProgramBy!", "    by: ProgramBy!\n    version: Int!"),
    ("Stream", r"^type Stream implements Node {", "type Stream {"),
]


@pytest.mark.parametrize(("path", "released", "planted"), BREAKS, ids=[b[0] for b in BREAKS])
def test_a_planted_break_fails_until_it_is_declared(
    path: str, released: str, planted: str, tmp_path: Path
) -> None:
    text = RELEASED.read_text(encoding="utf-8")
    changed, count = re.subn(released, planted, text, flags=re.MULTILINE)
    assert count == 1
    broken = tmp_path / "broken.graphql"
    broken.write_text(changed, encoding="utf-8")
    before = "## Unreleased\n\n- Something else.\n\n## 0.0.9\n\n- BREAKING: `{path}`: long ago.\n"
    (line,) = undeclared(RELEASED, broken, before.format(path=path))
    assert line.startswith(f"- BREAKING: `{path}`: ")
    assert undeclared(RELEASED, broken, before.replace("- Something else.", line)) == []


def test_a_change_that_only_adds_needs_no_declaration(tmp_path: Path) -> None:
    text = RELEASED.read_text(encoding="utf-8")
    more = tmp_path / "more.graphql"
    more.write_text(text.replace("  quota: Int", "  seats: Int\n  quota: Int", 1))
    assert undeclared(RELEASED, more, "## Unreleased\n") == []


def test_the_newest_release_in_the_changelog_is_that_of_the_package() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    package = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert re.findall(r"^## (.+)$", changelog, re.MULTILINE)[:2] == [
        "Unreleased",
        package["version"],
    ]
