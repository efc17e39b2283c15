"""What a match of one's own data gives, as CSV and JSON files."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from simulation.core import Core
from simulation.eligibility import Refusal
from simulation.errors import InvalidFolderError
from simulation.market import NO_MATCH, Market
from simulation.own_market import IterationRun, OwnRun
from simulation.reversion import ReversionRun
from simulation.stability import BlockingPair

ORIGIN: Final = "lists given by the user; no applicant is simulated"
"""What the certificate says of where the lists come from."""

Rows = list[dict[str, Any]]


COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "matches": ("applicant", "program", "rank", "iteration"),
    "unfilled": ("iteration", "program", "quota", "filled", "unfilled"),
    "blocking_pairs": (
        "iteration", "applicants", "programs", "rank", "current_rank", "displaced", "why",
    ),
    "certificate": ("iteration", "what", "value"),
    "moves": ("step", "from_program", "to_program", "pool", "seats"),
    "refused": (
        "iteration", "file", "row", "applicant", "program", "rank", "rule", "why", "source",
    ),
    "carried": ("program", "unfilled", "offered_by", "quota"),
    "core": (
        "iteration", "applicant", "program", "rank", "program_if_programs_propose",
        "rank_if_programs_propose",
    ),
}  # fmt: skip
"""The columns of each table."""


def results_of(result: OwnRun) -> dict[str, Rows]:
    """Return the tables of a market, by the name of their file.

    ``matches`` has a row for each applicant, with the iteration of the match; ``unfilled`` one for
    each program with empty seats after an iteration, ``blocking_pairs`` one for each pair that
    blocks, ``certificate`` one for each thing that it certifies. There are besides: ``moves`` of
    seats, with reversions; ``refused`` entries, where rules were looked at; what is ``carried``
    into a second iteration, by program; and the ``core``: who has another program if programs
    propose.
    """
    each = result.iterations
    tables = {
        "matches": _matches(result),
        "unfilled": [row for one in each for row in _unfilled(one)],
        "blocking_pairs": [row for one in each for row in _blocking_pairs(one)],
        "certificate": [
            {"iteration": one.number, "what": name, "value": value}
            for one in each
            for name, value in _certificate(one, result).items()
        ],
    }
    if result.reverted is not None:
        tables["moves"] = _moves(result.reverted)
    if each[0].has_rules:
        tables["refused"] = [
            _refused(one.number, refusal) for one in each for refusal in one.refusals
        ]
    if result.carried is not None:
        tables["carried"] = _carried(result)
    if any(one.core is not None for one in each):
        tables["core"] = [
            row for one in each if one.core is not None for row in _core(one, one.core)
        ]
    return tables


def write_results(folder: Path, result: OwnRun) -> list[Path]:
    """Write the tables of a market into a folder, each as CSV and as JSON; returns the files.

    The JSON of the certificate is one object; the others are lists of objects. Files of the same
    names are replaced.

    Raises:
        InvalidFolderError: The folder cannot be made or written to.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in results_of(result).items():
            told = certificate_of(result) if name == "certificate" else rows
            written += [
                _write_csv(folder / f"{name}.csv", COLUMNS[name], rows),
                _write_json(folder / f"{name}.json", told),
            ]
    except OSError as error:
        raise InvalidFolderError(
            f"The results cannot be written: {error.strerror}.",
            "Name a folder that can be written to.",
            folder.name,
        ) from error
    return written


def certificate_of(result: OwnRun) -> dict[str, Any]:
    """Return the certificate of a market, and how it was found, as JSON holds it.

    That of the first iteration, with that of the second one, or null, in ``second_iteration``.
    """
    first, *second = (_certificate(one, result) for one in result.iterations)
    return {**first, "second_iteration": second[0] if second else None}


def _certificate(one: IterationRun, result: OwnRun) -> dict[str, Any]:
    """Return the certificate of an iteration."""
    certificate, method = one.run.certificate, one.outcome.method
    reverted = result.reverted if one.number == 1 else None
    return {
        "origin": ORIGIN,
        "is_simulated": False,
        "is_stable": certificate.is_stable,
        "verdict": method.verdict.value,
        "is_fewest": method.is_fewest,
        "blocking_pairs": len(certificate.blocking_pairs),
        "violations": list(certificate.violations),
        "own_seats": certificate.own_seats.value,
        "proposing": method.proposing.value,
        "applicants": certificate.applicants,
        "entries": certificate.entries,
        "one_sided_entries_dropped": one.one_sided,
        "has_eligibility_rules": one.has_rules,
        "refused_entries_dropped": len(one.refusals),
        "core_applicants": None if one.core is None else len(one.core.applicants()),
        "core_programs": None if one.core is None else len(one.core.programs()),
        "core_not_defined_because": one.why_no_core,
        "seed": method.seed,
        "engine_version": method.engine_version,
        "auditor_version": certificate.auditor_version,
        "market_digest": certificate.market_digest,
        "matching_digest": certificate.matching_digest,
        "reversion_steps": reverted.steps if reverted else 0,
        "is_settled": reverted.is_settled if reverted else True,
        "seats_left_in_pools": sum(reverted.left_in_pools.values()) if reverted else 0,
    }


