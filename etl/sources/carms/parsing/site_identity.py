"""Whether two names mean the same place, so that each is kept once."""

import functools
import re
from dataclasses import dataclass

from etl.reference.communities import known_communities
from etl.sources.carms.parsing.normalise import fold
from etl.sources.carms.parsing.site_words import word_set
from warehouse.vocabulary import TrainingSiteForm

_SAME_WORDS = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"\bst\.?(?=[\s-])", "saint"),
        (r"\bste\.?(?=[\s-])", "sainte"),
        (r"\bb\.\s?c\.", "bc"),
        (r"\b(?:university of british columbia|ubc)\b", "ubc university"),
        (r"\bbritish columbia\b", "bc"),
        (r"\binstitut de cardiologie\b", "heart institute"),
        (r"\bcentres? hospitaliers?\b", "hospital"),
        (r"\bcenter\b", "centre"),
        (r"\bchildren'?s?'?(?!\w)", "childrens"),
        (r"\bhealth ?care\b", "health"),
        (r"&", " and "),
        (r"\bqe ?ii\b", "queen elizabeth ii"),
        (r"'s\b|s'(?=\s|$)", "s"),
        (r"\bcampuses\b", "campus"),
        (r"\bhop(?:ital|itaux)\b|\bhospitals\b", "hospital"),
    )
)
_DROPPED = word_set("the of and for de du des la le les l d et a au aux hospital site in")
_COMMON = word_set(
    "health general regional university medical memorial care sciences science universitaire city"
    " services service system district bc centre clinic chu group"
)
"""Words that tell no place from another by themselves."""

_TELLING_APART = word_set(
    "mount royal cancer heart eye mental rehabilitation north south east west northern southern"
    " childrens womens campus civic riverside laboratory laboratories family familiale medecine"
    " institute institut psychiatric forensic ambulatory treatment hospice community surgical"
    " pediatric unit unite clinique clsc gmf sante maison soins primary network team partners"
    " ciusss cisss readaptation dental"
)
"""Words that make another place of a name: Ottawa Hospital, Ottawa Heart Institute."""

_CAMPUS = frozenset({"campus", "civic", "riverside", "general"})
_ALIAS = re.compile(r"\(\s*(?:the\s+)?[\"“']?([A-Z][A-Za-z&-]{1,9})[\"”']?\s*\)")


@dataclass(slots=True)
class Mention:
    """A place with its form and its first place in the text (clean offsets)."""

    name: str
    form: TrainingSiteForm
    start: int
    end: int
    words: frozenset[str]
    is_town: bool


class Mentions:
    """The places that a section names, each once."""

    def __init__(self) -> None:
        self._kept: list[Mention] = []
        self._aliases: set[str] = set()

    def add(
        self, name: str, form: TrainingSiteForm, start: int, end: int, *, is_town: bool = False
    ) -> None:
        """Add a name unless the place is known; a list makes a known place a listed one.

        A town and a hospital that bears its name are two places.
        """
        words = _words(name)
        if len(name) < 3 or fold(name) in self._aliases:
            return
        for known in self._kept:
            if known.is_town is not is_town and known.words != words:
                continue
            listed = form is known.form is TrainingSiteForm.LIST
            if _same(known.words, words, prose=form is TrainingSiteForm.PROSE, listed=listed):
                if form is TrainingSiteForm.LIST:
                    known.form = form
                return
        self._kept.append(Mention(name, form, start, end, words, is_town))
        initials = "".join(
            word[0]
            for word in re.findall(r"[a-z]+", fold(name))
            if word not in {"s", "of", "the", "for", "and", "de", "du", "la", "le"}
        )
        if len(initials) >= 3:
            self._aliases.add(initials)

    def learn_aliases(self, text: str) -> None:
        """Remember the abbreviations that stand in parentheses behind a name."""
        self._aliases.update(fold(alias) for alias in _ALIAS.findall(text))

    def kept(self) -> list[Mention]:
        """Return the places in the order of the text."""
        return sorted(self._kept, key=lambda mention: mention.start)


def _words(name: str) -> frozenset[str]:
    """Return the words of a name that count, folded."""
    folded = fold(name)
    for pattern, word in _SAME_WORDS:
        folded = pattern.sub(word, folded)
    words = frozenset(re.findall(r"[a-z0-9]+", folded))
    return (words - _DROPPED) or words


@functools.cache
def _town_words() -> frozenset[str]:
    """Return the folded words that towns' names are made of."""
    return frozenset(re.findall(r"[a-z]+", fold(" ".join(known_communities()))))


def _alike(first: str, second: str) -> bool:
    """Say whether two words are the same up to an ending: Columbia and Columbian."""
    if first == second:
        return True
    shorter, longer = sorted((first, second), key=len)
    return len(shorter) >= 7 and len(longer) - len(shorter) <= 2 and longer.startswith(shorter)


def _within(smaller: frozenset[str], larger: frozenset[str]) -> bool:
    """Say whether every word of one name stands in the other."""
    return all(any(_alike(word, other) for other in larger) for word in smaller)


def _same(known: frozenset[str], words: frozenset[str], *, prose: bool, listed: bool) -> bool:
    """Say whether two names mean one place: equal words, or one name shortens the other.

    Two listed names are two places unless they differ by the name of a town alone.
    """
    smaller, larger = sorted((known, words), key=len)
    if not _within(smaller, larger):
        return False
    if len(smaller) == len(larger):
        return True
    shortens = prose and smaller is words
    if listed:
        return larger - smaller <= _town_words() and bool(smaller - _COMMON)
    apart = (larger - smaller) & _TELLING_APART
    if apart and not (shortens and apart <= _CAMPUS):
        return False
    return bool(smaller - _COMMON) or shortens
