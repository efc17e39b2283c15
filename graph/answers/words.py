"""Words of questions: their tokens, and what each phrase can mean."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).with_name("data")
TOKEN: Final = re.compile(r"[a-z0-9&]+|[,;:()\[\]+?!]")
BREAKS: Final = ",;:()[]?!"
"""Signs that part a question as a comma does; a remark in brackets is a part of it."""
ORDINAL: Final = re.compile(r"(\d{1,6})(?:st|nd|rd|th|er|e)?")
CODE: Final = "ON"
"""A province's code has two letters, which are often a word as well."""
PLACED: Final = re.compile(r"(?:\b(?:in|en|au)\s+|[,(]\s*)$", re.IGNORECASE)
"""What stands before a code that is meant as a province."""
AMOUNT: Final = re.compile(r"\.?\s*(?:of\b|de\b|des\b|d['’])", re.IGNORECASE)
"""What stands behind "nb" where it is short for "number"."""
LANGUAGES: Final = ("EN", "FR")


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it is compared; ``start`` and ``end`` are its place in the question."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sense:
    """One meaning of a phrase: what part it plays, its value, and how answers say it.

    ``home`` is the city of a university's main campus.
    """

    role: str
    value: str = ""
    en: str = ""
    fr: str = ""
    home: str = ""

    def label(self, language: str) -> str:
        """Return the words of an answer in a language."""
        return (self.fr if language == "FR" else self.en) or self.value


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase of the question with all its meanings; none where it is not known."""

    senses: tuple[Sense, ...]
    text: str
    start: int
    end: int

    def sense(self, *roles: str) -> Sense | None:
        """Return the first meaning that plays one of the parts."""
        return next((sense for sense in self.senses if sense.role in roles), None)


def folded(text: str) -> str:
    """Return a text in lower case, without accents and typographic signs; lengths are kept."""
    return "".join(_folded_letter(letter) for letter in text)


@lru_cache(maxsize=4_000)
def _folded_letter(letter: str) -> str:
    plain = unicodedata.normalize("NFD", letter.lower())[:1]
    return "'" if plain in "’‘`´" else plain


def tokens(text: str) -> list[Token]:
    """Return the words of a text, folded and without a plural's ending."""
    return [
        Token(_word(found.group()), found.start(), found.end())
        for found in TOKEN.finditer(folded(text))
    ]


def _word(found: str) -> str:
    if found in BREAKS:
        return ","
    return "&" if found == "+" else _singular(found)


def _singular(word: str) -> str:
    if len(word) > 3 and word[-1] in "sx" and not word[-2].isdigit():
        return word[:-1]
    return word


