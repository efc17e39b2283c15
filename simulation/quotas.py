"""Seats of programs whose source states none: modelled, and marked as such."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from statistics import median_low
from typing import Final

from simulation.programs import Program

_LIKENESS: Final[Sequence[Callable[[Program], tuple[str, ...]]]] = (
    lambda program: (program.discipline, program.category),
    lambda program: (program.category,),
    lambda _: (),
)
"""What programs have in common whose median quota stands for an unknown one; the nearest first."""


def with_modelled_quotas(programs: Iterable[Program]) -> list[Program]:
    """Return the programs with a quota for those that are marked as modelled.

    It is the median (the lower of two) of what programs of the same discipline and category of
    applicants state, else of the same category, else of all; 1 where nobody states any.
    """
    rows = list(programs)
    stated: defaultdict[tuple[int, tuple[str, ...]], list[int]] = defaultdict(list)
    for program in rows:
        if not program.quota_is_modelled:
            for level, likeness in enumerate(_LIKENESS):
                stated[level, likeness(program)].append(program.quota)

    def modelled(program: Program) -> int:
        for level, likeness in enumerate(_LIKENESS):
            quotas = stated.get((level, likeness(program)))
            if quotas:
                return median_low(quotas)
        return 1

    return [
        program._replace(quota=modelled(program), announced=None)
        if program.quota_is_modelled
        else program
        for program in rows
    ]