def _matches(result: OwnRun) -> Rows:
    """Return a row for each applicant; matches of the second iteration take the place of none."""
    found: dict[str, dict[str, Any]] = {}
    for one in result.iterations:
        pairs = zip(one.outcome.matches().items(), one.outcome.ranks().tolist(), strict=True)
        for (applicant, program), rank in pairs:
            iteration = None if program is None else one.number
            found[applicant] = {
                "applicant": applicant,
                "program": program,
                "rank": rank or None,
                "iteration": iteration,
            }
    return list(found.values())


def _unfilled(one: IterationRun) -> Rows:
    market = one.outcome.market
    columns = (market.quotas.tolist(), one.outcome.fill().tolist())
    return [
        {
            "iteration": one.number,
            "program": market.program_id(program),
            "quota": quota,
            "filled": filled,
            "unfilled": quota - filled,
        }
        for program, (quota, filled) in enumerate(zip(*columns, strict=True))
        if quota > filled
    ]


def _blocking_pairs(one: IterationRun) -> Rows:
    market = one.outcome.market
    return [
        {
            "iteration": one.number,
            "applicants": [market.applicant_id(who) for who in pair.applicants],
            "programs": [_program(market, which) for which in pair.programs],
            "rank": pair.rank,
            "current_rank": pair.current_rank or None,
            "displaced": _displaced(market, pair),
            "why": pair.explain(market),
        }
        for pair in one.run.certificate.blocking_pairs
    ]


def _displaced(market: Market, pair: BlockingPair) -> list[str]:
    return [market.applicant_id(one) for some in pair.displaced for one in some]


def _refused(iteration: int, refusal: Refusal) -> dict[str, Any]:
    entry, rule = refusal.entry, refusal.rule
    return {
        "iteration": iteration,
        "file": entry.file,
        "row": entry.row,
        "applicant": entry.applicant,
        "program": entry.program,
        "rank": entry.rank,
        "rule": rule.name if rule else None,
        "why": refusal.why,
        "source": rule.source if rule else None,
    }


def _carried(result: OwnRun) -> Rows:
    """Return what is left of each program, and what each offers in the second iteration."""
    first, second = (one.outcome for one in result.iterations)
    left = dict(zip(first.market.program_ids or (), first.unfilled().tolist(), strict=True))
    offered = dict(zip(second.market.program_ids or (), second.market.quotas.tolist(), strict=True))
    return [
        {
            "program": program,
            "unfilled": left[program],
            "offered_by": result.offered_by.get(program, program),
            "quota": offered[program],
        }
        for program in left
        if left[program] or offered[program]
    ]


def _core(one: IterationRun, core: Core) -> Rows:
    market = core.by_applicants.market
    ends = (core.by_applicants, core.by_programs)
    ranks = [end.ranks() for end in ends]
    return [
        {
            "iteration": one.number,
            "applicant": market.applicant_id(who),
            "program": _program(market, int(ends[0].assignment[who])),
            "rank": int(ranks[0][who]) or None,
            "program_if_programs_propose": _program(market, int(ends[1].assignment[who])),
            "rank_if_programs_propose": int(ranks[1][who]) or None,
        }
        for who in core.applicants().tolist()
    ]


def _moves(reverted: ReversionRun) -> Rows:
    market = reverted.run.outcome.market
    return [
        {
            "step": move.step,
            "from_program": market.program_id(move.source),
            "to_program": None if move.target is None else market.program_id(move.target),
            "pool": move.pool,
            "seats": move.seats,
        }
        for move in reverted.moves
    ]


def _program(market: Market, program: int) -> str | None:
    return None if program == NO_MATCH else market.program_id(program)


def _write_csv(path: Path, columns: Sequence[str], rows: Rows) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_cell(row[name]) for name in columns] for row in rows)
    return path


def _cell(value: Any) -> Any:
    """Return what a CSV cell shows of a value: lists parted by bars, truth in small letters."""
    if isinstance(value, list):
        return "|".join("" if one is None else str(one) for one in value)
    if isinstance(value, bool):
        return str(value).lower()
    return value


def _write_json(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
