"""Finds names of places by how they are built: capitals with a word such as hospital or clinic."""

import re

from etl.sources.carms.parsing.normalise import fold
from etl.sources.carms.parsing.site_words import (
    ALSO_PROPER,
    CLINICAL_WORDS,
    COMMON_WORDS,
    ENGLISH_HEADS,
    FRENCH_HEADS,
    FRENCH_PARTICLES,
    FRENCH_SMALL,
    LEADING_WORDS,
    NOT_A_SITE,
    TRIMMED_WORDS,
    WORD,
)

Span = tuple[int, int]

LONGEST_NAME = 10
"""Most words before a head: longer runs of capitals are no names, and bounding them keeps the
search linear."""

_SMALL = r"(?:of|for|the|and|&|de|du|des|la|le|aux)"
_EN_HEAD = rf"(?:{'|'.join(ENGLISH_HEADS)})"
_FR_HEAD = rf"(?:{'|'.join(FRENCH_HEADS)})"
_FR_SMALL = rf"(?:{'|'.join(FRENCH_SMALL)})"
_CAMPUS = (
    rf"(?:\s*(?:-|,|\(|\s)\s*(?:the\s+)?(?:{WORD}\s+){{1,2}}(?:Campus|Site)\b\)?"
    rf"|\s*(?:-|,)\s*Campus\s+{WORD}(?:-{WORD})?)"
)
_TAIL = (
    rf"(?:\s+(?:of|for)\s+(?:the\s+)?(?![A-Z]{{2,}}\b){WORD}"
    rf"(?:\s+(?:(?:and|&|of)\s+)?(?!(?:{_EN_HEAD})\b\s+(?:is|has)){WORD}){{0,8}})"
)
_ENGLISH = re.compile(
    rf"(?<![\w'.])(?:Hospice\s(?:{WORD}\s?){{1,2}}"
    rf"|(?:{WORD}\s+(?:{_SMALL}\s+){{0,2}}(?=[A-ZÀ-Þ0-9d'])){{0,{LONGEST_NAME}}}?"
    rf"{_EN_HEAD}(?![\w'-]){_TAIL}?{_CAMPUS}?)"
)
_FRENCH = re.compile(
    rf"(?<![\w-]){_FR_HEAD}(?![\w])(?:-[\w']+){{0,9}}"
    rf"(?:[\s-]+(?:(?:(?:{FRENCH_PARTICLES})\s*){{1,2}})?(?:{WORD}|{_FR_SMALL}\b)"
    rf"(?:-[\w']+){{0,9}}){{0,14}}{_CAMPUS}?"
)
_HAS_HEAD = re.compile(rf"(?:{_EN_HEAD}|{_FR_HEAD})(?![\w'])")
_SPLIT = re.compile(r"\s+(?:and|et|or|ou)\s+(?:at\s+|à\s+|au\s+|aux\s+)?(?:the\s+|le\s+|la\s+|l')?")
_ARTICLE = re.compile(r"\b(?:the|le|la|l')")
_PLURAL = re.compile(r"(?<=Hospital)s$|(?<=Campus)es$|(?<=Site)s$")
_PLURAL_ONLY = re.compile(
    r"(?:Clinics|Centres|Centers|Hospitals|Pavilions|Units|Teams|Laboratories|Programs)$"
)
_SENTENCE_END = re.compile(r"\b[A-Z]\.\s(?=The\s)")
_FIRST_WORD = re.compile(r"\s*(\S+)(?:\s+|$)")
_GLUED_NUMBER = re.compile(r"[a-zà-ÿ]\d{3,}")
_WORDS = re.compile(r"[a-z0-9]+")


def find_built(text: str) -> list[Span]:
    """Return the stretches of ``text`` (plain marks) that are built as names of places."""
    if _HAS_HEAD.search(text) is None:
        return []
    return [
        part
        for pattern in (_FRENCH, _ENGLISH)
        for match in pattern.finditer(text)
        for part in _parts(text, match.start(), match.end())
        if _is_site(text[slice(*part)])
    ]


def has_head(text: str, start: int, end: int) -> bool:
    """Say whether a stretch of text holds a word that tells a place of care."""
    return _HAS_HEAD.search(text, start, end) is not None


def singular(name: str) -> str:
    """Return the name of one where several share the last word: Lachine and LaSalle Hospitals."""
    return _PLURAL.sub("", name)


def is_common(folded: str) -> bool:
    """Say whether a folded name is made of common words only: it names no place."""
    return all(word in COMMON_WORDS for word in _WORDS.findall(folded))


def is_clinic_of_its_kind(name: str) -> bool:
    """Say whether a name tells what a clinic does, and no more: Chronic Pain Clinic."""
    words = set(_WORDS.findall(fold(name)))
    return bool(words & CLINICAL_WORDS) and words <= COMMON_WORDS | CLINICAL_WORDS


def _parts(text: str, start: int, end: int) -> list[Span]:
    """Cut a match at its conjunctions where both sides are names, and trim each part."""
    words = text[start:end]
    parts: list[Span] = []
    first = 0
    for joint in _SPLIT.finditer(words):
        left, right = words[first : joint.start()], words[joint.end() :]
        # The Harbour Hospital and Health Sciences Centre is one place.
        proper = _ARTICLE.search(joint.group()) or not is_common(fold(right))
        if proper and _HAS_HEAD.search(left) and _HAS_HEAD.search(right):
            parts.append((first, joint.start()))
            first = joint.end()
    parts.append((first, len(singular(words)) if parts else len(words)))
    trimmed = (_trimmed(text, start + low, start + high) for low, high in parts)
    return [part for part in trimmed if part is not None]


def _trimmed(text: str, start: int, end: int) -> Span | None:
    """Cut words that open a sentence, and marks at the end; null where nothing is left."""
    ended = _SENTENCE_END.search(text, start, end)
    start = ended.end() if ended is not None else start
    while (word := _FIRST_WORD.match(text, start, end)) and word.group(1) in TRIMMED_WORDS:
        start = word.end()
    glued = _GLUED_NUMBER.search(text, start, end)
    end = glued.start() + 1 if glued is not None else end
    while end > start and text[end - 1] in " ,.;:-/&(":
        end -= 1
    start += len(text[start:end]) - len(text[start:end].lstrip())
    return (start, end) if end > start else None


def _is_site(name: str) -> bool:
    """Say whether a match names a place: no thing of another kind, no plural, no common words."""
    if len(name) < 3 or NOT_A_SITE.search(name) or _PLURAL_ONLY.search(name):
        return False
    folded = fold(name)
    words = [word for word in re.split(r"[\s-]+", name) if word]
    if name[0].isdigit() and len(words) <= 2:
        return False
    if ALSO_PROPER.fullmatch(folded):
        return True
    if is_common(folded):
        return False
    if "hospital" in words:
        # In lower case it is a hospital in general, unless a whole name stands before it.
        before = words[: words.index("hospital")]
        if sum(word not in LEADING_WORDS and word[0].isupper() for word in before) < 2:
            return False
    return not all(word in LEADING_WORDS or _HAS_HEAD.fullmatch(word) for word in words)
