"""Requested items: Supporting Documentation / Information [Documents / Information à l'appui]."""

import re
from dataclasses import dataclass, field

from etl.sources.carms.parsed import ParsedRequirement
from etl.sources.carms.parsing.item_titles import (
    BLOCK_HEADINGS,
    CITIZENSHIP_BLOCK,
    EXAMINATION_BLOCK,
    KNOWN_TITLES,
    LANGUAGE_BLOCK,
    STATUS_HEADINGS,
    item_kind,
)
from etl.sources.carms.parsing.language_tests import accepted_tests
from etl.sources.carms.parsing.layout import Line
from etl.sources.carms.parsing.normalise import plain
from etl.sources.carms.parsing.outcome import Problems
from etl.sources.carms.parsing.sections import Part
from warehouse.masking import mask_contacts
from warehouse.vocabulary import RequirementKind, RequirementStatus

MAXIMUM_QUANTITY = 50
_REPEATABLE = frozenset(
    {
        RequirementKind.EXAMINATION, RequirementKind.REFERENCE_LETTER,
        RequirementKind.SUPPORT_FORM, RequirementKind.OTHER, RequirementKind.SELF_IDENTIFICATION,
    }
)  # fmt: skip
_COUNTED = frozenset({RequirementKind.REFERENCE_LETTER, RequirementKind.SUPPORT_FORM})
_NUMBER_REQUESTED = re.compile(
    r"[\s.*_]*(?:number requested|nombre de document\(s\) demandes?|nombre de documents? demandes?)"
    r"[\s*_]*:[\s*_]*(?P<value>.*)"
)
_WORDS_BOUND = re.compile(r"[*_]*(?P<bound>minimum|maximum)[*_]*\s*:[\s*_]*(?P<value>\S+)")
_PROSE_NUMBER = re.compile(
    r"(?<!at least )(?<!au moins )"
    r"\b(?P<number>\d{1,2}|one|two|three|four|five|une?|deux|trois|quatre|cinq)\b\s*(?:\(\d{1,2}\)\s*)?"
    r"(?:\w+\s+){0,2}?(?:letters?|lettres?|references?|formulaires?|support forms?)\b"
)
_NUMBER_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5,
}  # fmt: skip
_WRITTEN_NUMBER = re.compile(rf"\d{{1,9}}(?![\d.,])|(?:{'|'.join(_NUMBER_WORDS)})\b")
_SENTENCE = re.compile(
    r"\b(?:is|are|must|please|required?|submit|provide|should|will|can|may|our|we|your?|doit"
    r"|doivent|est|sont"
    r"|veuillez|vous|nous|fournir|soumettre)\b"
)
_TELLING_KINDS = frozenset(
    {
        RequirementKind.EQUIVALENCE_LETTER, RequirementKind.PRIVILEGES_PROOF,
        RequirementKind.CLINICAL_EXPERIENCE_PROOF, RequirementKind.UNDERGRADUATE_TRANSCRIPT,
        RequirementKind.ABSTRACT_PUBLICATION,
    }
)  # fmt: skip
"""Kinds whose words seldom stand alone on a line that is no title."""
_NO_TITLE = re.compile(
    r"if\b|for\b|when\b|si\b|pour\b|submit one of|soumettez un|document must be|documents doivent"
    r"|[\[(<#*_•]"
)


@dataclass(slots=True)
class _Item:
    """An item while its lines are collected."""

    kind: RequirementKind
    label: str
    status: RequirementStatus | None
    title: Line
    requested: str | None
    lines: list[Line] = field(default_factory=list)


def parse_requirements(part: Part, problems: Problems) -> list[ParsedRequirement]:
    """Return the requested items in the order of the document."""
    return [_finished(part, item, problems) for item in _items(part)]


def _items(part: Part) -> list[_Item]:
    """Return the items with the lines below each."""
    items: list[_Item] = []
    seen: set[tuple[str, RequirementStatus | None]] = set()
    block, status, after_heading, block_item = 0, None, False, False
    for line in part.lines:
        words = line.folded.rstrip(" :")
        if BLOCK_HEADINGS.get(words, 0) > block:
            block, status, after_heading, block_item = BLOCK_HEADINGS[words], None, False, False
            if block in {CITIZENSHIP_BLOCK, LANGUAGE_BLOCK}:
                items.append(_block_item(part, block, line))
                block_item = True
            continue
        if block and line.folded in STATUS_HEADINGS:
            status, after_heading = STATUS_HEADINGS[line.folded], True
            if block_item:
                items[-1].status, block_item = status, False
            continue
        examination = block == EXAMINATION_BLOCK
        item = (
            _item(part, line, status, certain=after_heading, examination=examination)
            if block
            else None
        )
        after_heading = False
        if item is not None and _is_new(item, seen):
            items.append(item)
            block_item = False
        elif items:
            items[-1].lines.append(line)
    return items


