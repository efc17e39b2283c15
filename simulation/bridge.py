"""From the warehouse to the match: program streams of an iteration, and who may apply to them.

The only module of this package that knows the warehouse.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from simulation.eligibility import Eligibility, Offering, Rule
from simulation.errors import ContradictoryScenarioError, NoProgramsError
from simulation.programs import Program, ProgramTable
from simulation.quotas import with_modelled_quotas
from warehouse.engine import Connection
from warehouse.queries.eligibility import EligibilityRow, eligibility_rules
from warehouse.queries.offered import OfferedIteration, offered_iteration, offered_programs
from warehouse.vocabulary import ApplicantCategory

CATEGORIES: Final = tuple(one.value for one in ApplicantCategory if one != ApplicantCategory.ALL)
"""Categories that applicants can have."""
OPEN_VOLUME: Final = 1.25
"""What the lower bound of an open range of applications is multiplied with, for want of another."""


@dataclass(frozen=True, eq=False)
class OfferedPrograms:
    """The programs of a match iteration, ready to simulate.

    Attributes:
        programs: The program streams.
        iteration: The match iteration and the data version that they are of.
    """

    programs: ProgramTable
    iteration: OfferedIteration

    def check_iterations(self, iterations: int) -> None:
        """Check that so many iterations can follow, beginning with this one.

        Raises:
            ContradictoryScenarioError: This is a second iteration, which nothing follows.
        """
        if iterations > 1 and _number(self.iteration) > 1:
            raise ContradictoryScenarioError(
                f"The programs are those of {self.iteration.name!r}, a second iteration already.",
                "Ask for one iteration, or for the programs of a first one.",
                "iterations",
            )


async def read_programs(
    connection: Connection, match_iteration_id: int | None = None, data_version: int | None = None
) -> OfferedPrograms:
    """Return the programs of a match iteration as a data version has them.

    Args:
        connection: To the warehouse, as any role that reads ``core``; in no transaction.
        match_iteration_id: The iteration; the newest if None.
        data_version: The data version; the newest if None. Rules of eligibility are those of now.

    Raises:
        NoProgramsError: There is no such iteration, or nothing is loaded.
        InvalidRuleError: The rules of eligibility contradict themselves.
    """
    # One snapshot: a load may publish in between.
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        iteration = await offered_iteration(connection, match_iteration_id, data_version)
        if iteration is None:
            which = (
                "" if match_iteration_id is None else f" of match iteration {match_iteration_id}"
            )
            if data_version is not None:
                which += f" in data version {data_version}"
            raise NoProgramsError(
                f"No programs{which} are loaded.",
                "Load them with `residency load`, or name an iteration that is loaded.",
            )
        rows = await offered_programs(
            connection, iteration.match_iteration_id, iteration.data_version
        )
        rules = [_rule(row) for row in await eligibility_rules(connection)]
    year = iteration.year or 0
    eligibility = (Eligibility(rules, year, _number(iteration)), Eligibility(rules, year, 2))
    programs = with_modelled_quotas(_program(row, *eligibility) for row in rows)
    return OfferedPrograms(ProgramTable.of(programs), iteration)


def _number(iteration: OfferedIteration) -> int:
    """Return 2 for a second iteration, 1 for others."""
    return 2 if "second iteration" in iteration.name.lower() else 1


def _rule(row: EligibilityRow) -> Rule:
    return Rule(
        name=row.name,
        is_admitted=row.is_admitted,
        category=row.applicant_category,
        stream=row.stream_label,
        province=row.province,
        year=row.year,
        iteration=row.iteration_number,
        requires=frozenset(row.requires),
        reason=row.reason,
        source=row.source,
    )


def _program(row: Mapping[str, Any], eligibility: Eligibility, second: Eligibility) -> Program:
    offering = Offering(row["stream"], row["province"])
    return Program(
        key=f"{row['match_iteration_id']}-{row['program_stream_id']}",
        quota=row["quota"] or 0,
        name=row["name"],
        discipline=row["discipline"],
        university=row["university"],
        province=row["province"],
        language=row["language"],
        category=row["category"],
        has_return_of_service=row["has_return_of_service"],
        stream=row["stream"],
        admits=eligibility.admissions(offering, CATEGORIES),
        second_admits=second.admissions(offering, CATEGORIES),
        quota_is_modelled=row["quota"] is None,
        interviews=_interviews(row),
        latitude=_degrees(row["latitude"]),
        longitude=_degrees(row["longitude"]),
        campus_latitude=_degrees(row["campus_latitude"]),
        campus_longitude=_degrees(row["campus_longitude"]),
    )


def _degrees(value: float | None) -> float:
    """Return a coordinate, not-a-number for an unknown one."""
    return math.nan if value is None else value


def _interviews(row: Mapping[str, Any]) -> float:
    """Return the middle of the stated applications times that of the stated share of offers."""
    least, most = row["application_volume_min"], row["application_volume_max"]
    low, high = row["interview_offer_percent_min"], row["interview_offer_percent_max"]
    if least is None or low is None or high is None:
        return math.nan
    volume = least * OPEN_VOLUME if most is None else (least + most) / 2
    return float(volume * (low + high) / 200)
