"""The operations of this graph that answer structured questions: text and variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graph.answers.conditions import item_filter
from graph.answers.intents import Ask, Filter, Intent, both
from graph.answers.words import Sense

CITED_PROGRAMS: Final = 10
"""Programs whose evidence an answer cites, and that its text names."""
PAGE: Final = 100
MOST_COMPARED: Final = 10
SPAN: Final = "record section start end quote"
FIELDS: Final[Mapping[str, str]] = {
    "quota": "QUOTA",
    "length": "LENGTH_YEARS",
    "return_of_service": "RETURN_OF_SERVICE",
    "category": "STREAM",
    "military": "STREAM",
    "accredited": "ACCREDITATION",
    "joint": "ACCREDITATION",
    "notice": "ACCREDITATION",
    "apply_fr": "APPLICATION_LANGUAGES",
    "apply_en": "APPLICATION_LANGUAGES",
    "ros_stream": "STREAM",
    "doc_fr": "SECTIONS",
    "doc_en": "SECTIONS",
}
"""The field whose evidence supports a condition."""
LISTS: Final[Mapping[str, str]] = {
    "requirement": "requirements",
    "criterion": "selectionCriteria",
    "interview_date": "interviewDates",
}
"""The list whose rows carry the evidence of a condition."""
WORDS: Final = (
    "requirements(filter: { kind: { eq: PERSONAL_LETTER } })"
    " { status minWords maxWords evidence { span } }"
)
VALUES: Final[Mapping[str, tuple[str, str]]] = {
    "letters": (
        (
            "requirements(filter: { kind: { eq: REFERENCE_LETTER } })"
            " { status quantity evidence { span } }"
        ),
        "",
    ),
    "forms": (
        (
            "requirements(filter: { kind: { eq: SUPPORT_FORM } })"
            " { status quantity evidence { span } }"
        ),
        "",
    ),
    "words_max": (WORDS, ""),
    "words_min": (WORDS, ""),
    "words_span": (WORDS, ""),
    "exams": (
        (
            "requirements(filter: { kind: { eq: EXAMINATION } })"
            " { kind label status quantity evidence { span } }"
        ),
        "",
    ),
    "item_status": ("requirements(filter: $item) { status evidence { span } }", ""),
    "dates": ("interviewDates { startsOn endsOn evidence { span } }", ""),
    "positions": ("quota", "QUOTA"),
    "requirements": ("requirements { kind label status quantity evidence { span } }", ""),
    "length": ("lengthYears", "LENGTH_YEARS"),
    "accreditation": ("accreditation", "ACCREDITATION"),
    "volume": ("applicationVolume { label }", "APPLICATION_VOLUME"),
    "rate": ("interviewOfferRate { label }", "INTERVIEW_OFFER_RATE"),
    "languages": ("applicationLanguages", "APPLICATION_LANGUAGES"),
    "return_of_service": ("returnOfService { status }", "RETURN_OF_SERVICE"),
}
"""What is selected for a field that a question asks for, and the field of its evidence."""
GROUPED: Final[Mapping[str, tuple[str, str]]] = {
    "universities": ("UNIVERSITY", "university { name }"),
    "disciplines": ("DISCIPLINE", "discipline { name nameFr }"),
    "provinces": ("PROVINCE", "province"),
    "sites": ("SITE", "site { label city province }"),
    "cities": ("SITE", "site { label city province }"),
    "categories": ("APPLICANT_CATEGORY", "applicantCategory"),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the graph, as a client can send it."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)


def totals(intent: Intent, given: Filter) -> Operation:
    """How many programs and positions there are, and the first of them with their evidence."""
    cited, variables = _cited(intent)
    kept = both(given, intent.filter)
    variables["filter"] = kept
    first = f"programs(filter: $filter, first: {CITED_PROGRAMS})"
    sums = "totalCount aggregate { quota { sum avg } }"
    members = [f"{first} {{ {sums} nodes {{ id name {cited} }} }}"]
    if intent.target == "positions":
        variables["unstated"] = both(kept, {"quota": {"isNull": True}})
        members.append(_count("unstated"))
    beside = [one.beside for one in intent.conditions if one.beside is not None]
    if beside:
        others = [one.filter for one in intent.conditions if one.beside is None]
        variables["beside"] = both(given, *others, *beside)
        members.append(_count("beside"))
    if intent.ask is Ask.PART:
        variables["all"] = both(given, intent.scope)
        members.append(
            "all: programs(filter: $all, first: 1) { totalCount aggregate { quota { sum } } }"
        )
    if intent.ask is Ask.SHARE:
        variables["all"] = both(given, intent.scope)
        members.append(_count("all"))
        if any(one.about == "interview_date" for one in intent.conditions):
            variables["dated"] = both(given, intent.scope, {"interviewDates": {"some": {}}})
            members.append(_count("dated"))
    return _operation(members, variables)


def _count(name: str) -> str:
    return f"{name}: programs(filter: ${name}, first: 1) {{ totalCount }}"


def _operation(members: list[str], variables: dict[str, Any]) -> Operation:
    types = {"after": "String", "item": "ProgramRequirementFilter", "ids": "[ID!]!"}
    types |= {"criterion": "SelectionCriterionFilter", "days": "InterviewDateFilter"}
    types |= {
        name: "InterviewDateFilter"
        for name, value in variables.items()
        if name.startswith("side") and "program" in value
    }
    declared = ", ".join(f"${name}: {types.get(name, 'ProgramFilter')}" for name in variables)
    head = f"query Answer({declared})" if declared else "query Answer"
    return Operation(f"{head} {{\n  " + "\n  ".join(members) + "\n}", variables)


def _cited(intent: Intent) -> tuple[str, dict[str, Any]]:
    """Return what is selected of a program for its evidence, with its variables."""
    asked = [one for one in intent.conditions if not one.is_scope]
    if intent.target == "positions" or not asked:
        name = "QUOTA" if intent.target == "positions" else "STREAM"
        return f"cited: evidence(field: {name}, first: 1) {{ {SPAN} }}", {}
    about = asked[-1].about
    if about in FIELDS:
        return f"cited: evidence(field: {FIELDS[about]}, first: 1) {{ {SPAN} }}", {}
    rows = _rows_of(asked[-1].filter, LISTS[about])
    variable = {"requirement": "item", "criterion": "criterion"}.get(about, "days")
    if rows is None:  # what is denied stands nowhere
        return "", {}
    selected = f"{LISTS[about]}(filter: ${variable}, first: 1) {{ evidence {{ {SPAN} }} }}"
    return f"cited: {selected}", {variable: rows}


def _rows_of(condition: Filter, name: str) -> Filter | None:
    """Return the filter of the related rows that a condition wants; None where it denies them."""
    found = condition.get(name)
    return None if found is None else found["some"]


def groups(intent: Intent, given: Filter) -> Operation:
    """Programs, positions or other things by university, discipline, site and so on."""
    kept = both(given, intent.filter)
    cited, variables = _cited(intent)
    members = [
        _groups(intent, "filter"),
        f"programs(filter: $filter, first: {CITED_PROGRAMS}) {{ nodes {{ id name {cited} }} }}",
    ]
    variables |= {"filter": kept}
    for at, one in enumerate(intent.each):
        members.append(f"each{at}: {_groups(intent, f'each{at}')}")
        variables[f"each{at}"] = both(kept, one.filter)
    if intent.denied:
        members.append(f"without: {_groups(intent, 'denied')}")
        abouts = {one.about for one in intent.denied}
        others = (one.filter for one in intent.conditions if one.about not in abouts)
        variables["denied"] = both(given, *others, *(one.filter for one in intent.denied))
    return _operation(members, variables)


def measured(intent: Intent) -> str:
    """Return what is counted of each group."""
    return intent.having[0] if intent.having else intent.target


def _groups(intent: Intent, variable: str) -> str:
    way = "DESC" if intent.descending else "ASC"
    by, measure = intent.group or intent.target, measured(intent)
    is_extreme = intent.ask is Ask.EXTREME
    if by == "cities" and measure in {"positions", "programs", "cities"}:
        order = "POSITIONS" if measure == "positions" else "PROGRAM_COUNT"
        sort = f", orderBy: [{{ field: {order}, direction: {way} }}]" if is_extreme else ""
        return (
            f"analytics {{ geography(filter: ${variable}, first: 1000{sort})"
            " { city province programCount positions } }"
        )
    word, selected = GROUPED[by]
    if measure in GROUPED and measure != by:
        other, more = GROUPED[measure]
        words = dict.fromkeys((word, other))
        return (
            f"programGroups(by: [{', '.join(words)}], filter: ${variable}, first: 1000)"
            f" {{ {' '.join(dict.fromkeys((selected, more)))} }}"
        )
    order = "QUOTA_SUM" if measure == "positions" else "COUNT"
    sort = f", orderBy: [{{ field: {order}, direction: {way} }}]" if is_extreme else ""
    return (
        f"programGroups(by: [{word}], filter: ${variable}, first: 1000{sort})"
        f" {{ {selected} aggregate {{ count quota {{ sum avg }} }} }}"
    )


def sides(intent: Intent, given: Filter) -> Operation:
    """What is compared, for each side in a member of its own."""
    members, variables = [], {}
    for at, side in enumerate(intent.sides):
        kept = both(given, intent.filter, side.filter)
        variables[f"side{at}"] = {"program": kept} if intent.target == "dates" else kept
        members.append(_side(intent, at))
    return _operation(members, variables)


def _side(intent: Intent, at: int) -> str:
    name = f"side{at}"
    if intent.target == "dates":
        field = "ENDS_ON" if intent.extreme_day == "DESC" else "STARTS_ON"
        way = ", direction: DESC" if intent.extreme_day == "DESC" else ""
        order = f"orderBy: [{{ field: {field}{way} }}]"
        return (
            f"{name}: interviewDates(filter: ${name}, {order}, first: 1)"
            " { nodes { startsOn endsOn } }"
        )
    if intent.target in GROUPED:
        word, selected = GROUPED[intent.target]
        return f"{name}: programGroups(by: [{word}], filter: ${name}, first: 1000) {{ {selected} }}"
    if intent.target in VALUES and intent.target != "positions":
        selected = VALUES[intent.target][0].replace("span", SPAN)
        return (
            f"{name}: programs(filter: ${name}, first: {PAGE})"
            f" {{ totalCount nodes {{ id name {selected} }} }}"
        )
    return (
        f"{name}: programs(filter: ${name}, first: 1)"
        " { totalCount aggregate { quota { sum avg } } }"
    )


def extreme_program(intent: Intent, given: Filter) -> Operation:
    """The greatest or least number of positions that a program states."""
    way = "DESC" if intent.descending else "ASC"
    kept = both(given, intent.filter, {"quota": {"isNull": False}})
    member = (
        f"programs(filter: $filter, orderBy: [{{ field: QUOTA, direction: {way} }}],"
        f" first: {max(intent.most, intent.rank, 1)}) {{ nodes {{ quota }} }}"
    )
    return _operation([member], {"filter": kept})


def dates(intent: Intent, given: Filter) -> Operation:
    """Interview dates of programs, and the first and the last of all."""
    kept = both(given, intent.filter)
    days = {"program": kept} if kept else {}
    variables: dict[str, Any] = {
        "filter": kept,
        "stated": both(kept, {"interviewDates": {"some": {}}}),
        "days": days,
    }
    rows = f"interviewDates {{ startsOn endsOn evidence {{ {SPAN} }} }}"
    first = f"programs(filter: $filter, first: {CITED_PROGRAMS})"
    latest = "orderBy: [{ field: ENDS_ON, direction: DESC }]"
    members = [
        f"{first} {{ totalCount nodes {{ id name {rows} }} }}",
        _count("stated"),
        _day("earliest", "orderBy: [{ field: STARTS_ON }]", "startsOn"),
        _day("latest", latest, "endsOn"),
    ]
    return _operation(members, variables)


def _day(name: str, order: str, day: str) -> str:
    return f"{name}: interviewDates(filter: $days, {order}, first: 1) {{ nodes {{ {day} }} }}"


def values(intent: Intent, given: Filter, after: str | None = None) -> Operation:
    """What programs state in a field, a page at a time."""
    selected, evidence = VALUES[intent.aspect]
    cited = f" cited: evidence(field: {evidence}, first: 1) {{ {SPAN} }}" if evidence else ""
    member = (
        f"programs(filter: $filter, first: {PAGE}, after: $after) {{ totalCount"
        " pageInfo { hasNextPage endCursor }"
        f" nodes {{ id name {selected.replace('span', SPAN)}{cited} }} }}"
    )
    variables: dict[str, Any] = {"filter": both(given, intent.filter), "after": after}
    if intent.aspect == "item_status":
        role, _, name = intent.group.partition(":")
        variables["item"] = item_filter(Sense(role, name))
    return _operation([member], variables)


def few(intent: Intent, given: Filter) -> Operation:
    """The programs that a comparison speaks of, and whether there are too many."""
    member = (
        f"programs(filter: $filter, first: {MOST_COMPARED + 1}) {{ totalCount nodes {{ id }} }}"
    )
    return _operation([member], {"filter": both(given, intent.filter)})


def comparison(ids: list[str]) -> Operation:
    """Programs side by side, with the evidence of how they select."""
    member = (
        "comparePrograms(ids: $ids) { programs { id name"
        f" cited: evidence(field: SELECTION_CRITERIA, first: 3) {{ {SPAN} }} }}"
        " fields { name label values isSame isSet items { text heldBy isCommon } } }"
    )
    return _operation([member], {"ids": ids})
