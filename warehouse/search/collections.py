"""Public test collections: topics and qrels in the formats of Cranfield and BEIR, ranked in memory.

- Cranfield (Cleverdon, 1967; the files of the SMART project): ``cran.all.1400`` and ``cranqrel``,
  with the queries in ``cran.qry``. Queries count in their order, not by their numbers. Codes 1 to
  4 are relevant, without grades, as is usual.
- BEIR (Thakur et al., 2021): ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/test.tsv``.

The rankings are those of the index (BM25 over stems, the fitted embedder, both together with the
settings of :class:`warehouse.search.ranking.RankingSettings`), over whole documents in English,
without the lexicon, which is of another field.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from warehouse.errors import SearchError
from warehouse.search.analysis import lexemes
from warehouse.search.corpus import fit
from warehouse.search.measures import RECALL_DEPTH, ndcg, recall, reciprocal_rank
from warehouse.search.ranking_settings import RankingSettings, SearchMode
from warehouse.vocabulary import Language

CRANFIELD: Final = ("cran.all.1400", "cran.qry", "cranqrel")
BEIR: Final = ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv")
DIMENSIONS: Final = 256
_FIELD: Final = re.compile(r"^\.([A-Z])(?: +(\S+))?\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Collection:
    """Documents and queries by id, and the grade of each document that answers a query."""

    documents: Mapping[str, str]
    queries: Mapping[str, str]
    grades: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class CollectionScore:
    """How a mode did on one query of a collection."""

    query: str
    method: str
    ndcg: float
    recall: float
    mrr: float


def read_collection(folder: Path) -> Collection:
    """Return the collection in a folder.

    Raises:
        SearchError: the files of no format that is known are there.
    """
    if all((folder / name).is_file() for name in CRANFIELD):
        return _cranfield(folder)
    if all((folder / name).is_file() for name in BEIR):
        return _beir(folder)
    raise SearchError(
        f"{folder} holds no test collection",
        remedy=f"put in the files of Cranfield ({', '.join(CRANFIELD)}) or of BEIR"
        f" ({', '.join(BEIR)})",
    )


def _smart(path: Path, fields: str) -> Iterator[tuple[str, str]]:
    """Yield id and text of the records of a file in SMART's format, in their order."""
    text = path.read_text(encoding="utf-8", errors="replace")
    marks = list(_FIELD.finditer(text))
    name = ""
    parts: list[str] = []
    for number, mark in enumerate(marks):
        end = marks[number + 1].start() if number + 1 < len(marks) else len(text)
        if mark[1] == "I":
            if name:
                yield name, " ".join(parts)
            name, parts = mark[2], []
        elif mark[1] in fields:
            parts.append(text[mark.end() : end].strip())
    if name:
        yield name, " ".join(parts)


def _cranfield(folder: Path) -> Collection:
    # The text (.W) begins with the title (.T) again; the title counts once.
    documents = dict(_smart(folder / "cran.all.1400", "W"))
    queries = {str(n): text for n, (_, text) in enumerate(_smart(folder / "cran.qry", "W"), 1)}
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (folder / "cranqrel").read_text(encoding="utf-8").splitlines():
        query, document, code = line.split()[:3]
        if int(code) >= 1:
            grades[query][document] = 1
    return Collection(documents, queries, grades)


def _beir(folder: Path) -> Collection:
    documents = {
        row["_id"]: f"{row.get('title', '')} {row['text']}".strip()
        for row in _lines(folder / "corpus.jsonl")
    }
    queries = {row["_id"]: row["text"] for row in _lines(folder / "queries.jsonl")}
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    with (folder / "qrels/test.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if int(row["score"]) > 0:
                grades[row["query-id"]][row["corpus-id"]] = int(row["score"])
    return Collection(documents, queries, grades)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())


class MemoryRanking:
    """Ranks documents in memory as the statement over the index ranks passages.

    Args:
        documents: Texts by id.
        settings: Numbers of the ranking.
    """

    def __init__(self, documents: Mapping[str, str], settings: RankingSettings) -> None:
        self._ids = list(documents)
        self._settings = settings
        found = [lexemes(text, Language.EN) for text in documents.values()]
        self._lengths = np.array([len(each) for each in found], dtype=float)
        self._postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, each in enumerate(found):
            for lexeme, times in Counter(each).items():
                self._postings[lexeme].append((number, times))
        self._fit = fit(found, DIMENSIONS)
        self._vectors = np.array([self._fit.vector(each) for each in found])

    def ranked(self, query: str, mode: SearchMode) -> list[str]:
        """Return the ids of the first hundred documents."""
        asked = lexemes(query, Language.EN)
        lexical = self._lexical(set(asked))
        semantic = np.maximum(self._vectors @ self._fit.vector(asked), 0)
        weight = self._settings.keyword_weight  # no bank of needs reads these collections' queries
        score = {
            SearchMode.LEXICAL: lexical,
            SearchMode.SEMANTIC: semantic,
            SearchMode.HYBRID: (1 - weight) * _scaled(lexical) + weight * _scaled(semantic),
        }[mode]
        order = np.argsort(-score, kind="stable")[:RECALL_DEPTH]
        return [self._ids[number] for number in order if score[number] > 0]

    def _lexical(self, asked: Iterable[str]) -> Any:
        scores = np.zeros(len(self._ids))
        k1, b, mean = self._settings.k1, self._settings.b, self._lengths.mean()
        for lexeme in asked:
            rows = self._postings.get(lexeme, ())
            gain = math.log(1 + (len(self._ids) - len(rows) + 0.5) / (len(rows) + 0.5))
            for number, times in rows:
                length = 1 - b + b * self._lengths[number] / mean
                scores[number] += gain * times * (k1 + 1) / (times + k1 * length)
        return scores


def _scaled(scores: Any) -> Any:
    greatest = scores.max()
    return scores / greatest if greatest > 0 else scores


def collection_scores(
    collection: Collection, settings: RankingSettings | None = None
) -> Sequence[CollectionScore]:
    """Return the score of each mode on each query that a document answers."""
    ranking = MemoryRanking(collection.documents, settings or RankingSettings())
    scores: list[CollectionScore] = []
    for name, grades in collection.grades.items():
        if name not in collection.queries:
            continue
        for mode in SearchMode:
            ranked = ranking.ranked(collection.queries[name], mode)
            figures = (
                ndcg(ranked, grades), recall(ranked, grades, 1), reciprocal_rank(ranked, grades, 1)
            )  # fmt: skip
            scores.append(CollectionScore(name, mode.value, *figures))
    return scores
