"""What changes select: programs that fit a description, their seats, and reversions' ends."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from simulation.errors import NothingSelectedError
from simulation.programs import ProgramTable
from simulation.reversion import Reversion
from simulation.scenario import (
    SELECTED_COLUMNS,
    ChangeQuotas,
    RevertSeats,
    Where,
    shortened,
)

_SAME: Final = {"university": "universities", "discipline": "disciplines", "province": "provinces"}
"""The column of `ProgramTable` of what source and target have in common."""


def selected(where: Where, programs: ProgramTable, place: str) -> list[int]:
    """Return the numbers of the programs that fit.

    Raises:
        NothingSelectedError: A key is that of no program, or no program fits.
    """
    fits = np.ones(len(programs), dtype=np.bool_)
    for name, column in SELECTED_COLUMNS.items():
        wanted = set(getattr(where, name))
        if not wanted:
            continue
        values = getattr(programs, column)
        unknown = sorted(wanted - set(values))
        if unknown:
            raise NothingSelectedError(
                f"No program has {unknown[0]!r} among {name}.",
                f"There are {some(values)}.",
                place,
            )
        fits &= np.array([value in wanted for value in values], dtype=np.bool_)
    if not fits.any():
        raise NothingSelectedError(
            "No program fits all that is said.", "Say less, or check the spelling.", place
        )
    return [int(number) for number in np.flatnonzero(fits)]


def some(values: Sequence[str]) -> str:
    """Return a few of the values in words."""
    known = sorted(set(values))
    rest = len(known) - 12
    return ", ".join(shortened(repr(one), 80) for one in known[:12]) + (
        f" and {rest} more" if rest > 0 else ""
    )


def spread(seats: int, weights: Sequence[int]) -> list[int]:
    """Return shares of seats in proportion to weights: whole numbers, by largest remainder.

    Equal remainders go to the first ones; without any weight, all count alike. Seats below zero are
    spread in the same way.
    """
    weighed = np.asarray(weights, dtype=np.float64)
    if weighed.sum() == 0:
        weighed = np.ones_like(weighed)
    exact = abs(seats) * weighed / weighed.sum()
    shares = np.floor(exact + 1e-9).astype(np.int64)
    left = abs(seats) - int(shares.sum())
    shares[np.argsort(shares - exact, kind="stable")[:left]] += 1
    return [int(share) if seats >= 0 else -int(share) for share in shares]


def more_seats(change: ChangeQuotas, quotas: list[int]) -> list[int]:
    """Return how many seats programs get; below zero, lose."""
    if change.each is not None:
        return [change.each] * len(quotas)
    if change.total is not None:
        return spread(change.total, quotas)
    exact = sum(quotas) * (change.percent or 0.0) / 100
    return spread(math.floor(exact + 0.5), quotas)


def instructions(rule: RevertSeats, programs: ProgramTable, place: str) -> list[Reversion]:
    """Return the reversions of a rule: for each source, the first target that goes with it.

    Raises:
        NothingSelectedError: No source has a target.
    """
    columns = [getattr(programs, _SAME[one]) for one in rule.same]
    by_key = sorted(selected(rule.target, programs, place), key=lambda one: programs.keys[one])
    targets: dict[tuple[str, ...], list[int]] = {}
    for number in by_key:
        targets.setdefault(tuple(column[number] for column in columns), []).append(number)
    found: list[Reversion] = []
    for source in selected(rule.source, programs, place):
        fitting = targets.get(tuple(column[source] for column in columns), [])
        target = next((one for one in fitting if one != source), None)
        if target is not None:
            found.append(Reversion(source, target=target, most=rule.most))
    if not found:
        raise NothingSelectedError(
            "No target has what it is to have in common with a source.",
            f"Ask for less than the same {' and '.join(rule.same)}.",
            place,
        )
    return found
