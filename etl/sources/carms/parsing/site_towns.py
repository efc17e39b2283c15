"""Towns where residents train: alone on a line, in a list, or in a sentence that says so."""

import functools
import re
from typing import NamedTuple

from etl.sources.carms.parsing.site_gazetteer import towns
from etl.sources.carms.parsing.site_words import LEADING_WORDS
from warehouse.vocabulary import Province

Span = tuple[int, int]

LEAST_TOWNS = 3
"""Towns that a sentence must list for its mere mention of training to make them sites."""

LONGEST_GAP = 80
"""Characters between two towns of one run, asides such as a province included."""

LONGEST_SENTENCE = 400
"""Characters before a town that are read to tell whether residents train there."""

_PROVINCE_NAMES = (*(code.description for code in Province), "Newfoundland", "PEI")
_PROVINCES = "|".join(map(re.escape, (*_PROVINCE_NAMES, *Province.values())))
_ASIDE = (
    rf"(?:\s*\([^()]*\)|\s*,?\s*\(?\b(?:{_PROVINCES})\b\)?"
    r"|,\s(?:just |only |about |approximately )?\d[\d-]* (?:minutes?|hours?|km) away)*"
)
_JOINT = (
    rf"{_ASIDE}\s*(?:[,;/•|&:]|,?\s*\+/-|\band\b|\bet\b|\bou\b|\bor\b|\s-\s|\s"
    r"|,?\s(?:but also|qu'à)\b(?: in)?|(?:,|\set|\sou)\sà\s)[\s,]*"
    r"(?:(?:and|et|or|ou|&)\s)*"
)
_JOINED = re.compile(_JOINT)
_UNKNOWN = re.compile(
    rf"{_JOINT}([A-ZÀ-Þ][\w'.-]*(?:[ -][A-ZÀ-Þ][\w'.-]*){{0,2}}){_ASIDE}\s*,\s*(?:and\s)?"
)
_NOTHING_MORE = re.compile(rf"{_ASIDE}[\s.:;*_()|-]*")
_NOTHING_BEFORE = re.compile(rf"[\s*_(:,.'-]*(?:{_PROVINCES})?[\s*_(:,.'-]*(?:[Tt]he\s)?")
_BEHIND = re.compile(
    rf"(?:'s)?[\s-]+(?!(?:{_PROVINCES}|And|Site|Stream)\b)([A-ZÀ-Þ]\w*)|'s\s()|[-\w]()"
)
_BEFORE = re.compile(r"([A-ZÀ-Þ][\w']*)\s$|()\w-$")
_TRAINING = re.compile(
    r"\b(?:rotations?|train(?:ing|s)?|blocks?|electives?|placements?|preceptors?|practices?"
    r"|clinics?|sites?|experiences?|opportunities|stages?|milieux|formation|selectives?)\b",
    re.IGNORECASE,
)
_BASE = re.compile(r"\b(?:[Ss]ite|base|based|stream|spent|hospitals|tenue?s?|donnent?)\b")
_SITE = re.compile(r" (?:training |teaching )[Ss]ite\b| hospitals\b")
_TOLD = re.compile(
    r"\b(?:train|rotate|(?:rotations?|training|placements?|blocks?)(?: \w+){0,3}"
    r"|placed(?: \w+){0,5}|community hospitals) (?:in|at)$"
    r"|\b(?:hospitals|clinics|practices|preceptors)\b[^.;]{0,90} communities of$"
)
_BESIDE = (
    r"(?:are|is|be|being|been|will|may|can|to|also|either|both|all|generally|usually|locally"
    r"|predominantly|primarily|mainly|mostly|occur\w*|take|takes|taking|taken|place|completed"
    r"|conducted|held|done|based|out|of|se|sont|seront|font|tant|effectuent|déroulent"
    r"|principalement)"
)
"""Words that may stand between a rotation and where it is."""

