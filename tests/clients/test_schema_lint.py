"""graphql-eslint's verdict on the published schema: all its rules for schemas and for Relay."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.clients import packages

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = "graph/schema.graphql"
OPERATIONS = "tests/clients/javascript/operations.graphql"
CONFIG = packages.FOLDER / "eslint.config.js"
ESLINT = (
    str(packages.FOLDER / "node_modules/eslint/bin/eslint.js"),
    f"--config={CONFIG}",
    "--max-warnings=0",
)

pytestmark = pytest.mark.usefixtures("javascript")


def test_the_linter_has_no_finding() -> None:
    assert packages.run(*ESLINT, SCHEMA, OPERATIONS, folder=ROOT) == ""


@pytest.mark.parametrize(
    ("rule", "published", "planted"),
    [
        ("require-description", '  """Yukon"""\n', ""),
        ("naming-convention", "  lengthYears: ", "  length_years: "),
        ("relay-page-info", "  hasNextPage: Boolean!", "  hasNextPage: Boolean"),
        ("relay-edge-types", "  node: Site!", "  node: [Site!]!"),
        ("relay-connection-types", "  edges: [SiteEdge!]!", "  edges: SiteEdge!"),
    ],
)
def test_a_planted_flaw_is_found(rule: str, published: str, planted: str, tmp_path: Path) -> None:
    text = (ROOT / SCHEMA).read_text(encoding="utf-8")
    assert published in text
    flawed = tmp_path / SCHEMA
    flawed.parent.mkdir()
    flawed.write_text(text.replace(published, planted, 1), encoding="utf-8")
    with pytest.raises(AssertionError, match=re.escape(f"@graphql-eslint/{rule}")):
        packages.run(*ESLINT, SCHEMA, folder=tmp_path)
