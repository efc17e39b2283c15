"""Texts of structured answers, in both languages: short, exact, with what was counted in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from graph.answers.intents import Condition, Intent
from graph.answers.words import rows

NAMED_PROGRAMS: Final = 10
"""Names that a text lists; ``programs`` of the answer has all of them."""
MONTHS_FR: Final = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
NOUNS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "programs": ("program", "programs", "programme", "programmes"),
    "positions": ("position", "positions", "place", "places"),
    "universities": ("university", "universities", "université", "universités"),
    "disciplines": ("discipline", "disciplines", "discipline", "disciplines"),
    "cities": ("city", "cities", "ville", "villes"),
    "sites": ("site", "sites", "site", "sites"),
    "provinces": ("province or territory", "provinces or territories",
                  "province ou territoire", "provinces ou territoires"),
    "categories": ("category", "categories", "catégorie", "catégories"),
}  # fmt: skip


def say(language: str, english: str, french: str) -> str:
    """Return the words of one language."""
    return french if language == "FR" else english


def number(value: float, language: str) -> str:
    """Return a number as a language writes it."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".") if value % 1 else f"{int(value):,}"
    if language == "FR":
        return text.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")
    return text


def counted(count: float, noun: str, language: str) -> str:
    """Return a number with its noun."""
    one, many, une, plusieurs = NOUNS[noun]
    if language == "FR":
        return f"{number(count, language)} {une if count < 2 else plusieurs}"
    return f"{number(count, language)} {one if count == 1 else many}"


def about(intent: Intent, language: str) -> str:
    """Return the conditions in brackets; nothing where there are none."""
    words = intent.words(language)
    return f" ({words})" if words else ""


def day(value: str, language: str) -> str:
    """Return a day of the calendar in words."""
    found = dt.date.fromisoformat(value)
    if language == "FR":
        first = "1er" if found.day == 1 else str(found.day)
        return f"{first} {MONTHS_FR[found.month - 1]} {found.year}"
    return f"{found.strftime('%B')} {found.day}, {found.year}"


def days(rows: Sequence[Mapping[str, str]], language: str) -> str:
    """Return the days of rows with ``startsOn`` and ``endsOn``."""
    word = say(language, " to ", " au ")
    texts = [
        day(row["startsOn"], language)
        if row["startsOn"] == row["endsOn"]
        else f"{day(row['startsOn'], language)}{word}{day(row['endsOn'], language)}"
        for row in rows
    ]
    return ", ".join(dict.fromkeys(texts)) if language == "FR" else "; ".join(dict.fromkeys(texts))


def listed(names: Iterable[str], total: int, language: str) -> str:
    """Return the first names, and how many more there are."""
    shown = list(names)[:NAMED_PROGRAMS]
    rest = total - len(shown)
    more = say(language, f"; and {number(rest, language)} more",
               f"; et {number(rest, language)} autres") if rest > 0 else ""  # fmt: skip
    return "; ".join(shown) + more


def beside(conditions: Iterable[Condition], count: int, language: str) -> str:
    """Return what is said of programs that nearly meet a condition."""
    found = [one for one in conditions if one.beside is not None]
    if not found or not count:
        return ""
    words = " / ".join(say(language, one.beside_en, one.beside_fr) for one in found)
    return say(
        language,
        f" Not counted as such: {counted(count, 'programs', language)} that {words}."
        if not words.startswith("of these")
        else f" Of these, {number(count, language)} {words.removeprefix('of these, ')}.",
        f" Non comptés : {counted(count, 'programs', language)} qui {words}."
        if not words.startswith("parmi eux")
        else f" Parmi eux, {number(count, language)} {words.removeprefix('parmi eux, ')}.",
    )


COLON: Final = {"EN": ":", "FR": "\N{NO-BREAK SPACE}:"}


def count_text(intent: Intent, data: Mapping[str, Any], language: str) -> str:
    """How many programs or positions."""
    programs = data["programs"]
    total, seats = programs["totalCount"], programs["aggregate"]["quota"]["sum"] or 0
    named = about(intent, language)
    if intent.target == "positions":
        text = say(
            language,
            f"{counted(seats, 'positions', language)} in"
            f" {counted(total, 'programs', language)}{named}.",
            f"{counted(seats, 'positions', language)} dans"
            f" {counted(total, 'programs', language)}{named}.",
        )
        unstated = data["unstated"]["totalCount"]
        if unstated:
            text += say(
                language,
                f" {counted(unstated, 'programs', language)} of these state no quota.",
                f" {counted(unstated, 'programs', language)} parmi eux n’indiquent aucun quota.",
            )
    else:
        text = f"{counted(total, 'programs', language)}{named}."
    return text + beside(intent.conditions, _beside(data), language)


