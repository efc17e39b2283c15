"""What a match of one's own data gives, as CSV and JSON files."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from simulation.engine import MatchRun
from simulation.errors import InvalidFolderError
from simulation.market import NO_MATCH, Market
from simulation.reversion import ReversionRun
from simulation.stability import BlockingPair

ORIGIN: Final = "lists given by the user; no applicant is simulated"
"""What the certificate says of where the lists come from."""

Rows = list[dict[str, Any]]


def results_of(run: MatchRun, reverted: ReversionRun | None = None) -> dict[str, Rows]:
    """Return the tables of a match, by the name of their file.

    ``matches`` has a row for each applicant, ``unfilled`` one for each program with empty seats,
    ``blocking_pairs`` one for each pair that blocks, ``certificate`` one for each thing that it
    certifies, and ``moves``, with reversions, one for each move of seats.
    """
    tables = {
        "matches": _matches(run),
        "unfilled": _unfilled(run),
        "blocking_pairs": _blocking_pairs(run),
        "certificate": [
            {"what": name, "value": value} for name, value in certificate_of(run, reverted).items()
        ],
    }
    if reverted is not None:
        tables["moves"] = _moves(reverted)
    return tables


COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "matches": ("applicant", "program", "rank"),
    "unfilled": ("program", "quota", "filled", "unfilled"),
    "blocking_pairs": ("applicants", "programs", "rank", "current_rank", "displaced", "why"),
    "certificate": ("what", "value"),
    "moves": ("step", "from_program", "to_program", "pool", "seats"),
}
"""The columns of each table."""


def write_results(folder: Path, run: MatchRun, reverted: ReversionRun | None = None) -> list[Path]:
    """Write the tables of a match into a folder, each as CSV and as JSON; returns the files.

    The JSON of the certificate is one object; the others are lists of objects. Files of the same
    names are replaced.

    Raises:
        InvalidFolderError: The folder cannot be made or written to.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in results_of(run, reverted).items():
            told = certificate_of(run, reverted) if name == "certificate" else rows
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


def certificate_of(run: MatchRun, reverted: ReversionRun | None = None) -> dict[str, Any]:
    """Return the certificate of a match, and how it was found, as JSON holds it."""
    certificate, method = run.certificate, run.outcome.method
    one_sided = run.outcome.market.one_sided
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
        "one_sided_entries_dropped": sum(one_sided),
        "seed": method.seed,
        "engine_version": method.engine_version,
        "auditor_version": certificate.auditor_version,
        "market_digest": certificate.market_digest,
        "matching_digest": certificate.matching_digest,
        "reversion_steps": reverted.steps if reverted else 0,
        "is_settled": reverted.is_settled if reverted else True,
    }


def _matches(run: MatchRun) -> Rows:
    ranks = run.outcome.ranks().tolist()
    return [
        {"applicant": applicant, "program": program, "rank": rank or None}
        for (applicant, program), rank in zip(run.outcome.matches().items(), ranks, strict=True)
    ]


def _unfilled(run: MatchRun) -> Rows:
    market = run.outcome.market
    columns = (market.quotas.tolist(), run.outcome.fill().tolist())
    return [
        {
            "program": market.program_id(program),
            "quota": quota,
            "filled": filled,
            "unfilled": quota - filled,
        }
        for program, (quota, filled) in enumerate(zip(*columns, strict=True))
        if quota > filled
    ]


def _blocking_pairs(run: MatchRun) -> Rows:
    market = run.outcome.market
    return [
        {
            "applicants": [market.applicant_id(one) for one in pair.applicants],
            "programs": [_program(market, one) for one in pair.programs],
            "rank": pair.rank,
            "current_rank": pair.current_rank or None,
            "displaced": _displaced(market, pair),
            "why": pair.explain(market),
        }
        for pair in run.certificate.blocking_pairs
    ]


def _displaced(market: Market, pair: BlockingPair) -> list[str]:
    return [market.applicant_id(one) for some in pair.displaced for one in some]


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
