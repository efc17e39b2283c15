"""Checks of single cells: every one adds its reasons and returns the typed value or None."""

import re
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from etl.quarantine import Reason
from etl.sources.carms.files import SourceFile

MAX_CELL_CHARACTERS: Final = 1_000_000
_MAX_LABEL_CHARACTERS: Final = 500
_QUOTED_CHARACTERS: Final = 80
# Of that many characters one may be a control character: stray ones are residue of pasting (the
# published texts hold some), many of them are not text.
_CHARACTERS_PER_CONTROL: Final = 1000

_WHOLE_NUMBER: Final = re.compile(r"-?[0-9]{1,15}")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LABEL_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ELEMENTS: Final = (
    "a abbr address area article aside audio b base bdi bdo big blockquote body br button canvas "
    "caption center cite code col colgroup dd del details dfn dialog div dl dt em embed fieldset "
    "figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html i "
    "iframe img input ins kbd label legend li link main map mark meta nav noscript object ol "
    "optgroup option p param picture pre q s samp script section select small source span strike "
    "strong style sub summary sup svg table tbody td template textarea tfoot th thead time title "
    "tr track tt u ul var video wbr"
).replace(" ", "|")
# An element by its known name, with attributes or without; markdown's own <https://…> and
# <name@host>, and prose such as "<75 words", are no elements. Active content counts unclosed.
_HTML: Final = re.compile(
    rf"</?(?:{_ELEMENTS})(?:\s+[a-z][\w:-]*\s*=[^<>]*|\s+[a-z]+)?\s*/?>"
    r"|<(?:script|style|iframe|object|embed)\b|<!--|<!doctype\b|<!\[cdata\[",
    re.IGNORECASE,
)


class ContractCode(StrEnum):
    """Codes of the reasons that the contract gives."""

    EMPTY = "empty"
    WRONG_TYPE = "wrong_type"
    NEGATIVE = "negative"
    TOO_LONG = "too_long"
    HTML = "html"
    CONTROL_CHARACTERS = "control_characters"
    URL = "url"
    NAME_PARTS = "name_parts"
    SCHOOL_ID = "school_id"
    UNKNOWN_DISCIPLINE = "unknown_discipline"
    DISCIPLINE_NAME = "discipline_name"
    UNKNOWN_SCHOOL = "unknown_school"
    SCHOOL_NAME = "school_name"
    UNKNOWN_SITE = "unknown_site"
    UNKNOWN_STREAM = "unknown_stream"
    DUPLICATE_KEY = "duplicate_key"
    DOCUMENT_ID = "document_id"
    UNEXPECTED_CONTENT = "unexpected_content"


