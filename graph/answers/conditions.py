"""Conditions that questions can set, as filters of the graph and as words of an answer."""

from __future__ import annotations

import datetime as dt
import operator as op
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from graph.answers.intents import Condition, Filter, both, labels, negated
from graph.answers.words import Sense

PLACES: Final = frozenset({"province", "region", "city", "site"})
COMPARED: Final[Mapping[str, tuple[str, str]]] = {
    "gt": ("more than {}", "plus de {}"),
    "gte": ("at least {}", "au moins {}"),
    "lt": ("fewer than {}", "moins de {}"),
    "lte": ("at most {}", "au plus {}"),
    "eq": ("{}", "{}"),
}
"""How answers say a comparison."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that is compared, or two between which something lies (both inclusive)."""

    comparisons: Mapping[str, int]

    def label(self, language: str) -> str:
        """Return it in words."""
        french = language == "FR"
        if set(self.comparisons) == {"gte", "lte"}:
            least, most = self.comparisons["gte"], self.comparisons["lte"]
            return f"{'de' if french else 'from'} {least} {'à' if french else 'to'} {most}"
        ((operator, number),) = self.comparisons.items()
        return COMPARED[operator][french].format(number)

    def holds(self, number: float) -> bool:
        """Return whether a number meets it."""
        return all(MEETS[operator](number, limit) for operator, limit in self.comparisons.items())


MEETS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "gt": op.gt, "gte": op.ge, "lt": op.lt, "lte": op.le, "eq": op.eq,
}  # fmt: skip


def named(dimension: str, senses: tuple[Sense, ...], *, is_outside: bool = False) -> Condition:
    """Programs of disciplines, universities, cities or provinces, or those outside of them."""
    kept = NAMED[dimension]([sense.value for sense in senses])
    english, french = labels(senses, "EN"), labels(senses, "FR")
    if is_outside:
        kept, english, french = negated(kept), f"outside {english}", f"hors {french}"
    about = "category" if dimension == "stream" else "place" if dimension in PLACES else dimension
    return Condition(
        about, kept, english, french,
        is_scope=about != "category", is_choice=len(senses) > 1 and not is_outside,
    )  # fmt: skip


def either(conditions: tuple[Condition, ...]) -> Condition:
    """Programs that meet one of several conditions that one name can mean."""
    return Condition(
        conditions[0].about, {"or": [one.filter for one in conditions]},
        " / ".join(dict.fromkeys(one.en for one in conditions)),
        " / ".join(dict.fromkeys(one.fr for one in conditions)), is_scope=True,
    )  # fmt: skip


def excluded(parts: tuple[Condition, ...]) -> Condition:
    """Programs but for those that meet several conditions at once."""
    return Condition(
        parts[0].about, negated(both(*(one.filter for one in parts))),
        "without " + ", ".join(one.en for one in parts),
        "sans " + ", ".join(one.fr for one in parts), is_scope=parts[0].is_scope,
    )  # fmt: skip


def _one_of(values: list[str]) -> Filter:
    return {"eq": values[0]} if len(values) == 1 else {"in": values}


def _numbers(values: list[str]) -> Filter:
    numbers = [int(value) for value in values]
    return {"eq": numbers[0]} if len(numbers) == 1 else {"in": numbers}


def _provinces(values: list[str]) -> Filter:
    return {"site": {"province": _one_of([code for value in values for code in value.split("|")])}}


NAMED: Final[Mapping[str, Callable[[list[str]], Filter]]] = {
    "discipline": lambda values: {"discipline": {"disciplineId": _numbers(values)}},
    "university": lambda values: {"university": {"code": _numbers(values)}},
    "city": lambda values: {"site": {"city": _one_of(values)}},
    "site": lambda values: {
        "site": {"label": _one_of([label for value in values for label in value.split("|")])}
    },
    "stream": lambda values: {"stream": {"label": _one_of(values)}},
    "province": _provinces,
    "region": _provinces,
    "category": lambda values: {"stream": {"applicantCategory": _one_of(values)}},
}


