"""The codes of errors, as the guide lists them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from graph.errors import PARSE_FAILED, VALIDATION_FAILED, AnswerError, RequestError

DOCS = Path(__file__).parents[2] / "docs"


def coded(kind: type[AnswerError | RequestError]) -> Iterator[str]:
    """Give the codes of a class and of those below it."""
    yield kind.code
    for below in kind.__subclasses__():
        yield from coded(below)


def test_the_guide_lists_every_code_that_an_error_can_have() -> None:
    codes = {PARSE_FAILED, VALIDATION_FAILED, *coded(AnswerError), *coded(RequestError)}
    guide = (DOCS / "graph.md").read_text(encoding="utf-8")
    (table,) = re.findall(r"^\| code \|.*?(?=\n\n)", guide, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"`([A-Z_]{5,})`", table)) == codes
