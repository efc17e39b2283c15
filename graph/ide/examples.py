"""The example queries of the in-browser IDE, and the words that greet.

Each file in ``examples/`` holds one operation below two lines of comments: its title, and what it
shows. They stand in the panel in the order of their names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from graph.planner.globalid import encode

WELCOME = """\
Run a query with Ctrl+Enter, complete a word with Ctrl+Space.

The icons on the left open the documentation of every field, these examples, a tree that builds
queries by clicking, and your history.

Lists come in pages of 20, of `first` where you say so, 100 at most. Ask for
`pageInfo { hasNextPage endCursor }` and pass `endCursor` as `after` to go on; `totalCount` counts
what all pages hold.

Filters name a field and a comparison, and combine with `and`, `or`, `not`:
`filter: { quota: { gte: 5 } }`. Lists of related rows take `some`, `none` and `every`.

What the source does not state is null, never a guess."""

FOLDER: Final = Path(__file__).with_name("examples")
TORONTO: Final = {"latitude": 43.66, "longitude": -79.39, "km": 100}
DISCIPLINE: Final = "Family Medicine"
RURAL: Final = "rural family medicine near Winnipeg"
TO_DOCUMENTS: Final = "Which programs say that mentorship and wellness guide them?"
QUESTION: Final = "How many positions are there in family medicine in Ontario?"
MORE_SEATS: Final = {
    "name": "20 % more seats",
    "changes": [{"changeQuotas": {"where": {"disciplines": [DISCIPLINE]}, "percent": 20}}],
}


@dataclass(frozen=True)
class Example:
    """One query with the variables that it runs with."""

    title: str
    description: str
    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_query(self) -> bool:
        """Whether it only reads."""
        return self.query.startswith("query")

    @property
    def variables_json(self) -> str:
        """The variables as the editor shows them; empty where there are none."""
        return json.dumps(self.variables, indent=2, ensure_ascii=False) if self.variables else ""


def example_queries(iteration: int, programs: Sequence[int]) -> tuple[Example, ...]:
    """Return the examples.

    Args:
        iteration: Match iteration of the programs that examples show by their key.
        programs: Their stream ids, at least one.
    """
    key = {"iteration": iteration, "programStreamId": programs[0]}
    ids = [encode("Program", (iteration, program)) for program in programs]
    variables: dict[str, dict[str, Any]] = {
        "filtered_page": {"first": 10, "minimumQuota": 5},
        "related_rows": {"letters": 3},
        "near_a_place": {"place": TORONTO},
        "one_program": {"key": key},
        "history": {"key": key, "asOf": None},
        "comparison": {"ids": ids},
        "patterns": {"discipline": DISCIPLINE},
        "disciplines": {"name": DISCIPLINE},
        "question": {"question": QUESTION},
        "question_followed": {"question": TO_DOCUMENTS},
        "again": {"id": ids[0], "ids": ids},
        "search": {"query": RURAL},
        "similar": {"key": key},
        "match": {"input": {"seed": 1, "keepsMatches": True}},
        "what_if": {"input": {"replicates": 40, "scenarios": [MORE_SEATS]}},
        "simulations": {
            "simulation": encode("Simulation", (1,)),
            "program": f"{iteration}-{programs[0]}",
            "job": encode("Job", (UUID(int=0),)),
        },
        "follow": {"job": encode("Job", (UUID(int=0),))},
    }
    return tuple(
        Example(title, description, query, variables.get(name, {}))
        for name, title, description, query in _files()
    )


@lru_cache(maxsize=1)
def _files() -> tuple[tuple[str, str, str, str], ...]:
    """Return name, title, description and query of each file."""
    found = []
    for path in sorted(FOLDER.glob("*.graphql")):
        title, description, _, query = path.read_text(encoding="utf-8").split("\n", maxsplit=3)
        name = path.stem.partition("_")[2]
        found.append((name, title.removeprefix("# "), description.removeprefix("# "), query))
    return tuple(found)
