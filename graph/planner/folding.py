"""Text as people compare it: without case, accents and typographic variants.

The same rule in SQL, for columns, and in Python, for the words looked for. It needs no extension
and does not depend on the server's locale: marks are taken off, ligatures are spelled out, and of
what is left the letters A to Z lose their case. Both forms are immutable.
"""

from __future__ import annotations

import re
import unicodedata
from string import ascii_lowercase, ascii_uppercase
from typing import Final

_MARKS: Final = re.compile("[\u0300-\u036f]+")
_VARIANTS: Final = {"’": "'", "‘": "'", "–": "-", "—": "-"}
_LIGATURES: Final = {"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae"}
_LOWER: Final = dict(zip(ascii_uppercase, ascii_lowercase, strict=True))
_TABLE: Final = str.maketrans({**_VARIANTS, **_LIGATURES, **_LOWER})


def fold(text: str) -> str:
    """Return text in the form in which it is compared."""
    return _MARKS.sub("", unicodedata.normalize("NFKD", text)).translate(_TABLE)


def fold_sql(expression: str) -> str:
    """Return the expression of a text in the form in which it is compared."""
    stripped = f"regexp_replace(normalize({expression}, NFKD), '[\\u0300-\\u036f]+', '', 'g')"
    variants = "".join(_VARIANTS)
    plain = "".join(_VARIANTS.values()).replace("'", "''")
    folded = f"translate({stripped}, '{variants}', '{plain}')"
    for letter, pair in _LIGATURES.items():
        folded = f"replace({folded}, '{letter}', '{pair}')"
    # Most texts are ASCII, and have nothing to fold but their case: a quarter of the time.
    is_plain = f"octet_length({expression}) = length({expression})"
    return f'lower((CASE WHEN {is_plain} THEN {expression} ELSE {folded} END) COLLATE "C")'
