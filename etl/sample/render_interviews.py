"""Renders the sections Review Process and Interviews."""

from __future__ import annotations

from datetime import date
from typing import Any

from etl.sample.draft import Draft, long_date
from etl.sample.facts import InterviewDate, WeightGroup
from etl.sample.texts import load_texts
from etl.sample.wrapping import wrap, wrap_fixed


def render_review_process(draft: Draft) -> None:
    """The section Review Process; both tick boxes always appear, so nothing is known."""
    if "REVIEW_PROCESS" not in draft.facts.sections:
        return
    draft.section("REVIEW_PROCESS", "review_process")
    texts = draft.forms["review"]
    boxes = "  \n".join(f"  {box}" for box in texts["boxes"])
    blocks = [(wrap_fixed(heading), boxes) for heading in texts["headings"]]
    draft.build.fixed_blocks(*(block for pair in blocks for block in pair))
    if not draft.short and draft.chance.random() < 0.5:
        draft.build.paragraph(draft.prose.sentences("review", draft.chance.randint(1, 3)))


def render_weights(draft: Draft, phase: str) -> list[dict[str, Any]]:
    """Sentences of this phase about weights; gives their truth."""
    truth: list[dict[str, Any]] = []
    for group in draft.facts.weights:
        if group.phase == phase:
            truth.extend(_weight_sentence(draft, group))
            draft.planted.add("weights_in_prose")
    return truth


def _weight_sentence(draft: Draft, group: WeightGroup) -> list[dict[str, Any]]:
    truth: list[dict[str, Any]] = []
    given: dict[str, str] = {}
    subjects = [draft.lossy(subject) for subject in group.subjects]
    for name, percent in zip("pqr", group.percents, strict=False):
        anchor = draft.build.anchor()
        number = group.shape.replace("*", "").replace("{n}", str(percent))
        marked = anchor.around(number)
        given[name] = f"**{marked}**" if "*" in group.shape else marked
        truth.append({"percent": percent, "anchor": anchor, "phase": group.phase})
    given.update(zip("abc", subjects, strict=False))
    draft.build.paragraph(draft.lossy(draft.prose.fill(group.template, **given)))
    return [
        {"percent": w["percent"], "subject": subject, "phase": w["phase"], "anchor": w["anchor"]}
        for w, subject in zip(truth, subjects, strict=True)
    ]


def render_interviews(draft: Draft) -> dict[str, Any]:
    """The section Interviews; gives the truth about dates and about weights in its prose."""
    if "INTERVIEWS" not in draft.facts.sections:
        draft.planted.add("no_interview_dates")
        return {"interview_dates": [], "weights": []}
    draft.section("INTERVIEWS", "interviews")
    build, texts = draft.build, draft.forms["interviews"]
    dates: list[dict[str, Any]] = []
    if draft.facts.dates_source == "LIST":
        build.block(texts["dates"])
        dates = _listed(draft)
    details = "" if draft.short else draft.prose.sentences("interview_dates", 1)
    if draft.facts.dates_source == "PROSE":
        sentence, dates = _in_prose(draft)
        details = f"{sentence} {details}"
    elif dates and not draft.short and draft.chance.random() < 0.4:
        details = f"{_again(draft)} {details}"
    build.block(wrap(f"{texts['details']} {details}".rstrip()), end="  \n  \n\n")
    build.fixed_blocks(wrap_fixed(texts["notification"]))
    _plant_date_quirks(draft)
    if draft.short:
        return {"interview_dates": dates, "weights": []}
    process = draft.prose.sentences("interview_process", draft.amount(2, 5))
    build.paragraph(f"{texts['process']} {process}")
    weights = render_weights(draft, "INTERVIEW")
    draft.contact_sentence()
    return {"interview_dates": dates, "weights": weights}


def _plant_date_quirks(draft: Draft) -> None:
    names = {
        "LIST": {"interview_dates_list"},
        "PROSE": {"interview_dates_in_prose", "no_interview_list"},
        "NONE": {"no_interview_dates", "no_interview_list"},
    }
    draft.planted |= names[draft.facts.dates_source]


def _truth(day: InterviewDate, source: str, anchor: Any) -> dict[str, Any]:
    return {
        "starts_on": day.starts_on.isoformat(),
        "ends_on": day.ends_on.isoformat(),
        "source": source,
        "anchor": anchor,
    }


def _listed(draft: Draft) -> list[dict[str, Any]]:
    truth: list[dict[str, Any]] = []
    items: list[str] = []
    for day in draft.facts.interview_dates:
        anchor = draft.build.anchor()
        items.append(anchor.around(long_date(day.starts_on, draft.facts.language)))
        truth.append(_truth(day, "LIST", anchor))
    draft.build.items(items)
    return truth


def _in_prose(draft: Draft) -> tuple[str, list[dict[str, Any]]]:
    """A sentence with the only statement of the dates."""
    day = draft.facts.interview_dates[0]
    anchor = draft.build.anchor()
    words = anchor.around(draft.lossy(_span(day.starts_on, day.ends_on, draft.facts.language)))
    single = day.starts_on == day.ends_on
    if draft.facts.language == "FR":
        sentence = "Les entrevues auront lieu " + ("le " if single else "du ") + words + "."
    else:
        sentence = "Interviews will take place " + ("on " if single else "from ") + words + "."
    return sentence, [_truth(day, "PROSE", anchor)]


def _span(first: date, last: date, language: str) -> str:
    if first == last:
        return long_date(first, language)
    if language == "FR":
        return f"{first.day} au {long_date(last, language)}"
    month = load_texts("people")["months"]["EN"][first.month - 1]
    return f"{month} {first.day} to {last.day}, {last.year}"


def _again(draft: Draft) -> str:
    """The listed dates once more in prose; the list remains their source."""
    day = draft.facts.interview_dates[0].starts_on
    words = draft.lossy(long_date(day, draft.facts.language))
    if draft.facts.language == "FR":
        return f"La première journée est le {words}."
    return f"The first day is {words}."
