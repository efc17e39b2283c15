"""Rows of an answer in groups: of each university, discipline, place or category, its number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graph.answers.conditions import Amount
from graph.answers.intents import Ask, Intent
from graph.answers.operations import GROUPED, measured
from graph.answers.writing import group_name

Rows = list[tuple[str, float]]
"""Names with their numbers."""


def rows_of(intent: Intent, data: Mapping[str, Any], language: str) -> Rows:
    """Return the groups that an intent asks for, with what is counted of each."""
    found = _rows(intent, data.get("programGroups"), data.get("analytics"), language)
    for at in range(len(intent.each)):
        has = _member(intent, data[f"each{at}"], language)
        found = [row for row in found if row[0] in has]
    if intent.denied:
        gone = _member(intent, data["without"], language)
        found = [row for row in found if row[0] not in gone]
    if intent.having:
        amount = Amount(intent.having[1])
        found = [row for row in found if amount.holds(row[1])]
    return found


def _member(intent: Intent, member: Any, language: str) -> set[str]:
    """Return the names of the groups of one more member of the operation."""
    is_geography = isinstance(member, Mapping)
    groups, analytics = (None, member) if is_geography else (member, None)
    return {name for name, _ in _rows(intent, groups, analytics, language)}


def _rows(
    intent: Intent,
    groups: Sequence[Mapping[str, Any]] | None,
    analytics: Mapping[str, Any] | None,
    language: str,
) -> Rows:
    by, measure = intent.group or intent.target, measured(intent)
    if analytics is not None:
        key = "positions" if measure == "positions" else "programCount"
        is_mean = intent.reduce == "mean"
        return [
            (group_name(row, by, language), _mean(row) if is_mean else row[key] or 0)
            for row in analytics["geography"]
        ]
    numbers: dict[str, float] = {}
    members: dict[str, set[str]] = {}
    for row in groups or ():
        name = group_name(row, by, language)
        if measure in GROUPED and measure != by:
            members.setdefault(name, set()).add(group_name(row, measure, language))
            numbers[name] = len(members[name])
        else:
            aggregate = row["aggregate"]
            number = aggregate["quota"]["sum"] if measure == "positions" else aggregate["count"]
            if intent.ask is Ask.EXTREME and intent.reduce == "mean":
                numbers[name] = round(aggregate["quota"]["avg"] or 0, 2)
                continue
            numbers[name] = numbers.get(name, 0) + (number or 0)
    return list(numbers.items())


def _mean(row: Mapping[str, Any]) -> float:
    """Return the positions per program of a town."""
    return round(float(row["positions"] or 0) / int(row["programCount"]), 2)