def _beside(data: Mapping[str, Any]) -> int:
    return data["beside"]["totalCount"] if "beside" in data else 0


def list_text(intent: Intent, data: Mapping[str, Any], language: str) -> str:
    """Which programs."""
    programs = data["programs"]
    total = programs["totalCount"]
    head = f"{counted(total, 'programs', language)}{about(intent, language)}"
    names = listed((node["name"] for node in programs["nodes"]), total, language)
    body = f"{COLON[language]} {names}." if total else "."
    return head + body + beside(intent.conditions, _beside(data), language)


def exists_text(intent: Intent, data: Mapping[str, Any], language: str) -> str:
    """Whether there is one."""
    total = data["programs"]["totalCount"]
    word = say(language, "Yes" if total else "No", "Oui" if total else "Non")
    return f"{word}{COLON[language]} {list_text(intent, data, language)}"


def share_text(intent: Intent, data: Mapping[str, Any], language: str) -> str:
    """How many of the programs spoken of."""
    total, of = data["programs"]["totalCount"], data["all"]["totalCount"]
    if not of:
        none = say(
            language, "0 programs: there is no such program", "0 programme : il n’y en a aucun"
        )
        return f"{none}{about(intent, language)}."
    asked = "; ".join(c.label(language) for c in intent.conditions if not c.is_scope)
    scope = "; ".join(c.label(language) for c in intent.conditions if c.is_scope)
    text = say(
        language,
        f"{number(total, language)} of {counted(of, 'programs', language)} in {scope}: {asked}.",
        f"{number(total, language)} sur {counted(of, 'programs', language)} ({scope}) : {asked}.",
    )
    if "dated" in data and not data["dated"]["totalCount"]:
        return text + say(language, " No interview dates are stated.", " Aucune date d’entrevue.")
    if total in {0, of} or intent.reduce == "all":
        is_so = total == of if intent.reduce == "all" else bool(total)
        yes = say(language, "Yes" if is_so else "No", "Oui" if is_so else "Non")
        text = f"{yes}{COLON[language]} {text}"
    return text + beside(intent.conditions, _beside(data), language)


def average_text(intent: Intent, data: Mapping[str, Any], language: str) -> str:
    """The mean of the stated quotas."""
    quota = data["programs"]["aggregate"]["quota"]
    stated = data["programs"]["totalCount"] - data["unstated"]["totalCount"]
    mean = number(round(quota["avg"], 2), language)
    return say(
        language,
        f"{mean} positions per program on average: {counted(quota['sum'], 'positions', language)}"
        f" in {counted(stated, 'programs', language)}{about(intent, language)}.",
        f"{mean} places par programme en moyenne : {counted(quota['sum'], 'positions', language)}"
        f" dans {counted(stated, 'programs', language)}{about(intent, language)}.",
    )


def group_name(row: Mapping[str, Any], by: str, language: str) -> str:
    """Return the name of a group."""
    if by == "cities":
        place = row.get("site") or row
        return f"{place['city']} ({place['province']})"
    if by == "sites":
        return str(row["site"]["label"])
    if by == "universities":
        return str(row["university"]["name"])
    if by == "disciplines":
        names = row["discipline"]
        return str((names["nameFr"] if language == "FR" else None) or names["name"])
    if by == "provinces":
        return _provinces()[language][row["province"]]
    return str(row["applicantCategory"])


@lru_cache(maxsize=1)
def _provinces() -> Mapping[str, Mapping[str, str]]:
    named = [row for row in rows("names") if row["dimension"] == "province"]
    return {
        "EN": {row["value"]: row["en"] for row in named},
        "FR": {row["value"]: row["fr"] for row in named},
    }


def groups_text(
    intent: Intent, found: Sequence[tuple[str, float]], language: str, *, has_numbers: bool
) -> str:
    """Which universities, cities and so on, with their numbers where they were asked for."""
    by = intent.group or intent.target
    noun = intent.having[0] if intent.having else intent.target
    words = [about(intent, language)]
    if intent.denied:
        denied = "; ".join(one.label(language) for one in intent.denied)
        words.append(say(language, f" (without {denied})", f" (sans {denied})"))
    head = f"{counted(len(found), by, language)}{''.join(words)}"
    if not found:
        return f"{head}."
    shown = [
        f"{name} ({counted(count, noun, language)})" if has_numbers else name
        for name, count in found
    ]
    return f"{head}{COLON[language]} {'; '.join(shown)}."


