"""From what was understood of a question to one intent, or to none where it does not fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from graph.answers import conditions as c
from graph.answers.compared import compared
from graph.answers.cursor import Draft, is_comparison
from graph.answers.errors import NotUnderstoodError
from graph.answers.extremes import average, extreme
from graph.answers.intents import Ask, Condition, Intent
from graph.answers.kinds import COUNTED, GROUPS, STATED, VALUED
from graph.answers.names import Place
from graph.answers.subjects import Subjects, requirement_conditions, subjects


def intent_of(draft: Draft, places: Sequence[Place]) -> Intent:
    """Return the intent of a draft.

    Raises:
        NotUnderstoodError: its parts do not make one question.
    """
    if "words_told" in draft.verbs and {one.value for one in draft.items} <= {"PERSONAL_LETTER"}:
        draft.items, draft.bound = [], ""
    is_letter = any(item.value == "PERSONAL_LETTER" for item in draft.items)
    is_words = is_letter or "words" in draft.verbs
    if draft.bound and draft.items and not is_words and not draft.superlative:
        draft.superlative, draft.bound = "ASC" if draft.bound == "min" else "DESC", ""
    aspect = _aspect(draft)
    asked = _is_item_asked(draft, aspect)
    if draft.items and not asked:
        draft.conditions += requirement_conditions(draft, draft.items)
    found = subjects(draft, places)
    _check(draft, found, aspect)
    intent = _part(draft, found) if "share" in draft.heads else _found(draft, found, aspect)
    is_extreme = intent is not None and intent.ask is Ask.EXTREME
    is_both = "both" in draft.verbs and not (intent and (intent.each or intent.is_same))
    if (found.each and not (intent and intent.each)) or (intent and intent.each and draft.having):
        raise NotUnderstoodError("both of what is not one list")
    if intent is None or ((draft.most > 1 or draft.rank) and not is_extreme) or is_both:
        raise NotUnderstoodError("its parts do not make one question")
    return _having(intent, draft)


def _aspect(draft: Draft) -> str:
    """Return the field whose values are asked for; empty where none is."""
    head = draft.head
    kinds = {item.value for item in draft.items}
    is_letter = kinds == {"PERSONAL_LETTER"}
    is_long = bool({"how_long"} & set(draft.heads)) or "length" in draft.aspects
    if "words" in draft.verbs or (is_letter and (is_long or draft.bound)):
        if kinds - {"PERSONAL_LETTER"}:
            raise NotUnderstoodError("words of what has none")
        return {"both": "words_span", "min": "words_min"}.get(draft.bound, "words_max")
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
        "letters", "forms", "words_max", "words_min", "words_span", "item_status",
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
        "breakdown": bool(draft.per),
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
    if "military" in conditions and draft.target == "positions":
        raise NotUnderstoodError("seats of streams that are open to others too")
    if draft.bound and not aspect.startswith("words"):
        raise NotUnderstoodError("a greatest or least of something that is not told")
    if len(draft.aspects) > 1 and not aspect.startswith("words"):
        raise NotUnderstoodError("two fields at once")


def _found(draft: Draft, found: Subjects, aspect: str) -> Intent | None:
    given = tuple(found.conditions)
    if not draft.target and "streams" in draft.verbs and draft.head in {"count", "which"}:
        draft.target = "programs"
    if found.denied and not is_comparison(draft) and _is_of_programs(draft, aspect):
        found.conditions += [c.excluded((one,)) for one in found.denied]
        found.denied, given = [], (*given, *found.conditions[len(given) :])
    if is_comparison(draft):
        intent = compared(draft, found, aspect)
    elif draft.superlative:
        intent = extreme(draft, given, aspect)
    elif set(draft.heads) & {"average", "median"}:
        intent = average(draft, given, aspect)
    elif aspect in VALUED:
        intent = _values(draft, given, aspect)
    elif _asks_dates(draft, given):
        intent = _dates(draft, given)
    else:
        intent = None if draft.aspects or (draft.items and aspect) else _plain(draft, found)
    return intent


def _is_of_programs(draft: Draft, aspect: str) -> bool:
    """Return whether what is denied is left out of what is summed, and not lacking somewhere."""
    is_summed = bool(draft.superlative or {"average", "median"} & set(draft.heads))
    is_number = draft.measure in {"", *COUNTED} and draft.target in {*GROUPS, *COUNTED}
    return (is_summed and is_number) or aspect in VALUED or _asks_dates(draft, ())


def _part(draft: Draft, found: Subjects) -> Intent | None:
    """The share of programs or positions; None where it is not said of what, or which."""
    is_plain = set(draft.heads) <= {"which", "share"} and not (draft.per or draft.measure)
    is_plain = is_plain and not (draft.superlative or is_comparison(draft) or found.denied)
    if draft.split is None or draft.target not in COUNTED or not is_plain or draft.aspects:
        return None
    parts = found.parts
    whole = [one for one in found.conditions if one not in parts]
    if not parts or found.each or any(one.amount for one in found.conditions):
        return None
    return Intent(
        Ask.PART, draft.target,
        (*(replace(one, is_scope=True) for one in whole),
         *(replace(one, is_scope=False) for one in parts)),
    )  # fmt: skip


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
    if draft.target == "positions" and draft.per == "programs":
        return _quotas(found)
    if draft.target in COUNTED and draft.per in GROUPS:
        return Intent(Ask.BREAKDOWN, draft.target, given, group=draft.per)
    if draft.target in GROUPS and not draft.per and not _has_choice(given):
        return Intent(
            Ask.COUNT_GROUPS, draft.target, given, denied=tuple(found.denied), each=found.each
        )
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
    if draft.measure == "positions" and draft.target == "programs":
        return _quotas(found)
    has_seats = draft.measure == "positions" and draft.target in GROUPS  # "with places for IMGs"
    if draft.measure and not has_seats:
        return None
    target = draft.target
    if not target and "who" in draft.verbs and _scoped(given, "discipline"):
        target = "universities"
    if target in GROUPS:
        return _which_groups(target, draft, found)
    if not given and not found.denied:
        return None
    asks = {"programs": Ask.LIST, "positions": Ask.COUNT}
    return _one(asks[target], target, found) if target in asks else None


def _quotas(found: Subjects) -> Intent | None:
    """The positions of each program."""
    given = tuple(found.conditions)
    if not _scoped(given, "discipline", "university", "place") or found.denied:
        return None
    return Intent(Ask.VALUES, conditions=given, aspect="positions")


def _which_groups(target: str, draft: Draft, found: Subjects) -> Intent | None:
    given = tuple(found.conditions)
    is_told = bool(given or found.denied or draft.having or found.each)
    if target == "categories" or _has_choice(given) or not is_told:
        return None
    return Intent(Ask.LIST_GROUPS, target, given, denied=tuple(found.denied), each=found.each)


def _values(draft: Draft, given: tuple[Condition, ...], aspect: str) -> Intent | None:
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
    if draft.target != "programs" and any(one.amount for one in given):
        return None  # a number of seats: of one program, or of all together
    if not draft.target and not _scoped(given, "discipline"):
        return None
    return Intent(Ask.EXISTS, draft.target or "programs", given)


def _yes_no(draft: Draft, found: Subjects) -> Intent | None:
    given = tuple(found.conditions)
    if draft.per or draft.measure or draft.target not in {"", *COUNTED} or found.denied:
        return None
    if not _scoped(given, "discipline", "university", "place"):
        return None
    asked = [
        one for one in given if not one.is_scope and one.about not in {"category", "ros_stream"}
    ]
    streams = [one for one in given if one.about in {"category", "ros_stream"}]
    if asked:
        scope = tuple(replace(one, is_scope=True) if one in streams else one for one in given)
        reduce = "all" if draft.is_all else ""
        return Intent(Ask.SHARE, conditions=scope, reduce=reduce) if len(asked) == 1 else None
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
