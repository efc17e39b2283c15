"""Masks e-mail addresses and phone numbers, character for character.

Letters, digits and underscores of a contact become ``•``; punctuation, line breaks and the
length stay, so that spans found in the masked text hold in the original and the other way round.

Each search begins at a character that a contact must have (``@``, or a digit) and looks at a
bounded stretch around it: time grows with the length of the text, whatever stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MASK = "•"

# ---------------------------------------------------------------- e-mail addresses

AT = re.compile(r"@|＠|%(?:25)?40|&#0?64;|[(\[{][ \u00a0]?(?:at|AT|arobase)[ \u00a0]?[)\]}]")
"""What separates the two halves of an address, as written, in a link, or spelled out."""

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
LOCAL_PUNCTUATION = frozenset(".-+'’\\" + INVISIBLE)
DOMAIN_PUNCTUATION = frozenset(".-\\" + INVISIBLE)
LONGEST_HALF = 256
MOST_WRAPS = 3

KNOWN_ENDING = re.compile(
    r"\.(?:ca|com|org|net|edu|gov|info|biz|fr|uk|us|eu|io|health|md|med)(?!\w)", re.IGNORECASE
)
ANY_ENDING = re.compile(r"\.[^\W\d_]{2,}(?![\w-])")
NEXT_LINE_ENDING = re.compile(r"\s?\n[ >]{0,4}\.?(?:\w{1,30}\.){0,3}(?:ca|com|org|net|edu)(?!\w)")
NEXT_WORD_ENDING = re.compile(r"[ \n]\w{1,30}\.(?:ca|com|org|net|edu)(?!\w)")
GAP = frozenset(" \t\u00a0*_>\n")
LONGEST_GAP = 8


def is_word(character: str) -> bool:
    """Return whether ``character`` is a letter, a digit or an underscore."""
    return character == "_" or character.isalnum()


def local_start(text: str, end: int) -> int:
    """Return where the first half of an address begins that ends before ``end``."""
    start, wraps, limit = end, 0, max(0, end - LONGEST_HALF)
    while start > limit:
        before = text[start - 1]
        if is_word(before) or before in LOCAL_PUNCTUATION:
            start -= 1
        elif before == "\n" and start > 1 and text[start - 2] == "-" and wraps < MOST_WRAPS:
            start, wraps = start - 1, wraps + 1
        else:
            break
    return start


def domain_end(text: str, start: int) -> int:
    """Return where the second half of an address ends that begins at ``start``."""
    end, wraps, limit = start, 0, min(len(text), start + LONGEST_HALF)
    while end < limit:
        here = text[end]
        if is_word(here) or here in DOMAIN_PUNCTUATION:
            end += 1
        elif here == "\n" and text[end - 1] == "-" and wraps < MOST_WRAPS:
            end, wraps = end + 1, wraps + 1
        else:
            break
    if text[end - 1] == "." or not ANY_ENDING.search(text, start, end):
        # The line broke at a dot, or an author's space did what wrapping does elsewhere.
        rest = NEXT_LINE_ENDING.match(text, end) or NEXT_WORD_ENDING.match(text, end)
        if rest and not ANY_ENDING.search(text, start, end):
            return rest.end()
    return end


def gap_end(text: str, at: int, step: int) -> int:
    """Return the first position from ``at``, going by ``step``, past stray space and one break."""
    breaks = 0
    for position in range(at, at + step * LONGEST_GAP, step):
        if not 0 <= position < len(text) or text[position] not in GAP:
            return position
        breaks += text[position] == "\n"
        if breaks > 1:
            return position
    return at


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of e-mail addresses, in order."""
    for at in AT.finditer(text):
        left, right = at.start() - 1, at.end()
        if left < 0 or right >= len(text):
            continue
        if at[0] in "@＠" and is_word(text[left]) and is_word(text[right]):
            yield local_start(text, left + 1), domain_end(text, right)
            continue
        left, right = gap_end(text, left, -1), gap_end(text, right, 1)
        if left < 0 or right >= len(text) or not is_word(text[right]):
            continue
        # Spelled out, in a link, or with a gap: only what ends as addresses do counts.
        end = domain_end(text, right)
        if KNOWN_ENDING.search(text, right, end):
            start = local_start(text, left + 1)
            if any(is_word(character) for character in text[start : left + 1]):
                yield start, end


# ---------------------------------------------------------------- phone numbers

SPACE = r" \t\u00a0\u2007\u2009\u202f\n*_\\" + INVISIBLE
BETWEEN = rf"[{SPACE}.\-‐‑‒–—/·]{{0,4}}"
LOOK_BACK = 32

TAIL = re.compile(r"\d{4}(?!\d)")
"""Every number ends in four digits."""

HEAD = re.compile(
    rf"(?<!\d)(?:(?P<country>\+[{SPACE}]?1?|(?<!\w)1)(?P<first>[ \t\u00a0.\-–*]{{0,3}}\n?))?"
    rf"(?P<open>\([{SPACE}]?)?(?P<area>\d{{3}})(?P<close>[{SPACE}]?\))?(?P<second>{BETWEEN})"
    rf"(?P<exchange>\d{{3}})(?P<third>{BETWEEN})\Z"
)
"""What stands before the tail of a whole number; searched in the few characters before it."""

SHORT_HEAD = re.compile(rf"(?<!\d)[2-9]\d\d[{SPACE}.\-‐‑‒–—]{{1,3}}\Z")
"""What stands before the tail of a number without area code."""

