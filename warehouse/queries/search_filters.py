"""Filters of programs that the command has for a search, as a select and its values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

FILTERS: Final = {
    "province": "s.province = upper(${})",
    "discipline": "lower(d.name) = lower(${})",
    "university": "lower(u.name) LIKE '%' || lower(${}) || '%'",
    "document_language": "p.language = upper(${})",
}
"""Option to the condition on a program; the value's number goes in the braces."""


def filtered_by(kept: Mapping[str, str | None]) -> tuple[str, list[str]]:
    """Return the select of the programs that options keep, and its values."""
    given = {name: value for name, value in kept.items() if value is not None}
    conditions = [FILTERS[name].format(number) for number, name in enumerate(given, start=1)]
    select = (
        "SELECT p.program_key FROM core.dim_program p"
        " JOIN core.dim_discipline d USING (discipline_key)"
        " JOIN core.dim_university u USING (university_key)"
        " JOIN core.dim_site s USING (site_key)"
        f" WHERE {' AND '.join(['p.is_current', *conditions])}"
    )
    return select, list(given.values())