def open_to(sense: Sense) -> Condition:
    """Programs to which a category of applicants may apply, whatever others may."""
    short = "IMG" if sense.value == "IMG" else "CMG"
    return Condition(
        "category",
        {"stream": {"applicantCategory": {"in": [sense.value, "ALL"]}}},
        f"open to {short}, streams for all graduates included",
        f"ouverts aux {'DIM' if short == 'IMG' else 'DCM'}, volets pour tous compris",
    )


def category(*senses: Sense) -> Condition:
    """Programs of streams that are for one category of applicants alone, or for one of some."""
    return Condition(
        "category", NAMED["category"]([sense.value for sense in senses]),
        f"streams for {labels(senses, 'EN')}", f"volets pour {labels(senses, 'FR')}",
        is_choice=len(senses) > 1,
    )  # fmt: skip


def positions(amount: Amount) -> Condition:
    """Programs with a number of positions."""
    return Condition(
        "quota", {"quota": dict(amount.comparisons)},
        f"{amount.label('EN')} positions", f"{amount.label('FR')} places",
        amount=amount.comparisons,
    )  # fmt: skip


def words(amount: Amount, bound: str) -> Condition:
    """Programs whose personal letter has a limit of so many words."""
    item: Filter = {"kind": {"eq": "PERSONAL_LETTER"}}
    name = "minWords" if bound == "min" else "maxWords"
    which = ("minimum", "minimum") if bound == "min" else ("limit", "limite")
    return Condition(
        "requirement", {"requirements": {"some": {**item, name: dict(amount.comparisons)}}},
        f"{which[0]} of the personal letter: {amount.label('EN')} words",
        f"{which[1]} de la lettre personnelle : {amount.label('FR')} mots",
    )  # fmt: skip


def length(amount: Amount) -> Condition:
    """Programs of a length in years."""
    return Condition(
        "length", {"lengthYears": dict(amount.comparisons)},
        f"{amount.label('EN')} years long", f"durée : {amount.label('FR')} ans",
    )  # fmt: skip


def item_filter(sense: Sense) -> Filter:
    """Return the filter of the requirements that a name means."""
    if sense.role == "exam":
        return {"kind": {"eq": "EXAMINATION"}, "label": _one_of(sense.value.split("|"))}
    return {"kind": {"eq": sense.value}}


def requires(
    senses: tuple[Sense, ...], amount: Amount | None = None, status: str = "REQUIRED"
) -> Condition:
    """Programs that ask for one of some items under a heading; ``beside`` has other headings."""
    items = [item_filter(sense) for sense in senses]
    item: Filter = items[0] if len(items) == 1 else {"or": items}
    if amount is not None:
        item = {**item, "quantity": dict(amount.comparisons)}
    what = {
        language: (f"{amount.label(language)} " if amount else "") + labels(senses, language)
        for language in ("EN", "FR")
    }
    strict: Filter = {"requirements": {"some": {**item, "status": {"eq": status}}}}
    beside: Filter = {"and": [{"requirements": {"some": item}}, negated(strict)]}
    verb = STATUSES[status]
    return Condition(
        "requirement", strict, f"{verb[0]} {what['EN']}", f"{verb[1]} {what['FR']}",
        beside=beside,
        beside_en=f"list {what['EN']} under another heading (optional, or for some applicants)",
        beside_fr=f"mentionnent {what['FR']} sous un autre titre (facultatif, ou pour certains)",
    )  # fmt: skip


STATUSES: Final = {
    "REQUIRED": ("require", "exigent"),
    "OPTIONAL": ("list as optional", "facultatif :"),
    "CONDITIONALLY_REQUIRED": ("require conditionally", "exigent sous condition"),
}


def accepts(test: Sense) -> Condition:
    """Programs that accept a language test as proof, under whatever heading."""
    item: Filter = {"tests": {"some": {"name": _one_of(test.value.split("|"))}}}
    return Condition(
        "requirement", {"requirements": {"some": item}},
        f"accept {test.en}", f"acceptent {test.fr}",
    )  # fmt: skip