PHONE_WORD = re.compile(
    r"(?:t[ée]l|t[ée]l[ée]phone|phone|fax|t[ée]l[ée]copieur|cell|cellulaire|mobile|pager"
    r"|t[ée]l[ée]avertisseur)\W{0,8}\Z",
    re.IGNORECASE,
)
LINK_TO_NUMBER = re.compile(r"(?:tel|callto|sms):\W{0,3}\Z|(?:phone=|wa\.me/)\W{0,3}\Z")
ANOTHER = re.compile(r"[\s,;/&|]{0,4}(?:or|ou|and|et)?[\s,;/&|]{0,4}\Z")
PART_OF_LINK = frozenset("/=&?%#+-_.")

EXTENSION = re.compile(
    rf"[{SPACE},;(]{{0,4}}(?:(?:extension|ext|ex|xt|x|poste|post|local|loc|bureau|p|int|pager)"
    rf"[.:]?[{SPACE}]{{0,3}}#?|#)[{SPACE}.:]{{0,3}}\d{{1,7}}(?!\d)"
    r"|[ \u00a0]?[,\-][ \u00a0]?(?!(?:19|20)\d\d(?!\d))\d{4,6}(?![\d\-/])",
    re.IGNORECASE,
)
TOLL_FREE_WORD = re.compile(
    r"1[ .\-](?<!\d1.)8(?:00|33|44|55|66|77|88)[ .\-]"
    r"(?=[\d\-]{0,4}[A-Z])[A-Z\d]{2,9}(?:[.\-][A-Z\d]{2,8}){0,2}(?!\w)"
)
ABROAD = re.compile(r"\+(?!1\D)[1-9]\d{0,2}(?:[ .\-]{1,2}(?:\(0\))?\d{1,4}){3,6}(?!\d)")
FICTION = re.compile(rf"555[{SPACE}.\-]{{0,3}}01\d\d")
"""The exchange kept free for made-up numbers: masked wherever it stands, even within a link, so
that whoever tests with such numbers can prove that none is left."""


def is_exchange(digits: str) -> bool:
    """Return whether three digits can be an area code or an exchange of North America."""
    return digits[0] in "23456789" and digits[1:] != "11"


def is_whole_number(text: str, head: re.Match[str], end: int) -> bool:
    """Return whether a head and its tail, which ends at ``end``, make a phone number."""
    gaps = head["second"] + head["third"]
    before = text[max(0, head.start() - 2) : head.start()]
    if ((head["first"] or "") + gaps).count("\n") > 1:
        return False
    if before[-1:] in {".", ","} and before[0].isdigit():
        return False  # the inside of a grouped or decimal number
    has_mark = any(mark in gaps for mark in ".-‐‑‒–—")
    if head["open"] or head["close"] or (has_mark and head["second"] and head["third"]):
        return True
    if not (is_exchange(head["area"]) and is_exchange(head["exchange"])):
        return False
    return bool(gaps) or stands_alone(text, head.start(), end)


def stands_alone(text: str, start: int, end: int) -> bool:
    """Return whether a bare run of digits is no part of a word or a link, unless to a phone."""
    if LINK_TO_NUMBER.search(text, max(0, start - 12), start):
        return True
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    if before and (is_word(before) or before in PART_OF_LINK):
        return False
    if after and is_word(after):
        return EXTENSION.match(text, end) is not None
    return after not in {"/", "=", "&", "%"}


def numbers(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of phone numbers with their extensions, in order."""
    last = -LOOK_BACK
    for tail in TAIL.finditer(text):
        at, end = tail.span()
        head = HEAD.search(text, max(0, at - LOOK_BACK), at)
        if head is not None and is_whole_number(text, head, end):
            start = head.start()
        elif short := SHORT_HEAD.search(text, max(0, at - 8), at):
            start = short.start()
            near = max(0, start - LOOK_BACK)
            follows = start - last < 12 and ANOTHER.match(text, last, start)
            if not follows and not PHONE_WORD.search(text, near, start):
                continue
        else:
            continue
        extension = EXTENSION.match(text, end)
        last = extension.end() if extension else end
        yield start, last


def contacts(text: str) -> list[tuple[int, int]]:
    """Return the spans of all contacts, sorted; they may overlap."""
    spans = [*addresses(text), *numbers(text)]
    for abroad in ABROAD.finditer(text):
        extension = EXTENSION.match(text, abroad.end())
        spans.append((abroad.start(), extension.end() if extension else abroad.end()))
    for pattern in (TOLL_FREE_WORD, FICTION):
        spans.extend(match.span() for match in pattern.finditer(text))
    return sorted(spans)


WORD_CHARACTER = re.compile(r"\w")


def mask_contacts(text: str) -> str:
    """Return ``text`` with e-mail addresses and phone numbers masked; the length stays the same.

    Letters, digits and underscores of a contact become ``•``, nothing else changes.
    """
    pieces, done = [], 0
    for start, end in contacts(text):
        if end > done:
            pieces.append(text[done : max(start, done)])
            pieces.append(WORD_CHARACTER.sub(MASK, text[max(start, done) : end]))
            done = end
    return "".join([*pieces, text[done:]]) if pieces else text


def contains_contact(text: str) -> bool:
    """Return whether ``text`` holds an e-mail address or a phone number."""
    return bool(contacts(text))
