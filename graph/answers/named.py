"""Names in a question: which one is meant, and several of one kind."""

from __future__ import annotations

from typing import Final

from graph.answers import conditions as c
from graph.answers.cursor import JOINING, PREPOSITIONS, Cursor
from graph.answers.errors import NotUnderstoodError
from graph.answers.words import Sense

NAMES: Final = ("discipline", "university", "city", "province", "region")


class NameReader(Cursor):
    """Reads disciplines, universities and places."""

    def _names(self) -> bool:
        """A name, or several of one kind with "and" or "or" between them."""
        first = self._name()
        if first is None:
            return False
        senses = [first]
        while True:
            start = self.at
            joined = self._joined_name(first.role)
            if joined is None:
                self.at = start
                break
            senses.append(joined)
        found = c.named(first.role, tuple(senses), is_outside=self.is_outside)
        is_inside = found.about == "place" and (
            self.is_outside or any(one.en.startswith("outside ") for one in self.draft.conditions)
        )
        if self.is_not or (self.draft.has(found.about) and not is_inside):
            raise NotUnderstoodError(f"a second {first.role}, or a denied one")
        self.draft.conditions.append(found)
        self.is_outside, self.preposition = False, ""
        return True

    def _joined_name(self, dimension: str) -> Sense | None:
        connector = self._take(*JOINING)
        if connector is None and not (self.draft.head == "compare" and self._take("differ")):
            return None
        if connector and connector.role == "comma":
            self._skip("and", "or")
        before = self.preposition
        self._skip()
        found = self._take(*PREPOSITIONS)
        self.preposition = found.role if found else before
        self._skip()
        name = self._name()
        self.preposition = before
        if name is None or name.role != dimension:
            if connector is not None and connector.role == "or":
                raise NotUnderstoodError("an alternative of different things")
            return None
        return name

    def _name(self) -> Sense | None:
        """The name here, as its preposition makes it a place or a school."""
        term = self._peek()
        senses = [sense for sense in term.senses if sense.role in NAMES] if term else []
        if not senses:
            return None
        chosen = (
            senses
            if len(senses) == 1
            else meant(senses, self.preposition, is_outside=self.is_outside)
        )
        if len(chosen) != 1:
            raise NotUnderstoodError(f"more than one thing is called {term and term.text!r}")
        self.at += 1
        return chosen[0]


def meant(senses: list[Sense], preposition: str, *, is_outside: bool) -> list[Sense]:
    """Return which of several things of one name is meant."""
    kinds = {sense.role: sense for sense in senses}
    wanted: tuple[str, ...]
    if preposition == "in" or is_outside:
        wanted = ("province", "region", "city", "discipline")
    elif preposition == "at":
        wanted = ("university",)
    elif preposition == "at_fr" and {"city", "university"} <= kinds.keys():
        # French says "à Toronto" of the town. A town whose name a school elsewhere bears is not
        # told apart from the school: "à Laval".
        wanted = ("city",) if kinds["university"].home == kinds["city"].value else ()
    elif preposition == "at_fr":
        wanted = ("city", "university")
    else:
        wanted = ()
    for role in wanted:
        if role in kinds:
            return [kinds[role]]
    return senses