def _block_item(part: Part, block: int, line: Line) -> _Item:
    """Return the item that a block is by itself."""
    kind = RequirementKind.CITIZENSHIP if block == CITIZENSHIP_BLOCK else (
        RequirementKind.LANGUAGE_PROFICIENCY
    )  # fmt: skip
    return _Item(kind, _label(part, line, line.end), None, line, None)


def _label(part: Part, line: Line, end: int) -> str:
    """Return a title as written, on one line, without a trailing colon."""
    return mask_contacts(plain(part.reading.clean[line.start : end]).rstrip(" :."))


def _item(
    part: Part, line: Line, status: RequirementStatus | None, *, certain: bool, examination: bool
) -> _Item | None:
    """Return the item that a line is the title of; ``certain`` right below a status heading."""
    requested = _NUMBER_REQUESTED.search(line.folded)
    end = line.start + requested.start() if requested is not None else line.end
    title = " ".join(line.folded[: end - line.start].rstrip(" :").split())
    if not title or line.bullet or not line.gap:
        return None
    if title not in KNOWN_TITLES:
        kind = item_kind(title)
        counted = requested is not None and kind in _COUNTED
        own = certain and len(title) <= 120 and not title.endswith(".")
        telling = kind in _TELLING_KINDS and len(title) <= 90 and not _SENTENCE.search(title)
        if not (counted or own or telling) or _NO_TITLE.match(title):
            return None
    value = requested.group("value") if requested is not None else None
    kind = RequirementKind.EXAMINATION if examination else item_kind(title)
    return _Item(kind, _label(part, line, end), status, line, value)


def _is_new(item: _Item, seen: set[tuple[str, RequirementStatus | None]]) -> bool:
    """Say whether an item was not yet listed with its status; prose may repeat a title."""
    name = item.label.casefold() if item.kind in _REPEATABLE else item.kind.value
    key = (name, item.status)
    if key in seen:
        return False
    seen.add(key)
    return True


def _finished(part: Part, item: _Item, problems: Problems) -> ParsedRequirement:
    """Return the finished row of an item."""
    quantity = _quantity(part, item, problems) if item.kind in _COUNTED else None
    low, high = (None, None)
    if item.kind is RequirementKind.PERSONAL_LETTER:
        low, high = _word_limits(part, item, problems)
    tests = accepted_tests(part, item.lines) if item.kind is (
        RequirementKind.LANGUAGE_PROFICIENCY
    ) else ()  # fmt: skip
    evidence = part.reading.evidence(part.kind, item.title.start, item.title.end)
    return ParsedRequirement(
        item.kind, item.label, item.status, quantity, low, high, tuple(tests), evidence
    )


def _quantity(part: Part, item: _Item, problems: Problems) -> int | None:
    """Return how many letters are requested: the title's number, else what the prose says."""
    if item.requested is None:
        for line in item.lines:
            prose = _PROSE_NUMBER.search(line.folded)
            if prose is not None:
                number = prose.group("number")
                return _NUMBER_WORDS.get(number) or int(number)
        return None
    number = _WRITTEN_NUMBER.match(item.requested)
    if number is not None:
        quantity = _NUMBER_WORDS.get(number.group()) or int(number.group())
        if quantity <= MAXIMUM_QUANTITY:
            return quantity
    problems.add(
        "QUANTITY_OUT_OF_RANGE", "requirements",
        f"The number requested {item.requested[:20]!r} of {item.label[:60]!r} is not a number from "
        f"0 to {MAXIMUM_QUANTITY}: correct it in the source.",
        part.reading.evidence(part.kind, item.title.start, item.title.end),
    )  # fmt: skip
    return None


def _word_limits(part: Part, item: _Item, problems: Problems) -> tuple[int | None, int | None]:
    """Return the least and greatest number of words, each null where there is none."""
    bounds: dict[str, int | None] = {}
    for line in item.lines:
        match = _WORDS_BOUND.match(line.folded)
        if match is None or match.group("bound") in bounds:
            continue
        digits = re.fullmatch(r"\d{1,6}", match.group("value").strip("*_.,"))
        bounds[match.group("bound")] = int(digits.group()) if digits is not None else None
        if len(bounds) == 2:
            break
    low, high = bounds.get("minimum"), bounds.get("maximum")
    if low is not None and high is not None and low > high:
        problems.add(
            "WORDS_OUT_OF_ORDER", "requirements",
            f"The least number of words {low} is above the greatest {high}: correct the source.",
            part.reading.evidence(part.kind, item.title.start, item.title.end),
        )  # fmt: skip
        return None, None
    return low, high
