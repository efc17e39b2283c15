"""Ids of people are anonymous, or refused: no e-mail addresses, telephone numbers or names.

No rule tells every name from every code. This one lets codes pass that nobody is called by, and is
strict about all else: letters, digits, hyphens and underscores, at least one digit, and no words
but those that anybody could have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from simulation.errors import InvalidIdError

GENERIC: Final = frozenset(
    {"a", "anon", "app", "applicant", "candidate", "couple", "id", "member", "person", "sim",
     "student"}
)  # fmt: skip
"""Words that an id may have in any case."""
LONGEST_CODE: Final = 4
"""Letters that a code such as CMG or USMG has at most."""

_SHAPE: Final = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*")
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_TELEPHONE: Final = re.compile(r"(?:^|\D)\d{3}[-_]?\d{3}[-_]?\d{4}(?:\D|$)")
_REMEDY: Final = "Use anonymous codes with a number, such as A0017 or CMG-00017."


def check_anonymous(ids: Iterable[str], table: str) -> None:
    """Refuse ids of people that could be read as who they are.

    Args:
        ids: The ids, one for each row of a table.
        table: What the table is called in errors.

    Raises:
        InvalidIdError: One is not anonymous; names the row, and does not repeat the id.
    """
    for row, identifier in enumerate(ids, start=1):
        problem = _problem(identifier)
        if problem:
            raise InvalidIdError(problem, _REMEDY, f"{table}, row {row}")


def _problem(identifier: str) -> str:
    """Return why an id is refused; empty if it is not."""
    if not identifier.strip():
        return "An id is empty."
    if "@" in identifier:
        return "An id looks like an e-mail address."
    if _TELEPHONE.search(identifier):
        return "An id looks like a telephone number."
    if not _SHAPE.fullmatch(identifier) or not any(sign.isdigit() for sign in identifier):
        return "An id looks like a name."
    words = _WORD.findall(identifier)
    if any(not _is_code(word) for word in words):
        return "An id looks like a name."
    return ""


def _is_code(word: str) -> bool:
    """Whether a word is generic, or a short one in capitals."""
    return word.lower() in GENERIC or (word.isupper() and len(word) <= LONGEST_CODE)
