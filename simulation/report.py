"""A report of a simulation: one HTML page with tables and plots, which needs no network.

It says on its face that everything is simulated, and how to get the same again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from simulation.outcome import Verdict
from simulation.plots import Series, Value, bars, columns, dots, legend, number, tiles, told
from warehouse.queries.simulation_results import Results, Row, ScenarioResult
from warehouse.tables.measures import ITERATION_APPLICANTS, ITERATION_SEATS

MOST_DISCIPLINES: Final = 40
MOST_CHANGES: Final = 15
MOST_SEATS: Final = 20
_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b2733; --soft: #66727f; --line: #d5dbe1; --page: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #dde4ea; --soft: #93a0ad; --line: #3a4653; --page: #161c22; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page);
  max-width: 800px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: .2rem } h2 { font-size: 1.1rem; margin-top: 2.2rem }
.notice { border-left: 4px solid #d9822b; padding: .4rem .8rem; background: #d9822b1f }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: .25rem .5rem; border-bottom: 1px solid var(--line);
  vertical-align: top } th:first-child, td:first-child { text-align: left }
svg { width: 100%; height: auto; display: block } svg text { font: 11px system-ui; fill: var(--ink)}
svg .small { font-size: 10px; fill: var(--soft) } svg .big { font-size: 15px; font-weight: 600 }
svg .grid { stroke: var(--line) } svg .axis { stroke: var(--soft) }
svg .whisker { stroke: var(--ink); stroke-width: 1.2 } svg .tile { stroke: var(--line) }
svg .on-dark { fill: #fff } svg .on-light { fill: #12212e } svg .off { fill: var(--soft) }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .3rem 1rem }
.legend span { display: inline-block; width: .8em; height: .8em; margin-right: .35em }
.wide { overflow-x: auto }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #8881; padding: .6rem }
.soft { color: var(--soft) } details { margin: .6rem 0 }
"""
_SUMMARY: Final = (
    ("Applicants with a match", "matched", 1, ""),
    ("Applicants without a match", "unmatched", 1, ""),
    ("Match rate", "match_rate", 100, " %"),
    ("First choice", "first_choice_rate", 100, " %"),
    ("One of the first three", "top_three_rate", 100, " %"),
    ("Mean rank", "mean_rank", 1, ""),
    ("Seats filled", "filled", 1, ""),
    ("Seats unfilled", "unfilled", 1, ""),
    ("Fill rate", "fill_rate", 100, " %"),
)
"""Lines of the summary: words, measure, factor, unit."""
_OF_APPLICANTS: Final = _SUMMARY[:6]
_OF_SEATS: Final = _SUMMARY[6:]
_UNDECIDED: Final = (
    "UNDECIDED counts replicates whose exact search for a stable matching ended at its limit: they"
    " have the best matching seen, and a stable one may exist. A higher searchLimit searches"
    " longer."
)


@dataclass(frozen=True)
class About:
    """What a report says of the run.

    Attributes:
        title: Its name.
        facts: Lines of facts: seed, data version and so on.
        reproduce: What gives the same again.
        parameters: What applicants were drawn with.
    """

    title: str
    facts: Mapping[str, object]
    reproduce: str
    parameters: Mapping[str, Any]


def report(about: About, results: Results) -> str:
    """Return the page."""
    sections = "".join(_sections(about, results.scenarios))
    facts = " · ".join(
        f"{escape(name)} {escape(str(value))}" for name, value in about.facts.items()
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(about.title)}</title><style>{_STYLE}</style></head><body>"
        f'<h1>{escape(about.title)}</h1><p class="soft">{facts}</p>'
        '<p class="notice"><strong>Simulated.</strong> No applicant here is a person. Intervals'
        " are 95 % confidence intervals of means over replicates; what is not known of the"
        " parameters is not in them. After a change, the ratio says how many times as many"
        " replicates it would take to know it as well without common random numbers.</p>"
        f"{sections}</body></html>\n"
    )


def _sections(about: About, scenarios: Sequence[ScenarioResult]) -> Iterator[str]:
    names = [str(one.row["name"]) for one in scenarios]
    yield f"<h2>Summary</h2>{_summary(scenarios)}"
    if len(scenarios) > 1:
        yield f"<h2>Changes against “{escape(names[0])}”</h2>{legend(names)}{_changes(scenarios)}"
    yield f"<h2>Seats filled by discipline</h2>{legend(names)}{_disciplines(scenarios)}"
    yield from _numbers(scenarios)
    for category in scenarios[0].categories:
        word = str(category.row["category"])
        ranks = _ranks(scenarios, word)
        yield f"<h2>Rank obtained: {escape(word)}</h2>{legend(names)}{ranks}"
    yield f"<h2>Fill rate by province: {escape(names[0])}</h2>{_map(scenarios[0])}"
    for scenario in scenarios[1:2]:
        yield f"<h2>Fill rate by province: {escape(names[1])}</h2>{_map(scenario)}"
    yield from _seats(scenarios[0])
    if any(one.iterations for one in scenarios):
        yield f"<h2>The second iteration</h2>{_iterations(scenarios)}"
    yield f"<h2>Certificates</h2>{_certificates(scenarios)}{_core(scenarios)}"
    yield (
        "<h2>The same again</h2>"
        f"<pre>{escape(about.reproduce)}</pre><details><summary>Parameters</summary>"
        f"<pre>{escape(json.dumps(about.parameters, indent=1, ensure_ascii=False))}</pre></details>"
    )


