"""The fixed blocks of Selection Criteria: goals, file review, electives, interview, ranking."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from etl.sources.carms.parsed import CountRange, ParsedCriterion, PercentRange, Stated
from etl.sources.carms.parsing.evaluation_words import is_evaluated
from etl.sources.carms.parsing.layout import Line
from etl.sources.carms.parsing.normalise import plain
from etl.sources.carms.parsing.outcome import Problems
from etl.sources.carms.parsing.section_text import span_text
from etl.sources.carms.parsing.sections import Part
from etl.sources.carms.parsing.selection_words import (
    BLOCKS,
    ELECTIVE_LABELS,
    FILE_COMPONENTS,
    INTERVIEW_COMPONENTS,
    Block,
    is_lost_option,
)
from warehouse.masking import mask_contacts
from warehouse.vocabulary import SelectionComponent, SelectionPhase

_TEAM = re.compile(
    r"[*_]*(?:review team composition|composition de l'equipe d'examen des dossiers)\s*:\s*"
)
_VOLUME = re.compile(
    r"(?:average number of applications|nombre moyen de demandes)[^:]*:\s*(?P<value>.*)"
)
_OFFER = re.compile(
    r"(?:average percentage of applicants|pourcentage moyen de candidats)[^:]*:\s*(?P<value>.*)"
)
_BUCKET = re.compile(r"(?P<low>\d{1,6})\s*(?:-|to|a)\s*(?P<high>\d{1,6})\s*%?\s*$")
_OPEN_BUCKET = re.compile(r"(?P<low>\d{1,6})\s*(?:\+|and more|et plus)\s*$")
_EVALUATION = re.compile(r"(?:evaluation criteria|criteres d'evaluation)\s*:")
_ROW = re.compile(
    r"\|?\s*\[?(?P<label>[^|\[\]]{1,80}?)(?:\]\([^()|]*\))?\s*\|\s*(?P<text>.*?)\s*\|?\s*$",
    re.DOTALL,
)
_WORD = re.compile(r"\w")
_OTHER = re.compile(r"[*_]*(?:other|autre)s?\s*:[\s*_]*")


@dataclass(frozen=True, slots=True)
class Selection:
    """What the section states."""

    criteria: list[ParsedCriterion]
    application_volume: Stated[CountRange] | None
    interview_offer: Stated[PercentRange] | None


NO_SELECTION = Selection([], None, None)


@dataclass(frozen=True, slots=True)
class _Found:
    """A block: its heading line and the lines below it."""

    heading: Line
    lines: Sequence[Line]


def parse_selection(part: Part, problems: Problems) -> Selection:
    """Read the fixed blocks of the section; prose before them holds weights only."""
    blocks = _blocks(part)
    criteria: list[ParsedCriterion] = []
    volume, offer = None, None
    for block, found in blocks.items():
        if block in {Block.PROGRAM_GOALS, Block.SELECTION_GOALS}:
            criteria += _goals(part, block, found)
        elif block is Block.FILE_REVIEW:
            criteria += _review_team(part, found)
            criteria += _table(part, found, SelectionPhase.FILE_REVIEW, FILE_COMPONENTS)
            volume = _volume(part, found, problems)
            offer = _offer(part, found, problems)
        elif block is Block.ELECTIVES:
            criteria += _electives(part, found)
        elif block is Block.INTERVIEW:
            criteria += _table(part, found, SelectionPhase.INTERVIEW, INTERVIEW_COMPONENTS)
        else:
            criteria += _statements(part, block, found)
    return Selection(criteria, volume, offer)


def _blocks(part: Part) -> dict[Block, _Found]:
    """Return the fixed blocks; other headings stay inside their block."""
    starts: list[tuple[Block, int]] = []
    for number, line in enumerate(part.lines):
        if line.folded.startswith("##"):
            block = BLOCKS.get(" ".join(line.folded.strip("#*_: ").split()))
            if block is not None and all(block is not known for known, _ in starts):
                starts.append((block, number))
    ends = [*(number for _, number in starts[1:]), len(part.lines)][: len(starts)]
    return {
        block: _Found(part.lines[start], part.lines[start + 1 : end])
        for (block, start), end in zip(starts, ends, strict=True)
    }


def _criterion(
    part: Part, phase: SelectionPhase, component: SelectionComponent, label: str,
    span: tuple[int, int],
) -> ParsedCriterion:  # fmt: skip
    """Return a row for a span of text, which is evaluated as far as nothing else is said."""
    start, end = span
    text = span_text(part, start, end) or None
    return ParsedCriterion(
        phase, component, mask_contacts(plain(label)), None, text, None,
        part.reading.evidence(part.kind, start, end),
    )  # fmt: skip


def _heading_words(part: Part, heading: Line) -> str:
    """Return a heading's words as written."""
    return part.reading.clean[heading.start : heading.end].strip("#*_: \t")


