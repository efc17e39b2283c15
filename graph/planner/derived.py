"""Declarations of what is made out of rows: groups, comparisons, versions against each other.

Paths in them name fields as the graph does; see :mod:`graph.planner.paths`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Attribute:
    """A value that rows are compared by: its word, its label, and the path to its column."""

    word: str
    label: str
    path: str


@dataclass(frozen=True, slots=True)
class Items:
    """A set of texts that rows are compared by, one of each row of a list.

    ``path`` leads to the list; ``text`` and ``condition`` are SQL with paths in braces, from its
    rows on. With ``is_one`` the text is an aggregate: one value for the whole list.
    """

    word: str
    label: str
    path: str
    text: str
    condition: str = "true"
    is_one: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """The root field that lays rows of a type side by side."""

    of: str
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class ComparedRows:
    """The rows that are compared."""


@dataclass(frozen=True, slots=True)
class ComparedTable:
    """The table of what rows of the type ``of`` are compared by."""

    of: str
    lines: tuple[Attribute | Items, ...]


@dataclass(frozen=True, slots=True)
class Versions:
    """All versions of the row at hand, the newest first."""


@dataclass(frozen=True, slots=True)
class VersionNumber:
    """The number of a version among those of its row, counting from 1."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between a version and the one before it: values.

    ``of`` is the field of a version that leads to the row in that version.
    """

    of: str
    lines: tuple[Attribute, ...]


@dataclass(frozen=True, slots=True)
class ListChanges:
    """What differs between a version and the one before it: rows of lists.

    ``lists`` are words and the paths to the lists.
    """

    of: str
    lists: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ChangedTexts:
    """The words ``kind`` of those rows of a list whose column ``text`` differs from before."""

    of: str
    path: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Dimension:
    """A field by which rows are grouped: the path from a row to it, in the graph's words.

    ``sort`` is the column that the related rows are sorted by, before their natural key.
    """

    path: str
    sort: str | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """An SQL aggregate over the rows of a group; ``{path}`` stands for a field of a row."""

    sql: str


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the owners of rows are in a group, of those with the group's dimensions."""


@dataclass(frozen=True, slots=True)
class GroupTotals:
    """The aggregates of a group's rows, as connections have them."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The groups of a group: its rows, by further dimensions."""


@dataclass(frozen=True, slots=True)
class GroupList:
    """A list of groups.

    ``flags`` are arguments that add a dimension: argument to the field of the dimension. An
    argument ``by`` names the dimensions; without one, all others are in use.
    """

    flags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InScope:
    """A root field whose own lists are all over one iteration, at one moment."""


@dataclass(frozen=True, slots=True)
class GroupType:
    """A type of the graph whose objects are groups of the rows of a table type.

    ``terms`` are the words that it can be sorted by, those of its dimensions and its measures;
    ``dimensions`` are from such a word to the field in the graph.
    """

    name: str
    over: str
    dimensions: Mapping[str, str]
    terms: Mapping[str, Dimension | Measure | Share]
    order: tuple[tuple[str, bool], ...]
    """Words of the default order, each with whether it is descending."""


GROUP_TYPES: Final[dict[str, GroupType]] = {}
"""Every type of groups, by its name in the graph."""
