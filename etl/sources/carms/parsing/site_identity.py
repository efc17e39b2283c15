"""Whether two names mean the same place, so that each is kept once."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from etl.sources.carms.parsing.normalise import fold
from etl.sources.carms.parsing.site_gazetteer import (
    NO_PLACES,
    Places,
    comparable,
    is_resource,
    is_umbrella,
    parts_of,
    provinces_of,
    town_words,
    words_of,
)
from etl.sources.carms.parsing.site_words import word_set
from warehouse.vocabulary import Province, TrainingSiteForm

_COMMON = comparable(
    "health general regional university medical memorial care sciences city services system"
    " district bc centre clinic chu group"
)
"""Words that tell no place from another by themselves."""

_KINDS = comparable(
    "mount royal cancer heart eye mental rehabilitation north south east west children women campus"
    " laboratory family institute psychiatric forensic ambulatory hospice community surgical"
    " pediatric unit clinic clsc gmf-u sante maison soins primary network team partners cisss"
    " readaptation dental"
)
"""Words that make another place of a name: Ottawa Hospital, Ottawa Heart Institute."""

_DROPPED = comparable("hospital site and")
_NOT_INITIALS = word_set("s of the for and de du la le")
_ALIAS = re.compile(r"\(\s*(?:the\s+)?[\"“']?([A-Z][a-z]?[A-Z][A-Za-z&-]*)[\"”']?\s*\)")


@dataclass(slots=True)
class Mention:
    """A place with its form and its first place in the text (clean offsets)."""

    name: str
    form: TrainingSiteForm
    start: int
    end: int
    words: frozenset[str]
    places: Places
    provinces: frozenset[Province]
    is_town: bool
    beside: bool = False

    @property
    def is_abbreviation(self) -> bool:
        """Whether the name is one of capitals alone: VGH."""
        return self.name.isupper() and " " not in self.name


class Mentions:
    """The places that a section names, each once."""

    def __init__(self, texts: Iterable[str], heads: Places = NO_PLACES) -> None:
        """Learn the abbreviations that stand in parentheses behind names in ``texts``.

        ``heads`` are places that only head others: they are not kept.
        """
        self._heads = heads
        self._kept: list[Mention] = []
        self._aliases = {fold(alias) for text in texts for alias in _ALIAS.findall(text)}

    def add(
        self,
        name: str,
        form: TrainingSiteForm,
        start: int,
        end: int,
        meant: Places = NO_PLACES,
        *,
        is_town: bool = False,
        beside: bool = False,
    ) -> None:
        """Add a name unless the place is known; a list makes a known place a listed one.

        A town and a hospital that bears its name are two places. ``meant`` are the places that
        the table has by that name: one that is a resource alone is not kept.
        """
        if len(name) < 3 or fold(name) in self._aliases:
            return
        places = NO_PLACES if is_town else meant
        if places and (places <= self._heads or is_resource(places)):
            return
        provinces = provinces_of(places)
        mention = Mention(name, form, start, end, _words(name), places, provinces, is_town, beside)
        for number, known in enumerate(self._kept):
            if _same(known, mention):
                known.beside = mention.beside = known.beside or mention.beside
                if form is TrainingSiteForm.LIST:
                    known.form = mention.form = form
                if known.is_abbreviation and not mention.is_abbreviation:
                    mention.form = known.form
                    self._kept[number] = mention
                return
        self._kept.append(mention)
        words = re.findall(r"[a-z]+", fold(name))
        initials = "".join(word[0] for word in words if word not in _NOT_INITIALS)
        if len(initials) >= 3:
            self._aliases.add(initials)

    def kept(self) -> list[Mention]:
        """Return the places in the order of the text.

        A network or authority counts where none of its hospitals is named. An abbreviation counts
        if it is that of a place where the other places are: RPC is no Regional Psychiatric Centre
        outside Saskatchewan.
        """
        provinces = {
            province
            for mention in self._kept
            if not (mention.is_abbreviation or _is_general(mention))
            if len(mention.provinces) == 1
            for province in mention.provinces
        }
        named = frozenset(place for mention in self._kept for place in mention.places)
        kept = [
            mention
            for mention in self._kept
            if not (mention.is_abbreviation and mention.places and provinces)
            or provinces & mention.provinces
            if mention.beside
            or not (is_umbrella(mention.places) and parts_of(mention.places, named))
            if not (_is_general(mention) and provinces and not provinces & mention.provinces)
        ]
        return sorted(kept, key=lambda mention: mention.start)


def _is_general(mention: Mention) -> bool:
    """Say whether a name of the table tells what a place is and no more: Eye Care Centre."""
    return bool(mention.places) and mention.words <= _COMMON | _KINDS


def _words(name: str) -> frozenset[str]:
    """Return the words of a name that count, folded."""
    words = frozenset(word.text for word in words_of(name))
    return (words - _DROPPED) or words


def _alike(first: str, second: str) -> bool:
    """Say whether two words are the same up to an ending: Columbia and Columbian."""
    if first == second:
        return True
    shorter, longer = sorted((first, second), key=len)
    return len(shorter) >= 7 and len(longer) - len(shorter) <= 2 and longer.startswith(shorter)


def _within(smaller: frozenset[str], larger: frozenset[str]) -> bool:
    """Say whether every word of one name stands in the other."""
    return all(any(_alike(word, other) for other in larger) for word in smaller)


def _same(known: Mention, new: Mention) -> bool:
    """Say whether two mentions mean one place.

    What the table says of both decides, if it speaks of one province. Otherwise their words do:
    they are equal, or one name shortens the other. Two listed names are two places unless they
    differ by a town alone.
    """
    if known.places & new.places:
        return True
    if known.provinces & new.provinces:
        return False
    if known.is_town and not new.is_town:
        return False
    if known.words == new.words or new.is_town:
        return known.words == new.words
    return _shortens(known, new)


def _shortens(known: Mention, new: Mention) -> bool:
    """Say whether one of two names leaves out words of the other that do not tell them apart."""
    smaller, larger = sorted((known.words, new.words), key=len)
    more = larger - smaller
    if len(smaller) == len(larger) or not _within(smaller, larger):
        return _within(smaller, larger)
    if new.form is known.form is TrainingSiteForm.LIST:
        return more <= town_words() and bool(smaller - _COMMON)
    later = new.form is TrainingSiteForm.PROSE and smaller is new.words
    return not more & _KINDS and (later or bool(smaller - _COMMON - _KINDS))
