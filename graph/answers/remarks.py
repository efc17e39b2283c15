"""Remarks of a question that restrict nothing: "in all disciplines", "tous volets inclus"."""

from __future__ import annotations

from typing import Final

from graph.answers.cursor import PREPOSITIONS
from graph.answers.errors import NotUnderstoodError
from graph.answers.predicates import GROUPED, ConditionReader
from graph.answers.words import folded

ALL: Final = frozenset({"all", "every", "any", "tous", "toutes", "tout", "toute"})
"""Words at the end of a phrase that make what follows no restriction."""


class RemarkReader(ConditionReader):
    """Passes remarks."""

    def _remark(self) -> bool:
        """Pass "in all disciplines and sites", "tous volets inclus": what restricts nothing.

        Where groups are asked for, or whether there is something, it is what somebody must have.
        """
        start, before = self.at, self._peek(-1)
        if self._sense(*PREPOSITIONS) or self._is_of():
            self.at += 1
        if not self._everything():
            self.at = start
            return False
        while self._one_more():
            pass
        self._take("included")
        is_apart = before is None or before.sense("comma") is not None
        draft = self.draft
        if before is not None and before.sense("head", "yes_no") and not draft.target:
            self.at = start  # "list every program"
            return False
        is_apart = is_apart or (draft.head == "yes_no" and bool(draft.items or draft.statuses))
        is_sum = draft.head in {"", "count", "compare", "average", "median"} and (
            draft.target not in GROUPED or draft.target == "programs"
        )
        if not (is_apart or is_sum or draft.superlative or draft.comparative or draft.bound):
            raise NotUnderstoodError("whether all is a remark, or what is asked of")
        if not draft.target and not draft.heads and not draft.mentions:
            self.at = start
            return False
        self.preposition = ""
        return True

    def _everything(self) -> bool:
        """Pass "all disciplines", which may be known as one phrase."""
        every = self._peek()
        if every is None or every.sense("per", "these"):
            return False
        words = folded(every.text).split()
        if every.sense("filler") and len(words) > 1 and words[0] in ALL and words[-1] not in ALL:
            self.at += 1
            return words[:2] not in [["all", "but"], ["all", "the"]]
        if words[-1] not in ALL:
            return False
        self.at += 1
        self._skip("filler")
        noun = self._take("noun")
        return noun is not None and noun.value != "positions"

    def _is_of(self) -> bool:
        term = self._peek()
        return term is not None and folded(term.text) in {"of", "de", "des", "d", "pour", "over"}

    def _one_more(self) -> bool:
        """Pass "and sites" behind "all disciplines"."""
        start = self.at
        if self._take("and", "or", "comma"):
            if self._everything():
                return True
            self._skip("filler")
            if self._take("noun"):
                return True
        self.at = start
        return False
