"""Whether sentences answer a question: a logistic model of how they support it.

Its constants stand in ``data/abstention.csv``, by language; ``python -m benchmarks.abstention``
fits them on questions of which it is known whether the documents answer them. The features are
shares and cosines, all from 0 to 1, but for the last:

* ``best``: the best sentence's share of what the question asks for;
* ``passage``: the best passage's;
* ``mean``: the mean of the three best sentences';
* ``known``: the share of the question's words that any document has;
* ``similarity``: the greatest cosine of a passage and the question;
* ``told``: the log odds that its words are those of a matter that descriptions tell
  (:mod:`graph.answers.told`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from graph.answers.retrieval import Retrieved, Sentence
from graph.answers.told import told
from graph.answers.words import rows
from warehouse.vocabulary import Language

ANSWERS: Final = "answers_from"
"""Name of the constant from which on sentences count as an answer."""
PARTLY: Final = "partly_from"
"""Name of the constant from which on they count as near to one."""
FEATURES: Final = ("best", "passage", "mean", "known", "similarity", "told")


def features(question: str, language: str, found: Retrieved) -> dict[str, float]:
    """Return what the model looks at, of a question with the names in it."""
    supports = sorted((s.lexical_support for s in found.sentences), reverse=True)
    return {
        "best": supports[0] if supports else 0.0,
        "passage": _greatest(found.sentences, "passage_support"),
        "mean": sum(supports[:3]) / 3 if supports else 0.0,
        "known": found.known_share,
        "similarity": _greatest(found.sentences, "similarity"),
        "told": told(Language[language]).log_odds(question),
    }


def _greatest(sentences: Sequence[Sentence], name: str) -> float:
    return max((getattr(one, name) or 0.0 for one in sentences), default=0.0)


def confidence(question: str, language: str, found: Retrieved) -> float:
    """Return how likely the sentences hold an answer to a question, from 0 to 1."""
    if not found.sentences:
        return 0.0
    constants = fitted()[language]
    given = features(question, language, found)
    total = constants["intercept"] + sum(constants[name] * given[name] for name in FEATURES)
    return 1 / (1 + math.exp(-total))


@lru_cache(maxsize=1)
def fitted() -> Mapping[str, Mapping[str, float]]:
    """Return the constants by language and name."""
    found: dict[str, dict[str, float]] = {"EN": {}, "FR": {}}
    for row in rows("abstention"):
        found[row["language"]][row["constant"]] = float(row["value"])
    return found
