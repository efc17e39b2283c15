"""Answers to structured questions: one or two operations of this graph, and their result in words.

The number is what the operation gives: nothing is estimated, and a question of which a single
word is not understood is not answered here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from graph.answers import operations as o
from graph.answers.errors import AbsentError, AmbiguousError, NotUnderstoodError
from graph.answers.found import ANSWERED, NOT_IN_DOCUMENTS, PARTIAL, Cited, Found, Step
from graph.answers.grouping import rows_of
from graph.answers.intents import Ask, Filter, Intent, both
from graph.answers.measures import part_text, reduced_text, sides_text
from graph.answers.names import Lexicon
from graph.answers.operations import Operation
from graph.answers.parse import parse
from graph.answers.stated import comparison_text, values_text
from graph.answers.words import LANGUAGES
from graph.answers.writing import (
    average_text,
    count_text,
    dates_text,
    exists_text,
    extreme_text,
    groups_text,
    list_text,
    mean_of_groups_text,
    say,
    share_text,
)

Run = Callable[[Operation], Awaitable[Mapping[str, Any]]]
"""Runs an operation of this graph and returns its data."""
CERTAIN: Final = 1.0


def understood(question: str, lexicon: Lexicon, language: str) -> Intent | None:
    """Return the intent of a question; None where it is no structured one in either language.

    Raises:
        AbsentError: it is one, of something that the data do not have.
        AmbiguousError: it is one, but for a name that may mean several things.
    """
    others = [one for one in LANGUAGES if one != language]
    absent: AbsentError | AmbiguousError | None = None
    for one in (language, *others):
        try:
            return parse(question, lexicon, one)
        except (AbsentError, AmbiguousError) as error:
            absent = absent or error
        except NotUnderstoodError:
            continue
    if absent is not None:
        raise absent
    return None


class Structured:
    """Answers intents.

    Args:
        run: Runs operations.
        language: Language of the answer.
        given: The client's own filter.
    """

    def __init__(self, run: Run, language: str, given: Filter) -> None:
        self._run = run
        self.language = language
        self.given = given
        self.steps: list[Step] = []

    async def answer(self, intent: Intent) -> Found | None:
        """Return the answer of an intent; None where the data do not make it one."""
        found = await ANSWERS[intent.ask](self, intent)
        if found is not None:
            found.steps = [self._understood(intent), *self.steps]
        return found

    def _understood(self, intent: Intent) -> Step:
        words = intent.words(self.language)
        return Step(
            say(self.language, "Read the question", "Lecture de la question"),
            say(
                self.language,
                "Every word of it was understood, so the data themselves can answer it.",
                "Chaque mot a été compris : les données elles-mêmes peuvent y répondre.",
            ),
            f"{intent.ask}{f' {intent.target}' if intent.target else ''}"
            + (f" | {words}" if words else ""),
        )

    async def _do(self, operation: Operation, count: Callable[[Any], str]) -> Mapping[str, Any]:
        data = await self._run(operation)
        self.steps.append(
            Step(
                say(self.language, "Asked the graph", "Interrogation du graphe"),
                say(
                    self.language,
                    "This operation gives the numbers of the answer.",
                    "Cette opération donne les nombres de la réponse.",
                ),
                count(data),
                operation.query,
                operation.variables,
            )
        )
        return data

    def _found(
        self,
        text: str,
        citations: list[Cited],
        kept: Filter,
        status: str = ANSWERED,
    ) -> Found:
        return Found(text, status, CERTAIN, self.language, citations, filter=kept)

    def _kept(self, intent: Intent) -> Filter:
        return both(self.given, intent.filter)

    async def totals(self, intent: Intent) -> Found | None:
        """Counts, lists, whether there is one, shares and means."""
        asked = intent
        if intent.ask is Ask.AVERAGE:
            asked = Intent(intent.ask, "positions", intent.conditions)
        data = await self._do(o.totals(asked, self.given), _programs_found)
        write = {
            Ask.COUNT: count_text, Ask.LIST: list_text, Ask.EXISTS: exists_text,
            Ask.SHARE: share_text, Ask.AVERAGE: average_text, Ask.PART: part_text,
        }[intent.ask]  # fmt: skip
        quota = data["programs"]["aggregate"]["quota"]
        if intent.ask is Ask.AVERAGE and quota["avg"] is None:
            text = list_text(intent, data, self.language)
            return self._found(text, [], self._kept(intent), NOT_IN_DOCUMENTS)
        unstated = "unstated" in data and data["unstated"]["totalCount"] > 0
        unstated = unstated or ("dated" in data and not data["dated"]["totalCount"])
        if intent.ask is Ask.SHARE and is_of_sums(intent, data):
            return None
        return self._found(
            write(intent, data, self.language),
            cited(data["programs"]["nodes"]),
            self._kept(intent),
            PARTIAL if unstated else ANSWERED,
        )

    async def grouped(self, intent: Intent) -> Found:
        """Universities, disciplines, cities or provinces, with or without numbers."""
        data = await self._do(o.groups(intent, self.given), _groups_found)
        rows = rows_of(intent, data, self.language)
        if intent.reduce == "mean":
            text = mean_of_groups_text(intent, rows, self.language)
            return self._found(text, [], self._kept(intent))
        has_numbers = intent.ask is Ask.BREAKDOWN or intent.having is not None
        if has_numbers:
            rows.sort(key=lambda row: (-row[1], row[0]))
        text = groups_text(intent, rows, self.language, has_numbers=has_numbers)
        return self._found(text, cited(data["programs"]["nodes"]), self._kept(intent))

    async def extreme(self, intent: Intent) -> Found | None:
        """What has the most or the fewest; all that share the place."""
        if intent.target == "dates":
            return await self.reduced(replace(intent, aspect="dates"))
        if intent.group == "programs":
            return await self._extreme_program(intent)
        data = await self._do(o.groups(intent, self.given), _groups_found)
        rows = rows_of(intent, data, self.language)
        if not rows:
            return self._found(groups_text(intent, [], self.language, has_numbers=False), [], {})
        rows.sort(key=lambda row: ((-row[1] if intent.descending else row[1]), row[0]))
        if intent.most > 1:
            last = rows[min(intent.most, len(rows)) - 1][1]
            shown = [row for at, row in enumerate(rows) if at < intent.most or row[1] == last]
            text = groups_text(intent, shown, self.language, has_numbers=True)
            return self._found(text, [], self._kept(intent))
        best = nth([value for _, value in rows], intent.rank)
        if best is None:
            return None
        names = [name for name, count in rows if count == best]
        text = extreme_text(intent, names, best, len(names), self.language)
        return self._found(text, [], self._kept(intent))

    async def _extreme_program(self, intent: Intent) -> Found | None:
        data = await self._do(o.extreme_program(intent, self.given), _nodes_found)
        nodes = data["programs"]["nodes"]
        if not nodes:
            kept = self._kept(intent)
            return self._found(
                groups_text(intent, [], self.language, has_numbers=False), [], kept, ANSWERED
            )
        quotas = [node["quota"] for node in nodes]
        if intent.most > 1:
            return await self._first_programs(intent, quotas[-1])
        best = nth(quotas, intent.rank)
        if best is None:
            return None
        tied = both(self._kept(intent), {"quota": {"eq": best}})
        data = await self._do(o.totals(Intent(Ask.LIST, "positions"), tied), _programs_found)
        programs = data["programs"]
        names = [node["name"] for node in programs["nodes"]]
        text = extreme_text(intent, names, best, programs["totalCount"], self.language)
        return self._found(text, cited(programs["nodes"]), tied)

    async def _first_programs(self, intent: Intent, last: int) -> Found:
        """The programs with the most or the fewest positions; all that share the last place."""
        way = "gte" if intent.descending else "lte"
        kept = both(intent.filter, {"quota": {way: last}})
        listed = replace(intent, ask=Ask.VALUES, aspect="positions")
        nodes = await self._nodes(listed, kept)
        nodes.sort(key=lambda node: (node["quota"], node["name"]), reverse=intent.descending)
        rows = [(node["name"], node["quota"]) for node in nodes]
        text = groups_text(intent, rows, self.language, has_numbers=True)
        return self._found(text, cited(nodes[: o.CITED_PROGRAMS]), both(self.given, kept))

    async def dates(self, intent: Intent) -> Found:
        """When programs interview."""
        data = await self._do(o.dates(intent, self.given), _programs_found)
        total, stated = data["programs"]["totalCount"], data["stated"]["totalCount"]
        status = ANSWERED if stated == total else PARTIAL if stated else NOT_IN_DOCUMENTS
        return self._found(
            dates_text(intent, data, self.language),
            cited(data["programs"]["nodes"]),
            self._kept(intent),
            status,
        )

    async def stated(self, intent: Intent) -> Found:
        """What programs state in a field."""
        nodes = await self._nodes(intent)
        text, known = values_text(intent, nodes, self.language)
        is_whole = bool(nodes) and known == len(nodes)
        status = ANSWERED if is_whole else PARTIAL if known else NOT_IN_DOCUMENTS
        return self._found(text, cited(nodes[: o.CITED_PROGRAMS]), self._kept(intent), status)

    async def reduced(self, intent: Intent) -> Found:
        """The greatest, least, mean or median of what programs state."""
        nodes = await self._nodes(intent)
        text, chosen = reduced_text(intent, nodes, self.language)
        kept = {"id": {"in": [node["id"] for node in chosen]}} if chosen else self._kept(intent)
        status = ANSWERED if chosen else NOT_IN_DOCUMENTS
        return self._found(text, cited(chosen[: o.CITED_PROGRAMS]), kept, status)

    async def sides(self, intent: Intent) -> Found:
        """What is compared, side by side, and which has more."""
        data = await self._do(o.sides(intent, self.given), _sides_found)
        text, status = sides_text(intent, data, self.language)
        either = {"or": [side.filter for side in intent.sides]}
        return self._found(text, [], both(self._kept(intent), either), status)

    async def _nodes(self, intent: Intent, also: Filter | None = None) -> list[Mapping[str, Any]]:
        nodes: list[Mapping[str, Any]] = []
        after: str | None = None
        while True:
            operation = o.values(intent, both(self.given, also or {}), after)
            if after is None:
                data = await self._do(operation, _programs_found)
            else:
                data = await self._run(operation)
            nodes += data["programs"]["nodes"]
            page = data["programs"]["pageInfo"]
            after = page["endCursor"]
            if not page["hasNextPage"]:
                return nodes

    async def compared(self, intent: Intent) -> Found | None:
        """Programs side by side; None where the question and the filter leave one, or many."""
        if not intent.conditions and not self.given:
            return None
        data = await self._do(o.few(intent, self.given), _programs_found)
        ids = [node["id"] for node in data["programs"]["nodes"]]
        if not 2 <= len(ids) <= o.MOST_COMPARED:
            return None
        data = await self._do(
            o.comparison(ids), lambda found: f"{len(found['comparePrograms']['fields'])} fields"
        )
        comparison = data["comparePrograms"]
        text = comparison_text(comparison, intent.aspect, self.language)
        return self._found(text, cited(comparison["programs"]), {"id": {"in": ids}})


ANSWERS: Final[Mapping[Ask, Callable[[Structured, Intent], Awaitable[Found | None]]]] = {
    Ask.COUNT: Structured.totals,
    Ask.LIST: Structured.totals,
    Ask.EXISTS: Structured.totals,
    Ask.SHARE: Structured.totals,
    Ask.PART: Structured.totals,
    Ask.AVERAGE: Structured.totals,
    Ask.COUNT_GROUPS: Structured.grouped,
    Ask.LIST_GROUPS: Structured.grouped,
    Ask.BREAKDOWN: Structured.grouped,
    Ask.EXTREME: Structured.extreme,
    Ask.DATES: Structured.dates,
    Ask.VALUES: Structured.stated,
    Ask.COMPARE: Structured.compared,
    Ask.SIDES: Structured.sides,
    Ask.MEASURES: Structured.reduced,
}


def is_of_sums(intent: Intent, data: Mapping[str, Any]) -> bool:
    """Return whether a number of positions may be meant of several programs together."""
    return any(one.amount for one in intent.conditions) and data["all"]["totalCount"] != 1


def nth(ordered: Sequence[float], rank: int) -> float | None:
    """Return the number that has a place; None where those before share theirs."""
    if rank <= 1:
        return ordered[0]
    first = ordered[:rank]
    return first[-1] if len(first) == len(set(first)) == rank else None


def _programs_found(data: Mapping[str, Any]) -> str:
    return f"{data['programs']['totalCount']} programs"


def _sides_found(data: Mapping[str, Any]) -> str:
    return f"{len(data)} sides"


def _nodes_found(data: Mapping[str, Any]) -> str:
    return f"{len(data['programs']['nodes'])} programs"


def _groups_found(data: Mapping[str, Any]) -> str:
    rows = data.get("programGroups") or data.get("analytics", {}).get("geography") or []
    return f"{len(rows)} groups"


EVIDENCE_LISTS: Final = ("cited", "requirements", "interviewDates", "selectionCriteria")


def cited(nodes: Sequence[Mapping[str, Any]]) -> list[Cited]:
    """Return the evidence that programs were selected with, once each."""
    found: dict[Cited, None] = {}
    for node in nodes:
        for name in EVIDENCE_LISTS:
            for row in node.get(name) or ():
                span = row.get("evidence", row)
                found[
                    Cited(
                        node["id"], span["section"], span["start"], span["end"],
                        span["quote"], span["record"],
                    )
                ] = None  # fmt: skip
    return list(found)
