"""What the documents show works: every query in them runs against the program.

Subscriptions go another way; they are tested with the clients that take them.
"""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```graphql\n(.*?)^```", re.MULTILINE | re.DOTALL)
SHOWN = [
    pytest.param(query, id=f"{path.name}-{number}")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    for number, query in enumerate(BLOCK.findall(path.read_text(encoding="utf-8")), start=1)
    if not query.startswith("subscription")
]


def ask(address: str, query: str) -> dict[str, object]:
    request = urllib.request.Request(
        f"{address}/graphql",
        data=json.dumps({"query": query}).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        found: dict[str, object] = json.loads(answer.read())
        return found


@pytest.mark.parametrize("query", SHOWN)
def test_a_query_that_the_documents_show_answers_without_errors(
    query: str, graph_address: str
) -> None:
    answer = ask(graph_address, query)
    assert "errors" not in answer
    assert answer["data"]


def test_the_readme_shows_at_least_three_queries() -> None:
    assert len(BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))) >= 3


def test_every_make_target_that_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`?\bmake ([a-z]+)\b", (ROOT / "README.md").read_text()))
    assert {"run", "test"} <= named <= targets


def test_every_document_that_the_readme_links_to_exists() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert [link for link in links if not (ROOT / link).exists()] == []