def _goals(part: Part, block: Block, found: _Found) -> list[ParsedCriterion]:
    """Return the goals as one row."""
    if not found.lines:
        return []
    component = (
        SelectionComponent.PROGRAM_GOALS
        if block is Block.PROGRAM_GOALS
        else SelectionComponent.SELECTION_GOALS
    )
    span = (found.lines[0].start, found.lines[-1].end)
    label = _heading_words(part, found.heading)
    return [_criterion(part, SelectionPhase.OVERALL, component, label, span)]


def _review_team(part: Part, found: _Found) -> list[ParsedCriterion]:
    """Return the team's composition: from its label to the first bucket or table."""
    for number, line in enumerate(found.lines):
        match = _TEAM.match(line.folded)
        if match is None:
            continue
        end = line.end
        for following in found.lines[number + 1 :]:
            if any(pattern.match(following.folded) for pattern in (_VOLUME, _OFFER, _EVALUATION)):
                break
            end = following.end
        start = line.start + match.end()
        if not part.reading.clean[start:end].strip():
            return []
        label = part.reading.clean[line.start : start].rstrip(" :")
        return [
            _criterion(
                part, SelectionPhase.FILE_REVIEW, SelectionComponent.REVIEW_TEAM, label,
                _trimmed(part, start, end),
            )
        ]  # fmt: skip
    return []


def _trimmed(part: Part, start: int, end: int) -> tuple[int, int]:
    """Return a span without blanks at its ends."""
    text = part.reading.clean[start:end]
    return start + len(text) - len(text.lstrip()), end - (len(text) - len(text.rstrip()))


def _table(
    part: Part, found: _Found, phase: SelectionPhase, components: dict[str, SelectionComponent]
) -> list[ParsedCriterion]:
    """Return the rows of a fixed table; what stands below a row until the next belongs to it."""
    rows: list[tuple[SelectionComponent, str, int, int]] = []
    seen: set[SelectionComponent] = set()
    for line in found.lines:
        match = _ROW.match(line.folded)
        component = (
            components.get(" ".join(match.group("label").strip("*_ ").split())) if match else None
        )
        if match is not None and component is not None and component not in seen:
            seen.add(component)
            label = part.reading.clean[
                line.start + match.start("label") : line.start + match.end("label")
            ]
            rows.append((component, label, line.start + match.start("text"), line.end))
        elif rows and (not line.gap or rows[-1][0] is SelectionComponent.OTHER):
            # Only the free text of the last row, the other components, has paragraphs.
            rows[-1] = (*rows[-1][:3], line.end)
    return [_row(part, phase, row) for row in rows]


def _row(
    part: Part, phase: SelectionPhase, row: tuple[SelectionComponent, str, int, int]
) -> ParsedCriterion:
    """Return a table row as a criterion."""
    component, label, start, end = row
    start, end = _trimmed(part, start, max(start, end))
    start = min(start, end)
    return replace(
        _criterion(part, phase, component, label, (start, end)),
        is_evaluated=is_evaluated(part.reading.folded[start:end]),
    )


