"""What a question asks for, typed: the answer is one operation of the graph for each intent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from graph.answers.words import Sense

Filter = Mapping[str, Any]
"""A ``ProgramFilter`` as JSON."""


class Ask(StrEnum):
    """What kind of answer a question wants."""

    COUNT = "COUNT"
    """How many programs or positions there are."""
    COUNT_GROUPS = "COUNT_GROUPS"
    """How many universities, disciplines, cities or provinces there are."""
    LIST = "LIST"
    LIST_GROUPS = "LIST_GROUPS"
    BREAKDOWN = "BREAKDOWN"
    """Programs or positions of each university, province and so on."""
    EXISTS = "EXISTS"
    SHARE = "SHARE"
    """How many of the programs spoken of have a property."""
    PART = "PART"
    """What share of programs or positions something is."""
    EXTREME = "EXTREME"
    """What has the most or the fewest."""
    AVERAGE = "AVERAGE"
    DATES = "DATES"
    VALUES = "VALUES"
    """What programs state in a field."""
    COMPARE = "COMPARE"
    """Programs side by side."""
    SIDES = "SIDES"
    """Which of some universities, places, disciplines or programs has more, or comes first."""
    MEASURES = "MEASURES"
    """The greatest, least, mean or median of what programs state."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that programs must have.

    ``about`` is the dimension or property; ``is_scope`` says that it names what the question
    speaks of (a discipline, a place, a school), not what it asks about it.
    """

    about: str
    filter: Filter
    en: str
    fr: str
    is_scope: bool = False
    beside: Filter | None = None
    beside_en: str = ""
    beside_fr: str = ""
    """Programs that nearly meet it, which an exact answer has to tell apart."""
    is_choice: bool = False
    """Whether several values were named."""
    amount: Mapping[str, int] | None = None
    """The comparison of a number of positions, which may be meant of sums."""

    def label(self, language: str) -> str:
        """Return the words of an answer in a language."""
        return self.fr if language == "FR" else self.en


@dataclass(frozen=True, slots=True)
class Intent:
    """A question that was understood to the last word."""

    ask: Ask
    target: str = "programs"
    conditions: tuple[Condition, ...] = ()
    group: str = ""
    descending: bool = True
    aspect: str = ""
    extreme_day: str = ""
    sides: tuple[Condition, ...] = ()
    """What is compared: one condition for each."""
    is_asked_whether: bool = False
    """Whether the first side is said to have more, and the question is whether it is so."""
    is_same: bool = False
    """Whether the question is whether the sides are equal."""
    is_difference: bool = False
    is_more: bool = False
    """Whether the difference asked for is how much more the first side has."""
    having: tuple[str, Mapping[str, int]] | None = None
    """What groups must have: a noun and the comparison of its number."""
    denied: tuple[Condition, ...] = ()
    """What groups must not have."""
    most: int = 1
    """How many of the first are wanted."""
    rank: int = 0
    """Which of the first is wanted; 0 for the first itself."""
    each: tuple[Condition, ...] = ()
    """What groups must have all of: both of two disciplines."""
    reduce: str = ""
    """What is made of the values of programs: max, min, mean or median."""

    @property
    def filter(self) -> Filter:
        """All conditions together."""
        return both(*(condition.filter for condition in self.conditions))

    @property
    def scope(self) -> Filter:
        """The conditions that only say of which programs the question speaks."""
        return both(*(one.filter for one in self.conditions if one.is_scope))

    def words(self, language: str) -> str:
        """Return the conditions in words."""
        word = " et " if language == "FR" else " and "
        each = word.join(one.label(language) for one in self.each)
        parts = [condition.label(language) for condition in self.conditions]
        return "; ".join([*parts, each] if each else parts)


def both(*filters: Filter) -> Filter:
    """Return the filter that keeps what all of them keep."""
    given = [one for one in filters if one]
    if not given:
        return {}
    return given[0] if len(given) == 1 else {"and": given}


def negated(filter_: Filter) -> Filter:
    """Return the complement of a filter."""
    return {"not": filter_}


def labels(senses: tuple[Sense, ...], language: str) -> str:
    """Return names with "or" between them."""
    word = " ou " if language == "FR" else " or "
    return word.join(sense.label(language) for sense in senses)
