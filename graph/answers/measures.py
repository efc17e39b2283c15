"""Texts of what is compared, and of the greatest, least, mean and median of what is stated."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any, Final

from graph.answers.found import ANSWERED, NOT_IN_DOCUMENTS, PARTIAL
from graph.answers.intents import Condition, Intent
from graph.answers.operations import GROUPED
from graph.answers.stated import amount_of, with_unit
from graph.answers.writing import (
    COLON,
    about,
    beside,
    counted,
    day,
    group_name,
    listed,
    number,
    say,
)

UNITS: Final = frozenset({"letters", "forms", "words_max", "words_min", "length"})
"""Fields of which programs state a number."""


def sides_text(intent: Intent, data: Mapping[str, Any], language: str) -> tuple[str, str]:
    """Return the sides with their numbers, which is first, and the status of the answer."""
    found = [_values(intent, data[f"side{at}"], language) for at in range(len(intent.sides))]
    parts = [
        f"{_name(side, language)}{COLON[language]} {_side(intent, values, language)}"
        for side, values in zip(intent.sides, found, strict=True)
    ]
    text = "; ".join(parts) + f"{about(intent, language)}."
    if not all(found):
        return text, PARTIAL if any(found) else NOT_IN_DOCUMENTS
    if any(len(values) > 1 for values in found):
        return text, ANSWERED
    numbers = [values[0] for values in found]
    lead = _lead(intent, numbers, language)
    return f"{lead}{text} {_verdict(intent, intent.sides, numbers, language)}", ANSWERED


def _name(side: Condition, language: str) -> str:
    """Return what a side is called; universities as the data have them, in both languages."""
    return side.en if side.about == "university" else side.label(language)


def _values(intent: Intent, side: Any, language: str) -> list[Any]:
    """Return what one side has: one number or day, or all that its programs state."""
    if intent.target == "dates":
        key = "endsOn" if intent.extreme_day == "DESC" else "startsOn"
        return [node[key] for node in side["nodes"]]
    if intent.target in GROUPED:
        return [len({group_name(row, intent.target, language) for row in side})]
    if intent.target in UNITS:
        stated = [amount_of(node, intent.target) for node in side["nodes"]]
        return sorted({one for one in stated if one is not None})
    if intent.target == "positions" and intent.reduce:
        mean = side["aggregate"]["quota"]["avg"]
        return [] if mean is None else [round(float(mean), 2)]
    if intent.target == "positions":
        return [side["aggregate"]["quota"]["sum"] or 0]
    return [side["totalCount"]]


def _side(intent: Intent, values: Sequence[Any], language: str) -> str:
    if not values:
        return say(language, "not stated", "non précisé")
    return say(language, " or ", " ou ").join(_one(intent.target, v, language) for v in values)


def _one(measure: str, value: Any, language: str) -> str:
    if measure == "dates":
        return day(value, language)
    if measure in UNITS:
        return with_unit(value, measure, language)
    return counted(value, measure, language)


def _lead(intent: Intent, numbers: Sequence[Any], language: str) -> str:
    first, second = numbers[0], numbers[1]
    if intent.is_same:
        return f"{say(language, *YES[len(set(numbers)) == 1])}{COLON[language]} "
    if intent.is_asked_whether:
        is_so = first > second if intent.descending else first < second
        return f"{say(language, *YES[is_so])}{COLON[language]} "
    if intent.is_difference and len(numbers) == 2 and isinstance(first, int | float):
        if not intent.is_more:
            gap = _one(intent.target, abs(first - second), language)
            return f"{gap} {say(language, 'of difference', 'de différence')}{COLON[language]} "
        more = first - second if intent.descending else second - first
        way = ("more", "de plus") if intent.descending else ("fewer", "de moins")
        return f"{_one(intent.target, more, language)} {say(language, *way)}{COLON[language]} "
    return ""


YES: Final = {True: ("Yes", "Oui"), False: ("No", "Non")}


def _verdict(
    intent: Intent, sides: Sequence[Condition], numbers: Sequence[Any], language: str
) -> str:
    if len(set(numbers)) == 1:
        return say(language, "They are equal.", "Égalité.")
    is_day = intent.target == "dates"
    last = intent.extreme_day == "DESC" if is_day else intent.descending
    best = max(numbers) if last else min(numbers)
    names = [_name(side, language) for side, one in zip(sides, numbers, strict=True) if one == best]
    words = (
        (("Latest", "Le plus tard") if last else ("Earliest", "Le plus tôt"))
        if is_day
        else (("Most", "Le plus") if last else ("Fewest", "Le moins"))
    )
    return f"{say(language, *words)}{COLON[language]} {', '.join(names)}."


def reduced_text(
    intent: Intent, nodes: Sequence[Mapping[str, Any]], language: str
) -> tuple[str, list[Mapping[str, Any]]]:
    """Return the text, and the programs that the number is of."""
    given = [(node, _amount(intent, node)) for node in nodes]
    stated = [(node, value) for node, value in given if value is not None]
    if not stated:
        text = say(language, "No program states it", "Aucun programme ne le précise")
        return f"{text}{about(intent, language)}.", []
    values = [value for _, value in stated]
    if intent.reduce in {"mean", "median"}:
        middle = statistics.mean if intent.reduce == "mean" else statistics.median
        amount = _stated(intent, round(float(middle(values)), 2), language)
        word = say(language, *MIDDLES[intent.reduce])
        head = f"{amount} {word}{COLON[language]} {counted(len(stated), 'programs', language)}"
        return f"{head}{about(intent, language)}.", [node for node, _ in stated]
    best = max(values) if _is_last(intent) else min(values)
    chosen = [node for node, value in stated if value == best]
    names = listed((str(node["name"]) for node in chosen), len(chosen), language)
    unstated = len(nodes) - len(stated)
    text = f"{_stated(intent, best, language)}{COLON[language]} {names}{about(intent, language)}."
    if unstated:
        text += say(
            language, f" {counted(unstated, 'programs', language)} of these do not state it.",
            f" {counted(unstated, 'programs', language)} ne le précisent pas.",
        )  # fmt: skip
    return text, chosen


def part_text(intent: Intent, data: Mapping[str, Any], language: str) -> str:
    """Return what share of programs or positions something is."""
    here, all_of = (_total(intent, data[name]) for name in ("programs", "all"))
    if not all_of:
        return f"{counted(0, intent.target, language)}{about(intent, language)}."
    share = number(round(100 * here / all_of, 1), language)
    of = counted(all_of, intent.target, language)
    near = beside(
        intent.conditions, data["beside"]["totalCount"] if "beside" in data else 0, language
    )
    return say(
        language,
        f"{share}%: {number(here, language)} of {of}{about(intent, language)}.{near}",
        f"{share}\N{NO-BREAK SPACE}% : {number(here, language)} sur {of}"
        f"{about(intent, language)}.{near}",
    )


def _total(intent: Intent, programs: Mapping[str, Any]) -> int:
    total = programs["totalCount"]
    if intent.target == "positions":
        total = programs["aggregate"]["quota"]["sum"] or 0
    return int(total)


MIDDLES: Final = {"mean": ("on average", "en moyenne"), "median": ("(median)", "(médiane)")}


def _is_last(intent: Intent) -> bool:
    return intent.extreme_day == "DESC" if intent.aspect == "dates" else intent.reduce == "max"


def _amount(intent: Intent, node: Mapping[str, Any]) -> Any:
    if intent.aspect != "dates":
        return amount_of(node, intent.aspect)
    days = node["interviewDates"]
    if not days:
        return None
    is_last = intent.extreme_day == "DESC"
    return max(row["endsOn"] for row in days) if is_last else min(row["startsOn"] for row in days)


def _stated(intent: Intent, value: Any, language: str) -> str:
    if intent.aspect == "dates":
        return day(value, language)
    if intent.aspect == "positions":
        return counted(value, "positions", language)
    return with_unit(value, intent.aspect, language)