def _volume(part: Part, found: _Found, problems: Problems) -> Stated[CountRange] | None:
    """Return the bucket of applications."""
    for line in found.lines:
        match = _VOLUME.match(line.folded)
        value = match.group("value").strip(" *_") if match is not None else ""
        if match is None or not value:
            continue
        evidence = part.reading.evidence(part.kind, line.start + match.start("value"), line.end)
        label = plain(part.reading.clean[line.start + match.start("value") : line.end])
        bucket = _BUCKET.match(value) or _OPEN_BUCKET.match(value)
        high = bucket.groupdict().get("high") if bucket is not None else None
        if bucket is None or (high is not None and int(high) < int(bucket.group("low"))):
            problems.add(
                "IMPOSSIBLE_BUCKET", "application_volume",
                f"The number of applications {label[:40]!r} is no bucket such as 51 - 200 or "
                "601 +: correct it in the source.",
                evidence,
            )  # fmt: skip
            return None
        low = int(bucket.group("low"))
        return Stated(CountRange(low, int(high) if high else None, mask_contacts(label)), evidence)
    return None


def _offer(part: Part, found: _Found, problems: Problems) -> Stated[PercentRange] | None:
    """Return the bucket of applicants offered an interview."""
    for line in found.lines:
        match = _OFFER.match(line.folded)
        value = match.group("value").strip(" *_") if match is not None else ""
        if match is None or not value:
            continue
        evidence = part.reading.evidence(part.kind, line.start + match.start("value"), line.end)
        label = plain(part.reading.clean[line.start + match.start("value") : line.end])
        bucket = _BUCKET.match(value)
        if bucket is None or not int(bucket.group("low")) <= int(bucket.group("high")) <= 100:
            problems.add(
                "IMPOSSIBLE_BUCKET", "interview_offer",
                f"The share of applicants interviewed {label[:40]!r} is no bucket between 0 and "
                "100 %: correct it in the source.",
                evidence,
            )  # fmt: skip
            return None
        low, high = float(bucket.group("low")), float(bucket.group("high"))
        return Stated(PercentRange(low, high, mask_contacts(label)), evidence)
    return None


def _electives(part: Part, found: _Found) -> list[ParsedCriterion]:
    """Return the labelled texts of the block; each runs to the next label."""
    rows: list[tuple[SelectionComponent, str, int, int]] = []
    seen: set[SelectionComponent] = set()
    for line in found.lines:
        for pattern, component in ELECTIVE_LABELS:
            match = pattern.match(line.folded)
            if match is not None and component not in seen:
                seen.add(component)
                start = line.start + match.end()
                label = part.reading.clean[line.start : start].rstrip(" :*_")
                rows.append((component, label, start, line.end))
                break
        else:
            if rows:
                rows[-1] = (*rows[-1][:3], line.end)
    return [
        _criterion(part, SelectionPhase.ELECTIVES, component, label, _trimmed(part, start, end))
        for component, label, start, end in rows
        if _WORD.search(part.reading.clean, start, end)
    ]


def _statements(part: Part, block: Block, found: _Found) -> list[ParsedCriterion]:
    """Return what the program itself writes; the fixed options are lost tick boxes."""
    outside = block is Block.OUTSIDE
    phase = SelectionPhase.OUTSIDE_INFORMATION if outside else SelectionPhase.RANKING
    component = (
        SelectionComponent.OUTSIDE_INFORMATION if outside else SelectionComponent.RANKING_PROCESS
    )
    spans: list[tuple[int, int]] = []
    other = False
    for line in found.lines:
        match = _OTHER.match(line.folded) if not other else None
        if match is not None:
            other = True
            spans.append((line.start + match.end(), line.end))
        elif other or not is_lost_option(line.folded):
            spans.append((line.start, line.end))
    label = _heading_words(part, found.heading)
    stated = [span for span in spans if part.reading.clean[slice(*span)].strip(" *_\n")]
    return [
        replace(
            _criterion(part, phase, component, label, _trimmed(part, *span)),
            is_evaluated=_considers(part, span),
        )
        for span in stated
    ]


def _considers(part: Part, span: tuple[int, int]) -> bool | None:
    """Return false where a statement says that nothing outside the application is considered."""
    return False if is_evaluated(part.reading.folded[slice(*span)]) is False else None
