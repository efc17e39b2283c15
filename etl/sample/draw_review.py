"""Draws the values of the selection criteria: buckets, tables of components, weights."""

from __future__ import annotations

import random
from typing import Any

from etl.sample.facts import Criterion, FileReview, WeightGroup

VOLUMES = {
    "0 - 50": (0, 50),
    "51 - 200": (51, 200),
    "201 - 400": (201, 400),
    "401 - 600": (401, 600),
    "601 +": (601, None),
}
PERCENTS = {
    "0 - 25 %": (0, 25),
    "26 - 50 %": (26, 50),
    "51 - 75 %": (51, 75),
    "76 - 100 %": (76, 100),
}
_FORMATS = ("TRADITIONAL", "PANEL", "MMI")


def draw_review(
    forms: dict[str, Any], chance: random.Random, quirks: frozenset[str], *, short: bool
) -> FileReview:
    """Everything about review, interview and ranking that is not free prose."""
    formats: tuple[str, ...] = _FORMATS
    if "partial_formats" in quirks:
        formats = tuple(f for f in _FORMATS if chance.random() < 0.5)[:2] or _FORMATS[1:2]
    selection = forms["selection"]
    return FileReview(
        volume=chance.choice(list(VOLUMES)) if chance.random() < 0.99 else None,
        percent=chance.choice(list(PERCENTS)) if chance.random() < 0.99 else None,
        components=_components(forms, "file", chance, quirks, short=short),
        interview_components=_components(forms, "interview", chance, quirks, short=short),
        formats=formats,
        elective_answer=chance.choice(selection["elective_answers"]),
        on_site_answer=selection["on_site_answers"][0 if chance.random() < 0.9 else 1],
        has_elective_notes=chance.random() < 0.4,
        considers_outside=chance.random() < (0.2 if short else 0.7),
        has_outside_text=chance.random() < 0.15,
        has_ranking_text=chance.random() < 0.2,
        reschedule=chance.choice(selection["reschedule"]),
    )


def _components(
    forms: dict[str, Any],
    table: str,
    chance: random.Random,
    quirks: frozenset[str],
    *,
    short: bool,
) -> tuple[Criterion, ...]:
    """Rows of a table; their texts are templates that the prose fills when it renders them."""
    texts: list[str] = forms["not_evaluated"][table]
    not_evaluated = chance.choice(texts)
    share = 0.4 if short else 0.14
    rows: list[Criterion] = []
    empty_row = chance.randrange(9) if "empty_cell" in quirks and table == "file" else -1
    long_row = chance.randrange(9) if "multi_line_cell" in quirks else -1
    for index, (code, label, *article) in enumerate(forms[f"{table}_components"]["rows"]):
        link = article[0] if article else ""
        draw = chance.random()
        if index == empty_row:
            rows.append(Criterion(code, label, link, None, None))
        elif draw < share and index != long_row:
            rows.append(Criterion(code, label, link, False, not_evaluated))
        elif draw < share + 0.02 and index != long_row:
            rows.append(Criterion(code, label, link, None, chance.choice(("N/A", "-"))))
        else:
            more = "extra" if index == long_row else None
            rows.append(Criterion(code, label, link, True, "sentences", more))
    if chance.random() < 0.45:
        other: str = forms[f"{table}_components"]["other"]
        rows.append(Criterion("OTHER", other, "", True, "other"))
    return tuple(rows)


def draw_weights(
    texts: dict[str, Any], chance: random.Random, quirks: frozenset[str]
) -> tuple[WeightGroup, ...]:
    """Sentences about weights; the percentages of a sentence add up to a hundred."""
    if "weights_in_prose" not in quirks:
        return ()
    groups: list[WeightGroup] = []
    for phase, share in (("OVERALL", 0.7), ("FILE_REVIEW", 0.35), ("INTERVIEW", 0.3)):
        if chance.random() < share or (phase == "INTERVIEW" and not groups):
            template, *subjects = chance.choice(texts[phase])
            first = chance.choice((20, 25, 30, 40, 50, 60))
            percents = [first, 100 - first]
            if len(subjects) == 3:
                second = chance.choice((10, 15, 20, 30))
                percents = [first, second, 100 - first - second]
            shape = chance.choice(("{n}%", "{n}%", "{n} %", "**{n}%**"))
            groups.append(WeightGroup(phase, template, tuple(subjects), tuple(percents), shape))
    return tuple(groups)
