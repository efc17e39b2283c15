"""Makes one document: its JSON text, its cells of the CSV, and its truth."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from etl.sample.draft import Draft, resolved
from etl.sample.draw import draw_facts
from etl.sample.facts import Facts
from etl.sample.plan import ProgramPlan
from etl.sample.prose import Prose
from etl.sample.quirks import program_quirks
from etl.sample.render_body import (
    render_additional,
    render_curriculum,
    render_faq,
    render_highlights,
    render_summary,
    render_training_sites,
)
from etl.sample.render_front import (
    render_contacts,
    render_director,
    render_head,
    render_important,
    render_instructions,
    render_return_of_service,
)
from etl.sample.render_interviews import render_interviews, render_review_process
from etl.sample.render_requirements import render_requirements
from etl.sample.render_selection import render_selection

# The CSV's section columns in their published order.
SECTION_COLUMNS = (
    "program_name",
    "match_iteration_name",
    "program_contracts",
    "general_instructions",
    "supporting_documentation_information",
    "review_process",
    "interviews",
    "selection_criteria",
    "program_highlights",
    "program_curriculum",
    "training_sites",
    "additional_information",
    "return_of_service",
    "faq",
    "summary_of_changes",
)


@dataclass(frozen=True, slots=True)
class Document:
    """One document in all of its published forms, with the truth about it."""

    plan: ProgramPlan
    text: str
    section_count: int
    cells: tuple[str, ...]
    truth: dict[str, Any]


def make_document(plan: ProgramPlan, seed: int, *, short: bool) -> Document:
    """The document of a program; it depends on the seed and on the program alone."""
    chance = random.Random(f"{seed}:{plan.stream_id}")
    facts = draw_facts(plan, chance, short=short)
    draft = Draft(
        plan,
        facts,
        Prose(plan, facts.quirks, chance, _context(plan, facts), short=short),
        chance,
        short,
    )
    truth = _render(draft)
    text = draft.build.text()
    cells = tuple(_cell(draft, column) for column in SECTION_COLUMNS)
    if not all(cells):
        draft.planted.add("csv_section_empty")
    quirks = draft.planted | draft.prose.planted | program_quirks(plan)
    truth["quirks"] = sorted(quirks)
    # The published count is that of the pieces between rules.
    return Document(plan, text, draft.build.rules + 1, cells, resolved(truth))


def _context(plan: ProgramPlan, facts: Facts) -> dict[str, str]:
    french = facts.language == "FR"
    name = plan.discipline.name_fr if french else plan.discipline.name
    return {
        "discipline": name.lower(),
        "school": plan.school.name,
        "city": plan.site.city,
        "site": plan.site.label,
        "director": facts.director,
        "years": str(facts.years),
    }


def _render(draft: Draft) -> dict[str, Any]:
    """Render all sections in their fixed order; gives the truth with anchors to be resolved."""
    head = render_head(draft)
    render_director(draft)
    contacts = render_contacts(draft)
    render_important(draft)
    service = render_return_of_service(draft)
    render_instructions(draft)
    requirements = render_requirements(draft)
    render_review_process(draft)
    interviews = render_interviews(draft)
    selection = render_selection(draft)
    render_highlights(draft)
    years = render_curriculum(draft)
    sites = render_training_sites(draft)
    render_additional(draft)
    render_faq(draft)
    render_summary(draft)
    return {
        "document_id": f"1503-{draft.plan.stream_id}",
        "language": draft.facts.language,
        "header": head["header"],
        "header_anchors": head["header_anchors"],
        "sections": draft.sections,
        "requirements": requirements,
        "file_review": selection["file_review"],
        "interview": selection["interview"],
        "weights": interviews["weights"] + selection["weights"],
        "interview_dates": interviews["interview_dates"],
        "training_sites": sites,
        "length_years": years,
        "return_of_service": service,
        "contacts": contacts,
        "notes": "",
    }


def _cell(draft: Draft, column: str) -> str:
    """A cell of the CSV; the published FAQ cells are the text of a Python tuple."""
    cell = draft.build.cell(column)
    return repr((cell,)) if column == "faq" and cell else cell
