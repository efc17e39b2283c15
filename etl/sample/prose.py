"""Fills sentence templates, and gives free text the flaws that real authors' text has."""

from __future__ import annotations

import random
import re
import unicodedata
from typing import Any

from etl.sample.plan import ProgramPlan
from etl.sample.texts import load_texts

_SLOT = re.compile(r"\{(\w+)\}")
_ZERO_WIDTH = "\u200b"
_ACCENTED = re.compile(r"(?<=[a-z])[éèêà](?=[a-z])")
# Both spellings occur in the published texts, often in one document.
_SPELLINGS = {
    "centre": "center",
    "paediatric": "pediatric",
    "haemorrhage": "hemorrhage",
    "organised": "organized",
    "organises": "organizes",
    "program ": "programme ",
}
# All combining marks save the cedilla.
_LOST_MARKS = re.compile("[\u0300-\u0326\u0328-\u036f]")


def without_accents(text: str) -> str:
    """The text as systems that lose accents write it (the cedilla stays, as it does there)."""
    if text.isascii():
        return text
    bare = _LOST_MARKS.sub("", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", bare).replace("œ", "oe").replace("Œ", "OE")


class Prose:
    """The author of one document's free text."""

    def __init__(
        self,
        plan: ProgramPlan,
        quirks: frozenset[str],
        chance: random.Random,
        context: dict[str, str],
        *,
        short: bool,
    ) -> None:
        self.texts: dict[str, Any] = load_texts(f"prose_{plan.language.lower()}")
        self.chance = chance
        self.planted: set[str] = set()
        self._quirks = quirks
        self._slots: dict[str, list[str]] = self.texts["slots"]
        self._context = context
        self._short = short
        self._decks: dict[int, list[str]] = {}

    def fill(self, template: str, **given: str) -> str:
        """A sentence with its slots filled; the first letter is a capital."""
        chance, slots, context = self.chance.random, self._slots, self._context
        used: dict[str, int] = {}

        def value(match: re.Match[str]) -> str:
            name = match.group(1)
            if name in given:
                return given[name]
            if name in context:
                return context[name]
            options = slots[name]
            index = int(chance() * len(options))
            # A slot that occurs twice in a sentence gets two values.
            if name in used:
                index = (used[name] + 1 + int(chance() * (len(options) - 1))) % len(options)
            used[name] = index
            return options[index]

        text = _SLOT.sub(value, template)
        return text[:1].upper() + text[1:]

    def pick(self, options: list[str]) -> str:
        """One of the options; in full documents none twice before all were used."""
        if self._short:
            return options[int(self.chance.random() * len(options))]
        deck = self._decks.get(id(options))
        if not deck:
            deck = options.copy()
            self.chance.shuffle(deck)
            self._decks[id(options)] = deck
        return deck.pop()

    def sentence(self, key: str, part: str = "sentences", **given: str) -> str:
        """A sentence of this part of the text material, with lost accents if it loses them."""
        return self.lossy(self.fill(self.pick(self.texts[key][part]), **given))

    def sentences(self, key: str, count: int) -> str:
        """A paragraph of sentences of one part of the text material, flaws included."""
        options = self.texts[key]["sentences"]
        return self.flawed(" ".join(self.fill(self.pick(options)) for _ in range(count)))

    def theme(self, name: str, count: int) -> str:
        """A paragraph about a theme, flaws included."""
        options = self.texts["themes"][name]["sentences"]
        return self.flawed(" ".join(self.fill(self.pick(options)) for _ in range(count)))

    def theme_heading(self, name: str) -> str:
        """A heading for a theme."""
        headings: list[str] = self.texts["themes"][name]["headings"]
        return self.lossy(self.chance.choice(headings))

    def lossy(self, text: str) -> str:
        """The text without accents where this document loses them; values are written so too."""
        if "lost_accents" not in self._quirks:
            return text
        self.planted.add("lost_accents")
        return without_accents(text)

    def flawed(self, text: str) -> str:
        """Plain text with all flaws of this document; never used around recorded values."""
        text = self.lossy(text)
        if "both_spellings" in self._quirks and self.chance.random() < 0.5:
            text = self._respelled(text)
        if "stray_spaces" in self._quirks and self.chance.random() < 0.6:
            text = self._with_stray_space(text)
        if "zero_width_spaces" in self._quirks and self.chance.random() < 0.4:
            text = self._with_zero_width_space(text)
        if "combining_accents" in self._quirks:
            decomposed = unicodedata.normalize("NFD", text)
            if decomposed != text:
                self.planted.add("combining_accents")
            text = decomposed
        return text

    def _respelled(self, text: str) -> str:
        for old, new in _SPELLINGS.items():
            if old in text:
                text = text.replace(old, new)
                self.planted.add("both_spellings")
        return text

    def _with_zero_width_space(self, text: str) -> str:
        words = text.split(" ")
        index = self.chance.randrange(len(words))
        words[index] = f"{_ZERO_WIDTH}{words[index]}"
        self.planted.add("zero_width_spaces")
        return " ".join(words)

    def _with_stray_space(self, text: str) -> str:
        """Converted French text has spaces inside of words, next to accented letters."""
        match = _ACCENTED.search(text)
        position = match.end() if match else text.find("e ") - 1
        if position <= 1:
            return text
        self.planted.add("stray_spaces")
        return f"{text[:position]} {text[position:]}"
