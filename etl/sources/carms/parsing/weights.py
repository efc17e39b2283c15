"""Percentages that prose states as the weight of something in selection or ranking."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from etl.sources.carms.parsed import ParsedCriterion
from etl.sources.carms.parsing.layout import Line
from etl.sources.carms.parsing.normalise import plain
from etl.sources.carms.parsing.outcome import Problems
from etl.sources.carms.parsing.section_text import span_text
from etl.sources.carms.parsing.sections import Part
from warehouse.masking import mask_contacts
from warehouse.vocabulary import SectionKind, SelectionComponent, SelectionPhase

SECTIONS = (
    SectionKind.GENERAL_INSTRUCTIONS,
    SectionKind.REVIEW_PROCESS,
    SectionKind.INTERVIEWS,
    SectionKind.SELECTION_CRITERIA,
)
MOST_WEIGHTS = 40
"""A line with more percentages is a table of figures, no statement of weights."""

LONGEST_CLAUSE = 400
"""Characters around a number in which the words that it belongs to are looked for."""

_PERCENT = re.compile(
    r"(?<![\w%.,-])(?P<number>\d{1,4}(?:[.,]\d+)?)\s*(?:%|percent\b|per cent\b|pour cent\b)(?!\d)"
)
_C = SelectionComponent
_SUBJECTS: tuple[tuple[re.Pattern[str], SelectionComponent], ...] = tuple(
    (re.compile(pattern), component)
    for pattern, component in (
        (r"pre-?\s?interview", _C.FILE),
        (r"(?<!pre-)(?<!pre- )interview|entrevue|entretien|\bmmi\b|\bmem\b|station", _C.INTERVIEW),
        (r"curriculum|\bcv\b|\bc\.v\.", _C.CV),
        (r"recommand|reference|eference|d'appui", _C.REFERENCE_DOCUMENTS),
        (
            r"motivation|lettres? personnelle|personal (?:letter|statement)|autobiograph|biograph",
            _C.PERSONAL_LETTERS,
        ),
        (r"\bdrem\b|\bmspr", _C.PERFORMANCE_RECORD),
        (r"casper|fmproc|cpromf|mccqe|\bnac\b|exam", _C.EXAMINATIONS),
        (
            (
                r"resultats? scolaires?|releves? de notes|transcript|grades|notes\b"
                r"|rendement academique"
            ),
            _C.TRANSCRIPTS,
        ),
        (r"recherche|research|publication|scholar", _C.RESEARCH_PUBLICATIONS),
        (r"elective|stages?\b|externat", _C.ELECTIVES),
        (r"leadership", _C.LEADERSHIP),
        (r"dossier|\bfiles?\b|application|paper", _C.FILE),
        (r"letter|lettre", _C.REFERENCE_DOCUMENTS),
    )
)
_CUE = re.compile(
    r"weight|ponder|pointage|compt\w+ pour|\bcompte\b|contribut|\bworth\b|compris|comprise|\bscor"
    r"|final"
    r"|\brank|note\b|bareme|repartition|\bcote\b|evalue|evaluat|criter|criteria|selon|valeur|value"
    r"|\bmark\b"
    r"|\bpour\b|overall|total|combin|portion|based on|attribu|selection"
)
_NO_WEIGHT_BEFORE = re.compile(
    r"(?:\btop|\bat least|\bau moins|\bminimum(?: of)?|\bbetween|\bentre|\bplus de|\bmore than"
    r"|\bover"
    r"|\d\s*%?\s*(?:-|a|to|and|et|or|ou)|\bup to|jusqu'a|\blower|\bless than|\bmoins de|\babove"
    r"|\bbelow)\s*$"
)
_NO_WEIGHT_AFTER = re.compile(
    r"\W*(?:of|des|de|du|d')\s*(?:the\s+|our\s+|all\s+|les\s+|nos\s+|these\s+|its\s+)?"
    r"(?:applicants|applications|demandes|candidats|candidates|residents|graduates|applicant pool"
    r"|pool|those|persons|its original|time|postes?|positions?|population|finissants?)\b"
    r"|\W*(?:candidates|ou plus|or more|or higher|or above|or greater|et plus|en francais|and above"
    r"|success|pass)"
    r"|\s*(?:-\s*)?\d"
)
_STATISTICS = re.compile(
    r"(?:average percentage of applicants|pourcentage moyen de candidats|taux d'acceptation"
    r"|interview rate"
    r"|offer(?:s|ed)? interviews? to|seront retenus|convoqu\w+ (?:en|a l')|are (?:offered|invited)"
    r"|we interview|aim to interview|number of applicants|success rate|obtenu chaque annee)"
)
_FILE_PHASE = re.compile(
    r"(?:file|application|paper|cv) (?:review )?scor|file review|pre-interview"
    r"|selection a l'entrevue"
    r"|(?:le |du )?dossier est evalue|evaluation du dossier pour|etude du dossier|score de dossier"
    r"|revue (?:de|du) dossier|(?:note|score) (?:du|de) dossier|selection(?:nes?)? (?:pour"
    r"|en vue de) l'entrevue|invit\w* (?:to|for) (?:an )?interview"
)
_INTERVIEW_PHASE = re.compile(
    r"interview (?:score|mark|evaluation|grade) (?:is|are|comprises|consists)"
    r"|(?:in|within|during) the interview,|of the interview (?:score|mark)"
    r"|(?:note|score|ponderation|evaluation) (?:de l'|d')entrevue (?:est|se|comprend)"
    r"|(?:dans|lors de|a) l'entrevue,|de la note (?:de l'|d')entrevue"
)
_PART_SCORE = re.compile(
    r"\W*(?:of|de|du)\s+(?:the\s+|la\s+|le\s+)?(?:final\s+|note\s+d[eu]\s+)?"
    r"(?:file|application|dossier)\b"
)


@dataclass(slots=True)
class _Weight:
    percent: float
    subject: str
    component: SelectionComponent
    line: Line
    position: int
    start: int
    end: int
    group: int = 0


def parse_weights(parts: Iterable[Part], problems: Problems) -> list[ParsedCriterion]:
    """Return each stated weight as a row of its own; a group stated again counts once."""
    rows: list[ParsedCriterion] = []
    seen: set[tuple[tuple[float, str], ...]] = set()
    for part in parts:
        weights = _part_weights(part, problems) if part.kind in SECTIONS else []
        for _, members in groupby(weights, key=lambda weight: weight.group):
            group = list(members)
            key = tuple(sorted((weight.percent, weight.component.value) for weight in group))
            if key not in seen:
                seen.add(key)
                rows += [_row(part, weight, _phase(part, weight, group)) for weight in group]
    return rows


def _part_weights(part: Part, problems: Problems) -> list[_Weight]:
    """Return the weights of one part."""
    if "%" not in part.reading.folded[part.heading_end : part.end] and not re.search(
        r"\d\s*(?:per ?cent|pour cent)", part.reading.folded[part.heading_end : part.end]
    ):
        return []
    weights: list[_Weight] = []
    previous = ""
    for position, line in enumerate(part.lines):
        if "%" in line.folded or "cent" in line.folded:
            weights += _line_weights(part, line, position, previous, problems)
        if not line.bullet:
            previous = line.folded
    _grouped(weights)
    return weights


def _line_weights(
    part: Part, line: Line, position: int, previous: str, problems: Problems
) -> list[_Weight]:
    """Return the weights that a line states."""
    text = line.folded
    if _STATISTICS.search(text) or "http" in text:
        return []
    short = len(text) < 130
    cue = _CUE.search(text) is not None
    candidates: list[tuple[re.Match[str], tuple[int, int], bool]] = []
    after = 0
    numbers = list(_PERCENT.finditer(text))
    for match in numbers if len(numbers) <= MOST_WEIGHTS else ():
        before = text[max(0, match.start() - 40) : match.start()]
        if _NO_WEIGHT_BEFORE.search(before) or _NO_WEIGHT_AFTER.match(text, match.end()):
            continue
        span = _subject(text, after, match)
        named = _component(text[span[0] : span[1]]) is not None
        item = line.bullet > 0 and not text[match.end() :].strip(" .;,*_)")
        stated = item or (cue and short) or (
            named and (short or cue or _CUE.search(previous) is not None)
        )  # fmt: skip
        candidates.append((match, span, stated))
        after = match.end()
    told = [match for match, _, stated in candidates if stated]
    weights = [
        _weight(part, line, position, match, span, problems)
        for match, span, stated in candidates
        if stated
        or (told and text[match.start() - 1 : match.start()] == "(")
        or (cue and any(_one_sentence(text, match, other) for other in told))
    ]
    return [weight for weight in weights if weight is not None]


def _one_sentence(text: str, first: re.Match[str], second: re.Match[str]) -> bool:
    """Say whether two numbers stand in one sentence."""
    between = text[min(first.end(), second.end()) : max(first.start(), second.start())]
    return re.search(r"[.;!?]\s", between) is None


def _weight(
    part: Part, line: Line, position: int, match: re.Match[str], span: tuple[int, int],
    problems: Problems,
) -> _Weight | None:  # fmt: skip
    """Return a weight; one over a hundred is a problem."""
    start, end = line.start + match.start(), line.start + match.end()
    percent = float(match.group("number").replace(",", "."))
    if percent > 100:
        problems.add(
            "WEIGHT_OVER_100", "criteria",
            f"The weight {match.group()!r} is over 100 %: correct it in the source.",
            part.reading.evidence(part.kind, start, end),
        )  # fmt: skip
        return None
    subject = plain(part.reading.clean[line.start + span[0] : line.start + span[1]])
    component = _component(line.folded[span[0] : span[1]]) or _C.OTHER
    return _Weight(percent, subject.strip(" :;,.()-–=\"'|>"), component, line, position, start, end)


_HARD_CUT = re.compile(r"[;|•%]|\s\*\s")
_SENTENCE_CUT = re.compile(r"[.!?]\s")
_CLAUSE_START = re.compile(r"[,:(]\s|\(|\bet\b|\band\b|\bat\b")


def _subject(text: str, after: int, match: re.Match[str]) -> tuple[int, int]:
    """Return where the words stand that name what is weighted: before the number, else behind."""
    source = _SCORE_FROM.match(text, match.end())
    if source is not None:
        return source.start("subject"), source.end("subject")
    after = max(after, match.start() - LONGEST_CLAUSE)
    before = text[after : match.start()].rstrip(" (:-*_=~")
    stop = after + len(before)
    cuts = [cut.end() for cut in _HARD_CUT.finditer(before)]
    start = after + (cuts[-1] if cuts else 0)
    sentences = [cut.end() for cut in _SENTENCE_CUT.finditer(before) if cut.end() > start - after]
    start = next(
        (after + cut for cut in reversed(sentences) if _component(before[cut:]) is not None), start
    )
    inner = text[start:stop].rstrip(" ,;:")
    base = start
    for delimiter in _CLAUSE_START.finditer(inner):
        rest = inner[delimiter.end() :]
        if re.search(r"[a-z]{3}", rest) and _component(rest) is not None:
            start = base + delimiter.end()
    words = text[start:stop]
    if re.search(r"[a-z]{2}", words) and (
        _component(words) is not None or not _NAMES_BEHIND.match(text, match.end())
    ):
        return start, stop
    behind = _BEHIND.match(text, match.end())
    if behind is not None and (
        _component(behind.group()) is not None or not re.search(r"[a-z]{2}", words)
    ):
        return behind.start(), behind.end()
    return start, stop


_SCORE_FROM = re.compile(
    r"\W*(?:of|de|du)\s+(?:the\s+|la\s+|le\s+)?(?:\w+\s+){0,2}?(?:score|mark|note|total)\s+"
    r"(?:comes?|provien\w+|vien\w+|is|are|est|goes)\s+(?:given\s+)?(?:from|to|for|de|des"
    r"|du)\s+(?P<subject>[^,;.%|()]*)"
)
_NAMES_BEHIND = re.compile(r"[\s*_]*[a-z]")
_BEHIND = re.compile(rf"[^,;.%|()]{{0,{LONGEST_CLAUSE}}}")


def _component(words: str) -> SelectionComponent | None:
    """Return the component that the words name; the one named last is what the number is about."""
    last: tuple[int, SelectionComponent] | None = None
    for pattern, component in _SUBJECTS:
        for match in pattern.finditer(words):
            if last is None or match.start() > last[0]:
                last = (match.start(), component)
    return last[1] if last is not None else None


def _grouped(weights: Sequence[_Weight]) -> None:
    """Number the groups: weights that stand together until they make a hundred."""
    group, total = 0, 0.0
    for number, weight in enumerate(weights):
        if number:
            apart = weight.position - weights[number - 1].position
            if apart > 3 or total >= 98.5:
                group, total = group + 1, 0.0
        weight.group = group
        total += weight.percent


def _phase(part: Part, weight: _Weight, group: Sequence[_Weight]) -> SelectionPhase:
    """Return the phase of a weight, by its group and the words around it."""
    line = group[0].line
    place = weight.start - weight.line.start if weight.line is line else 0
    sentence = re.split(r"[.:!?]\s", line.folded[max(0, place - LONGEST_CLAUSE) : place])[-1]
    opening = sentence + line.folded[place : place + LONGEST_CLAUSE]
    context = part.reading.folded[max(part.heading_end, line.start - 250) : group[0].start]
    files = any(other.component is _C.FILE for other in group)
    if not files and _INTERVIEW_PHASE.search(opening):
        return SelectionPhase.INTERVIEW
    behind = part.reading.folded[weight.end : weight.end + 60].replace("\n", " ")
    whole = weight.component in {_C.FILE, _C.INTERVIEW} and not _PART_SCORE.match(behind)
    interviews = any(other.component is _C.INTERVIEW for other in group)
    if interviews or whole:
        return SelectionPhase.OVERALL
    if _FILE_PHASE.search(context) or _FILE_PHASE.search(line.folded[:2000]):
        return SelectionPhase.FILE_REVIEW
    return SelectionPhase.OVERALL


def _row(part: Part, weight: _Weight, phase: SelectionPhase) -> ParsedCriterion:
    """Return a weight as a criterion whose text is its sentence."""
    line = weight.line
    text = part.reading.clean[line.start : line.end]
    offset = weight.start - line.start
    first = max((m.end() for m in re.finditer(r"[.!?]\s+(?=[A-ZÀ-Ý])", text[:offset])), default=0)
    last = re.search(r"[.!?](?:\s|$)", text[offset:])
    sentence = text[first : offset + last.end() if last is not None else len(text)]
    return ParsedCriterion(
        phase, weight.component, mask_contacts(weight.subject or plain(sentence)[:80]), True,
        span_text(part, line.start + first, line.start + first + len(sentence)), weight.percent,
        part.reading.evidence(part.kind, weight.start, weight.end),
    )  # fmt: skip
