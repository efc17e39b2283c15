"""Counting: how found values are set against true ones, whatever the field."""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from etl.sources.carms.parsed import Evidence

F = TypeVar("F")
T = TypeVar("T")
Span = Sequence[int]

OVERLAP = 0.9
"""Share of the characters that two spans must have in common to be the same text."""

_IGNORED = re.compile(r"[\s*_•\\#>|-]+")


@dataclass(frozen=True, slots=True)
class FieldScore:
    """How often a field was right (true positives), wrong or made up, and missed."""

    field: str
    true_positives: int = 0
    false_positives: int = 0
    false_negatives: int = 0

    @property
    def precision(self) -> float:
        """Return the share of found values that are right; 1 where none was found."""
        found = self.true_positives + self.false_positives
        return self.true_positives / found if found else 1.0

    @property
    def recall(self) -> float:
        """Return the share of true values that were found; 1 where there are none."""
        true = self.true_positives + self.false_negatives
        return self.true_positives / true if true else 1.0

    def __add__(self, other: "FieldScore") -> "FieldScore":
        """Return the counts of both; the two must be of the same field."""
        return FieldScore(
            self.field,
            self.true_positives + other.true_positives,
            self.false_positives + other.false_positives,
            self.false_negatives + other.false_negatives,
        )


def aggregate(scores: Iterable[FieldScore]) -> dict[str, FieldScore]:
    """Return the sum of the scores per field, in the order of their first appearance."""
    totals: dict[str, FieldScore] = {}
    for score in scores:
        known = totals.get(score.field)
        totals[score.field] = score if known is None else known + score
    return totals


def single(field: str, found: Hashable | None, true: Hashable | None) -> FieldScore:
    """Score a value that a program has once; a wrong value is both made up and missed."""
    if found == true:
        return FieldScore(field, int(true is not None))
    return FieldScore(field, 0, int(found is not None), int(true is not None))


def multiset(field: str, found: Iterable[Hashable], true: Iterable[Hashable]) -> FieldScore:
    """Score values that a program has many of, by key."""
    have, want = Counter(list(found)), Counter(list(true))
    right = (have & want).total()
    return FieldScore(field, right, have.total() - right, want.total() - right)


def paired(
    found: Iterable[F], true: Iterable[T], same: Callable[[F, T], bool]
) -> list[tuple[F, T]]:
    """Return pairs of found and true values that are the same, each used once."""
    left = list(true)
    pairs: list[tuple[F, T]] = []
    for item in found:
        for number, other in enumerate(left):
            if same(item, other):
                pairs.append((item, left.pop(number)))
                break
    return pairs


def overlaps(evidence: Evidence, anchor: Sequence[int]) -> bool:
    """Say whether the evidence touches the true anchor."""
    return evidence.start < anchor[1] and anchor[0] < evidence.end


def same_text(evidence: Evidence, anchor: Sequence[int]) -> bool:
    """Say whether two spans share at least 90 % of the characters that count of either."""
    payload = evidence.source.payload

    def size(start: int, end: int) -> int:
        return len(_IGNORED.sub("", payload[start:end])) if end > start else 0

    shared = size(max(evidence.start, anchor[0]), min(evidence.end, anchor[1]))
    larger = max(size(evidence.start, evidence.end), size(anchor[0], anchor[1]))
    return shared >= OVERLAP * larger and (shared > 0 or larger == 0)


def texts(field: str, found: Sequence[Evidence], true: Sequence[Sequence[int]]) -> FieldScore:
    """Score spans of text."""
    right = len(paired(found, true, same_text))
    return FieldScore(field, right, len(found) - right, len(true) - right)


def covered(field: str, found: Sequence[Evidence], true: Sequence[Sequence[int]]) -> FieldScore:
    """Score statements by how much of each the other side covers."""
    if not found:
        return FieldScore(field, 0, 0, len(true))
    payload = found[0].source.payload
    spans = [(evidence.start, evidence.end) for evidence in found]

    def share(span: Sequence[int], others: Sequence[Sequence[int]]) -> float:
        size = len(_IGNORED.sub("", payload[span[0] : span[1]]))
        shared = sum(
            len(_IGNORED.sub("", payload[max(span[0], other[0]) : min(span[1], other[1])]))
            for other in others
            if max(span[0], other[0]) < min(span[1], other[1])
        )
        return shared / size if size else 0.0

    hit = sum(share(span, spans) >= OVERLAP for span in true)
    made_up = sum(share(span, true) < OVERLAP for span in spans)
    return FieldScore(field, hit, made_up, len(true) - hit)
