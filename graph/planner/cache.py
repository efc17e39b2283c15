"""A bounded cache: what was not used for longest goes first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class BoundedCache(Generic[Key, Value]):
    """At most ``most`` values, of at most ``most_weight`` together.

    Args:
        most: Greatest number of values.
        most_weight: Greatest sum of the weights given to :meth:`put`.
    """

    def __init__(self, most: int, most_weight: int = 2**62) -> None:
        self.most = most
        self.most_weight = most_weight
        self.weight = 0
        self.hits = 0
        self.misses = 0
        self._kept: OrderedDict[Key, tuple[Value, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key) -> Value | None:
        """Return a value and remember that it was used; None where there is none."""
        found = self._kept.get(key)
        if found is None:
            self.misses += 1
            return None
        self.hits += 1
        self._kept.move_to_end(key)
        return found[0]

    def put(self, key: Key, value: Value, weight: int = 1) -> None:
        """Keep a value, and drop those unused for longest until it fits."""
        if (old := self._kept.pop(key, None)) is not None:
            self.weight -= old[1]
        self._kept[key] = (value, weight)
        self.weight += weight
        while len(self._kept) > self.most or self.weight > self.most_weight:
            _, (_, dropped) = self._kept.popitem(last=False)
            self.weight -= dropped
