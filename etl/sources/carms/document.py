"""What the parsers read: one program's texts exactly as they were received."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SourceText:
    """One landed text, a whole JSON document or a CSV cell, before any normalisation.

    ``record_name`` says it in words (file role, natural key, field), ``record_key`` is its key in
    the landing table. Spans of evidence count code points of ``payload``,
    which is left out of the representation: it holds contacts.
    """

    record_name: str
    record_key: int
    payload: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ProgramDocument:
    """All texts of one program stream: the JSON document, and the CSV cells by column name."""

    match_iteration_id: int
    program_stream_id: int
    document: SourceText | None
    cells: Mapping[str, SourceText]
