"""Measures parsed programs against true values, field by field.

The truth is in the format of the labelled set (``tests/golden/README.md``), which the sample's
``truth.jsonl`` shares. Anchors are spans of the JSON document as received. Rules, per field:

- header fields, length, buckets: the value must be equal; a null on both sides counts nothing.
- application languages, tests, sections, requirement items: compared as multisets of keys
  (kind and status of an item, kind and heading span of a section, name of a test). Tests outside
  the list have names of the reader's making: only their number counts, their scores do not.
- requirement quantity, word limits, minimum scores: compared for items that both sides have.
- components: presence by component; ``is_evaluated`` (null is a value) and the text's span for
  components that both sides have.
- texts (criteria, team, electives): the two spans must share at least 90 % of the characters of
  either, white space, emphasis and list marks ignored.
- outside information, ranking: each true span must be covered to 90 % by the found ones together,
  and each found span by the true ones; how a statement is cut into rows is not scored.
- weights: percent and phase; dates: both days and where they were read.
- training sites: folded names without a leading article are equal, or one is contained in the
  other as whole words; each is used once. Whether a site found stands in a list or in prose is
  scored apart, as its form.
- contacts: each of name, e-mail and phone by overlapping spans.
- anchors: the evidence of a found value overlaps its true anchor.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from etl.sources.carms.parsed import (
    ParsedCriterion,
    ParsedProgram,
    ParsedRequirement,
    Stated,
)
from etl.sources.carms.parsing.normalise import fold
from etl.sources.carms.scoring import (
    FieldScore,
    aggregate,
    covered,
    multiset,
    overlaps,
    paired,
    single,
    texts,
)
from warehouse.vocabulary import SelectionComponent, SelectionPhase

__all__ = ["FieldScore", "aggregate", "measure"]

Truth = Mapping[str, Any]

HEADER_FIELDS = (
    "language", "iteration_name", "stream", "quota", "accreditation", "last_approved_on",
)  # fmt: skip


def measure(parsed: ParsedProgram, truth: Truth) -> list[FieldScore]:
    """Return the scores of one program: its parsed values against its true ones.

    Training sites are left out where ``truth`` has no such key: they were not labelled then.
    """
    return [
        *_header(parsed, truth),
        *_sections(parsed, truth),
        *_requirements(parsed, truth),
        *_components(parsed, truth),
        *_statements(parsed, truth),
        *_weights(parsed, truth),
        *_dates(parsed, truth),
        *(_training_sites(parsed, truth) if "training_sites" in truth else []),
        *_return_of_service(parsed, truth),
        *_contacts(parsed, truth),
    ]


def measure_partial(parsed: ParsedProgram, truth: Truth) -> list[FieldScore]:
    """Set a parsed program against true values of training sites, and of weights where known."""
    weights = _weights(parsed, truth) if "weights" in truth else []
    return [*_training_sites(parsed, truth), *weights]


def _value(stated: Stated[Any] | None) -> Any:
    """Return a stated value, or null."""
    return None if stated is None else stated.value


def _header(parsed: ParsedProgram, truth: Truth) -> list[FieldScore]:
    """Score the header, application languages, buckets and length."""
    header, review = truth["header"], truth["file_review"]
    approved = _value(parsed.last_approved_on)
    found = {
        "language": _value(parsed.language),
        "iteration_name": _value(parsed.iteration_name),
        "stream": _value(parsed.stream_label),
        "quota": _value(parsed.quota),
        "accreditation": _value(parsed.accreditation),
        "last_approved_on": approved.isoformat() if approved else None,
    }
    true = {**header, "language": truth["language"]}
    volume, offer = _value(parsed.application_volume), _value(parsed.interview_offer)
    return [
        *(single(f"header.{name}", found[name], true.get(name)) for name in HEADER_FIELDS),
        multiset(
            "application_languages", _value(parsed.application_languages) or (),
            header.get("application_languages") or (),
        ),
        single("length_years", _value(parsed.length_years), truth["length_years"]),
        single("application_volume", volume and (volume.min, volume.max),
                _range(review["application_volume"])),
        single("interview_offer", offer and (offer.min, offer.max),
                _range(review["interview_offer_percent"])),
    ]  # fmt: skip


def _range(true: Mapping[str, Any] | None) -> tuple[Any, Any] | None:
    """Return the bounds of a true bucket."""
    return None if true is None else (true["min"], true["max"])


def _sections(parsed: ParsedProgram, truth: Truth) -> list[FieldScore]:
    """Score the sections by kind and heading."""
    found = [(section.kind.value, section.heading_evidence) for section in parsed.sections]
    found += [
        (part.kind.value, part.evidence)
        for part in parsed.parts
        if part.kind.value == "PROGRAM_CONTACTS"
    ]
    pairs = paired(
        found, truth["sections"],
        lambda item, other: item[0] == other["kind"] and overlaps(item[1], other["anchor"]),
    )  # fmt: skip
    right = len(pairs)
    return [FieldScore("sections", right, len(found) - right, len(truth["sections"]) - right)]


def _requirements(parsed: ParsedProgram, truth: Truth) -> list[FieldScore]:
    """Score items by kind and status, then what items that both sides have say."""
    true = truth["requirements"]
    items = multiset(
        "requirements",
        [(item.kind.value, item.status and item.status.value) for item in parsed.requirements],
        [(item["kind"], item["status"]) for item in true],
    )
    pairs = paired(
        parsed.requirements, true,
        lambda item, other: item.kind.value == other["kind"]
        and overlaps(item.evidence, other["anchor"]),
    )  # fmt: skip
    scores = [items, FieldScore("requirements.anchor", len(pairs), 0, len(true) - len(pairs))]
    for item, other in pairs:
        scores.append(single("requirements.quantity", item.quantity, other["quantity"]))
        scores.append(single("requirements.min_words", item.min_words, other["min_words"]))
        scores.append(single("requirements.max_words", item.max_words, other["max_words"]))
        scores.extend(_tests(item, other["tests"]))
    return scores


def _tests(item: ParsedRequirement, true: Sequence[Mapping[str, Any]]) -> list[FieldScore]:
    """Score accepted tests by name, and the least scores of those that both sides have."""
    found = {test.name: test.minimum_score for test in item.tests}
    wanted = {test["name"]: test["minimum_score"] for test in true}
    scores = [multiset("requirements.tests", map(_test_name, found), map(_test_name, wanted))]
    scores += [
        single("requirements.minimum_score", _score(found[name]), _score(wanted[name]))
        for name in found
        if name in wanted and not name.startswith("OTHER:")
    ]
    return scores


def _test_name(name: str) -> str:
    """Return the name to compare: tests outside the list are all alike."""
    return "OTHER" if name.startswith("OTHER:") else name


def _score(score: str | None) -> str | None:
    """Return a score without a fraction of zero: 7.0 is 7."""
    return None if score is None else re.sub(r"\.0+\b", "", score)


def _components(parsed: ParsedProgram, truth: Truth) -> list[FieldScore]:
    """Score the rows of both tables."""
    file_rows = (SelectionPhase.FILE_REVIEW, truth["file_review"]["components"], "file")
    interview_rows = (SelectionPhase.INTERVIEW, truth["interview"]["components"], "interview")
    scores: list[FieldScore] = []
    for phase, true, name in (file_rows, interview_rows):
        rows = {row.component.value: row for row in _rows(parsed, phase)}
        wanted = {row["component"]: row for row in true}
        scores.append(multiset(f"{name}.components", rows, wanted))
        for component in rows.keys() & wanted.keys():
            row, other = rows[component], wanted[component]
            scores.append(
                FieldScore(f"{name}.is_evaluated", 1)
                if row.is_evaluated == other["is_evaluated"]
                else FieldScore(f"{name}.is_evaluated", 0, 1, 1)
            )
            found = [row.evidence] if row.text else []
            scores.append(texts(f"{name}.text", found, [other["text"]] if other["text"] else []))
    return scores


def _rows(parsed: ParsedProgram, phase: SelectionPhase) -> list[ParsedCriterion]:
    """Return the table rows of a phase: no team, no stated weights."""
    return [
        row
        for row in parsed.criteria
        if row.phase is phase
        and row.weight_percent is None
        and row.component is not SelectionComponent.REVIEW_TEAM
    ]


def _statements(parsed: ParsedProgram, truth: Truth) -> list[FieldScore]:
    """Score team, electives, outside information and ranking by their texts."""
    review = truth["file_review"]
    wanted: tuple[tuple[str, SelectionPhase, SelectionComponent, Any], ...] = (
        ("review_team", SelectionPhase.FILE_REVIEW, SelectionComponent.REVIEW_TEAM,
         review["review_team"]),
        ("electives.requirements", SelectionPhase.ELECTIVES,
         SelectionComponent.ELECTIVE_REQUIREMENTS, review["elective_requirements"]),
        ("electives.on_site", SelectionPhase.ELECTIVES, SelectionComponent.ON_SITE_ELECTIVE,
         review["on_site_elective"]),
        ("electives.other", SelectionPhase.ELECTIVES, SelectionComponent.OTHER,
         review["other_elective_information"]),
        ("outside_information", SelectionPhase.OUTSIDE_INFORMATION,
         SelectionComponent.OUTSIDE_INFORMATION, review["outside_information"]),
        ("ranking_process", SelectionPhase.RANKING, SelectionComponent.RANKING_PROCESS,
         review["ranking_process"]),
    )  # fmt: skip
    scores = []
    for field, phase, component, true in wanted:
        found = [
            row.evidence
            for row in parsed.criteria
            if row.phase is phase and row.component is component and row.weight_percent is None
        ]
        if phase is SelectionPhase.ELECTIVES or phase is SelectionPhase.FILE_REVIEW:
            scores.append(texts(field, found, [true] if true else []))
        else:
            scores.append(covered(field, found, true))
    return scores


def _weights(parsed: ParsedProgram, truth: Truth) -> list[FieldScore]:
    """Score stated weights by percent and phase."""
    rows = [row for row in parsed.criteria if row.weight_percent is not None]
    found = [(row.weight_percent, row.phase.value) for row in rows]
    true = [(float(row["percent"]), row["phase"]) for row in truth["weights"]]
    anchored = paired(
        rows, truth["weights"], lambda row, other: overlaps(row.evidence, other["anchor"])
    )
    return [
        multiset("weights", found, true),
        FieldScore("weights.anchor", len(anchored), 0, len(true) - len(anchored)),
    ]


def _dates(parsed: ParsedProgram, truth: Truth) -> list[FieldScore]:
    """Score interview dates by both days and source."""
    found = [
        (date.starts_on.isoformat(), date.ends_on.isoformat(), date.source.value)
        for date in parsed.interview_dates
    ]
    true = [
        (date["starts_on"], date["ends_on"], date["source"]) for date in truth["interview_dates"]
    ]
    pairs = paired(
        parsed.interview_dates, truth["interview_dates"],
        lambda date, other: date.starts_on.isoformat() == other["starts_on"]
        and overlaps(date.evidence, other["anchor"]),
    )  # fmt: skip
    return [
        multiset("interview_dates", found, true),
        FieldScore("interview_dates.anchor", len(pairs), 0, len(true) - len(pairs)),
    ]


_ARTICLE = re.compile(r"^(?:the|le|la|les|l) (?=.)")
"""An article before a name: it is of no matter whether a reader took it for a part of it."""


def _words(name: str) -> str:
    """Return a site's name to compare: folded words, without a leading article."""
    return _ARTICLE.sub("", " ".join(re.findall(r"[a-z0-9]+", fold(name))), count=1)