def without(senses: tuple[Sense, ...]) -> Condition:
    """Programs that do not require an item; ``beside`` are those that list it otherwise."""
    found = requires(senses)
    assert found.beside is not None
    return Condition(
        "requirement", negated(found.filter),
        f"do not require {labels(senses, 'EN')}", f"n’exigent pas {labels(senses, 'FR')}",
        beside=found.beside, beside_en=f"of these, {found.beside_en}",
        beside_fr=f"parmi eux, {found.beside_fr}",
    )  # fmt: skip


def evaluates(component: Sense, phase: Sense, *, is_evaluated: bool) -> Condition:
    """Programs that say that they do, or do not, look at something in a phase of selection."""
    criterion = {
        "phase": {"eq": phase.value},
        "component": {"eq": component.value},
        "isEvaluated": {"eq": is_evaluated},
    }
    when = PHASES[phase.value]
    return Condition(
        "criterion", {"selectionCriteria": {"some": criterion}},
        f"{'evaluate' if is_evaluated else 'say they do not evaluate'} {component.en} {when[0]}",
        f"{'évaluent' if is_evaluated else 'disent ne pas évaluer'} {component.fr} {when[1]}",
    )  # fmt: skip


PHASES: Final = {
    "FILE_REVIEW": ("in the file review", "à l’étude du dossier"),
    "INTERVIEW": ("in the interview", "à l’entrevue"),
}


def flag(sense: Sense, *, is_not: bool) -> Condition | None:
    """Programs with a property; None where its opposite cannot be told from what is stated."""
    if sense.value == "return_of_service":
        status = "NOT_REQUIRED" if is_not else "REQUIRED"
        english = "state that there is no return of service" if is_not else sense.en
        french = "disent qu’il n’y a pas de service post-formation" if is_not else sense.fr
        kept: Filter = {"returnOfService": {"status": {"eq": status}}}
        partly: Filter = {"returnOfService": {"status": {"eq": "CONDITIONAL"}}}
        return Condition(
            "return_of_service", kept, english, french, beside=partly,
            beside_en="attach it for some applicants or positions only",
            beside_fr="l’imposent à certains candidats ou postes seulement",
        )  # fmt: skip
    if is_not:
        return None
    if sense.value == "accredited":
        return Condition(
            sense.value, FLAGS[sense.value], sense.en, sense.fr, beside=FLAGS["notice"],
            beside_en="of these, have a notice of intent to withdraw accreditation",
            beside_fr="parmi eux, ont un avis d’intention de retrait de l’agrément",
        )  # fmt: skip
    return Condition(sense.value, FLAGS[sense.value], sense.en, sense.fr)


FLAGS: Final[Mapping[str, Filter]] = {
    "accredited": {"accreditation": {"isNull": False}},
    "joint": {"accreditation": {"eq": "ACCREDITED_JOINT"}},
    "notice": {"accreditation": {"eq": "NOTICE_OF_INTENT_TO_WITHDRAW"}},
    "military": {"stream": {"isMilitary": {"eq": True}}},
    "apply_fr": {"applicationLanguages": {"contains": "FR"}},
    "apply_en": {"applicationLanguages": {"contains": "EN"}},
    "ros_stream": {"stream": {"isReturnOfService": {"eq": True}}},
    "doc_fr": {"language": {"eq": "FR"}},
    "doc_en": {"language": {"eq": "EN"}},
}


def interviews(first: dt.date | None, last: dt.date | None) -> Condition:
    """Programs that interview on a day, or on at least one of several; None is an open end."""
    days: dict[str, Filter] = {}
    if last is not None:
        days["startsOn"] = {"lte": last.isoformat()}
    if first is not None:
        days["endsOn"] = {"gte": first.isoformat()}
    ends = [one.isoformat() if one else "…" for one in (first, last)]
    when = ends[0] if first == last else " – ".join(ends)
    return Condition(
        "interview_date", {"interviewDates": {"some": days}},
        f"interview on {when}", f"entrevues le {when}",
    )  # fmt: skip
