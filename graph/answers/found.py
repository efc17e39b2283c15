"""What an answer is made of, before a client's selection of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graph.answers.intents import Filter

ANSWERED, PARTIAL, NOT_IN_DOCUMENTS = "ANSWERED", "PARTIAL", "NOT_IN_DOCUMENTS"


@dataclass(frozen=True, slots=True)
class Cited:
    """A span that an answer rests on.

    ``record`` is the landing record that ``start`` and ``end`` count in; None where they count in
    the text of the section.
    """

    program_id: str
    section: str
    start: int
    end: int
    quote: str | None
    record: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done to find an answer.

    ``query`` is an operation of this graph that gives the same, with its ``variables``.
    """

    what: str
    why: str
    found: str
    query: str | None = None
    variables: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Found:
    """An answer: its text, what it rests on, and how it was found.

    ``filter`` keeps the programs that it is about; None where it is about none. ``is_lasting`` says
    that the same question would be answered alike: not where a model was out of reach.
    """

    text: str
    status: str
    confidence: float
    language: str
    citations: list[Cited] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    follow_ups: list[str] = field(default_factory=list)
    filter: Filter | None = None
    model: str | None = None
    dropped_claims: int = 0
    is_lasting: bool = True
