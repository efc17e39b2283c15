"""Renders the head of a document and the sections before the supporting documentation."""

from __future__ import annotations

from typing import Any

from etl.sample.draft import Draft, bold
from etl.sample.draw_people import draw_phone
from etl.sample.facts import Contact
from etl.sample.markup import link
from etl.sample.render_authors import authors_own_marks
from etl.sample.texts import load_texts
from etl.sample.wrapping import wrap, wrap_fixed


def render_head(draft: Draft) -> dict[str, Any]:
    """Title, iteration, stream, approval, quota and accreditation, with their anchors."""
    build, forms, facts = draft.build, draft.forms, draft.facts
    anchors = {name: build.anchor() for name in _HEAD_ANCHORS}
    title = wrap(f"#  {anchors['title'].around(_title(draft))}")
    if "\n" in title:
        draft.planted.add("title_wrapped")
    build.column("program_name")
    # The published documents have both kinds of blank line after the title.
    build.block(title, end="\n\n" if draft.chance.random() < 0.1 else "  \n  \n")
    build.column("match_iteration_name")
    stream = anchors["stream"].around(_stream(draft))
    iteration = anchors["iteration_name"].around(forms["iteration"])
    build.block(f"#  {iteration}  \n{wrap(stream)}  ")
    approved = anchors["last_approved_on"].around(_approved(draft))
    build.block(f"##  {forms['approved']} {approved}")
    if "SUMMARY_OF_CHANGES" in facts.sections:
        build.block(forms["summary_line"])
    _quota(draft, anchors["quota"])
    accreditation = anchors["accreditation"].around(forms["accreditations"][facts.accreditation])
    build.block(wrap(f"##  {forms['accreditation']} {accreditation}"))
    if facts.accreditation in _ACCREDITATION_QUIRKS:
        draft.planted.add(_ACCREDITATION_QUIRKS[facts.accreditation])
    build.fixed_blocks(
        wrap_fixed(f"##  {link(forms['provincial'], forms['provincial_url'])}"),
        forms["print_link"],
    )
    # The blank line has two spaces here.
    build.block(f"{forms['display_link']}  ", end="\n  \n")
    build.fixed_blocks(wrap_fixed(forms["copy_link"]))
    build.column(None)
    return {
        "header": {
            "iteration_name": forms["iteration"],
            "stream": _stream(draft),
            "quota": facts.quota,
            "accreditation": facts.accreditation,
            "last_approved_on": facts.approved_on.isoformat(),
            "application_languages": list(facts.application_languages),
        },
        "header_anchors": anchors,
    }


_ACCREDITATION_QUIRKS = {
    "ACCREDITED_JOINT": "accreditation_joint",
    "NOTICE_OF_INTENT_TO_WITHDRAW": "accreditation_withdrawal",
}
_HEAD_ANCHORS = (
    "title",
    "iteration_name",
    "stream",
    "last_approved_on",
    "quota",
    "accreditation",
)


def _title(draft: Draft) -> str:
    plan = draft.plan
    if draft.facts.language == "EN":
        return f"{plan.school.name} - {plan.discipline.name} - {plan.site.label}"
    school = load_texts("plan")["schools_fr"].get(str(plan.school.code), plan.school.name)
    return f"{school} - {plan.discipline.name_fr} - {plan.site.label}"


def _stream(draft: Draft) -> str:
    if draft.facts.language == "EN":
        return draft.plan.stream
    french: str = load_texts("plan")["streams_fr"].get(draft.plan.stream, draft.plan.stream)
    return french


def _approved(draft: Draft) -> str:
    """The date of approval; its month is English in French documents too."""
    day = draft.facts.approved_on
    month: str = load_texts("people")["months"]["EN"][day.month - 1]
    return f"{month} {day.day:02d}, {day.year}"


def _quota(draft: Draft, anchor: Any) -> None:
    """The quota: on its own line in the JSON, behind its heading in the CSV."""
    build, forms = draft.build, draft.forms
    suffix = ""
    if draft.has("quota_suffix"):
        suffix = f" {forms['quota_suffix']}"
        draft.planted.add("quota_suffix")
    build.block(f"## {forms['quota']}", csv=False)
    build.block(f"##   {anchor.around(str(draft.facts.quota))}{suffix}", csv=False)
    build.csv_only(f"## {forms['quota']} {draft.facts.quota}{suffix}")


