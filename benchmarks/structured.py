"""Questions with exact expected answers: how many are right, abstained and wrong.

The table has the columns ``language``, ``question`` and ``expected`` (others are passed over)::

    python -m benchmarks.structured benchmarks/structured_blind.csv

``expected`` is a number, a day (``2025-01-24``), ``yes`` or ``no``, a list of names parted by
``;``, numbers of names (``A=3;B=4``), or ``ABSTAIN``: no answer, one marked as partial, or one that
says that there is none. Everything that an answer says must be what is expected, not less or more.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx

from graph.answers.words import folded
from graph.app import create_app
from warehouse.reader import Reader
from warehouse.settings import get_settings

ASK: Final = """query Ask($question: String!, $after: String) {
  ask(question: $question) {
    status confidence text steps { query }
    programs(first: 100, after: $after) { totalCount nodes { name }
      pageInfo { hasNextPage endCursor } }
  }
}"""
RIGHT, ABSTAINED, WRONG = "right", "abstained", "wrong"
NUMBER: Final = re.compile(r"\d[\d,\u00a0\u202f ]*(?:[.,]\d+)?")
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
MONTHS: Final = {
    name: at
    for names in (
        "january february march april may june july august september october november december",
        "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    )
    for at, name in enumerate(names.split(), 1)
}
WORDED: Final = re.compile(r"(?:([a-z]+) (\d{1,2}), (\d{4}))|(?:(\d{1,2})(?:er)? ([a-z]+) (\d{4}))")
NONE: Final = ("0 ", "no:", "non", "there is no", "aucun", "il n’y a aucun", "no program")


def is_structured(answer: Mapping[str, Any]) -> bool:
    """Return whether the data gave an answer, by an operation that it shows."""
    return answer["confidence"] == 1 and any(step["query"] for step in answer["steps"])


def verdict(expected: str, answer: Mapping[str, Any]) -> str:
    """Return whether an answer is right, abstained or wrong."""
    text, status = str(answer["text"]), answer["status"]
    is_data = is_structured(answer)
    if expected == "ABSTAIN":
        is_none = text.lower().startswith(NONE) or " 0 " in f" {text.lower()}"[:40]
        return RIGHT if status != "ANSWERED" or (is_data and is_none) else WRONG
    if not is_data:
        return WRONG if status == "ANSWERED" else ABSTAINED
    return RIGHT if agrees(expected, answer) else WRONG


def agrees(expected: str, answer: Mapping[str, Any]) -> bool:
    """Return whether a structured answer says what is expected, and nothing else."""
    text = str(answer["text"])
    low = folded(text)
    if expected in {"yes", "no"}:
        return low.startswith({"yes": ("yes", "oui"), "no": ("no:", "non", "no ")}[expected])
    if DAY.fullmatch(expected.split(";", maxsplit=1)[0]):
        return set(expected.split(";")) == set(days_of(text))
    if "=" in expected:
        pairs = dict(one.split("=") for one in expected.split(";"))
        return all(_has_pair(name, value, text) for name, value in pairs.items())
    if _number(expected) is not None:
        found = NUMBER.search(text)
        return found is not None and _number(found.group()) == _number(expected)
    names = expected.split(";")
    if names[0].count("/") >= 3:
        given = {_name(node["name"]) for node in answer["programs"]["nodes"]}
        return given == {_name(one) for one in names}
    listed = text.partition(":")[2].rstrip(". ").split(";")
    return {_name(re.sub(r" \(.*", "", one)) for one in listed} == {_name(one) for one in names}


def days_of(text: str) -> list[str]:
    """Return the days that a text names, as ISO 8601."""
    found = [*DAY.findall(text)]
    for month, day, year, day_fr, month_fr, year_fr in WORDED.findall(folded(text)):
        at = MONTHS.get(month or month_fr)
        if at:
            found.append(f"{year or year_fr}-{at:02}-{int(day or day_fr):02}")
    return found


def _number(text: str) -> float | None:
    plain = re.sub(r"[\u00a0\u202f ]", "", text.strip())
    plain = re.sub(r",(?=\d{3}(\D|$))", "", plain).replace(",", ".").rstrip(".")
    try:
        return float(plain)
    except ValueError:
        return None


def _name(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", folded(text))


def _has_pair(name: str, value: str, text: str) -> bool:
    """Return whether a name stands before its own number, with no other number between."""
    low, wanted = folded(text), folded(name)
    at = low.find(wanted)
    while at >= 0:
        found = NUMBER.search(text, at + len(name))
        if found and _number(found.group()) == _number(value):
            return True
        if DAY.fullmatch(value) and value in days_of(text[at : at + len(name) + 40]):
            return True
        at = low.find(wanted, at + 1)
    return False


async def ask(client: httpx.AsyncClient, question: str) -> dict[str, Any]:
    """Return the answer to a question, with all its programs."""
    nodes: list[Any] = []
    after: str | None = None
    while True:
        variables = {"question": question, "after": after}
        response = await client.post("/graphql", json={"query": ASK, "variables": variables})
        answer: dict[str, Any] = response.json()["data"]["ask"]
        page = answer["programs"]
        nodes += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return {**answer, "programs": {**page, "nodes": nodes}}
        after = page["pageInfo"]["endCursor"]


async def measured(file: Path, *, is_long: bool) -> Counter[str]:
    """Ask all questions of a table, tell what was not right, and return the counts."""
    counts: Counter[str] = Counter()
    async with Reader(get_settings()) as reader:
        transport = httpx.ASGITransport(app=create_app(get_settings(), reader=reader))
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            with file.open(encoding="utf-8", newline="") as lines:
                for row in csv.DictReader(lines):
                    answer = await ask(client, row["question"])
                    found = verdict(row["expected"].strip(), answer)
                    counts[found] += 1
                    if found != RIGHT or is_long:
                        text = " ".join(answer["text"].split())[:200]
                        print(f"{found}: {row['question']}")
                        print(f"    wanted {row['expected'][:100]} | {answer['status']} | {text}")
    return counts


def main() -> None:
    """Measure a table of questions."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--all", action="store_true", help="tell the right answers too")
    given = parser.parse_args()
    counts = asyncio.run(measured(given.file, is_long=given.all))
    total = sum(counts.values())
    shares = ", ".join(
        f"{counts[one]} {one} ({counts[one] / total:.1%})" for one in (RIGHT, ABSTAINED, WRONG)
    )
    print(f"{total} questions: {shares}")


if __name__ == "__main__":
    main()
