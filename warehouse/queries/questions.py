"""The audit of questions in words: what was asked, redacted, and how it was answered."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import asyncpg

from warehouse.errors import SchemaOutdatedError
from warehouse.masking import MASK, mask_contacts

_DIGITS: Final = re.compile(r"\d(?:[\s.-]?\d){5,}")
"""Six digits or more, whatever stands between them: numbers of files, accounts, telephones."""


def redacted(question: str) -> str:
    """Return a question without e-mail addresses, phone numbers and long runs of digits.

    Names of people cannot be told from those of places and schools; that is why questions are
    kept for a few days only.
    """
    masked = mask_contacts(question)
    return _DIGITS.sub(lambda found: re.sub(r"\d", MASK, found.group()), masked)


async def note_question(
    connection: asyncpg.Connection, question: str, details: Mapping[str, Any], keep_days: int
) -> None:
    """Audit a question, and forget those that are older than ``keep_days``.

    Args:
        connection: One of the app's.
        question: As asked; it is redacted here.
        details: How it was answered, without texts.
        keep_days: Days that questions are kept.

    Raises:
        SchemaOutdatedError: the database cannot take it.
    """
    try:
        await connection.execute(
            "SELECT ops.note_question($1, $2::text::jsonb, $3)",
            redacted(question), json.dumps(dict(details)), keep_days,
        )  # fmt: skip
    except asyncpg.PostgresError as error:
        raise SchemaOutdatedError(
            f"a question could not be noted ({type(error).__name__})",
            remedy="run `residency migrate`",
        ) from error