_PHRASES = (
    (
        r"(?:rotations?|placements?|blocks?|stages|experiences)"
        rf"(?: this| during (?:\w+ ){{0,2}}\w+| in the \w+ years?)?"
        rf"(?: {_BESIDE})* (?:in|at|à)(?: either)?"
    ),
    r"[Rr]otations? to occur in",
    r"(?:rotation|block|experience)s?\b[^.;:]{0,90}\b(?:takes?|taking) place(?: either)? in",
    r"experiences? in (?:\w+ ){0,2}\w+ in (?:places|communities|cent(?:re|er)s) (?:like|such as)",
    r"milieux\b[^.;]{0,120}, soit",
    rf"[Rr]esidents? (?:are|is|will be)(?!.* based )(?: {_BESIDE})* (?:in|out of)(?: either)?",
    r"[Tt]raining out of",
    r"year\b[^.;]{0,90} spent in",
    r"(?:tenue?s?|se donnent?) à",
    r"(?:experiences|[Ee]lectives) (?:are )?[Aa]vailable in",
    r"surrounding communities of",
    r"train at sites\b[^.;]{0,40}\bfor example, in",
    (
        r"(?:rotations|electives)\b[^.;]{0,30}\b(?:cent(?:re|er)s|communities|sites)\b"
        r"[^.;]{0,20},? such as"
    ),
    r"urban cent(?:re|er)s such as",
    r"sends? (?:our )?residents to",
    r"(?:is|are) completed (?:in|at)",
    r"experiences? with (?:our|the) (?:\w+ )?partners in",
    r"rotations\b[^.;]{0,60}\b(?:settings|communities|sites)\b[^.;]{0,40}\b(?:i\.?e|e\.?g)\.?,?",
    r"milieux tels que",
    r"s'effectuent?\b[^.;]{0,60}\b(?:principalement|surtout) à",
)
_DIRECT = re.compile("|".join(rf"\b{phrase}$" for phrase in _PHRASES), re.IGNORECASE)
"""What right before a town tells that residents train there, be it a single one."""

_FOR_BLOCK = re.compile(r" for (?:an? |the )?(?:[\w-]+ ){0,4}(?:block|rotation)s?\b")
"""What behind towns that begin a line tells what residents do there."""

_ALSO = re.compile(r"\s+at (?:the )?[A-Z]")
"""What behind a town tells that it only says where."""

_SERIES_GOES_ON = re.compile(rf"{_ASIDE}\s*[,;]\s")
_OPEN = re.compile(r"\([^()]*$")
_EXAMPLES = re.compile(
    r"\b(?:sites|communities|hospitals|cent(?:re|er)s)\b[^()]{0,40}"
    r"\((?:e\.?g\.?,?|i\.?e\.?,?|such as|including)?$|\(including sites such as$"
    r"|\bmilieux?\b[^()]{0,40}\((?:par )?ex(?:emple)?\.?\s?:?$"
)
_ONE_OF_THEM = re.compile(r"\btraining\b[^.;]{0,60}\bcent(?:re|er)s \(i\.?e\.?,?$", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"\b(?:drive|flights?|rail|minutes?|hours?|km|proximity|population|home to|between|near|close"
    r"|away|serv(?:es?|ed|ing)|explor\w+|festivals?|highway|airport|travel|university|universit[ée]"
    r"|college|housing|outside|apply|match|electives?|available|encourag\w+|such as|like"
    r"|surrounding|attend|hospital with)\b",
    re.IGNORECASE,
)


def _is_province(name: str) -> bool:
    """Say whether a town's name is also that of its province, as written there: Quebec."""
    return name in _PROVINCE_NAMES


def _told_inside(opening: str) -> bool:
    """Say whether what is open before a single town tells that residents train there."""
    inside = opening[opening.rindex("(") :]
    return _DIRECT.search(inside) is not None or _ONE_OF_THEM.search(opening) is not None


@functools.lru_cache(maxsize=4096)
def is_town(name: str) -> bool:
    """Say whether a name is that of a community."""
    return any(not name[:start].strip("dl' ") and end == len(name) for start, end in _towns(name))


