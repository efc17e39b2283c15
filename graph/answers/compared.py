"""Questions that set things against each other."""

from __future__ import annotations

from collections.abc import Sequence

from graph.answers.cursor import Draft
from graph.answers.intents import Ask, Condition, Intent
from graph.answers.kinds import COUNTED, GROUPS, NUMERIC
from graph.answers.subjects import GROUP_OF, Subjects


def compared(draft: Draft, found: Subjects, aspect: str) -> Intent | None:
    """Return the intent of a comparison; None where it makes none."""
    given = tuple(found.conditions)
    measure = aspect or draft.measure or draft.target
    if measure == GROUP_OF.get(found.varies) or (measure == "programs" and not draft.comparative):
        is_plain = draft.heads[:1] == ["compare"] and "count" not in draft.heads
        measure = "" if is_plain else measure
    if not measure and "size" in draft.verbs:
        measure = "positions"
    if "interview" in draft.verbs and not any(one.about == "interview_date" for one in given):
        measure = "dates"
    is_same = "same" in draft.verbs
    is_mean = "average" in draft.heads
    if "median" in draft.heads or (is_mean and (is_same or measure != "positions")):
        return None
    if is_same and (draft.superlative or draft.comparative or draft.head == "count"):
        return None
    if is_same and measure == "dates":
        return None  # of several days each, which must be the same is not said
    is_side = measure in COUNTED | GROUPS | NUMERIC | {"dates"}
    if len(found.sides) > 1 and is_side and not (draft.per or found.denied):
        if measure == GROUP_OF.get(found.varies):
            return None
        order = draft.superlative or draft.comparative or draft.extreme_day
        return Intent(
            Ask.SIDES, measure, given, sides=tuple(found.sides),
            descending=not order.endswith("ASC"), extreme_day=draft.extreme_day,
            is_asked_whether=draft.head in {"yes_no", "exists"} and "or" not in draft.verbs,
            reduce="mean" if is_mean else "", is_same=is_same, is_more=bool(draft.comparative),
            is_difference="difference" in draft.verbs
            or (draft.head == "count" and bool(draft.comparative)),
        )  # fmt: skip
    return _side_by_side(draft, found)


def _side_by_side(draft: Draft, found: Subjects) -> Intent | None:
    """Programs field by field, where nothing is said of what is compared."""
    if (
        draft.head != "compare"
        or draft.per
        or "same" in draft.verbs
        or draft.superlative
        or draft.extreme_day
    ):
        return None
    aspects = list(draft.aspects)
    if draft.target == "positions":
        aspects.append("positions")
    elif draft.target not in {"", "programs"}:
        return None
    if draft.items:
        aspects.append("requirements")
    if "interview" in draft.verbs:
        aspects.append("dates")
    if len(aspects) > 1 or any(not one.is_scope for one in found.conditions):
        return None
    is_named = bool(found.conditions or found.sides) or "these" in draft.verbs
    if found.varies == "pair" or not is_named:
        return None
    given = (*found.conditions, *_joined(found.sides))
    return Intent(Ask.COMPARE, conditions=given, aspect="".join(aspects))


def _joined(sides: Sequence[Condition]) -> list[Condition]:
    if not sides:
        return []
    return [
        Condition(
            sides[0].about, {"or": [one.filter for one in sides]},
            " or ".join(one.en for one in sides), " ou ".join(one.fr for one in sides),
            is_scope=True, is_choice=True,
        )
    ]  # fmt: skip
