"""Sentences from the search index: the best passages, cut, each sentence by what it says.

A sentence supports a question by the share of its concepts that it has, each weighed by how rare
its words are (their inverse document frequency); alternatives of the lexicon count as the
search's own weights say.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graph.answers.intents import Filter
from graph.answers.operations import Operation
from graph.answers.retrieval import Retrieved, Sentence
from graph.answers.runner import Runner
from graph.planner.globalid import encode
from warehouse.errors import IndexMissingError
from warehouse.queries.program_keys import CHOSEN, NEWEST, Fetch, ProgramName, program_names
from warehouse.search.analysis import lexemes, words
from warehouse.search.passages import sentences
from warehouse.search.phrases import JOINT
from warehouse.search.query import Query, QueryTerm
from warehouse.search.searcher import Index, PassageHit, Searcher
from warehouse.vocabulary import Language

PASSAGES: Final = 30
"""Passages that are cut into sentences."""
OF_SENTENCE: Final = 0.7
"""What a sentence's own support counts, beside the rank of its passage."""
OTHER_LANGUAGE: Final = 0.8
"""What a sentence in the other language counts beside one in the question's."""
PAGE: Final = 100
STREAM_IDS: Final = """query Kept($filter: ProgramFilter, $first: Int, $after: String) {
  programs(filter: $filter, first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { programStreamId iteration { number } }
  }
}"""


@dataclass(frozen=True, slots=True)
class Concepts:
    """What a question asks for: alternatives of each concept, and its weight.

    An alternative is its lexemes and what it counts. Weights sum to 1.
    """

    alternatives: Mapping[int | str, Sequence[tuple[frozenset[str], float]]]
    weights: Mapping[int | str, float]
    known: float

    def support(self, found: frozenset[str]) -> float:
        """Return the share of the concepts, by weight, that a set of lexemes has."""
        return sum(
            weight * max(self._share(names, counts, found) for names, counts in self._of(concept))
            for concept, weight in self.weights.items()
        )

    def _of(self, concept: int | str) -> Sequence[tuple[frozenset[str], float]]:
        return self.alternatives[concept]

    @staticmethod
    def _share(names: frozenset[str], counts: float, found: frozenset[str]) -> float:
        return counts * len(names & found) / len(names)


class Rarity:
    """How many passages have a lexeme, for one index version."""

    def __init__(self, index: Index) -> None:
        self._passages: Counter[str] = Counter()
        for form, count in index.vocabulary.forms.items():
            for stem in {name for language in Language for name in lexemes(form, language)}:
                self._passages[stem] += count
        self._all = max(self._passages.values(), default=1)

    def weight(self, names: Iterable[str]) -> float:
        """Return the inverse document frequency of the rarest of some lexemes."""
        rarest = min((self._passages[name] for name in names), default=0)
        return math.log(1 + self._all / (1 + rarest))

    def knows(self, names: Iterable[str]) -> bool:
        """Return whether some passage has each of the lexemes."""
        return all(self._passages[name] for name in names)


def concepts(query: Query, rarity: Rarity) -> Concepts:
    """Return what a query asks for: its words, the lexicon's concepts, and the needs it may mean.

    The phrases of a need are its alternatives: a sentence with one of them speaks of it.
    """
    grouped: dict[int, dict[int, list[QueryTerm]]] = defaultdict(lambda: defaultdict(list))
    for term in query.terms:
        grouped[term.concept][term.alternative].append(term)
    alternatives: dict[int | str, list[tuple[frozenset[str], float]]] = {
        concept: [
            (frozenset(term.lexeme for term in terms), max(term.weight for term in terms))
            for terms in by_number.values()
        ]
        for concept, by_number in grouped.items()
    }
    # Words count in full here: a need alone, without what else was asked, is no answer.
    importance: dict[int | str, float] = dict.fromkeys(alternatives, 1.0)
    for phrase in query.reading.phrases:
        names = frozenset(phrase.term.split(JOINT))
        alternatives.setdefault(phrase.need, []).append((names, 1.0))
        importance[phrase.need] = max(importance.get(phrase.need, 0.0), phrase.importance)
    weights = {
        concept: importance[concept] * rarity.weight(found[0][0])
        for concept, found in alternatives.items()
    }
    total = sum(weights.values()) or 1.0
    known = sum(
        weights[concept]
        for concept, found in alternatives.items()
        if any(rarity.knows(names) for names, _ in found)
    )
    shares = {concept: weight / total for concept, weight in weights.items()}
    return Concepts(alternatives, shares, known / total)