def value_of(row: Row, stem: str, factor: float = 1) -> Value | None:
    """Return an estimate of a row; None where there is none."""
    found = [row.get(f"{stem}_{end}") for end in ("mean", "low", "high")]
    if found[0] is None:
        return None
    mean, low, high = (None if one is None else one * factor for one in found)
    assert mean is not None
    return Value(mean, low, high)


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    top = "".join(f"<th>{escape(word)}</th>" for word in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in line) + "</tr>" for line in lines
    )
    table = f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="wide">{table}</div>'


def _summary(scenarios: Sequence[ScenarioResult]) -> str:
    lines = [
        ["Simulated applicants", *(number(one.row["applicants"]) for one in scenarios)],
        ["Seats", *(number(one.row["seats"]) for one in scenarios)],
    ]
    for words, stem, factor, unit in _SUMMARY:
        cells = []
        for one in scenarios:
            value, change, ratio = _cells(one.row, stem, factor, unit)
            more = f"; {change}" if change else ""
            cells.append(f"{value}{more}{f', ratio {ratio}' if ratio else ''}")
        lines.append([words, *cells])
    return _table(["", *(str(one.row["name"]) for one in scenarios)], lines)


def _cells(row: Row, stem: str, factor: float, unit: str) -> tuple[str, str, str]:
    """Return an estimate, its change and the variance ratio of that; empty for none."""
    value, change = value_of(row, stem, factor), value_of(row, f"{stem}_change", factor)
    ratio = row.get(f"{stem}_change_variance_ratio")
    return (
        "—" if value is None else told(value, unit),
        "" if change is None else f"{'+' if change.mean >= 0 else ''}{told(change, unit)}",
        "" if ratio is None else number(ratio),
    )


def _numbers(scenarios: Sequence[ScenarioResult]) -> Iterator[str]:
    """Yield all that is estimated of categories, disciplines and provinces as tables."""
    for words, member, label, measures in (
        ("applicant category", "categories", "category", _OF_APPLICANTS),
        ("discipline", "disciplines", "name", _OF_SEATS),
        ("province", "provinces", "province", _OF_SEATS),
    ):
        lines = [
            [str(row[label] or "—"), what, str(one.row["name"]), *_cells(row, stem, factor, unit)]
            for what, stem, factor, unit in measures
            for one in scenarios
            for row in (getattr(part, "row", part) for part in getattr(one, member))
        ]
        lines.sort(key=lambda line: line[0])  # a stable order keeps measures and scenarios
        head = [words.capitalize(), "", "Scenario", "Mean", "Change", "Variance ratio"]
        yield f"<details><summary>By {words}, in numbers</summary>{_table(head, lines)}</details>"


def _changes(scenarios: Sequence[ScenarioResult]) -> str:
    """Return the changes of matched applicants by category, and of seats by discipline."""
    names = ["All applicants matched"]
    names += [f"{one.row['category']} matched" for one in scenarios[0].categories]
    disciplines = _most_changed(scenarios)
    names += [f"{name} filled" for name in disciplines]
    series = []
    for one in scenarios[1:]:
        values = [value_of(one.row, "matched_change")]
        by_category = {str(c.row["category"]): c.row for c in one.categories}
        for first in scenarios[0].categories:
            row = by_category.get(str(first.row["category"]), {})
            values.append(value_of(row, "matched_change"))
        rows = {str(row["name"]): row for row in one.disciplines}
        values += [value_of(rows.get(name, {}), "filled_change") for name in disciplines]
        series.append(Series(str(one.row["name"]), values))
    return dots("Changes with intervals", names, series)


def _most_changed(scenarios: Sequence[ScenarioResult]) -> list[str]:
    size: dict[str, float] = {}
    for one in scenarios[1:]:
        for row in one.disciplines:
            change = value_of(row, "filled_change")
            if change is not None:
                name = str(row["name"])
                size[name] = max(size.get(name, 0.0), abs(change.mean))
    kept = sorted((name for name in size if size[name] > 0), key=lambda name: -size[name])
    return kept[:MOST_CHANGES]