@dataclass(slots=True)
class Phrases:
    """Phrases and their meanings; the longest phrase at a place counts.

    ``by_words`` maps a phrase's words to its senses.
    """

    by_words: dict[tuple[str, ...], list[Sense]] = field(default_factory=dict)
    longest: int = 0
    words: set[str] = field(default_factory=set)

    def add(self, phrase: str, sense: Sense) -> None:
        """Add a meaning of a phrase."""
        words = tuple(token.word for token in tokens(phrase))
        if not words:
            return
        known = self.by_words.setdefault(words, [])
        if sense not in known:
            known.append(sense)
        self.longest = max(self.longest, len(words))
        self.words.update(words)

    def joined(self, others: Phrases) -> Phrases:
        """Return these phrases and others."""
        both = Phrases({words: list(senses) for words, senses in self.by_words.items()})
        for words, senses in others.by_words.items():
            known = both.by_words.setdefault(words, [])
            known.extend(sense for sense in senses if sense not in known)
        both.longest = max(self.longest, others.longest)
        both.words = self.words | others.words
        return both

    def terms(self, question: str) -> list[Term]:
        """Cut a question into the longest phrases that are known."""
        found = [self._spelt(token) for token in tokens(question)]
        terms: list[Term] = []
        at = 0
        while at < len(found):
            length = self._longest_at(found, at)
            words = found[at : at + max(length, 1)]
            senses = tuple(self.by_words.get(tuple(t.word for t in words), ()))
            if len(words) == 1 and len(words[0].word) == len(CODE):
                senses = _as_written(senses, words[0], question)
            number = ORDINAL.fullmatch(words[0].word) if len(words) == 1 else None
            if number:
                senses = (*senses, Sense("number", str(int(number.group(1)))))
                is_ordinal = not words[0].word.isdigit()
                senses += (Sense("ordinal"),) if is_ordinal else ()
            if words[0].word == ",":
                senses = (Sense("comma"),)
            start, end = words[0].start, words[-1].end
            terms.append(Term(senses, question[start:end], start, end))
            at += len(words)
        return terms

    def _spelt(self, token: Token) -> Token:
        """Return a word as the phrases spell it, where it is a slip of one of theirs."""
        from graph.answers.spelling import meant  # which reads its table with this module

        known = token.word in self.words or meant(token.word, self.words, self._discipline)
        return token if known in {True, None} else replace(token, word=str(known))

    def _discipline(self, word: str) -> str | None:
        """Return the discipline that a word names by itself, be it in the data or not."""
        senses = self.by_words.get((word,), ())
        named = {one.role + one.value for one in senses if one.role.endswith("discipline")}
        return "; ".join(sorted(named)) if named and len(named) == len(senses) else None

    def _longest_at(self, found: list[Token], at: int) -> int:
        for length in range(min(self.longest, len(found) - at), 0, -1):
            senses = self.by_words.get(tuple(token.word for token in found[at : at + length]))
            if senses and not (length > 1 and self._takes_from_item(found, at + length, senses)):
                return length
        return 0

    def _takes_from_item(self, found: list[Token], end: int, senses: Iterable[Sense]) -> bool:
        """Return whether a figure's last word is the first of an item: "… applicant support"."""
        if not any(one.role.startswith("absent_") for one in senses):
            return False
        for length in range(min(self.longest, len(found) - end + 1), 1, -1):
            words = tuple(token.word for token in found[end - 1 : end - 1 + length])
            if any(one.role == "item" for one in self.by_words.get(words, ())):
                return True
        return False


def _as_written(senses: tuple[Sense, ...], token: Token, question: str) -> tuple[Sense, ...]:
    """Return what two letters mean: a province's code in capitals, a word where there is one."""
    codes = tuple(one for one in senses if one.role == "province")
    others = tuple(one for one in senses if one.role != "province")
    if not codes or not others:
        return senses
    before, behind = question[: token.start], question[token.end :]
    is_capital = question[token.start : token.end].isupper() and not question.isupper()
    is_placed = PLACED.search(before) is not None and token.word != CODE.lower()
    is_amount = AMOUNT.match(behind) is not None or not before.strip()
    return codes if is_placed or (is_capital and not is_amount) else others


def rows(name: str) -> Iterator[Mapping[str, str]]:
    """Give the rows of one of the tables of words in ``data/``."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@lru_cache(maxsize=1)
def vocabulary() -> Mapping[str, Phrases]:
    """Return the words that questions are built with, by language: no names."""
    found = {language: Phrases() for language in LANGUAGES}
    for row in rows("vocabulary"):
        for phrase in row["phrases"].split("|"):
            found[row["language"].upper()].add(phrase, Sense(row["role"], row["value"]))
    for row in rows("values"):
        sense = Sense(row["role"], row["value"], row["en"], row["fr"])
        for phrase in row["phrases"].split("|"):
            for phrases in found.values():
                phrases.add(phrase, sense)
    return found


def language_of(question: str) -> str:
    """Return the language of a question: that of which it has more words; English in doubt."""
    words = [token.word for token in tokens(question)]
    counts = {language: _count(words, _function_words()[language]) for language in LANGUAGES}
    if any(letter in "àâçéèêëîïôûùœ" for letter in question.lower()):
        counts["FR"] += 1
    return "FR" if counts["FR"] > counts["EN"] else "EN"


@lru_cache(maxsize=1)
def _function_words() -> Mapping[str, frozenset[str]]:
    """Return single words that one language's vocabulary has and the other's has not."""
    own = {
        language: {
            word
            for row in rows("vocabulary")
            if row["language"].upper() == language
            for phrase in row["phrases"].split("|")
            for word in (token.word for token in tokens(phrase))
        }
        for language in LANGUAGES
    }
    return {
        "EN": frozenset(own["EN"] - own["FR"]),
        "FR": frozenset(own["FR"] - own["EN"]),
    }


def _count(words: Iterable[str], known: frozenset[str]) -> int:
    return sum(word in known for word in words)
