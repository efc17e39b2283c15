"""From what was understood of a question to one intent, or to none where it does not fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from graph.answers.cursor import Draft, is_comparison
from graph.answers.errors import NotUnderstoodError
from graph.answers.intents import Ask, Condition, Intent
from graph.answers.names import Place
from graph.answers.subjects import (
    GROUP_OF,
    Subjects,
    requirement_conditions,
    subjects,
)

GROUPS: Final = frozenset(
    {"universities", "disciplines", "cities", "sites", "provinces", "categories"}
)
COUNTED: Final = frozenset({"programs", "positions"})
VALUED: Final = frozenset(
    {"requirements", "accreditation", "volume", "rate", "languages", "return_of_service", "length"}
)
"""Fields that a question can ask the values of."""
STATED: Final = {"REFERENCE_LETTER": "letters", "SUPPORT_FORM": "forms"}
"""Items of which programs state a number."""


def intent_of(draft: Draft, places: Sequence[Place]) -> Intent:
    """Return the intent of a draft.

    Raises:
        NotUnderstoodError: its parts do not make one question.
    """
    aspect = _aspect(draft)
    asked = _is_item_asked(draft, aspect)
    if draft.items and not asked:
        draft.conditions += requirement_conditions(draft, draft.items)
    found = subjects(draft, places)
    _check(draft, found, aspect)
    intent = _found(draft, found, aspect)
    if intent is None or (draft.most > 1 and intent.ask is not Ask.EXTREME):
        raise NotUnderstoodError("its parts do not make one question")
    return _having(intent, draft)


def _aspect(draft: Draft) -> str:
    """Return the field whose values are asked for; empty where none is."""
    head = draft.head
    kinds = {item.value for item in draft.items}
    is_letter = kinds == {"PERSONAL_LETTER"}
    is_long = bool({"how_long"} & set(draft.heads)) or "length" in draft.aspects
    if "words" in draft.verbs or (is_letter and is_long):
        if kinds - {"PERSONAL_LETTER"}:
            raise NotUnderstoodError("words of what has none")
        return "words_min" if draft.bound == "min" else "words_max"
    if is_long and not draft.items:
        return "length"
    if len(draft.statuses) > 1 and draft.items:
        return "item_status"
    is_amount = head in {"count", "average", "median", "compare"} or "count" in draft.heads[1:2]
    is_amount = is_amount or bool(draft.superlative or draft.comparative)
    if len(kinds) == 1 and draft.first == "item" and is_amount:
        return STATED.get(next(iter(kinds)), "")
    if len(kinds) == 1 and (draft.superlative or draft.comparative or head == "compare"):
        return STATED.get(next(iter(kinds)), "")
    return draft.aspects[0] if len(draft.aspects) == 1 else ""


def _is_item_asked(draft: Draft, aspect: str) -> bool:
    return bool(draft.items) and aspect in {
        "letters", "forms", "words_max", "words_min", "item_status",
    }  # fmt: skip


def _check(draft: Draft, found: Subjects, aspect: str) -> None:
    """Words that were taken on trust must belong to something."""
    conditions = {condition.about for condition in found.conditions}
    is_dates = "when" in draft.heads or "date_word" in draft.verbs or bool(draft.extreme_day)
    has_subject = bool(draft.items or draft.aspects or aspect)
    is_compared = is_comparison(draft)
    untold = {
        "these": "compare" in draft.heads,
        "differ": is_compared,
        "interview": is_dates or is_compared or "interview_date" in conditions,
        "take_time": aspect == "length" or "length" in conditions or bool(draft.extreme_day),
        "date_word": "interview" in draft.verbs or "interview_date" in conditions,
        "require": has_subject or bool(conditions & {"requirement", "return_of_service"}),
        "apply": bool(draft.categories),
        "words": aspect.startswith("words"),
    }
    for verb, is_told in untold.items():
        if verb in draft.verbs and not is_told:
            raise NotUnderstoodError(f"{verb} without what belongs to it")
    if "interview_date" in conditions and "interview" not in draft.verbs:
        raise NotUnderstoodError("a date of something that is not an interview")
    if draft.extreme_day and not (is_dates and "interview" in draft.verbs):
        raise NotUnderstoodError("a first or last of something that is no date")
    if draft.bound and not aspect.startswith("words"):
        raise NotUnderstoodError("a greatest or least of something that is not told")
    if len(draft.aspects) > 1 and not aspect.startswith("words"):
        raise NotUnderstoodError("two fields at once")


def _found(draft: Draft, found: Subjects, aspect: str) -> Intent | None:
    given = tuple(found.conditions)
    if not draft.target and "streams" in draft.verbs and draft.head in {"count", "which"}:
        draft.target = "programs"
    if is_comparison(draft):
        return _compared(draft, found, aspect)
    heads = set(draft.heads)
    if draft.superlative:
        return _extreme(draft, given, aspect)
    if heads & {"average", "median"}:
        return _average(draft, given, aspect)
    if aspect and aspect in {*VALUED, *STATED.values(), "words_max", "words_min", "item_status"}:
        return _values(draft, given, aspect)
    if _asks_dates(draft, given):
        return _dates(draft, given)
    if draft.aspects or (draft.items and aspect):
        return None
    return _plain(draft, found)


def _plain(draft: Draft, found: Subjects) -> Intent | None:
    """Counts, lists, whether there is one, where."""
    heads = draft.heads or (["count"] if draft.target in COUNTED else [])
    find = HEADS.get(heads[0]) if heads else None
    if find is None:
        raise NotUnderstoodError("no question word that is known")
    return find(draft, found)


def _scoped(given: Sequence[Condition], *abouts: str) -> bool:
    return any(one.is_scope and one.about in abouts for one in given)


def _has_choice(given: Sequence[Condition]) -> bool:
    return any(condition.is_choice and condition.is_scope for condition in given)


def _count(draft: Draft, found: Subjects) -> Intent | None:
    given = tuple(found.conditions)
    if draft.target in COUNTED and not draft.per:
        return None if draft.measure else _one(Ask.COUNT, draft.target, found)
    if draft.target in COUNTED and draft.per in GROUPS:
        return Intent(Ask.BREAKDOWN, draft.target, given, group=draft.per)
    if draft.target in GROUPS and not draft.per and not _has_choice(given):
        return Intent(Ask.COUNT_GROUPS, draft.target, given, denied=tuple(found.denied))
    return None


def _one(ask: Ask, target: str, found: Subjects) -> Intent:
    """Return an intent on programs: what is denied is left out."""
    left_out = [
        replace(one, filter={"not": one.filter}, en=f"not {one.en}", fr=f"sauf {one.fr}")
        for one in found.denied
    ]
    return Intent(ask, target, (*found.conditions, *left_out))


def _which(draft: Draft, found: Subjects) -> Intent | None:
    given = tuple(found.conditions)
    if draft.per:
        return None if draft.measure else _count(draft, found)
    has_seats = draft.measure == "positions" and draft.target in GROUPS  # "with places for IMGs"
    if draft.measure and not has_seats:
        return None
    if not draft.target and "who" in draft.verbs and _scoped(given, "discipline"):
        return Intent(Ask.LIST_GROUPS, "universities", given)
    if draft.target == "programs" and (given or found.denied):
        return _one(Ask.LIST, "programs", found)
    if draft.target in GROUPS - {"categories"} and not _has_choice(given):
        if given or found.denied or draft.having:
            return Intent(Ask.LIST_GROUPS, draft.target, given, denied=tuple(found.denied))
        return None
    if draft.target == "positions" and given:
        return _one(Ask.COUNT, "positions", found)
    return None


def _extreme(draft: Draft, given: tuple[Condition, ...], aspect: str) -> Intent | None:
    descending = draft.superlative.endswith("DESC")
    if aspect:
        return _reduced(draft, given, aspect, "max" if descending else "min")
    if draft.aspects or draft.items or draft.per:
        return None
    is_size = draft.superlative.startswith("SIZE")
    is_mean = "average" in draft.heads
    if "median" in draft.heads or (is_mean and draft.target not in GROUPS):
        return None
    group, measure = draft.target, draft.measure
    if is_size and group in GROUPS and measure == "programs":
        group, measure = "programs", "positions"
    if group == "positions":
        group, measure = draft.measure or "programs", "positions"
    if group == "programs":
        measure = measure or ("positions" if is_size else "")
        if measure in GROUPS:  # "the most programs are in which province"
            group, measure = measure, "programs"
    is_known = group in (GROUPS - {"categories"}) | {"programs"} and bool(measure)
    if is_mean and measure != "positions":
        return None
    if not is_known or (group == "programs" and measure != "positions") or group == measure:
        return None
    return Intent(
        Ask.EXTREME, measure, given, group=group, descending=descending, most=draft.most,
        reduce="mean" if is_mean else "",
    )  # fmt: skip


def _reduced(
    draft: Draft, given: tuple[Condition, ...], aspect: str, reduce: str
) -> Intent | None:
    """The greatest, least or mean of what programs state."""
    is_value = aspect in {*STATED.values(), "words_max", "words_min", "length", "positions"}
    if not is_value or draft.per or draft.target in GROUPS or draft.most > 1:
        return None
    return Intent(Ask.MEASURES, conditions=given, aspect=aspect, reduce=reduce)


def _average(draft: Draft, given: tuple[Condition, ...], aspect: str) -> Intent | None:
    kind = "median" if "median" in draft.heads else "mean"
    if aspect:
        return _reduced(draft, given, aspect, kind)
    if draft.target not in COUNTED or draft.aspects or draft.items or draft.measure:
        return None
    if kind == "median":
        is_plain = draft.target == "positions" and draft.per in {"", "programs"}
        return replace_median(given) if is_plain else None
    if draft.target == "positions" and draft.per in {"", "programs"}:
        return Intent(Ask.AVERAGE, "positions", given)
    if draft.per in GROUPS:
        return Intent(Ask.BREAKDOWN, draft.target, given, group=draft.per, reduce="mean")
    return None


def replace_median(given: tuple[Condition, ...]) -> Intent:
    """Return the question for the median quota."""
    return Intent(Ask.MEASURES, conditions=given, aspect="positions", reduce="median")


def _values(draft: Draft, given: tuple[Condition, ...], aspect: str) -> Intent | None:
    if aspect not in {*VALUED, *STATED.values(), "words_max", "words_min", "item_status"}:
        return None
    if draft.target not in {"", "programs"} or draft.per or draft.measure:
        return None
    if not _scoped(given, "discipline", "university", "place"):
        return None
    item = draft.items[0] if aspect == "item_status" else None
    group = "" if item is None else f"{item.role}:{item.value}"
    return Intent(Ask.VALUES, conditions=given, aspect=aspect, group=group)


def _asks_dates(draft: Draft, given: tuple[Condition, ...]) -> bool:
    is_when = "when" in draft.heads or "date_word" in draft.verbs or bool(draft.extreme_day)
    has_day = any(one.about == "interview_date" for one in given)
    is_when = is_when and draft.target in {"", "programs"}
    return is_when and "interview" in draft.verbs and not (has_day and not draft.extreme_day)


def _dates(draft: Draft, given: tuple[Condition, ...]) -> Intent | None:
    is_plain = not draft.per and not draft.items and not draft.measure and not draft.aspects
    if not is_plain or draft.target not in {"", "programs"}:
        return None
    if draft.extreme_day and draft.target == "programs" and draft.head == "which":
        return Intent(Ask.EXTREME, "dates", given, group="programs", extreme_day=draft.extreme_day)
    if not given:
        return None
    reduce = "count" if draft.head == "count" else ""
    return Intent(Ask.DATES, conditions=given, extreme_day=draft.extreme_day, reduce=reduce)


def _exists(draft: Draft, found: Subjects) -> Intent | None:
    given = tuple(found.conditions)
    is_plain = not draft.per and not draft.measure and draft.target in {"", *COUNTED}
    if not is_plain or not given or _has_choice(given) or found.denied:
        return None
    if not draft.target and not _scoped(given, "discipline"):
        return None
    return Intent(Ask.EXISTS, draft.target or "programs", given)


def _yes_no(draft: Draft, found: Subjects) -> Intent | None:
    given = tuple(found.conditions)
    if draft.per or draft.measure or draft.target not in {"", *COUNTED} or found.denied:
        return None
    if not _scoped(given, "discipline", "university", "place"):
        return None
    asked = [one for one in given if not one.is_scope and one.about not in {"category", "ros_stream"}]
    streams = [one for one in given if one.about in {"category", "ros_stream"}]
    if asked:
        scope = tuple(replace(one, is_scope=True) if one in streams else one for one in given)
        return Intent(Ask.SHARE, conditions=scope) if len(asked) == 1 else None
    is_offer = _scoped(given, "discipline") and _scoped(given, "university", "place")
    if not (is_offer or streams) or _has_choice(given):
        return None
    return Intent(Ask.EXISTS, draft.target or "programs", given)


def _where(draft: Draft, found: Subjects) -> Intent | None:
    given = tuple(found.conditions)
    if draft.per or draft.target not in {"", "programs"} or not _scoped(given, "discipline"):
        return None
    if _has_choice(given) or draft.measure:
        return None
    return Intent(Ask.LIST_GROUPS, "cities", given)


def _compared(draft: Draft, found: Subjects, aspect: str) -> Intent | None:
    given = tuple(found.conditions)
    measure = aspect or draft.measure or draft.target
    if measure == GROUP_OF.get(found.varies) or (measure == "programs" and not draft.comparative):
        measure = "" if draft.heads[:1] == ["compare"] else measure
    if not measure and "size" in draft.verbs:
        measure = "positions"
    if "interview" in draft.verbs and not any(one.about == "interview_date" for one in given):
        measure = "dates"
    is_side = measure in {
        *COUNTED, *GROUPS, *STATED.values(), "words_max", "words_min", "length", "dates",
    }  # fmt: skip
    if len(found.sides) > 1 and is_side and not (draft.per or found.denied):
        if measure == GROUP_OF.get(found.varies):
            return None
        order = draft.superlative or draft.comparative or draft.extreme_day
        return Intent(
            Ask.SIDES, measure, given, sides=tuple(found.sides),
            descending=not order.endswith("ASC"), extreme_day=draft.extreme_day,
            is_asked_whether=draft.head in {"yes_no", "exists"} and "or" not in draft.verbs,
            is_difference=draft.head == "count" and bool(draft.comparative),
        )  # fmt: skip
    return _side_by_side(draft, found)


def _side_by_side(draft: Draft, found: Subjects) -> Intent | None:
    """Programs field by field, where nothing is said of what is compared."""
    if draft.head != "compare" or draft.per or draft.superlative or draft.extreme_day:
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
    if found.varies == "pair" or (not found.conditions and not found.sides):
        if "these" not in draft.verbs or found.varies == "pair":
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


def _having(intent: Intent, draft: Draft) -> Intent:
    """Return an intent with what groups must have; a quota is then that of a group.

    Raises:
        NotUnderstoodError: programs have no such number.
    """
    is_grouped = intent.ask in {Ask.COUNT_GROUPS, Ask.LIST_GROUPS}
    quota = next((one for one in intent.conditions if one.amount), None)
    if is_grouped and quota is not None and quota.amount is not None:
        kept = tuple(one for one in intent.conditions if one is not quota)
        intent = replace(intent, conditions=kept, having=("positions", quota.amount))
    if draft.having is None:
        return intent
    noun, amount = draft.having
    if not is_grouped or intent.having or intent.denied or noun == intent.target:
        raise NotUnderstoodError("a number of something that does not have one")
    return replace(intent, having=(noun, amount.comparisons))


HEADS: Final[Mapping[str, Callable[[Draft, Subjects], Intent | None]]] = {
    "count": _count,
    "which": _which,
    "exists": _exists,
    "yes_no": _yes_no,
    "where": _where,
}