def mean_of_groups_text(intent: Intent, found: Sequence[tuple[str, float]], language: str) -> str:
    """The mean of what groups have."""
    if not found:
        return groups_text(intent, found, language, has_numbers=False)
    mean = number(round(sum(count for _, count in found) / len(found), 2), language)
    noun = NOUNS[intent.target][3 if language == "FR" else 1]
    return say(
        language,
        f"{mean} {noun} on average: {counted(len(found), intent.group, language)}"
        f"{about(intent, language)}.",
        f"{mean} {noun} en moyenne : {counted(len(found), intent.group, language)}"
        f"{about(intent, language)}.",
    )


PLACES: Final = {
    2: ("Second", "Deuxième"), 3: ("Third", "Troisième"), 4: ("Fourth", "Quatrième"),
    5: ("Fifth", "Cinquième"),
}  # fmt: skip


def extreme_text(
    intent: Intent, names: Sequence[str], best: float, total: int, language: str
) -> str:
    """What has the most or the fewest, with all that share the place."""
    word = say(
        language,
        "Most" if intent.descending else "Fewest",
        "Le plus" if intent.descending else "Le moins",
    )
    if intent.rank > 1:
        place = say(language, *PLACES.get(intent.rank, (f"{intent.rank}th", f"{intent.rank}e")))
        last = "" if intent.descending else say(language, " from the bottom", " à partir du bas")
        word = f"{place}{last}"
    mean = say(language, " per program on average", " par programme en moyenne")
    return (
        f"{word}{COLON[language]} {listed(names, total, language)} –"
        f" {counted(best, intent.target, language)}{mean if intent.reduce else ''}"
        f"{about(intent, language)}."
    )


def dates_text(intent: Intent, data: Mapping[str, Any], language: str) -> str:
    """When programs interview."""
    total, stated = data["programs"]["totalCount"], data["stated"]["totalCount"]
    named = about(intent, language)
    if not total:
        return say(language, f"There is no such program{named}.", f"Aucun programme{named}.")
    if not stated:
        return say(
            language,
            f"{counted(total, 'programs', language)}{named}: no interview dates are stated.",
            f"{counted(total, 'programs', language)}{named} : aucune date d’entrevue indiquée.",
        )
    if intent.reduce == "count":
        return _days_counted(intent, data, language)
    first = day(data["earliest"]["nodes"][0]["startsOn"], language)
    last = day(data["latest"]["nodes"][0]["endsOn"], language)
    if intent.extreme_day:
        chosen = first if intent.extreme_day == "ASC" else last
        return say(
            language,
            f"{'Earliest' if intent.extreme_day == 'ASC' else 'Latest'} interviews{named}:"
            f" {chosen}. {number(stated, language)} of {counted(total, 'programs', language)}"
            " state dates.",
            f"{'Premières' if intent.extreme_day == 'ASC' else 'Dernières'} entrevues{named} :"
            f" {chosen}. {number(stated, language)} sur {counted(total, 'programs', language)}"
            " indiquent des dates.",
        )
    lines = [
        f"{node['name']}{COLON[language]} {days(node['interviewDates'], language)}"
        for node in data["programs"]["nodes"]
        if node["interviewDates"]
    ]
    span = first if first == last else say(language, f"{first} to {last}", f"{first} au {last}")
    head = say(
        language,
        f"{span}: {number(stated, language)} of {counted(total, 'programs', language)}"
        f"{named} state{'s' * (stated == 1)} interview dates.",
        f"{span} : {number(stated, language)} sur"
        f" {counted(total, 'programs', language)}{named} indiquent des dates d’entrevue.",
    )
    return "\n".join([head, *lines, *_rest(total, len(data["programs"]["nodes"]), language)])


def _days_counted(intent: Intent, data: Mapping[str, Any], language: str) -> str:
    """On how many days programs interview."""
    found = {
        dt.date.fromisoformat(row["startsOn"]) + dt.timedelta(days=ahead)
        for node in data["programs"]["nodes"]
        for row in node["interviewDates"]
        for ahead in range(
            (dt.date.fromisoformat(row["endsOn"]) - dt.date.fromisoformat(row["startsOn"])).days + 1
        )
    }
    names = ("; " if language == "EN" else ", ").join(
        day(one.isoformat(), language) for one in sorted(found)
    )
    one = len(found) == 1
    noun = say(language, "day" if one else "days", "jour" if one else "jours")
    return f"{len(found)} {noun}{about(intent, language)}{COLON[language]} {names}."


def _rest(total: int, shown: int, language: str) -> list[str]:
    rest = total - shown
    return [say(language, f"… and {rest} more programs.", f"… et {rest} autres.")] if rest else []