def _same_site(found: str, true: str) -> bool:
    """Say whether two folded names are equal, or one holds the other as whole words."""
    shorter, longer = sorted((found, true), key=len)
    return found == true or (len(shorter) >= 4 and f" {shorter} " in f" {longer} ")


def _training_sites(parsed: ParsedProgram, truth: Truth) -> list[FieldScore]:
    """Score training sites by name, and the form of those found; equal names are paired first."""
    sites = [(_words(site.name), site.form.value, site) for site in parsed.training_sites]
    true = [(_words(site["name"]), site["form"], site) for site in truth["training_sites"]]
    pairs: list[tuple[Any, Any]] = []
    rules: tuple[Callable[[Any, Any], bool], ...] = (
        lambda a, b: a[0] == b[0],
        lambda a, b: _same_site(a[0], b[0]),
    )
    found_left, true_left = list(sites), list(true)
    for rule in rules:
        for pair in paired(found_left, true_left, rule):
            pairs.append(pair)
            found_left.remove(pair[0])
            true_left.remove(pair[1])
    anchored = sum(overlaps(item[2].evidence, other[2]["anchor"]) for item, other in pairs)
    formed = sum(item[1] == other[1] for item, other in pairs)
    unlike = len(pairs) - formed
    return [
        FieldScore("training_sites", len(pairs), len(found_left), len(true_left)),
        FieldScore("training_sites.form", formed, unlike, unlike),
        FieldScore("training_sites.anchor", anchored, 0, len(pairs) - anchored),
    ]


def _return_of_service(parsed: ParsedProgram, truth: Truth) -> list[FieldScore]:
    """Score the status, and the place of the text."""
    true = truth["return_of_service"]
    status = parsed.return_of_service.value.status if parsed.return_of_service else None
    scores = [single("return_of_service", status and status.value, true["status"])]
    if true["anchor"]:
        found = parsed.return_of_service is not None and overlaps(
            parsed.return_of_service.evidence, true["anchor"]
        )
        scores.append(FieldScore("return_of_service.anchor", int(found), 0, int(not found)))
    return scores


def _contacts(parsed: ParsedProgram, truth: Truth) -> list[FieldScore]:
    """Score name, e-mail and phone of the contacts by their spans."""
    scores = []
    for field in ("name", "title", "email", "phone"):
        found = [
            stated.evidence
            for contact in parsed.contacts
            if (stated := getattr(contact, field)) is not None
        ]
        true = [contact[field] for contact in truth["contacts"] if contact.get(field)]
        right = len(paired(found, true, overlaps))
        scores.append(FieldScore(f"contacts.{field}", right, len(found) - right, len(true) - right))
    return scores
