"""Sentences that speak to a model instead of to applicants: a chat model never sees them.

It is the first of two fences. The second is that whatever a model writes stands only with a
quotation that is in the sentences it was given (:mod:`graph.answers.claims`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from graph.answers.words import folded, rows


def speaks_to_models(text: str) -> bool:
    """Return whether a sentence could be an instruction to a model."""
    plain = folded(" ".join(text.split()))
    return any(pattern.search(plain) for pattern in _patterns())


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(row["pattern"]) for row in rows("planted"))
