"""Renders the rules and level-1 headings that authors put inside of their sections."""

from __future__ import annotations

from etl.sample.draft import Draft


def authors_own_marks(draft: Draft, kind: str) -> None:
    """Everything that looks like the start of a section inside of this one and is none.

    Only a known heading right after a rule starts a section, so a known heading here never
    follows a rule, and a heading after a rule is never a known one.
    """
    if kind != draft.facts.authors_section:
        return
    if draft.has("author_heading"):
        draft.planted.add("author_heading")
        _headed(draft, "plain")
    if draft.has("lookalike_heading"):
        draft.planted.add("lookalike_heading")
        _headed(draft, "lookalikes")
    if draft.has("author_rule"):
        draft.planted.add("author_rule")
        _rule(draft)
    if draft.has("rule_before_unknown_heading"):
        draft.planted.add("rule_before_unknown_heading")
        draft.build.rule()
        draft.build.column(None)
        _headed(draft, "plain")


def _headed(draft: Draft, part: str) -> None:
    headings: list[str] = draft.prose.texts["authors_headings"][part]
    draft.build.block(f"# {draft.lossy(draft.chance.choice(headings))}")
    theme = draft.chance.choice(list(draft.prose.texts["themes"]))
    draft.build.paragraph(draft.prose.theme(theme, 3))


def _rule(draft: Draft) -> None:
    """A rule in one of three uses; the published CSV ends a cell at such a rule."""
    use = draft.chance.randrange(3)
    draft.build.rule()
    draft.build.column(None)
    if use == 0:
        draft.build.paragraph(draft.prose.theme("wellness", 2))
    elif use == 1:
        draft.build.noise("#####  \n\n")
        draft.build.rule()
    else:
        draft.build.noise("\n\n\n")
        draft.build.paragraph(draft.prose.theme("mentorship", 2))
        draft.build.rule()
        draft.build.paragraph(draft.prose.theme("research", 2))
