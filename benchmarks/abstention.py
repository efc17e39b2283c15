"""How well answers tell what the documents do not: AUC per language, and the model's constants.

    python -m benchmarks.abstention benchmarks/answerable.csv
    python -m benchmarks.abstention questions.csv --fit

The file has the columns language, is_answerable (1 or 0) and question. It is asked of the
warehouse that the settings name, whose search index must be up to date. ``--fit`` writes
graph/answers/data/abstention.csv; questions that fitted it say nothing of how good it is, so
measure with others.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from graph.answers.abstention import ANSWERS, FEATURES, PARTLY, confidence, features
from graph.answers.documents import Asked, search
from graph.answers.index_retriever import IndexRetriever
from graph.answers.names import NAMES_QUERY, lexicon
from graph.answers.operations import Operation
from graph.answers.runner import GraphRunner
from graph.answers.scope import scope_of
from graph.answers.words import FOLDER
from graph.app import create_app
from graph.planner.execute import Timings
from warehouse.reader import Reader
from warehouse.search.searcher import Searcher
from warehouse.settings import get_settings

PENALTY = 1.0
"""Ridge on the standardised features: the sets are small."""
ANSWERED_PRECISION = 0.9
PARTLY_RECALL = 0.95
LEAST_ANSWERED = 0.6
PARTLY_BETWEEN = (0.2, 0.4)


@dataclass(frozen=True)
class Judged:
    """A question with what is known of it, what the model looks at, and what it says."""

    language: str
    question: str
    is_answerable: bool
    features: Mapping[str, float]
    confidence: float


async def judged(rows: Sequence[Mapping[str, str]]) -> list[Judged]:
    """Ask the index each question."""
    settings = get_settings()
    async with Reader(settings) as reader:
        app: Any = create_app(settings, reader=reader)
        operations = app.front.pipeline.executor.operations
        runner = GraphRunner(operations, "READER", Timings())
        retriever = IndexRetriever(Searcher(reader.fetch_rows, settings), reader.fetch_rows)
        words = lexicon(await runner.run(Operation(NAMES_QUERY)))
        found = []
        for row in rows:
            language = row["language"]
            scope = scope_of(row["question"], words.phrases[language])
            asked = Asked(
                row["question"], {}, language, scope.conditions, scope.rest, spoken=language
            )
            _, seen = await search(asked, retriever, runner)
            found.append(
                Judged(
                    language,
                    row["question"],
                    row["is_answerable"] == "1",
                    features(row["question"], language, seen),
                    confidence(row["question"], language, seen),
                )
            )
        return found


def auc(scores: Sequence[float], truths: Sequence[bool]) -> float:
    """Return the chance that an answerable question scores above one that is not."""
    yes = np.array([s for s, t in zip(scores, truths, strict=True) if t])
    no = np.array([s for s, t in zip(scores, truths, strict=True) if not t])
    above = (yes[:, None] > no[None, :]).mean() + 0.5 * (yes[:, None] == no[None, :]).mean()
    return float(above)


def fitted(found: Sequence[Judged]) -> dict[str, float]:
    """Return the constants of one language: logistic regression with a ridge, no weight below 0.

    More support can never speak against an answer: a weight that comes out below 0 is an accident
    of a small set, and its feature is left out.
    """
    given = np.array([[one.features[name] for name in FEATURES] for one in found])
    truth = np.array([one.is_answerable for one in found], dtype=float)
    middle, spread = given.mean(axis=0), given.std(axis=0) + 1e-9
    scaled = (given - middle) / spread
    used = np.ones(len(FEATURES), dtype=bool)
    while True:
        weights = np.zeros(len(FEATURES))
        first, weights[used] = _newton(scaled[:, used], truth)
        if (weights >= 0).all():
            break
        used &= weights > 0
    raw = weights / spread
    chance = 1 / (1 + np.exp(-(first + scaled @ weights)))
    constants = {"intercept": float(first - (raw * middle).sum())}
    constants |= {name: float(value) for name, value in zip(FEATURES, raw, strict=True)}
    constants[ANSWERS] = _threshold(chance, truth)
    missed = float(np.quantile(chance[truth == 1], 1 - PARTLY_RECALL))
    constants[PARTLY] = float(np.clip(missed, *PARTLY_BETWEEN))
    return constants


def _newton(given: Any, truth: Any) -> tuple[float, Any]:
    """Return the intercept and the weights."""
    design = np.column_stack([np.ones(len(truth)), given])
    ridge = PENALTY * np.eye(design.shape[1])
    ridge[0, 0] = 1e-6
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (truth - chance) - ridge @ weights
        curve = (design * (chance * (1 - chance))[:, None]).T @ design + ridge
        weights += np.linalg.solve(curve, slope)
    return float(weights[0]), weights[1:]


def _threshold(chance: Any, truth: Any) -> float:
    """Return the least confidence from which on answers are right often enough."""
    for limit in np.arange(LEAST_ANSWERED, 0.95, 0.01):
        chosen = chance >= limit
        if chosen.any() and truth[chosen].mean() >= ANSWERED_PRECISION:
            return float(limit)
    return 0.95


def write(constants: Mapping[str, Mapping[str, float]], path: Path) -> None:
    """Write the constants."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["language", "constant", "value"])
        for language, values in constants.items():
            for name, value in values.items():
                writer.writerow([language, name, f"{value:.4f}"])


def questions(path: Path) -> list[dict[str, str]]:
    """Return the rows of a file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main() -> None:
    """Measure, and fit where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path, nargs="+", help="CSV files, taken together.")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--show", action="store_true", help="Print every question.")
    options = parser.parse_args()
    found = asyncio.run(judged([row for path in options.questions for row in questions(path)]))
    constants = {}
    for language in ("EN", "FR"):
        own = [one for one in found if one.language == language]
        truths = [one.is_answerable for one in own]
        scored = auc([one.confidence for one in own], truths)
        apart = np.mean([(one.confidence - one.is_answerable) ** 2 for one in own])
        print(f"{language}: {len(own)} questions, AUC {scored:.3f}, Brier score {apart:.3f}")
        for name in FEATURES:
            print(f"  {name:<12} alone {auc([o.features[name] for o in own], truths):.3f}")
        if options.show:
            for one in sorted(own, key=lambda o: -o.confidence):
                print(f"  {one.confidence:.2f} {int(one.is_answerable)} {one.question}",
                      {k: round(v, 2) for k, v in one.features.items()})  # fmt: skip
        constants[language] = fitted(own)
    if options.fit:
        write(constants, FOLDER / "abstention.csv")


if __name__ == "__main__":
    main()