def _disciplines(scenarios: Sequence[ScenarioResult]) -> str:
    rows = sorted(scenarios[0].disciplines, key=lambda row: -int(row["quota"]))[:MOST_DISCIPLINES]
    names = [str(row["name"]) for row in rows]
    series = []
    for one in scenarios:
        by_name = {str(row["name"]): row for row in one.disciplines}
        series.append(
            Series(
                str(one.row["name"]),
                [value_of(by_name.get(name, {}), "fill_rate", 100) for name in names],
            )
        )
    labels = [f"{name} ({row['quota']})" for name, row in zip(names, rows, strict=True)]
    return bars("Fill rate by discipline, percent", labels, series, 100)


def _ranks(scenarios: Sequence[ScenarioResult], category: str) -> str:
    series, names = [], []
    for one in scenarios:
        found = next((c for c in one.categories if c.row["category"] == category), None)
        if found is None:
            continue
        names = [_rank_name(row) for row in found.ranks]
        values = [value_of(row, "share", 100) for row in found.ranks]
        series.append(Series(str(one.row["name"]), [*values[1:], values[0]]))
    label = f"Share of {category} applicants by rank obtained, percent"
    return columns(label, [*names[1:], names[0]], series, " %")


def _rank_name(row: Row) -> str:
    if row["rank"] == 0:
        return "none"
    return f"{row['rank']}{'+' if row['is_open_ended'] else ''}"


def _map(scenario: ScenarioResult) -> str:
    shares = {}
    for row in scenario.provinces:
        value = value_of(row, "fill_rate")
        if value is not None and row["province"]:
            filled = value_of(row, "filled")
            words = f"{number(filled.mean) if filled else '?'} of {row['quota']} seats filled"
            shares[str(row["province"])] = (value.mean, words)
    return tiles("Fill rate by province", shares)


def _seats(scenario: ScenarioResult) -> Iterator[str]:
    """Yield the most valuable seats, where they were valued."""
    rows = [row for row in scenario.programs if row.get("seat_value_mean") is not None]
    if not rows:
        return
    order = ("seat_value_mean", "seat_better_off_mean", "seat_ranks_gained_mean")
    rows.sort(key=lambda row: tuple(-(row[name] or 0.0) for name in order))
    lines = [
        [
            f"{row['name']}{' (does not exist)' if row['is_hypothetical'] else ''}",
            str(row["quota"]),
            *(
                told(value) if (value := value_of(row, stem)) else "—"
                for stem in ("seat_value", "seat_better_off")
            ),
        ]
        for row in rows[:MOST_SEATS]
    ]
    head = ["One more seat at", "Seats", "More matched", "Better off"]
    yield f"<h2>What one more seat is worth</h2>{_table(head, lines)}"


def _certificates(scenarios: Sequence[ScenarioResult]) -> str:
    lines = [
        [
            str(one.row["name"]),
            str(one.row["audited"]),
            "yes" if one.row["is_stable"] else "no",
            str(one.row["blocking_pairs"]),
            ", ".join(f"{word} {count}" for word, count in one.row["verdicts"].items()),
            str(one.row["matching_digest"] or "")[:12],
        ]
        for one in scenarios
    ]
    head = ["Scenario", "Audited", "Stable", "Blocking pairs", "Verdicts", "Matching"]
    is_decided = not any(one.row["verdicts"].get(Verdict.UNDECIDED) for one in scenarios)
    return _table(head, lines) + ("" if is_decided else f"<p>{_UNDECIDED}</p>")


def _iterations(scenarios: Sequence[ScenarioResult]) -> str:
    """Return what each iteration gives, scenario by scenario."""
    lines = []
    for one in scenarios:
        for row in one.iterations:
            cells = []
            for stem in (*ITERATION_APPLICANTS, *ITERATION_SEATS):
                value = value_of(row, stem)
                cells.append("" if value is None else number(value.mean))
            of_whom = str(row["category"] or "all")
            lines.append([str(one.row["name"]), str(row["iteration"]), of_whom, *cells])
    words = ("Taking part", "Matched", "Without a match", "Seats", "Filled", "Empty")
    head = ["Scenario", "Iteration", "Applicants", *words]
    return _table(head, lines) + (
        "<p>Means over the replicates. All other sections are of the first iteration.</p>"
    )


def _core(scenarios: Sequence[ScenarioResult]) -> str:
    """Return how many would have another outcome if programs proposed, in a sentence each."""
    told = []
    for one in scenarios:
        applicants, programs = one.row["core_applicants"], one.row["core_programs"]
        if applicants is None:
            words = str(one.row["core_undefined"] or "It was not looked at.")
        else:
            words = (
                f"If programs proposed, {number(applicants)} applicants and {number(programs)}"
                " programs would have another outcome."
            )
        told.append(f"<li>{escape(str(one.row['name']))}: {escape(words)}</li>")
    return f"<h2>Size of the core</h2><ul>{''.join(told)}</ul>"
