"""A place in the terms of a question, and what has been understood up to there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from graph.answers.conditions import Amount
from graph.answers.errors import NotUnderstoodError
from graph.answers.intents import Condition
from graph.answers.words import Sense, Term

FILLERS: Final = ("filler", "relative", "yes_no")
PREPOSITIONS: Final = ("in", "at", "at_fr", "for", "with")
JOINING: Final = ("and", "or", "comma")


@dataclass(slots=True)
class Mention:
    """Names of one kind that a question has, before it is settled which things they are.

    ``names`` holds what each may mean; ``preposition`` stands before the first; ``hint`` is
    "site" or "city" where the word stands beside it.
    """

    names: list[tuple[Sense, ...]]
    preposition: str = ""
    hint: str = ""
    is_excluded: bool = False
    is_denied: bool = False
    joint: str = ""
    """What stands between its names: "or" or "differ"; else they count together."""
    of: tuple[Sense, ...] = ()
    """The school that what is left out belongs to."""


@dataclass(slots=True)
class Draft:
    """What has been understood so far."""

    heads: list[str] = field(default_factory=list)
    target: str = ""
    items: list[Sense] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    categories: list[Sense] = field(default_factory=list)
    first: str = ""
    """Whether a noun or an item was named first."""
    category_joint: str = ""
    """As the joint of a mention, of categories of applicants."""
    per: str = ""
    superlative: str = ""
    comparative: str = ""
    measure: str = ""
    having: tuple[str, Amount] | None = None
    most: int = 1
    rank: int = 0
    """Which of the first is wanted: "the second largest"; 0 where it is the first itself."""
    bound: str = ""
    aspects: list[str] = field(default_factory=list)
    verbs: set[str] = field(default_factory=set)
    extreme_day: str = ""
    is_denied: bool = False
    """Whether what programs require is denied."""
    absent: list[Sense] = field(default_factory=list)
    foreign_year: str = ""
    denied: list[Condition] = field(default_factory=list)
    """What groups must not have, but for names."""
    is_all: bool = False
    """Whether all programs are asked of: "do all … require …"."""
    split: tuple[int, int, int] | None = None
    """How many mentions, conditions and categories say what a share is of; the others, which."""

    @property
    def head(self) -> str:
        """The first question word."""
        return self.heads[0] if self.heads else ""

    def has(self, about: str) -> bool:
        """Whether there is a condition of a kind."""
        return any(condition.about == about for condition in self.conditions)


CHOSEN: Final = {"university": "universities", "discipline": "disciplines", "province": "provinces"}


def _is_choice(mention: Mention, target: str) -> bool:
    """Return whether the most is asked of the names: "which of McGill and Laval has the most"."""
    if len(mention.names) == 1 or mention.is_excluded or mention.is_denied:
        return False
    kinds = set.intersection(*({sense.role for sense in name} for name in mention.names))
    return target == "positions" or target in {CHOSEN.get(kind) for kind in kinds}


def is_comparison(draft: Draft) -> bool:
    """Return whether a question sets things against each other."""
    is_open = draft.target in {"", "positions"} or any(
        _is_choice(one, draft.target) for one in draft.mentions
    )
    is_open = is_open or (draft.superlative in {"DESC", "ASC"} and not draft.measure)
    is_extreme = bool(draft.extreme_day or (draft.superlative and is_open))
    is_most = draft.superlative in {"DESC", "ASC"}  # and not the largest one of all of them
    return bool(
        (is_most and any(_is_choice(one, draft.target) for one in draft.mentions))
        or "compare" in draft.heads
        or "differ" in draft.verbs
        or "same" in draft.verbs
        or draft.comparative
        or (is_extreme and "or" in draft.verbs)
    )


class Cursor:
    """Reads the terms of one question from left to right.

    Args:
        terms: The terms.
        year: Year of the match, for dates without one.
        iteration: Number of the match.
    """

    def __init__(
        self, terms: Sequence[Term], year: int | None, iteration: int | None = None
    ) -> None:
        self.terms = list(terms)
        self.year = year
        self.iteration = iteration
        self.at = 0
        self.draft = Draft()
        self.preposition = ""
        self.is_not = False
        self.is_outside = False

    def _peek(self, ahead: int = 0) -> Term | None:
        place = self.at + ahead
        return self.terms[place] if 0 <= place < len(self.terms) else None

    def _sense(self, *roles: str) -> Sense | None:
        term = self._peek()
        return term.sense(*roles) if term else None

    def _take(self, *roles: str) -> Sense | None:
        """Return and pass what plays a part here."""
        found = self._sense(*roles)
        if found:
            self.at += 1
        return found

    def _skip(self, *roles: str) -> None:
        while self._take(*(roles or FILLERS)):
            pass

    def _closes(self, role: str = "included") -> bool:
        """Whether "included" here is said of what stands before, and not of what follows."""
        behind = self._peek(1)
        is_here = self._sense(role) is not None
        return is_here and (behind is None or behind.sense("comma", "head") is not None)

    def _fail(self) -> NotUnderstoodError:
        term = self._peek()
        return NotUnderstoodError(f"not understood: {term.text!r}" if term else "it ends too early")

    def _add(self, found: Condition) -> None:
        if found in self.draft.conditions:
            return  # said twice: "military (MOTP/MMTP)"
        if self.draft.has(found.about) and found.about != "requirement":
            raise NotUnderstoodError(f"a second condition on {found.about}")
        self.draft.conditions.append(found)
        self.preposition = ""
