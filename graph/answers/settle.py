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
from graph.answers.errors import NotUnderstoodError
from graph.answers.intents import Condition
from graph.answers.names import Place
from graph.answers.named import LOCAL
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
    clear: dict[int, Settled] = {}
    for at, mention in enumerate(draft.mentions):
        options = _options(mention)
        if len(options) == 1:
            clear[at] = options[0]
    telling = [one for one in clear.values() if one.about == "discipline" or not is_comparison(draft)]
    within = _within(telling, places)
    for at, mention in enumerate(draft.mentions):
        if at not in clear:
            clear[at] = _chosen(mention, draft, within)
    return [clear[at] for at in range(len(draft.mentions))]


def _within(clear: Sequence[Settled], places: Sequence[Place]) -> list[Place]:
    """Return where the programs are that the clear names leave."""
    kept = [one for one in clear if one.role != "stream" and not one.mention.is_excluded]
    return [place for place in places if all(one.has(place) for one in kept)]


def _options(mention: Mention) -> list[Settled]:
    """Return the meanings that all names of a mention can have together."""
    found = []
    for role in ORDER:
        senses: list[Sense] = []
        for name in mention.names:
            kinds = {sense.role: sense for sense in name}
            # A list of towns may have a site among them that no town is called like.
            one = kinds.get(role) or (kinds.get("site") if role in LOCAL else None)
            if one is None or (one.home == "common" and mention.hint != "site"):
                break
            senses.append(one)
        else:
            if len({sense.role for sense in senses}) == 1:
                found.append(Settled(senses[0].role, tuple(dict.fromkeys(senses)), mention))
    found = list({(one.role, one.senses): one for one in found}.values())
    hints = ("site", "city") if mention.hint == "site" else (mention.hint,)
    for role in hints:
        hinted = [one for one in found if one.role == role]
        if hinted:
            return hinted
    if not found:
        raise NotUnderstoodError("names of different kinds in one list, or no name by itself")
    return found


def _chosen(mention: Mention, draft: Draft, within: Sequence[Place]) -> Settled:
    options = _options(mention)
    kept = {one.role: [place for place in within if one.has(place)] for one in options}
    if len(kept) < len(options):
        raise NotUnderstoodError("more than one thing is called so")
    others = [names for names in draft.mentions if names is not mention and is_comparison(draft)]
    for one in options:  # what is compared is of one kind: "Ontario … than Quebec"
        if any(_is_only(other, one.role) for other in others) and kept[one.role]:
            return one
    hinted = _by_preposition(mention, options)
    if hinted and (kept[hinted.role] or not any(kept.values())):
        return hinted
    there = [one for one in options if kept[one.role]]
    if len(there) == 1:
        return there[0]
    if there and all(kept[one.role] == kept[there[0].role] for one in there):
        return there[0]
    is_local = {one.role for one in there} <= {"city", "site"}
    if is_local and there:
        return next(one for one in there if one.role == "city")
    school = next((one for one in options if one.role == "university"), None)
    if school and mention.preposition != "at_fr" and _is_school(mention, draft):
        return school
    raise NotUnderstoodError("more than one thing is called so")


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