def town_runs(text: str) -> list[list[Span]]:
    """Return the towns in ``text`` (plain marks) that follow one another with nothing between.

    A name that no table knows counts where it stands between two towns of a run.
    """
    runs: list[list[Span]] = []
    for start, end in _towns(text):
        last = runs[-1][-1][1] if runs else -LONGEST_GAP
        gap = (text, last, start) if start - last < LONGEST_GAP else None
        joined = gap is not None and _JOINED.fullmatch(*gap) is not None
        unknown = _UNKNOWN.fullmatch(*gap) if gap and not joined else None
        if unknown is not None:
            runs[-1].append(unknown.span(1))
        if joined or unknown is not None:
            runs[-1].append((start, end))
        else:
            runs.append([(start, end)])
    return runs


def _towns(text: str) -> list[Span]:
    """Return the towns in a text that are no part of another name: Ottawa, not Ottawa Hospital."""
    found = towns().find(text)
    starts = {town.start for town in found}
    free: list[Span] = []
    for town in found:
        behind = _BEHIND.match(text, town.end)
        before = _BEFORE.search(text, max(free[-1][1] if free else 0, town.start - 40), town.start)
        goes_on = behind is not None and behind.start(1) not in starts
        if goes_on or (before is not None and before.group(1) not in LEADING_WORDS):
            continue
        article = 4 if town.end - town.start < 4 and text.endswith("he ", 0, town.start) else 0
        free.append((town.start - article, town.end))
    return free


def towns_alone(text: str, start: int = 0) -> list[Span]:
    """Return the towns of a text that holds nothing else from ``start`` on."""
    runs = town_runs(text[start:])
    if len(runs) != 1:
        return []
    towns_found = [(low + start, high + start) for low, high in runs[0]]
    before = _NOTHING_BEFORE.fullmatch(text, start, towns_found[0][0])
    behind = _NOTHING_MORE.fullmatch(text, towns_found[-1][1])
    return towns_found if before and behind else []


class Town(NamedTuple):
    """A town of training by its offsets; ``listed`` behind a colon, ``told`` by a clear phrase."""

    start: int
    end: int
    listed: bool = False
    told: bool = False


def towns_of_training(text: str) -> list[Town]:
    """Return the towns that ``text`` says residents train in.

    They are listed behind a colon or dash. In a sentence, a single town counts as home base, or
    where nothing but an auxiliary word stands between it and a rotation.
    """
    found: list[Town] = []
    if not (_TRAINING.search(text) or _BASE.search(text)):
        return found
    for run in town_runs(text):
        first, last = run[0][0], run[-1][1]
        opening = text[max(0, first - LONGEST_SENTENCE) : first].rstrip()
        before = opening.rsplit(". ", 1)[-1]
        if _OPEN.search(opening):
            if _EXAMPLES.search(opening) if len(run) > 1 else _told_inside(opening):
                found += [Town(*town, told=True) for town in run]
            continue
        trains = _TRAINING.search(before) is not None
        announced = trains and before.endswith((":", " -"))
        several = len(run) > 1 and _TOLD.search(before) is not None
        told = several or (trains and len(run) >= LEAST_TOWNS)
        of_town = len(run) < LEAST_TOWNS and _SITE.match(text, last) is not None
        of_town = of_town and not _is_province(text[first:last])
        direct = _DIRECT.search(before) is not None and _ALSO.match(text, last) is None
        goes_on = len(run) > 1 and _SERIES_GOES_ON.match(text, last) is not None
        series = announced and (goes_on or len(run) >= LEAST_TOWNS)
        among = trains and opening.endswith(";") and text.startswith(";", last)
        direct = (
            direct or series or among or (not before and _FOR_BLOCK.match(text, last) is not None)
        )
        if announced or of_town or direct or (told and _ELSEWHERE.search(before) is None):
            found += [Town(*town, listed=announced, told=direct or several) for town in run]
    return found
