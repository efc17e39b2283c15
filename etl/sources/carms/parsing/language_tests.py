"""Language tests that a program accepts, with the least scores it states."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from etl.sources.carms.parsed import AcceptedTest
from etl.sources.carms.parsing.layout import Line
from etl.sources.carms.parsing.normalise import plain
from etl.sources.carms.parsing.sections import Part

_NAMES: tuple[tuple[str, str], ...] = (
    (r"ielts\s+indicator", "OTHER:IELTS Indicator"),
    (r"toefl[\s-]*ibt\s+home\s+edition\s+will be accepted", "OTHER:TOEFL iBT Home Edition"),
    (
        (
            r"ielts[\s-]*academic|(?:international english language testing system"
            r"|\(ielts\))\s*-?\s*academic"
        ),
        "IELTS_ACADEMIC",
    ),
    (r"ielts[\s-]*general", "IELTS_GENERAL"),
    (r"ielts|international english language testing system", "IELTS"),
    (r"\boet\b|occupational english test", "OET"),
    (
        (
            r"celpip\)?\s*-?\s*general|canadian english language proficiency index program"
            r"(?: test)?(?: \(celpip\))?\s*-?\s*general"
        ),
        "CELPIP_GENERAL",
    ),
    (r"celpip|canadian english language proficiency index program", "CELPIP"),
    (r"toefl[\s-]*ibt", "TOEFL_IBT"),
    (r"toefl", "TOEFL"),
    (r"\btcf[\s-]*canada\b", "OTHER:TCF Canada"),
    (r"\btcf[\s-]*(?:quebec|q)\b", "TCFQ"),
    (r"\btcf\b", "TCF"),
    (r"\btefaq\b|\btef[\s-]*quebec\b", "TEFAQ"),
    (r"\btef[\s-]*canada\b", "TEF_CANADA"),
    (r"\btef\b", "TEF"),
    (r"\btfe\b|test de francais ecrit", "OTHER:TFE"),
    (r"epreuve uniforme de francais|\beul\b", "OTHER:EUL"),
    (r"\bdelf\b", "DELF"),
    (r"\bdalf\b", "DALF"),
    (r"\btfi\b|test de francais international", "TFI"),
    (r"\btfc\b", "TFC"),
    (r"\(tif\)|\btif\b|test institutionnel de francais de", "TIF"),
    (r"\bcael\b", "CAEL"),
    (r"\bpte\b|pearson test of english", "PTE"),
    (r"\bmelab\b", "MELAB"),
    (r"letter of language proficiency|lettre de competence de la langue", "LETTER"),
)
_TICKED: tuple[tuple[str, str], ...] = (
    (r"alternative proof|linguistiques? alternative", "ALTERNATIVE_PROOF"),
    (r"letter|lettre|attestation", "LETTER"),
)
_ANY_NAME = re.compile("|".join(f"(?P<n{n}>{pattern})" for n, (pattern, _) in enumerate(_NAMES)))
_TICK_LIST = re.compile(r"submit one of the following|soumettez un des documents suivants")
_GENERIC_TICK = re.compile(r"examens? de competence|language (?:test|exam)")
_REFUSED = re.compile(
    r"[^.:;]{0,60}?(?:n'est (?:pas|plus)|ne sont (?:pas|plus)|not (?:be )?(?:accepted|recogni))"
)
_SCORE = re.compile(
    r"\b(?:minimum|minimal|minimale|minimaux|at least|au moins)\b[\s:]*(?:(?:score|grade|resultat"
    r"|note|minimum)\b[\s:]*)*"
    r"(?:(?:of|de|is|est de)\b[\s:]*)?(?P<score>\d+(?:[.,]\d+)?(?!\s*(?:%|months?|mois|years?|ans"
    r"|weeks?))|[abc][12]?(?![\w']))"
)
_COMPONENT = re.compile(
    r"\b(?:tcf|tef)-(?P<part>[a-z]{1,3})\b[^.]{0,60}?(?:egal|minimum) a (?P<score>\d+)"
)
_LEVEL = re.compile(r"\bniveau\s+(?P<score>[abc][12])\b")
_LEVELLED = ("TCF", "TEF", "DALF", "DELF", "TFI", "OTHER:TCF")
_PRECISE = {"IELTS": ("IELTS_ACADEMIC", "IELTS_GENERAL"), "CELPIP": ("CELPIP_GENERAL",),
            "TOEFL": ("TOEFL_IBT",)}  # fmt: skip


@dataclass(slots=True)
class _Mention:
    name: str
    start: int
    end: int


def accepted_tests(part: Part, lines: Sequence[Line]) -> list[AcceptedTest]:
    """Return every test that the lines of the block name as accepted, once each."""
    ticked = _ticked(part, lines)
    prose = re.sub(r"[*_]", " ", " \n ".join(line.body for line in lines))
    mentions = _mentions(prose)
    names = list(dict.fromkeys([*ticked, *(mention.name for mention in mentions)]))
    scores = _scores(prose, mentions)
    for general, precise in _PRECISE.items():
        better = next((name for name in precise if name in names), None)
        if general in names and better is not None:
            names.remove(general)
            if general in scores:
                scores.setdefault(better, scores[general])
    return [AcceptedTest(name, scores.get(name)) for name in names]


def _ticked(part: Part, lines: Sequence[Line]) -> list[str]:
    """Return the documents of the fixed tick list, in its order."""
    names: list[str] = []
    listing = False
    for line in lines:
        if _TICK_LIST.search(line.folded):
            listing = True
            continue
        if not listing:
            continue
        if not line.folded.startswith("•"):
            break
        found = _ANY_NAME.search(line.body)
        if found is not None and found.lastgroup is not None:
            names.append(_NAMES[int(found.lastgroup[1:])][1])
            continue
        other = next((name for pattern, name in _TICKED if re.search(pattern, line.body)), None)
        if other is not None:
            names.append(other)
        elif not _GENERIC_TICK.search(line.body):
            words = plain(part.reading.clean[line.start + line.bullet : line.end])
            names.append(f"OTHER:{words}")
    return names


def _mentions(prose: str) -> list[_Mention]:
    """Return the tests that a prose names, those that it refuses left out."""
    mentions = []
    for match in _ANY_NAME.finditer(prose):
        assert match.lastgroup is not None
        if not _REFUSED.match(prose, match.end()):
            name = _NAMES[int(match.lastgroup[1:])][1]
            mentions.append(_Mention(name, match.start(), match.end()))
    return mentions


def _scores(prose: str, mentions: Sequence[_Mention]) -> dict[str, str]:
    """Return the least score of each test: the first one stated behind its name."""
    scores: dict[str, str] = {}
    components: dict[str, list[str]] = {}
    for match in _COMPONENT.finditer(prose):
        name = match.group()[:3].upper()
        components.setdefault(name, []).append(
            f"{match.group('part').upper()}:{match.group('score')}"
        )
    scores.update({name: " ".join(parts) for name, parts in components.items()})
    for match in _SCORE.finditer(prose):
        before = [mention for mention in mentions if mention.end <= match.start()]
        if before and match.start() - before[-1].end < 400:
            score = match.group("score").upper().replace(",", ".")
            scores.setdefault(_scored(before), score)
    level = _LEVEL.search(prose)
    if level is not None:
        for mention in mentions:
            if mention.name.startswith(_LEVELLED):
                scores.setdefault(mention.name, level.group("score").upper())
    return scores


def _scored(before: Sequence[_Mention]) -> str:
    """Return the test that a score belongs to: the last one named, editions aside."""
    for mention in reversed(before):
        if not mention.name.startswith("OTHER:"):
            return mention.name
    return before[-1].name
