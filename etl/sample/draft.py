"""The state that the renderers of one document share."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from etl.sample.builder import DocumentBuilder
from etl.sample.draw_people import draw_email, draw_phone
from etl.sample.facts import Facts
from etl.sample.markup import Anchor, link
from etl.sample.plan import ProgramPlan
from etl.sample.prose import Prose
from etl.sample.texts import load_texts

_PLAIN = frozenset({str, int, bool, type(None)})
_WEB = "https://www.example.org/residency/{school}/programs-and-training/{slug}/{number}"


@dataclass(slots=True)
class Draft:
    """A document in the making: what is true of it, its author, and what was written so far."""

    plan: ProgramPlan
    facts: Facts
    prose: Prose
    chance: random.Random
    short: bool
    build: DocumentBuilder = field(default_factory=DocumentBuilder)
    planted: set[str] = field(default_factory=set)
    sections: list[dict[str, Any]] = field(default_factory=list)
    forms: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.forms = load_texts(f"forms_{self.facts.language.lower()}")

    def has(self, quirk: str) -> bool:
        """Whether the document is to have this quirk."""
        return quirk in self.facts.quirks

    def amount(self, least: float, most: float) -> int:
        """How many sentences or paragraphs to write, by the length of the document."""
        if self.short:
            return 1
        return max(1, round(self.chance.uniform(least, most) * self.facts.scale))

    def section(self, kind: str, column: str | None) -> None:
        """Begin a section: rule, known heading, and the CSV's column for what follows."""
        self.build.column(None)
        self.build.rule()
        self.build.column(column)
        anchor = self.build.anchor()
        self.build.block(anchor.around(f"# {self.forms['sections'][kind]}"))
        self.sections.append({"kind": kind, "anchor": anchor})

    def contact_sentence(self) -> None:
        """A paragraph with an address or a number in running text, where these are planted."""
        if self.has("email_in_prose") and self.chance.random() < 0.5:
            address = draw_email(self.chance)
            if self.has("mailto_link"):
                self.planted.add("mailto_link")
                address = link(address, f"mailto:{address}")
            self.planted.add("email_in_prose")
            text = self.prose.sentence("contacts", "email_sentences", email=address)
            self.build.paragraph(text)
        if self.has("phone_in_prose") and self.chance.random() < 0.5:
            number = draw_phone(self.plan, self.chance, extension=self.has("phone_extension"))
            if self.has("tel_link"):
                self.planted.add("tel_link")
                digits = "".join(char for char in number if char.isdigit())
                number = link(number, f"tel:{digits[:11]}")
            self.planted.add("phone_in_prose")
            text = self.prose.sentence("contacts", "phone_sentences", phone=number)
            self.build.paragraph(text)

    def link_sentence(self) -> None:
        """A paragraph with a link or a bare address, wrapped like any other text."""
        texts: dict[str, list[str]] = self.prose.texts["authors_headings"]
        if self.has("link_wrapped") and self.chance.random() < 0.6:
            target = link(self.prose.lossy(self.chance.choice(texts["links"])), self._address())
            text = self.prose.sentence("authors_headings", "link_sentences", link=target)
            self.build.paragraph(text)
            self.planted.add("link_wrapped")
        if self.has("url_wrapped") and self.chance.random() < 0.5:
            address = f"<{self._address()}>"
            text = self.prose.sentence("authors_headings", "url_sentences", url=address)
            self.build.paragraph(text)
            self.planted.add("url_wrapped")

    def _address(self) -> str:
        slug = self.chance.choice(("how-to-apply", "life-in-residency", "eligibility-and-return"))
        return _WEB.format(
            school=self.plan.school.code, slug=slug, number=self.chance.randrange(100, 10000)
        )

    def lossy(self, text: str) -> str:
        """The text without accents where the document loses them."""
        return self.prose.lossy(text)


def bold(text: str) -> str:
    """The text in bold."""
    return f"**{text}**"


def long_date(day: date, language: str, *, months_of: str | None = None) -> str:
    """A date as documents of the language write it: `January 5, 2025`, `5 janvier 2025`."""
    month = load_texts("people")["months"][months_of or language][day.month - 1]
    if language == "FR":
        return f"{day.day} {month} {day.year}"
    return f"{month} {day.day}, {day.year}"


def resolved(value: Any) -> Any:
    """The truth with every anchor replaced by its offsets."""
    kind = type(value)
    if kind is Anchor:
        return value.offsets()
    if kind is dict:
        return {
            key: item if type(item) in _PLAIN else resolved(item) for key, item in value.items()
        }
    if kind is list:
        return [item if type(item) in _PLAIN else resolved(item) for item in value]
    return value