def render_director(draft: Draft) -> None:
    """The director's block, which only the JSON has."""
    build, forms, prose, plan = draft.build, draft.forms, draft.prose, draft.plan
    build.rule()
    build.block(f"{forms['director']} {draft.facts.director}  ")
    if draft.short:
        return
    unit = prose.sentence("contacts", "units")
    number = draft.chance.randrange(100, 4000)
    build.block(
        wrap(f"{forms['address']} {unit}") + f"  \n{number} Example Street  \n"
        f"{plan.site.city}, {plan.site.province}, X0X 0X0  "
    )
    phone = draw_phone(plan, draft.chance, extension=draft.has("phone_extension"))
    build.block(f"{forms['work']}  {phone}" if draft.chance.random() < 0.7 else forms["work"])
    if draft.chance.random() < 0.3:
        build.block(forms["fax"])
    build.block(wrap(f"{forms['websites']} {prose.sentence('contacts', 'websites')}") + "  ")


def render_contacts(draft: Draft) -> list[dict[str, Any]]:
    """The section Program Contacts; the truth has anchors, no values, as the labels do."""
    draft.section("PROGRAM_CONTACTS", "program_contracts")
    contacts = []
    for contact in draft.facts.contacts:
        contacts.append(_contact(draft, contact))
        draft.build.noise("  \n\n")
    draft.planted.add("email_and_phone_in_contacts")
    return contacts


def _contact(draft: Draft, contact: Contact) -> dict[str, Any]:
    build, forms = draft.build, draft.forms
    if contact.information:
        build.block(f"{forms['general_information']} {contact.information}")
    if contact.phone and draft.has("phone_extension"):
        draft.planted.add("phone_extension")
    values = {
        "name": contact.name,
        "title": contact.title,
        "email": contact.email,
        "phone": contact.phone,
    }
    anchors: dict[str, Any] = {}
    for part, value in values.items():
        anchors[part] = None
        if value:
            anchor = build.anchor()
            build.block(f"{forms[part]} {anchor.around(value)}")
            anchors[part] = anchor
    return anchors


def render_important(draft: Draft) -> None:
    """The section Important Information, which only the JSON has."""
    if "IMPORTANT_INFORMATION" not in draft.facts.sections:
        return
    draft.section("IMPORTANT_INFORMATION", None)
    texts = draft.prose.texts["important"]
    for _ in range(draft.amount(2, 5)):
        if draft.chance.random() < 0.6:
            heading = draft.lossy(draft.prose.pick(texts["headings"]))
            draft.build.block(bold(heading))
        draft.build.paragraph(draft.prose.sentences("important", draft.chance.randint(2, 4)))
    draft.contact_sentence()
    draft.link_sentence()
    authors_own_marks(draft, "IMPORTANT_INFORMATION")


def render_return_of_service(draft: Draft) -> dict[str, Any]:
    """The section Return of Service, in the variant that was drawn."""
    facts = draft.facts
    quirk = (facts.service_status or "unstated").lower()
    draft.planted.add(f"return_of_service_{quirk}")
    if facts.service_variant == "NONE":
        return {"status": None, "anchor": None}
    draft.section("RETURN_OF_SERVICE", "return_of_service")
    variants = draft.prose.texts["return_of_service"][facts.service_variant]
    texts = [draft.lossy(draft.prose.fill(text)) for text in draft.chance.choice(variants)]
    anchor = draft.build.anchor()
    for text in anchor.around_blocks(texts):
        draft.build.paragraph(text)
    return {"status": facts.service_status, "anchor": anchor}


def render_instructions(draft: Draft) -> None:
    """The section General Instructions."""
    draft.section("GENERAL_INSTRUCTIONS", "general_instructions")
    languages = draft.facts.application_languages
    name = "BOTH" if len(languages) == 2 else languages[0]
    language = draft.forms["application_languages"][name]
    draft.build.block(f"{draft.forms['language']} {language}")
    if draft.short:
        return
    if draft.chance.random() < 0.8:
        draft.build.paragraph(draft.prose.sentences("instructions", draft.chance.randint(1, 3)))
    draft.contact_sentence()
