"""Finds the names of hospitals, clinics, centres and laboratories in a stretch of text."""

import re
from dataclasses import dataclass

from etl.sources.carms.parsing.normalise import fold
from etl.sources.carms.parsing.site_words import (
    ALSO_PROPER,
    CLINICAL_WORDS,
    COMMON_WORDS,
    ENGLISH_HEADS,
    FRENCH_HEADS,
    FRENCH_PARTICLES,
    FRENCH_SMALL,
    KNOWN_NAMES,
    LEADING_WORDS,
    NOT_A_SITE,
    TRIMMED_WORDS,
    WORD,
)

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
    rf"(?:\s+(?:of|for)\s+(?:the\s+)?{WORD}"
    rf"(?:\s+(?:(?:and|&|of)\s+)?(?!(?:{_EN_HEAD})\b\s+(?:is|has)){WORD}){{0,8}})"
)
_ENGLISH = re.compile(
    rf"(?<![\w'.])(?:{WORD}\s{{1,2}}(?:{_SMALL}\s+){{0,2}}(?=[A-ZÀ-Þ0-9d'])){{0,{LONGEST_NAME}}}?"
    rf"{_EN_HEAD}(?![\w'-]){_TAIL}?{_CAMPUS}?"
)
_FRENCH = re.compile(
    rf"(?<![\w-]){_FR_HEAD}(?![\w])(?:-[\w']+){{0,9}}"
    rf"(?:[\s-]{{1,3}}(?:(?:(?:{FRENCH_PARTICLES})\s*){{1,2}})?(?:{WORD}|{_FR_SMALL}\b)"
    rf"(?:-[\w']+){{0,9}}){{0,14}}{_CAMPUS}?"
)
_NAMES = "|".join(re.escape(name) for name in KNOWN_NAMES)
_KNOWN = re.compile(rf"(?<![\w'])(?:{_NAMES})(?![\w'])")
_HAS_HEAD = re.compile(rf"(?:{_EN_HEAD}|{_FR_HEAD}|{_NAMES})(?![\w'])")

