"""Renders the section Supporting Documentation / Information."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from etl.sample.draft import Draft
from etl.sample.facts import Requirement
from etl.sample.markup import Anchor, link
from etl.sample.render_authors import authors_own_marks
from etl.sample.texts import load_texts
from etl.sample.wrapping import wrap_fixed


def render_requirements(draft: Draft) -> list[dict[str, Any]]:
    """The section with all requested items; gives their truth."""
    draft.section("SUPPORTING_DOCUMENTATION", "supporting_documentation_information")
    truth: list[dict[str, Any]] = []
    for block, items in groupby(draft.facts.requirements, key=lambda item: item.block):
        if block == "citizenship":
            truth.extend(_citizenship(draft, item) for item in items)
        elif block == "language":
            truth.extend(_language(draft, item) for item in items)
        else:
            draft.build.block(draft.forms["blocks"][block])
            truth.extend(_block(draft, list(items)))
    draft.contact_sentence()
    authors_own_marks(draft, "SUPPORTING_DOCUMENTATION")
    return truth


def _truth(item: Requirement, anchor: Anchor) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "label": item.label,
        "status": item.status,
        "quantity": item.quantity,
        "min_words": item.min_words,
        "max_words": item.max_words,
        "tests": [{"name": t.name, "minimum_score": t.minimum_score} for t in item.tests],
        "anchor": anchor,
    }


def _citizenship(draft: Draft, item: Requirement) -> dict[str, Any]:
    build, texts = draft.build, draft.forms["citizenship"]
    anchor = build.anchor()
    build.block(anchor.around(item.label))
    before, words, url, after = texts["partner"]
    proofs = "  \n".join(f"• {proof}" for proof in texts["proofs"])
    build.fixed_blocks(
        wrap_fixed(f"{before}{link(words, url)}{after}"),
        texts["certified"],
        draft.forms["statuses"][item.status],
        f"{wrap_fixed(texts['submit'])}  \n{proofs}",
    )
    return _truth(item, anchor)


def _language(draft: Draft, item: Requirement) -> dict[str, Any]:
    build = draft.build
    anchor = build.anchor()
    build.block(anchor.around(item.label))
    build.block(draft.forms["statuses"][item.status])
    lines = [wrap_fixed(draft.forms["language_block"]["submit"])]
    lines.extend(f"• {test.tick}" for test in item.tests if test.tick)
    build.block("  \n".join(lines))
    named = [draft.lossy(test.prose) for test in item.tests if test.prose]
    if named:
        build.items([f"{text};" for text in named[:-1]] + [f"{named[-1]}."])
    return _truth(item, anchor)


def _block(draft: Draft, items: list[Requirement]) -> list[dict[str, Any]]:
    truth: list[dict[str, Any]] = []
    for status, group in groupby(items, key=lambda item: item.status):
        draft.build.block(draft.forms["statuses"][status])
        truth.extend(_item(draft, item) for item in group)
    return truth


def _item(draft: Draft, item: Requirement) -> dict[str, Any]:
    anchor = draft.build.anchor()
    if item.block == "references":
        _reference(draft, item, anchor)
        return _truth(item, anchor)
    title = anchor.around(item.label)
    draft.build.block(f"{title}  " if item.kind == "PERSONAL_LETTER" else title)
    if item.kind == "PERSONAL_LETTER":
        _personal_letter(draft, item)
    elif item.block == "examinations":
        draft.build.block("* " + item.files[0])
        if item.files[1:]:
            draft.build.items(list(item.files[1:]), marker="* ")
    else:
        _document(draft, item)
    return _truth(item, anchor)


def _reference(draft: Draft, item: Requirement, anchor: Anchor) -> None:
    """A kind of letter, its number in one of several forms, and what the author adds."""
    build, requested = draft.build, draft.forms["requested"]
    title, number = anchor.around(item.label), item.quantity
    words: list[str] = load_texts("people")["numbers"][draft.facts.language]
    forms = {
        "plain": f"{title}  {requested} {number}",
        "bold": f"{title}  {requested} **{number}**",
        "words": f"{title}  {requested} {words[number or 0]} ({number})",
    }
    build.block(forms.get(item.quantity_form, title))
    if item.quantity_form in {"words", "prose_words"}:
        draft.planted.add("number_in_words")
    if item.quantity_form == "prose_words":
        build.paragraph(_wanted(draft, words[number or 0]))
    elif item.quantity_form == "prose_digits":
        draft.planted.add("number_in_digits")
        build.paragraph(_wanted(draft, str(number)))
    elif item.quantity_form == "missing":
        draft.planted.add("letter_count_unstated")
    if not draft.short:
        build.paragraph(draft.prose.sentences("letters", draft.chance.randint(1, 3)))


def _wanted(draft: Draft, number: str) -> str:
    """A plain sentence that says how many letters are wanted."""
    if draft.facts.language == "FR":
        return draft.lossy(f"Au total, {number} lettres sont exigées pour ce programme.")
    return f"{number[:1].upper()}{number[1:]} letters are required for this program."


def _personal_letter(draft: Draft, item: Requirement) -> None:
    build, forms = draft.build, draft.forms
    build.block(forms["word_count"])
    if item.min_words is None or item.max_words is None:
        draft.planted.add("word_count_none")
    for words, limit in ((forms["minimum"], item.min_words), (forms["maximum"], item.max_words)):
        build.block(f"{words}  {forms['none'] if limit is None else limit}")
    build.noise("  \n\n")
    if not draft.short:
        build.paragraph(draft.prose.sentences("personal_letter", draft.chance.randint(1, 4)))


def _document(draft: Draft, item: Requirement) -> None:
    for text in item.explanation[: 0 if draft.short else None]:
        draft.build.fixed_blocks(wrap_fixed(text))
    if item.kind == "TRANSCRIPT" and not draft.short:
        methods: list[str] = draft.forms["transcript_methods"]["items"]
        draft.build.block(
            "\n".join(f"  {number}. {text}" for number, text in enumerate(methods, start=1))
        )
    elif not item.explanation and not draft.short and draft.chance.random() < 0.4:
        draft.build.paragraph(draft.prose.sentences("document_notes", 1))
