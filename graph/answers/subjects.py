"""Of which programs a question speaks: its names and conditions, and what it compares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from graph.answers import conditions as c
from graph.answers.cursor import Draft, is_comparison
from graph.answers.errors import NotUnderstoodError
from graph.answers.intents import Condition, both
from graph.answers.names import Place
from graph.answers.settle import Settled, settled
from graph.answers.words import Sense

SHORT_FR: Final = {"CMG": "DCM", "IMG": "DIM"}
GROUPED: Final = frozenset({"universities", "disciplines", "cities", "sites", "provinces"})
GROUP_OF: Final[Mapping[str, str]] = {
    "university": "universities", "discipline": "disciplines", "category": "categories",
}  # fmt: skip


@dataclass(slots=True)
class Subjects:
    """Conditions that hold for all, what is denied of groups, and the sides of a comparison."""

    conditions: list[Condition] = field(default_factory=list)
    denied: list[Condition] = field(default_factory=list)
    sides: list[Condition] = field(default_factory=list)
    each: tuple[Condition, ...] = ()
    """What groups must have all of: "both dermatology and neurosurgery"."""
    parts: list[Condition] = field(default_factory=list)
    """Those of the conditions that say which share of the others is asked for."""
    varies: str = ""
    """The dimension in which the sides differ."""


def subjects(draft: Draft, places: Sequence[Place]) -> Subjects:
    """Return of what a question speaks.

    Raises:
        NotUnderstoodError: names of one kind do not go together.
    """
    found = Subjects()
    kept: dict[str, list[Settled]] = {}
    every = settled(draft, places)
    for one in every:
        if one.mention.is_denied:
            found.denied.append(one.condition())
        elif one.mention.is_excluded and _is_denial(one, every, draft):
            found.denied.append(c.named(one.role, one.senses))
        elif one.mention.is_excluded:
            found.conditions.append(one.condition())
        else:
            kept.setdefault(one.about, []).append(one)
    if draft.denied and (every or draft.conditions or draft.categories):
        raise NotUnderstoodError("lacking there, or there is none there at all")
    found.denied += draft.denied
    merged = {about: _merged(about, ones, draft, places) for about, ones in kept.items()}
    if is_comparison(draft):
        _sides(found, merged, draft)
    else:
        _joint(found, merged, draft)
    found.parts += _late(draft)
    found.conditions += draft.conditions
    return found


def _joint(found: Subjects, merged: Mapping[str, list[Settled]], draft: Draft) -> None:
    """Add what holds together: all of it, or for groups each of what is named."""
    for one in (one for ones in merged.values() for one in ones):
        if draft.split and draft.mentions.index(one.mention) >= draft.split[0]:
            found.parts.append(one.condition())
        if _is_each(one, draft):
            found.each += tuple(one.one(sense) for sense in one.senses)
        else:
            found.conditions.append(one.condition())
    if _is_each_category(draft):
        found.each += tuple(c.category(one) for one in draft.categories)
    else:
        found.conditions += _categories(draft)
    if len({one.about for one in found.each}) > 1:
        raise NotUnderstoodError("both of several kinds")


def _late(draft: Draft) -> list[Condition]:
    """Return what is said behind the verb of a share, but for names."""
    if draft.split is None:
        return []
    if 0 < draft.split[2] < len(draft.categories):
        raise NotUnderstoodError("a category of another")
    return [
        *draft.conditions[draft.split[1] :],
        *(_categories(draft) if not draft.split[2] else []),
    ]


def _is_each(one: Settled, draft: Draft) -> bool:
    """Return whether groups must have all that one mention names."""
    is_one_kind = GROUP_OF.get(one.about) == draft.target
    if draft.target not in GROUPED or len(one.senses) < 2 or one.mention.joint or is_one_kind:
        return False
    return "both" in draft.verbs


def _is_each_category(draft: Draft) -> bool:
    """Return whether groups must have streams of several categories."""
    is_plain = not (draft.superlative or draft.per or draft.category_joint)
    is_list = draft.target in GROUPED and not set(draft.heads) & {"average", "median"}
    if not (is_plain and is_list and len(draft.categories) > 1):
        return False
    if "both" not in draft.verbs:
        raise NotUnderstoodError("one of the categories, or both")
    return True


def _is_denial(one: Settled, every: Sequence[Settled], draft: Draft) -> bool:
    """Return whether groups must lack what is left out: "psychiatry but not neurosurgery".

    Raises:
        NotUnderstoodError: it may be left out of what is counted, or be lacking.
    """
    is_target = GROUP_OF.get(one.about) == draft.target  # "universities, excluding McGill"
    if draft.target not in GROUPED or one.about == "place" or is_target:
        return False
    if draft.superlative and draft.measure in {"positions", "programs"}:
        return False  # "the most seats, without the research track"
    if any(other.about == one.about and not other.mention.is_excluded for other in every):
        return True
    raise NotUnderstoodError("left out, or lacking")


def _merged(
    about: str, ones: list[Settled], draft: Draft, places: Sequence[Place]
) -> list[Settled]:
    """Return the mentions of one kind, once each; a town and its province may stand together."""
    once = list({(one.role, one.senses): one for one in ones}.values())
    if len(once) == 1 or is_comparison(draft):
        return once
    is_nested = about == "place" and len({one.role for one in once}) == len(once)
    if not is_nested or not any(all(one.has(place) for one in once) for place in places):
        raise NotUnderstoodError(f"a second {about}")
    return once


def _categories(draft: Draft) -> list[Condition]:
    if not draft.categories:
        return []
    if "apply" in draft.verbs:
        if len(draft.categories) > 1:
            raise NotUnderstoodError("several categories that may apply")
        return [c.open_to(draft.categories[0])]
    return [c.category(*draft.categories)]


def _sides(found: Subjects, merged: dict[str, list[Settled]], draft: Draft) -> None:
    """Divide what varies from what holds for all sides."""
    several = [about for about, ones in merged.items() if len(ones) > 1 and _is_flat(ones)]
    if len(several) > 1:
        _pairs(found, [merged.pop(about) for about in several])
    else:
        about = several[0] if several else _one_choice(merged, draft)
        if about == "category":
            found.sides = [
                replace(c.category(one), en=one.value, fr=SHORT_FR.get(one.value, one.value))
                for one in draft.categories
            ]
        elif about:
            found.sides = _each(merged.pop(about))
        found.varies = about
    for ones in merged.values():
        found.conditions += [one.condition() for one in ones]
    if found.varies != "category":
        found.conditions += _categories(draft)


def _is_flat(ones: list[Settled]) -> bool:
    """Return whether mentions stand beside each other, and not a town in its province."""
    return len({one.role for one in ones}) == 1 or {one.role for one in ones} == {"city", "site"}


def _each(ones: list[Settled]) -> list[Condition]:
    return [one.one(sense) for one in ones for sense in dict.fromkeys(one.senses)]


def _one_choice(merged: Mapping[str, list[Settled]], draft: Draft) -> str:
    """Return the one kind of which several are named, set against each other rather than joined."""
    choices = {
        about: ones[0].mention.joint for about, ones in merged.items() if len(ones[0].senses) > 1
    }
    if len(draft.categories) > 1:
        choices["category"] = draft.category_joint
    against = [about for about, joint in choices.items() if joint]
    if len(against) == 1:
        return against[0]
    return next(iter(choices)) if len(choices) == 1 else ""


def _pairs(found: Subjects, several: list[list[Settled]]) -> None:
    """Sides of which two names differ: "psychiatry at McGill or pediatrics at Laval"."""
    lengths = {len(ones) for ones in several}
    if len(lengths) > 1 or any(len(one.senses) > 1 for ones in several for one in ones):
        raise NotUnderstoodError("which of one goes with which of the other is not said")
    for at in range(lengths.pop()):
        parts = [ones[at].condition() for ones in several]
        found.sides.append(
            Condition(
                "pair", both(*(part.filter for part in parts)),
                ", ".join(part.en for part in parts), ", ".join(part.fr for part in parts),
                is_scope=True,
            )
        )  # fmt: skip
    found.varies = "pair"


def requirement_conditions(draft: Draft, items: Sequence[Sense]) -> list[Condition]:
    """Return the conditions of items that stand apart from their verb: "Is Casper required".

    Raises:
        NotUnderstoodError: it is not said how firmly, or several ways.
    """
    if len(draft.statuses) != 1 or "or" in draft.verbs:
        raise NotUnderstoodError("items without a verb, or with several")
    status = draft.statuses[0]
    if draft.is_denied:
        if len(items) > 1 or status != "REQUIRED":
            raise NotUnderstoodError("several denied items")
        return [c.without(tuple(items))]
    return [c.requires((item,), None, status) for item in items]
