"""The size of the core: whose outcome depends on which side proposes.

When applicants propose, all of them get the best that any stable matching has for them; when
programs propose, the worst. Whoever has the same in both has it in every stable matching (Gale and
Shapley 1962; Knuth 1976). In the North American matches about one applicant in a thousand has
another program (Roth and Peranson 1999).

With couples neither matching need exist, and stable matchings form no lattice between two extremes
(Roth 1984; Aldershof and Carducci 1996), so that there is nothing to compare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from simulation.engine import solve
from simulation.errors import CouplesNotSupportedError
from simulation.market import NO_MATCH, Int32, Market
from simulation.outcome import Outcome, Proposing

WHY_NOT: Final = (
    "With couples there need be no stable matching that is best for all applicants, and none that"
    " is best for all programs: the size of the core is not defined."
)
"""Why there is no core to measure where couples take part."""


@dataclass(frozen=True, slots=True, eq=False)
class Core:
    """The two ends of the stable matchings of a market of singles.

    Attributes:
        by_applicants: The matching when applicants propose.
        by_programs: The matching when programs propose.
    """

    by_applicants: Outcome
    by_programs: Outcome

    def applicants(self) -> Int32:
        """Return the numbers of the applicants who have another program when programs propose.

        Everybody matched in the one is matched in the other (rural hospitals theorem, Roth 1986).
        """
        differ = self.by_applicants.assignment != self.by_programs.assignment
        return np.flatnonzero(differ).astype(np.int32)

    def programs(self) -> Int32:
        """Return the numbers of the programs that have other applicants when programs propose."""
        which = self.applicants()
        both = (self.by_applicants.assignment[which], self.by_programs.assignment[which])
        found = np.unique(np.concatenate(both))
        return np.asarray(found[found != NO_MATCH], dtype=np.int32)


@dataclass(frozen=True, slots=True)
class CoreSize:
    """How many have another outcome if programs propose.

    Attributes:
        applicants: How many applicants, on average over some matches; None where not defined.
        programs: How many programs.
        why_not: Why it is not defined; None where it is.
    """

    applicants: float | None
    programs: float | None
    why_not: str | None


def core_size(outcomes: Sequence[Outcome]) -> CoreSize:
    """Return the size of the core, on average over matches that applicants' proposing gave.

    Args:
        outcomes: The matches, at least one; with couples in all markets or in none.
    """
    if any(len(one.market.couples) for one in outcomes):
        return CoreSize(None, None, WHY_NOT)
    cores = [Core(one, solve(one.market, proposing=Proposing.PROGRAMS)) for one in outcomes]
    return CoreSize(
        sum(len(one.applicants()) for one in cores) / len(cores),
        sum(len(one.programs()) for one in cores) / len(cores),
        None,
    )


def core_of(market: Market) -> Core:
    """Return the two ends of the stable matchings of a market.

    Raises:
        CouplesNotSupportedError: The market has couples.
    """
    if len(market.couples):
        raise CouplesNotSupportedError(WHY_NOT, "Leave the couples out.")
    return Core(solve(market), solve(market, proposing=Proposing.PROGRAMS))