class RowCheck:
    """Collects all reasons against one row.

    Attributes:
        reasons: What speaks against the row so far, in the order of finding.
    """

    def __init__(
        self, file: SourceFile, row_number: int, max_cell_characters: int = MAX_CELL_CHARACTERS
    ) -> None:
        self._file = file
        self._row_number = row_number
        self._max_cell_characters = max_cell_characters
        self.reasons: list[Reason] = []

    def add(self, code: ContractCode, field: str | None, message: str) -> None:
        """Add a reason."""
        self.reasons.append(Reason(code, self._file.name, self._row_number, field, message))

    def number(self, field: str, value: object) -> int | None:
        """Return a whole number that is not negative, stated as a number or as digits."""
        if self._is_empty(field, value):
            return None
        is_number = isinstance(value, int | str) and not isinstance(value, bool)
        if not is_number or not _WHOLE_NUMBER.fullmatch(str(value)):
            self.add(
                ContractCode.WRONG_TYPE,
                field,
                f"{quoted(value)} is not a whole number; correct the cell.",
            )
            return None
        number = int(str(value))
        if number < 0:
            self.add(ContractCode.NEGATIVE, field, f"{number} is negative; correct the cell.")
            return None
        return number

    def label(self, field: str, value: object) -> str | None:
        """Return a short text on one line: a name, a label, an address."""
        if self._is_empty(field, value) or not self._is_text(field, value):
            return None
        assert isinstance(value, str)
        before = len(self.reasons)
        self._length(field, value, _MAX_LABEL_CHARACTERS)
        if control := _LABEL_CONTROL.search(value):
            self.add(
                ContractCode.CONTROL_CHARACTERS,
                field,
                f"the control character U+{ord(control[0]):04X} stands at position"
                f" {control.start()}; remove it.",
            )
        self._no_html(field, value)
        return value if len(self.reasons) == before else None

    def text(self, field: str, value: object) -> str | None:
        """Return a markdown text that is not empty."""
        if self._is_empty(field, value) or not self._is_text(field, value):
            return None
        assert isinstance(value, str)
        before = len(self.reasons)
        if self._length(field, value, self._max_cell_characters):
            controls = sum(1 for _ in _CONTROL.finditer(value))
            if controls > 1 + len(value) // _CHARACTERS_PER_CONTROL:
                self.add(
                    ContractCode.CONTROL_CHARACTERS,
                    field,
                    f"{controls} of {len(value)} characters are control characters: this is not"
                    " text; get the file again.",
                )
            self._no_html(field, value)
        return value if len(self.reasons) == before else None

    def url(self, field: str, value: object, program_stream_id: int | None) -> str | None:
        """Return an http(s) address that names the program stream."""
        address = self.label(field, value)
        if address is None:
            return None
        try:
            parts = urlsplit(address)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in {"http", "https"} or not parts.netloc or " " in address:
            self.add(
                ContractCode.URL,
                field,
                f"{quoted(address)} is not an http or https address; correct the cell.",
            )
            return None
        number = rf"(?<![0-9]){program_stream_id}(?![0-9])"
        if program_stream_id is not None and not re.search(number, parts.path):
            self.add(
                ContractCode.URL,
                field,
                f"{quoted(address)} does not hold the program stream id {program_stream_id};"
                " correct the address or the id.",
            )
            return None
        return address

    def document_id(self, field: str, value: object, separator: str) -> int | None:
        """Return the program stream id of a document id such as ``1503-27447``."""
        text = self.label(field, value)
        if text is None:
            return None
        match = re.fullmatch(rf"([0-9]{{1,9}}){re.escape(separator)}([0-9]{{1,9}})", text)
        if match is None:
            self.add(
                ContractCode.DOCUMENT_ID,
                field,
                f"{quoted(text)} is not <iteration>{separator}<program stream id>; correct it.",
            )
            return None
        expected = self._file.match_iteration_id
        if int(match[1]) != expected:
            self.add(
                ContractCode.DOCUMENT_ID,
                field,
                f"{quoted(text)} belongs to iteration {int(match[1])} and the file to {expected};"
                " move it to the right file.",
            )
        return int(match[2])

    def _is_empty(self, field: str, value: object) -> bool:
        empty = value is None or (isinstance(value, str) and not value.strip())
        if empty:
            self.add(ContractCode.EMPTY, field, "the cell is empty; fill it in.")
        return empty

    def _is_text(self, field: str, value: object) -> bool:
        if isinstance(value, str):
            return True
        self.add(ContractCode.WRONG_TYPE, field, f"{quoted(value)} is not text; correct the cell.")
        return False

    def _length(self, field: str, value: str, most: int) -> bool:
        if len(value) <= most:
            return True
        self.add(
            ContractCode.TOO_LONG,
            field,
            f"the cell has {len(value):,} characters, more than the {most:,} that are accepted;"
            " shorten it.",
        )
        return False

    def _no_html(self, field: str, value: str) -> None:
        if tag := _HTML.search(value):
            self.add(
                ContractCode.HTML,
                field,
                f"HTML stands at position {tag.start()}: {quoted(tag[0])}; give markdown or plain"
                " text.",
            )


def quoted(value: object) -> str:
    """Return a value for a message, in quotation marks and cut to a readable length."""
    text = value if isinstance(value, str) else str(value)
    short = text if len(text) <= _QUOTED_CHARACTERS else f"{text[:_QUOTED_CHARACTERS]}…"
    return repr(short)
