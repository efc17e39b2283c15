"""Renders the sections after the selection criteria: highlights to the summary of changes."""

from __future__ import annotations

from typing import Any

from etl.sample.draft import Draft, bold
from etl.sample.facts import TrainingSite
from etl.sample.markup import link
from etl.sample.render_authors import authors_own_marks
from etl.sample.wrapping import wrap_fixed

_HIGHLIGHTS = (
    "clinical",
    "mentorship",
    "research",
    "rural",
    "wellness",
    "indigenous",
    "global_health",
    "leadership",
    "electives",
    "call",
    "city",
    "equity",
)
_CURRICULUM = (
    "clinical",
    "teaching",
    "simulation",
    "assessment",
    "research",
    "call",
    "electives",
    "rural",
    "leadership",
)
_ADDITIONAL = ("city", "wellness", "global_health", "equity", "indigenous", "leadership")


def render_highlights(draft: Draft) -> None:
    """The section Program Highlights."""
    if "PROGRAM_HIGHLIGHTS" not in draft.facts.sections:
        return
    draft.section("PROGRAM_HIGHLIGHTS", "program_highlights")
    _themes(draft, _HIGHLIGHTS, draft.chance.randint(4, len(_HIGHLIGHTS)))
    draft.link_sentence()
    draft.contact_sentence()
    authors_own_marks(draft, "PROGRAM_HIGHLIGHTS")


def _themes(draft: Draft, names: tuple[str, ...], count: int) -> None:
    """Paragraphs, lists and headings about some themes."""
    style = draft.chance.choice(("**{}**", "**{}**", "### {}", "**_{}_**"))
    for name in draft.chance.sample(names, count):
        draft.build.block(style.format(draft.prose.theme_heading(name)))
        paragraphs = draft.amount(1.6, 3.8)
        for _ in range(paragraphs):
            if draft.chance.random() < 0.2:
                items = [draft.prose.theme(name, 1) for _ in range(draft.chance.randint(3, 5))]
                draft.build.items(items)
            else:
                draft.build.paragraph(draft.prose.theme(name, draft.chance.randint(3, 5)))


def render_curriculum(draft: Draft) -> int | None:
    """The section Program Curriculum; gives the length in years where it is stated."""
    if "PROGRAM_CURRICULUM" not in draft.facts.sections:
        return None
    draft.section("PROGRAM_CURRICULUM", "program_curriculum")
    texts = draft.forms["curriculum"]
    stated = draft.chance.random() < 0.97
    if stated:
        draft.build.block(texts["length"].format(years=draft.facts.years))
        draft.build.fixed_blocks(wrap_fixed(texts["standard"]))
    draft.build.paragraph(draft.prose.sentences("curriculum_open", draft.amount(2, 4)))
    if not draft.short:
        _themes(draft, _CURRICULUM, draft.chance.randint(4, len(_CURRICULUM)))
        if draft.has("percent_not_a_weight"):
            draft.planted.add("percent_not_a_weight")
            draft.build.paragraph(draft.prose.sentences("not_weights", 1))
        authors_own_marks(draft, "PROGRAM_CURRICULUM")
    return draft.facts.years if stated else None


def render_training_sites(draft: Draft) -> list[dict[str, Any]]:
    """The section Training Sites; gives the truth of every named place."""
    if "TRAINING_SITES" not in draft.facts.sections:
        return []
    draft.section("TRAINING_SITES", "training_sites")
    if not draft.short:
        draft.build.paragraph(draft.prose.sentences("sites_open", draft.chance.randint(1, 3)))
    listed = [site for site in draft.facts.training_sites if site.form == "LIST"]
    in_prose = [site for site in draft.facts.training_sites if site.form == "PROSE"]
    truth = _listed_sites(draft, listed)
    if in_prose:
        marked = [_site(draft, site, truth) for site in in_prose]
        text = draft.prose.sentence("sites", "prose", first=marked[0], second=marked[1])
        draft.build.paragraph(text)
    return truth


def _site(draft: Draft, site: TrainingSite, truth: list[dict[str, Any]]) -> str:
    """The marked name; its truth is added."""
    anchor = draft.build.anchor()
    truth.append({"name": site.name, "form": site.form, "anchor": anchor})
    return anchor.around(site.name)


def _listed_sites(draft: Draft, sites: list[TrainingSite]) -> list[dict[str, Any]]:
    truth: list[dict[str, Any]] = []
    style = draft.facts.sites_style
    texts: dict[str, Any] = draft.prose.texts["sites"]
    if style in {"dashes", "nested"}:
        draft.build.block(bold(draft.lossy(draft.chance.choice(texts["headings"]))))
    if style == "headings":
        for site in sites:
            draft.build.block(f"**{_site(draft, site, truth)}**")
            draft.build.paragraph(draft.prose.theme("clinical", 1))
        return truth
    if style == "table":
        rows = [
            f"{_site(draft, site, truth)} | {draft.lossy(site.comment or '-')}  " for site in sites
        ]
        header = draft.lossy(texts["table"])
        draft.build.block("\n".join((f"{header}  ", "---|---  ", *rows)), end="\n  \n")
        return truth
    lines = [_site_line(draft, site, truth) for site in sites]
    if style == "dashes":
        for line in lines:
            draft.build.paragraph(f"\\- {line}")
    elif style == "nested":
        draft.build.block("\n".join((f"  * {lines[0]}", *(f"    * {x}" for x in lines[1:]))))
    else:
        draft.build.items(lines)
    return truth


def _site_line(draft: Draft, site: TrainingSite, truth: list[dict[str, Any]]) -> str:
    name = _site(draft, site, truth)
    if draft.has("link_wrapped") and draft.chance.random() < 0.2:
        name = link(name, "https://www.example.org/hospitals/")
    if not site.comment:
        return name
    shape = draft.chance.choice((" ({})", " - {}", ": {}"))
    return name + shape.format(draft.lossy(site.comment))


def render_additional(draft: Draft) -> None:
    """The section Additional Information."""
    if "ADDITIONAL_INFORMATION" not in draft.facts.sections:
        return
    draft.section("ADDITIONAL_INFORMATION", "additional_information")
    _themes(draft, _ADDITIONAL, draft.chance.randint(1, 4))
    draft.contact_sentence()
    draft.link_sentence()
    authors_own_marks(draft, "ADDITIONAL_INFORMATION")


def render_faq(draft: Draft) -> None:
    """The section FAQ."""
    if "FAQ" not in draft.facts.sections:
        return
    draft.section("FAQ", "faq")
    style = draft.chance.choice(("**{}**", "{}", "### {}"))
    for _ in range(draft.amount(3, 8)):
        question = draft.prose.sentence("faq", "questions")
        draft.build.paragraph(style.format(question))
        answers = " ".join(draft.prose.sentence("faq", "answers") for _ in range(2))
        draft.build.paragraph(draft.prose.flawed(answers))
    draft.contact_sentence()


def render_summary(draft: Draft) -> None:
    """The section Summary of changes, whose table is always empty."""
    if "SUMMARY_OF_CHANGES" not in draft.facts.sections:
        return
    draft.section("SUMMARY_OF_CHANGES", "summary_of_changes")
    draft.planted.add("empty_summary_table")
    header = draft.forms["summary"]["header"]
    draft.build.block(f"{header}  \n---|---|---|---|---|---|---")
