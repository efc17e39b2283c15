"""Which thing a name means, where several bear it: by the words around it, then by the data.

"In" makes a name a place and "at" a school. Where nothing tells and the data have the discipline
that is asked about under one meaning only, or the same programs under both, that settles it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from graph.answers import conditions as c
from graph.answers.cursor import Draft, Mention, is_comparison
from graph.answers.errors import AmbiguousError, NotUnderstoodError
from graph.answers.intents import Condition
from graph.answers.named import LOCAL
from graph.answers.names import Place
from graph.answers.words import Sense

PLACE_ROLES: Final = ("province", "region", "city", "site", "discipline", "stream")
ORDER: Final = (
    "stream", "discipline", "university", "province", "region", "city", "site",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settled:
    """A mention whose meaning is clear."""

    role: str
    senses: tuple[Sense, ...]
    mention: Mention

    @property
    def about(self) -> str:
        """The kind of condition that it makes."""
        return "place" if self.role in c.PLACES else self.role

    def has(self, place: Place) -> bool:
        """Return whether programs somewhere are among those named."""
        return any(place.has(sense) for sense in self.senses)

    def condition(self) -> Condition:
        """Return the condition that it makes."""
        if self.mention.of:
            owner = c.named("university", self.mention.of)
            return c.excluded((c.named(self.role, self.senses), owner))
        return c.named(self.role, self.senses, is_outside=self.mention.is_excluded)

    def one(self, sense: Sense) -> Condition:
        """Return the condition that one of its names makes."""
        return c.named(self.role, (sense,))


def settled(draft: Draft, places: Sequence[Place]) -> list[Settled]:
    """Return the mentions of a question, those that are clear by themselves first settled.

    Raises:
        NotUnderstoodError: a name may mean two things, or a word is no name by itself.
    """
    options = [_options(mention) for mention in draft.mentions]
    clear = [found[0] for found in options if len(found) == 1]
    telling = [one for one in clear if one.about == "discipline" or not is_comparison(draft)]
    within = _within(telling, places)
    return [
        found[0] if len(found) == 1 else _chosen(mention, found, draft, within)
        for mention, found in zip(draft.mentions, options, strict=True)
    ]


def _within(clear: Sequence[Settled], places: Sequence[Place]) -> list[Place]:
    """Return where the programs are that the clear names leave."""
    kept = [one for one in clear if one.role != "stream" and not one.mention.is_excluded]
    return [place for place in places if all(one.has(place) for one in kept)]


def _options(mention: Mention) -> list[Settled]:
    """Return the meanings that all names of a mention can have together."""
    found: list[Settled] = []
    for role in ORDER:
        named = [_meanings(name, role, mention.hint) for name in mention.names]
        if len(named) == 1:
            found += [Settled(one.role, (one,), mention) for one in named[0]]
        elif all(len(meanings) == 1 for meanings in named):
            senses = tuple(dict.fromkeys(meanings[0] for meanings in named))
            if len({one.role for one in senses}) == 1:
                found.append(Settled(senses[0].role, senses, mention))
    found = list({(one.role, one.senses): one for one in found}.values())
    kinds = LOCAL if mention.hint == "site" else {mention.hint}
    hinted = [one for one in found if one.role in kinds]
    if not found:
        raise NotUnderstoodError("names of different kinds in one list, or no name by itself")
    return hinted or found


def _meanings(name: Sequence[Sense], role: str, hint: str) -> list[Sense]:
    """Return what a name means as a thing of a kind; a list of towns may have a site in it."""
    meanings = [sense for sense in name if sense.role == role]
    if not meanings and role in LOCAL:
        meanings = [sense for sense in name if sense.role == "site"]
    return [one for one in meanings if one.home != "common" or hint == "site"]


def _chosen(
    mention: Mention, options: Sequence[Settled], draft: Draft, within: Sequence[Place]
) -> Settled:
    if (mention.is_excluded or mention.is_denied) and {o.role for o in options} == {"discipline"}:
        every = tuple(sense for one in options for sense in one.senses)
        return Settled("discipline", every, mention)  # "without the research track"
    there = [(one, [place for place in within if one.has(place)]) for one in options]
    there = [(one, kept) for one, kept in there if kept]
    others = [names for names in draft.mentions if names is not mention and is_comparison(draft)]
    for one, _ in there:  # what is compared is of one kind: "Ontario … than Quebec"
        if any(_is_only(other, one.role) for other in others):
            return one
    hinted = _by_preposition(mention, options)
    if hinted and (not there or hinted in [one for one, _ in there]):
        return hinted
    if there and all(kept == there[0][1] for _, kept in there):
        return there[0][0]
    left = [one for one, _ in there] or list(options)
    local = {one.role: one for one in left if one.role in LOCAL}
    is_bare = mention.preposition in {"", "at"} and not mention.hint and len(local) > 1
    if local and len(local) == len(left) and not (is_bare and there):
        return local.get(mention.hint) or local["city"]
    school = next((one for one in options if one.role == "university"), None)
    if school and mention.preposition != "at_fr" and _is_school(mention, draft):
        return school
    raise AmbiguousError([sense for one in left for sense in one.senses])


def _is_only(mention: Mention, role: str) -> bool:
    return all({sense.role for sense in name} == {role} for name in mention.names)


def _by_preposition(mention: Mention, options: Sequence[Settled]) -> Settled | None:
    by_role = {one.role: one for one in options}
    wanted: tuple[str, ...] = ()
    if mention.preposition == "in" or (mention.is_excluded and not mention.preposition):
        wanted = PLACE_ROLES
    elif mention.preposition == "at":
        wanted = ("university",)
    elif mention.preposition == "at_fr" and {"city", "university"} <= by_role.keys():
        # French says "à Toronto" of the town. A town whose name a school elsewhere bears is not
        # told apart from the school: "à Laval".
        cities = {sense.value for sense in by_role["city"].senses}
        homes = {sense.home for sense in by_role["university"].senses}
        wanted = ("city",) if cities == homes else ()
    elif mention.preposition == "at_fr":
        wanted = ("city", "site", "university")
    return next((by_role[role] for role in wanted if role in by_role), None)


def _is_school(mention: Mention, draft: Draft) -> bool:
    """Return whether the question speaks of a school's programs, so that a bare name is one's."""
    has_discipline = any(
        any(sense.role == "discipline" for sense in name)
        for other in draft.mentions
        if other is not mention
        for name in other.names
    )
    return has_discipline or draft.target == "universities" or "offer" in draft.verbs
