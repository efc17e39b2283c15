"""Questions for the most, the fewest, the mean and the median."""

from __future__ import annotations

from graph.answers.cursor import Draft
from graph.answers.intents import Ask, Condition, Intent
from graph.answers.kinds import COUNTED, GROUPS, NUMERIC

Given = tuple[Condition, ...]


def extreme(draft: Draft, given: Given, aspect: str) -> Intent | None:
    """Return the intent of a question with a superlative; None where it makes none."""
    descending = draft.superlative.endswith("DESC")
    if aspect:
        return reduced(draft, given, aspect, "max" if descending else "min")
    if draft.aspects or draft.items or draft.per or "median" in draft.heads:
        return None
    group, measure = _ranked(draft)
    is_mean = "average" in draft.heads
    if is_mean and (measure != "positions" or group not in GROUPS):
        return None
    is_program = group == "programs" and measure == "positions"
    is_group = group in GROUPS - {"categories"} and measure not in {"", group}
    if not (is_program or is_group) or (draft.rank and (draft.most > 1 or is_mean)):
        return None
    return Intent(
        Ask.EXTREME, measure, given, group=group, descending=descending, most=draft.most,
        rank=draft.rank,
        reduce="mean" if is_mean else "",
    )  # fmt: skip


def _ranked(draft: Draft) -> tuple[str, str]:
    """Return what is ranked and by which number; nothing where that is not said."""
    group, measure = draft.target, draft.measure
    is_size = draft.superlative.startswith("SIZE")
    if is_size and group in GROUPS and measure == "programs" and (draft.most > 1 or draft.rank):
        return "", ""  # the largest by their programs, or those with the largest programs
    if is_size and group in GROUPS and measure == "programs":
        return "programs", "positions"  # "which university has the largest program"
    if group == "positions":
        # "seats in the smallest province": small by what is not said
        return ("", "") if is_size and measure in GROUPS else (measure or "programs", "positions")
    if group == "programs" and measure in GROUPS:
        return measure, "programs"  # "the most programs are in which province"
    if group == "programs" and is_size:
        return group, measure or "positions"
    return group, measure


def reduced(draft: Draft, given: Given, aspect: str, reduce: str) -> Intent | None:
    """Return the question for the greatest, least or mean of what programs state."""
    if aspect not in NUMERIC or draft.per or draft.target in GROUPS or draft.most > 1:
        return None
    return Intent(Ask.MEASURES, conditions=given, aspect=aspect, reduce=reduce)


def average(draft: Draft, given: Given, aspect: str) -> Intent | None:
    """Return the intent of a question for a mean or a median; None where it makes none."""
    is_median = "median" in draft.heads
    if aspect:
        return reduced(draft, given, aspect, "median" if is_median else "mean")
    if draft.target not in COUNTED or draft.aspects or draft.items or draft.measure:
        return None
    is_per_program = draft.target == "positions" and draft.per in {"", "programs"}
    if is_per_program and is_median:
        return Intent(Ask.MEASURES, conditions=given, aspect="positions", reduce="median")
    if is_per_program:
        return Intent(Ask.AVERAGE, "positions", given)
    if draft.per in GROUPS and not is_median:
        return Intent(Ask.BREAKDOWN, draft.target, given, group=draft.per, reduce="mean")
    return None
