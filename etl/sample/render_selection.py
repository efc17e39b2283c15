"""Renders the section Selection Criteria with its seven fixed blocks."""

from __future__ import annotations

from typing import Any

from etl.sample.draft import Draft
from etl.sample.draw_review import PERCENTS, VOLUMES
from etl.sample.facts import Criterion
from etl.sample.markup import Anchor, link
from etl.sample.render_interviews import render_weights
from etl.sample.wrapping import wrap, wrap_fixed

_HELP = "https://carms.zendesk.com/hc/en-us/articles/"


def render_selection(draft: Draft) -> dict[str, Any]:
    """The section; gives the truth of file_review, interview and weights."""
    draft.section("SELECTION_CRITERIA", "selection_criteria")
    weights: list[dict[str, Any]] = []
    if not draft.short and draft.chance.random() < 0.5:
        items = [draft.prose.sentences("criteria", 1) for _ in range(draft.chance.randint(3, 7))]
        if draft.chance.random() < 0.5:
            draft.build.items(items)
        else:
            for item in items:
                draft.build.paragraph(f"\\- {item}")
        weights += render_weights(draft, "FILE_REVIEW")
        written = True
    else:
        written = False
    _heading(draft, "goals")
    for _ in range(draft.amount(1, 3)):
        draft.build.paragraph(draft.prose.sentences("goals", draft.amount(2, 4)))
    _heading(draft, "selection_goals")
    draft.build.paragraph(draft.prose.sentences("selection_goals", draft.amount(2, 5)))
    weights += render_weights(draft, "OVERALL")
    review = _file_review(draft)
    if not written:
        weights += render_weights(draft, "FILE_REVIEW")
    review |= _electives(draft)
    interview = _interview(draft)
    if "INTERVIEWS" not in draft.facts.sections or draft.short:
        weights += render_weights(draft, "INTERVIEW")
    review |= _outside(draft) | _ranking(draft)
    return {"file_review": review, "interview": interview, "weights": weights}


def _heading(draft: Draft, name: str) -> None:
    draft.build.block(f"## {draft.forms['selection'][name]}")


def _labelled(draft: Draft, name: str, text: str) -> Anchor:
    """A paragraph `Label: text` with an anchor around the text."""
    anchor = draft.build.anchor()
    draft.build.paragraph(f"{draft.forms['selection'][name]} {anchor.around(text)}")
    return anchor


def _file_review(draft: Draft) -> dict[str, Any]:
    _heading(draft, "file_review")
    texts, review = draft.forms["selection"], draft.facts.review
    team: Anchor | None = None
    if draft.chance.random() < 0.97:
        team = _labelled(draft, "team", draft.prose.sentence("team"))
    draft.build.block(wrap_fixed(f"{texts['volume']} {review.volume or ''}") + "  ")
    draft.build.block(wrap_fixed(f"{texts['percent']} {review.percent or ''}") + "  ")
    draft.build.block(f"{texts['evaluation']}  ")
    return {
        "application_volume": _bucket(VOLUMES, review.volume),
        "interview_offer_percent": _bucket(PERCENTS, review.percent),
        "review_team": team,
        "components": _table(draft, texts["file_table"], review.components),
    }


def _bucket(buckets: dict[str, Any], name: str | None) -> dict[str, int | None] | None:
    if name is None:
        return None
    least, most = buckets[name]
    return {"min": least, "max": most}


def _table(draft: Draft, header: str, rows: tuple[Criterion, ...]) -> list[dict[str, Any]]:
    """A table of components; cells are not wrapped until their first line break."""
    lines = [f"{header}  ", "---|---  "]
    truth: list[dict[str, Any]] = []
    for row in rows:
        anchor: Anchor | None = None
        cell = " "
        if row.text is not None:
            anchor = draft.build.anchor()
            cell = anchor.around(_cell(draft, row))
        label = link(row.label, f"{_HELP}{row.article}") if row.article else row.label
        lines.append(f"{label} |  {cell}   ")
        if row.is_evaluated is False:
            draft.planted.add("component_not_evaluated")
        if row.text is None:
            draft.planted.add("empty_cell")
        truth.append({"component": row.component, "is_evaluated": row.is_evaluated, "text": anchor})
    draft.build.block("\n".join(lines), end="\n  \n")
    return truth


def _cell(draft: Draft, row: Criterion) -> str:
    if row.text not in {"sentences", "other"}:
        return row.text or ""
    text = draft.prose.sentence("criteria", row.text)
    if row.continuation is None:
        return text
    draft.planted.add("multi_line_cell")
    more = " ".join(draft.prose.sentence("criteria", "extra") for _ in range(2))
    return f"{text}  \n{wrap(more)}"


def _electives(draft: Draft) -> dict[str, Any]:
    _heading(draft, "electives")
    review = draft.facts.review
    requirements = _labelled(draft, "elective_requirements", draft.lossy(review.elective_answer))
    on_site = _labelled(draft, "on_site", draft.lossy(review.on_site_answer))
    other: Anchor | None = None
    if review.has_elective_notes and not draft.short:
        draft.build.block(draft.forms["selection"]["other_elective"])
        other = draft.build.anchor()
        draft.build.paragraph(other.around(draft.prose.sentence("elective_other")))
    return {
        "elective_requirements": requirements,
        "on_site_elective": on_site,
        "other_elective_information": other,
    }


def _interview(draft: Draft) -> dict[str, Any]:
    _heading(draft, "interview")
    texts, review = draft.forms["selection"], draft.facts.review
    names = [draft.forms["formats"][name] for name in review.formats]
    draft.build.block(
        f"{texts['format']}  \n" + "".join(f"{name}  \n" for name in names).rstrip("\n")
    )
    draft.build.fixed_blocks(wrap_fixed(review.reschedule), texts["interview_evaluation"])
    components = _table(draft, texts["interview_table"], review.interview_components)
    known = len(names) < 3
    if known:
        draft.planted.add("partial_formats")
    # All three names together mean that the ticks were lost.
    return {"formats": list(review.formats) if known else None, "components": components}


def _lost_boxes(
    draft: Draft, intro: str, options: list[str], other: str | None, *, end: str = "\n\n"
) -> list[Anchor]:
    """Options whose ticks were lost, so that they state nothing, and what stands after "Other"."""
    lines = [wrap(intro), *map(wrap, options)]
    anchors = []
    if other is not None:
        anchors.append(draft.build.anchor())
        lines.append(wrap(f"{draft.forms['selection']['other']}  {anchors[0].around(other)}"))
    draft.build.block("  \n".join(lines) + "  ", end=end)
    return anchors


def _outside(draft: Draft) -> dict[str, Any]:
    _heading(draft, "outside")
    texts, review = draft.forms["selection"], draft.facts.review
    if not review.considers_outside:
        anchor = draft.build.anchor()
        draft.build.block(wrap(anchor.around(texts["outside_none"])) + "  ")
        return {"outside_information": [anchor]}
    has_text = review.has_outside_text and not draft.short
    other = draft.prose.sentence("outside") if has_text else None
    anchors = _lost_boxes(draft, texts["outside_intro"], texts["outside_lines"], other)
    return {"outside_information": anchors}


def _ranking(draft: Draft) -> dict[str, Any]:
    _heading(draft, "ranking")
    texts = draft.forms["selection"]
    has_text = draft.facts.review.has_ranking_text and not draft.short
    other = draft.prose.sentence("ranking") if has_text else None
    lines = texts["ranking_lines"]
    anchors = _lost_boxes(draft, texts["ranking_intro"], lines, other, end="\n  \n\n")
    return {"ranking_process": anchors}
