"""From what was understood of a question to one intent, or to none where it does not fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from graph.answers.cursor import Draft
from graph.answers.errors import NotUnderstoodError
from graph.answers.intents import Ask, Intent

GROUPS: Final = frozenset({"universities", "disciplines", "cities", "provinces", "categories"})
COUNTED: Final = frozenset({"programs", "positions"})
VALUED: Final = frozenset(
    {"requirements", "accreditation", "volume", "rate", "languages", "return_of_service", "length"}
)
"""Fields that a question can ask the values of."""


def intent_of(draft: Draft) -> Intent:
    """Return the intent of a draft.

    Raises:
        NotUnderstoodError: its parts do not make one question.
    """
    _check_verbs(draft)
    find = HEADS.get(draft.head)
    found = find(draft) if find else None
    if found is None:
        raise NotUnderstoodError("its parts do not make one question")
    return found


def _check_verbs(draft: Draft) -> None:
    """Words that were taken on trust must belong to something."""
    conditions = {condition.about for condition in draft.conditions}
    is_dates = draft.head == "when" or "date_word" in draft.verbs or bool(draft.extreme_day)
    has_subject = bool(draft.item or draft.aspects)
    untold = {
        "these": draft.head == "compare",
        "differ": draft.head == "compare",
        "interview": is_dates or draft.head == "compare" or "interview_date" in conditions,
        "take_time": draft.head == "how_long" or "length" in conditions,
        "date_word": "interview" in draft.verbs,
        "require": has_subject or bool(conditions & {"requirement", "return_of_service"}),
    }
    for verb, is_told in untold.items():
        if verb in draft.verbs and not is_told:
            raise NotUnderstoodError(f"{verb} without what belongs to it")
    if draft.extreme_day and not is_dates:
        raise NotUnderstoodError("a first or last of something that is no date")


def _is_plain(draft: Draft) -> bool:
    """Whether nothing but a target, conditions and groups was named."""
    return not (draft.aspects or draft.superlative or draft.item or draft.measure)


def _scoped(draft: Draft, *abouts: str) -> bool:
    return any(one.is_scope and one.about in abouts for one in draft.conditions)


def _has_choice(draft: Draft) -> bool:
    return any(condition.is_choice for condition in draft.conditions)


def _count(draft: Draft) -> Intent | None:
    if draft.item and not (draft.target or draft.per):
        return _letters(draft)
    if draft.aspects == ["volume"] and not draft.target:
        return _values(draft)
    return _counted(draft) if _is_plain(draft) else None


def _letters(draft: Draft) -> Intent | None:
    is_letters = draft.item is not None and draft.item.value == "REFERENCE_LETTER"
    if not is_letters or not _scoped(draft, "discipline", "university"):
        return None
    return Intent(Ask.VALUES, conditions=tuple(draft.conditions), aspect="letters")


def _counted(draft: Draft) -> Intent | None:
    given = tuple(draft.conditions)
    if draft.target in COUNTED and not draft.per:
        return Intent(Ask.COUNT, draft.target, given)
    if draft.target in COUNTED and draft.per in GROUPS:
        return Intent(Ask.BREAKDOWN, draft.target, given, group=draft.per)
    if draft.target in GROUPS and not draft.per and not _has_choice(draft):
        return Intent(Ask.COUNT_GROUPS, draft.target, given)
    return None


def _which(draft: Draft) -> Intent | None:
    if draft.superlative:
        return _extreme(draft)
    if "date_word" in draft.verbs or draft.extreme_day:
        return _dates(draft)
    if draft.aspects:
        return _values(draft)
    return None if draft.per or not _is_plain(draft) else _listed(draft)


def _listed(draft: Draft) -> Intent | None:
    given = tuple(draft.conditions)
    if draft.target == "programs" and given:
        return Intent(Ask.LIST, "programs", given)
    if draft.target in GROUPS - {"categories"} and given and not _has_choice(draft):
        return Intent(Ask.LIST_GROUPS, draft.target, given)
    if draft.target == "positions" and "programs" not in draft.verbs and given:
        return Intent(Ask.COUNT, "positions", given)
    return None


def _extreme(draft: Draft) -> Intent | None:
    if draft.aspects or draft.item or draft.per or not draft.measure:
        return None
    measure = "positions" if draft.target == "programs" else draft.measure
    if draft.target not in (GROUPS - {"categories"}) | {"programs"}:
        return None
    return Intent(
        Ask.EXTREME, measure, tuple(draft.conditions), group=draft.target,
        descending=draft.superlative == "DESC",
    )  # fmt: skip


def _values(draft: Draft) -> Intent | None:
    if len(draft.aspects) != 1 or draft.aspects[0] not in VALUED or draft.superlative or draft.per:
        return None
    if draft.item or draft.target not in {"", "programs"}:
        return None
    if not _scoped(draft, "discipline", "university"):
        return None
    return Intent(Ask.VALUES, conditions=tuple(draft.conditions), aspect=draft.aspects[0])


def _how_long(draft: Draft) -> Intent | None:
    if draft.target not in {"", "programs"} or not _is_plain(draft) or draft.per:
        return None
    if not _scoped(draft, "discipline", "university"):
        return None
    return Intent(Ask.VALUES, conditions=tuple(draft.conditions), aspect="length")


def _dates(draft: Draft) -> Intent | None:
    is_plain = _is_plain(draft) and not draft.per and draft.target in {"", "programs"}
    if not is_plain or "interview" not in draft.verbs or not draft.conditions:
        return None
    return Intent(Ask.DATES, conditions=tuple(draft.conditions), extreme_day=draft.extreme_day)


def _exists(draft: Draft) -> Intent | None:
    is_plain = _is_plain(draft) and not draft.per and draft.target in {"", *COUNTED}
    if not is_plain or not draft.conditions or _has_choice(draft):
        return None
    if not draft.target and not _scoped(draft, "discipline"):
        return None
    return Intent(Ask.EXISTS, draft.target or "programs", tuple(draft.conditions))


def _yes_no(draft: Draft) -> Intent | None:
    if not _is_plain(draft) or draft.per or draft.target not in {"", "programs"}:
        return None
    asked = [condition for condition in draft.conditions if not condition.is_scope]
    if not _scoped(draft, "discipline", "university"):
        return None
    if asked:
        return Intent(Ask.SHARE, conditions=tuple(draft.conditions)) if len(asked) == 1 else None
    is_offer = _scoped(draft, "discipline") and _scoped(draft, "university", "place")
    if not is_offer or _has_choice(draft):
        return None
    return Intent(Ask.EXISTS, conditions=tuple(draft.conditions))


def _where(draft: Draft) -> Intent | None:
    if not _is_plain(draft) or draft.per or draft.target or not _scoped(draft, "discipline"):
        return None
    if _has_choice(draft):
        return None
    return Intent(Ask.LIST_GROUPS, "cities", tuple(draft.conditions))


def _average(draft: Draft) -> Intent | None:
    if draft.target != "positions" or draft.per not in {"", "programs"} or not _is_plain(draft):
        return None
    return Intent(Ask.AVERAGE, "positions", tuple(draft.conditions))


def _compare(draft: Draft) -> Intent | None:
    if draft.per or draft.superlative or draft.extreme_day:
        return None
    aspects = list(draft.aspects)
    if draft.target == "positions":
        aspects.append("positions")
    elif draft.target not in {"", "programs"}:
        return None
    if draft.item:
        aspects.append("requirements")
    if "interview" in draft.verbs:
        aspects.append("dates")
    if len(aspects) > 1 or any(not one.is_scope for one in draft.conditions):
        return None
    if not draft.conditions and "these" not in draft.verbs:
        return None
    if sum(condition.is_choice for condition in draft.conditions) > 1:
        return None  # which of one goes with which of the other is not said
    return Intent(Ask.COMPARE, conditions=tuple(draft.conditions), aspect="".join(aspects))


HEADS: Final[Mapping[str, Callable[[Draft], Intent | None]]] = {
    "count": _count,
    "which": _which,
    "when": _dates,
    "compare": _compare,
    "exists": _exists,
    "yes_no": _yes_no,
    "where": _where,
    "average": _average,
    "how_long": _how_long,
}