_SPLIT = re.compile(r"\s+(?:and|et|or|ou)\s+(?:at\s+|à\s+|au\s+|aux\s+)?(?:the\s+|le\s+|la\s+|l')?")
_OPENINGS = frozenset({"hospital,", "the", "le", "la"})
_ARTICLE = re.compile(r"\b(?:the|le|la|l')")
_SHARES_HEAD = re.compile(r"(?:General|Memorial|Jubilee|Infirmary|Regional)\s*$")
_PLURAL_HEAD = re.compile(
    r"^\s*(?:\S+\s+){0,4}(?:Hospitals|Campuses|Sites)$"
    r"|^\s*(?!District|Area|Rehab|Community|Mental)(?:\S+\s+){1,3}Hospital$"
)
_CAMPUSES = re.compile(
    r"\s*(?:-|,|\()\s*(?:the\s+)?[A-Z][\w, ]{0,60}?\b(?:and|et)\b[\w ]{0,40}Campuses$"
)
_OTHER_BODY = re.compile(
    r"(?:School|College|University|Health|Sciences|Society|Medicine|Columbia)$"
)
_PAIRED = re.compile(
    r"(?:Diagnostic|Treatment|Addictions?|Rehabilitation|Scientific|Surgical|Thoracic|Vascular"
    r"|Health)\s*$"
)
_PLURAL_ONLY = re.compile(r"(?:Clinics|Centres|Centers|Hospitals|Pavilions|Units|Teams)$")
_OTHER_THING = re.compile(
    r"'?s?\s+(?:Research|Foundation|Library|Association|Academy|Health Academy|Society|Committee"
    r"|Board|Auxiliary|Corporation\b\s*$)"
)
_INDEFINITE = re.compile(r"\b(?:an?|une?|the new|any|each|another)\s+$")
_HEALTH_REGION = re.compile(
    r"\W*(?:le |la |du )?(?:CISSS|CIUSSS?|CRSSS|CSSS|Centre [Ii]nt[ée]gr[ée])"
)
_GLUED_NUMBER = re.compile(r"[a-zà-ÿ]\d{3,}")
_NETWORK = re.compile(
    r"\W*(?:[Tt]he )?(?:University Health Network|Unity Health|Sinai Health"
    r"|Trillium Health Partners|(?:[A-Z][\w'.]+ ){1,3}Health (?:Network|Partners|System)s?$)"
)
_MARKS = str.maketrans(
    {
        **dict.fromkeys("’‘`´ʼ", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("*_#\n\t\u00a0\\", " "),
    }
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a text, by its offsets."""

    start: int
    end: int


def plain_marks(text: str) -> str:
    """Return ``text`` of the same length with plain quotes and dashes, and without emphasis."""
    return text.translate(_MARKS)


def is_health_region(name: str) -> bool:
    """Say whether a name is that of a health region, which a hospital beside it is part of."""
    return _HEALTH_REGION.match(name) is not None


def is_network(name: str) -> bool:
    """Say whether a name is that of a network of hospitals, or of a health region."""
    return _NETWORK.match(name) is not None or is_health_region(name)


def find_names(text: str) -> list[Name]:
    """Return the names in ``text`` (plain marks), in order; none lies inside another."""
    if _HAS_HEAD.search(text) is None:
        return []
    spans = sorted(
        (
            part
            for pattern in (_FRENCH, _ENGLISH, _KNOWN)
            for match in pattern.finditer(text)
            for part in _parts(text, match.start(), match.end())
        ),
        key=lambda span: (span[0], -span[1]),
    )
    names: list[Name] = []
    for start, end in spans:
        if not names or start >= names[-1].end:
            names.append(Name(start, end))
        elif end > names[-1].end:
            names[-1] = Name(names[-1].start, end)
    return [name for name in names if _is_named(text, name)]


def _is_named(text: str, name: Name) -> bool:
    """Say whether a span names one place: no plural, no thing of another kind, no ``a clinic``."""
    words = text[name.start : name.end]
    return (
        _is_site(words)
        and _PLURAL_ONLY.search(words) is None
        and _OTHER_THING.match(text, name.end) is None
        and _INDEFINITE.search(text[max(0, name.start - 9) : name.start]) is None
    )


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a match at its conjunctions where both sides are names, and trim each part."""
    words = text[start:end]
    campuses = _CAMPUSES.search(words)
    if campuses is not None:
        words = words[: campuses.start()]
    parts: list[tuple[int, int]] = []
    first = 0
    for joint in _SPLIT.finditer(words):
        left, right = words[first : joint.start()], words[joint.end() :]
        if not _HAS_HEAD.search(right) or _PAIRED.search(left):
            continue
        if is_common(fold(right)) and not _ARTICLE.search(joint.group()):
            continue  # the Harbour Hospital and Health Sciences Centre is one place
        if _HAS_HEAD.search(left) or _SHARES_HEAD.search(left) or _PLURAL_HEAD.search(right):
            parts.append((first, joint.start()))
        elif not _OTHER_BODY.search(left):
            continue
        first = joint.end()
    plural = len(words) - len(re.sub(r"(?<=Hospital)s$|(?<=Campus)es$|(?<=Site)s$", "", words))
    parts.append((first, len(words) - (plural if parts else 0)))
    trimmed = (_trimmed(text, start + low, start + high) for low, high in parts)
    return [part for part in trimmed if part is not None]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Cut words that open a sentence, and marks at the end; null where nothing is left."""
    while start < end:
        word = re.match(r"\s*(\S+)(\s+|$)", text[start:end])
        if word is None or word.group(1) not in TRIMMED_WORDS | _OPENINGS:
            break
        start += word.end()
    glued = _GLUED_NUMBER.search(text, start, end)
    end = glued.start() + 1 if glued is not None else end
    while end > start and text[end - 1] in " ,.;:-/&(":
        end -= 1
    start += len(text[start:end]) - len(text[start:end].lstrip())
    return (start, end) if end > start else None


def is_common(folded: str) -> bool:
    """Say whether a folded name is made of common words only: it names no place."""
    return all(word in COMMON_WORDS for word in re.findall(r"[a-z0-9]+", folded))


def is_clinic_of_its_kind(name: str) -> bool:
    """Say whether a name tells what a clinic does, and no more: Chronic Pain Clinic."""
    words = set(re.findall(r"[a-z0-9]+", fold(name)))
    return bool(words & CLINICAL_WORDS) and words <= COMMON_WORDS | CLINICAL_WORDS


def _is_site(name: str) -> bool:
    """Say whether a match names a place: not a thing of another kind, not common words only."""
    if len(name) < 3 or NOT_A_SITE.search(name):
        return False
    folded = fold(name)
    if ALSO_PROPER.fullmatch(folded) or _KNOWN.fullmatch(name.removeprefix("The ")):
        return True
    if is_common(folded):
        return False
    words = [word for word in re.split(r"[\s-]+", name) if word]
    if "hospital" in words:
        # In lower case it is a hospital in general, unless a whole name stands before it.
        before = words[: words.index("hospital")]
        if sum(word not in LEADING_WORDS and word[0].isupper() for word in before) < 2:
            return False
    return not all(word in LEADING_WORDS or _HAS_HEAD.fullmatch(word) for word in words)
