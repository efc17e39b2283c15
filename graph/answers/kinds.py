"""Kinds of things that questions ask for."""

from __future__ import annotations

from typing import Final

GROUPS: Final = frozenset(
    {"universities", "disciplines", "cities", "sites", "provinces", "categories"}
)
"""What programs can be counted by."""
COUNTED: Final = frozenset({"programs", "positions"})
STATED: Final = {"REFERENCE_LETTER": "letters", "SUPPORT_FORM": "forms"}
"""Items of which programs state a number."""
NUMERIC: Final = frozenset({*STATED.values(), "words_max", "words_min", "length"})
"""Fields whose values are numbers."""
VALUED: Final = NUMERIC | {
    "positions", "words_span", "exams",
    "requirements", "accreditation", "volume", "rate", "languages", "return_of_service",
    "item_status",
}  # fmt: skip
"""Fields that a question can ask the values of."""