def lexeme_set(text: str) -> frozenset[str]:
    """Return the lexemes of a text in both languages."""
    return frozenset(name for language in Language for name in lexemes(text, language))


class IndexRetriever:
    """Finds sentences by the search index.

    Args:
        searcher: Prepares and ranks.
        fetch: Runs statements as reader.
    """

    def __init__(self, searcher: Searcher, fetch: Fetch) -> None:
        self._searcher = searcher
        self._fetch = fetch
        self._rarity: tuple[Any, Rarity] | None = None

    async def version(self) -> str:
        """Return the index version that is asked; empty where there is none."""
        try:
            version = (await self._searcher.index()).version
        except IndexMissingError:
            return ""
        return f"{version.key}/{version.data_version_number}"

    async def sentences(
        self, question: str, filter_: Filter, language: str, limit: int, runner: Runner
    ) -> Retrieved:
        """Return the sentences that fit a question best."""
        prepared = await self._searcher.prepare(question, language=Language[language])
        if not prepared.query.has_words:
            return Retrieved((), 0, 0.0)
        asked = concepts(prepared.query, await self._rarity_of(prepared.index))
        filtered, values = await self._programs(filter_, runner)
        hits = await self._searcher.passages(
            prepared, filtered=filtered, values=values, first=PASSAGES
        )
        names = await program_names(self._fetch, [hit.program_key for hit in hits])
        best = max((hit.score for hit in hits), default=0.0) or 1.0
        found = [
            sentence
            for hit in hits
            if hit.program_key in names
            for sentence in _cut(
                hit,
                names[hit.program_key],
                asked,
                hit.score / best * (1.0 if hit.language.value == language else OTHER_LANGUAGE),
            )
        ]
        found.sort(key=lambda sentence: -sentence.score)
        return Retrieved(found[:limit], len(hits), asked.known)

    async def _rarity_of(self, index: Index) -> Rarity:
        known = self._rarity
        if known is None or known[0] is not index:
            known = self._rarity = (index, await asyncio.to_thread(Rarity, index))
        return known[1]

    async def _programs(self, filter_: Filter, runner: Runner) -> tuple[str, list[Any]]:
        """Return the select of the programs that a filter keeps, with its values."""
        if not filter_:
            return NEWEST, []
        iterations: list[int] = []
        streams: list[int] = []
        after: str | None = None
        while True:
            variables = {"filter": filter_, "first": PAGE, "after": after}
            page = (await runner.run(Operation(STREAM_IDS, variables)))["programs"]
            iterations += [node["iteration"]["number"] for node in page["nodes"]]
            streams += [node["programStreamId"] for node in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                return CHOSEN, [iterations, streams]


def _cut(hit: PassageHit, name: ProgramName, asked: Concepts, rank: float) -> Iterable[Sentence]:
    """Give the sentences of a passage, each with its place in the section."""
    of_passage = asked.support(lexeme_set(hit.text))
    program_id = encode("Program", (name.iteration, name.stream_id))
    for one in sentences(hit.text):
        support = asked.support(lexeme_set(one.text))
        yield Sentence(
            program_id=program_id,
            program=name.name,
            section=hit.section_kind,
            start=hit.start + one.start,
            end=hit.start + one.end,
            text=one.text,
            score=OF_SENTENCE * support + (1 - OF_SENTENCE) * rank,
            lexical_support=support,
            passage_support=of_passage,
            similarity=hit.likeness,
            is_heading=one.is_heading or not _tells(one.text),
        )


def _tells(text: str) -> bool:
    """Return whether a sentence says something: it has words, and asks nothing itself."""
    return not text.rstrip(" *_)").endswith("?") and any(True for _ in words(text))
