"""Explanations of simulated matches: the run is repeated, and its first match told."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from graph.errors import BadUserInputError, ExplanationTooLargeError
from graph.mutations.run_inputs import program_key
from graph.simulating import Connect, Simulator
from simulation.applying import apply
from simulation.errors import SimulationError
from simulation.explanation import Explanation, explain_applicant, explain_program
from simulation.outcome import ENGINE_VERSION
from simulation.parameters import default_parameters
from simulation.programs import ProgramTable
from simulation.runs import FirstMatch, RunRequest, first_match
from warehouse.queries.simulations import read_row
from warehouse.vocabulary import JobStatus

KEPT_MATCHES: Final = 4
"""Matches that are kept: whoever asks for one explanation asks for more."""
MOST_APPLICATIONS: Final = 1_500_000
"""Applications of a scenario whose matches are explained: thirteen times those of the country. To
draw them again takes some ten seconds, and 0.4 GB."""
MOST_COUPLES: Final = 5_000
"""Couples of such a scenario; their story takes half a millisecond for each."""
LONGEST_SEARCH: Final = 60.0
"""Limit of the exact search of such a run with couples, which may be repeated in full."""


class Explainer:
    """Explains matches of stored simulations.

    Args:
        connect: Opens a connection that reads simulations.
        simulator: Reads programs, and works.
    """

    def __init__(self, connect: Connect, simulator: Simulator) -> None:
        self._connect = connect
        self._simulator = simulator
        self._kept: OrderedDict[tuple[int, int], tuple[FirstMatch, dict[str, str]]] = OrderedDict()

    async def explain(self, key: Sequence[Any], arguments: Mapping[str, Any]) -> Explanation:
        """Explain the match of an applicant, or of a program.

        Raises:
            BadUserInputError: arguments name nobody, or nothing that can be explained.
            ExplanationTooLargeError: the scenario is too large to be run again here.
        """
        applicant, program = arguments.get("applicant"), arguments.get("program")
        if (applicant is None) == (program is None):
            raise BadUserInputError(
                "Pass exactly one of the arguments 'applicant' and 'program': an identifier of"
                " 'applicantOutcomes', or a program by its key or id."
            )
        (outcome, reverted), names = await self._match(key[0], arguments["scenario"])

        def work() -> Explanation:
            if applicant is not None:
                return explain_applicant(outcome, applicant, names, reverted)
            return explain_program(outcome, program_key(str(program)), names, reverted)

        try:
            return await self._simulator.work(work)
        except SimulationError as error:
            raise BadUserInputError(str(error)) from error

    async def _match(self, simulation_id: int, scenario: int) -> tuple[FirstMatch, dict[str, str]]:
        """Return the first match of a scenario, and the names of its programs."""
        found = self._kept.get((simulation_id, scenario))
        if found is not None:
            return found
        async with self._connect() as connection:
            row = await read_row(connection, simulation_id)
        assert row is not None, "the statement that asks has found it"
        request = RunRequest.of(row["request"])
        _check(row, request, scenario)
        try:
            offered = await self._simulator.programs(
                row["match_iteration_id"], row["data_version_number"]
            )
        except SimulationError as error:
            raise BadUserInputError(str(error)) from error
        programs = offered.programs
        check_size(request, programs, scenario)
        match = await self._simulator.work(lambda: first_match(request, programs, scenario))
        names = dict(zip(programs.keys, programs.names, strict=True))
        self._kept[simulation_id, scenario] = match, names
        while len(self._kept) > KEPT_MATCHES:
            self._kept.popitem(last=False)
        return match, names


def check_size(request: RunRequest, programs: ProgramTable, scenario: int) -> None:
    """Refuse a scenario that would keep this process, which answers others, for long.

    Raises:
        ExplanationTooLargeError: it would.
    """
    parameters = request.parameters or default_parameters()
    setting = apply(request.scenarios[scenario], programs, parameters, request.reversions)
    couples = sum(group.couples for group in setting.parameters.groups.values())
    for size, most, words in (
        (setting.parameters.applications(len(setting.programs)), MOST_APPLICATIONS, "applications"),
        (couples, MOST_COUPLES, "couples"),
        (request.search_limit if couples else 0, LONGEST_SEARCH, "as the limit of the search"),
    ):
        if size > most:
            raise ExplanationTooLargeError(
                f"Argument 'scenario' is {scenario}, which has {size:g} {words}; matches are"
                f" explained up to {most:g}. Ask for what became of applicants ('applicantOutcomes'"
                " of a run that keeps its matches), or explain a smaller run."
            )


def _check(row: Mapping[str, Any], request: RunRequest, scenario: int) -> None:
    """Refuse what cannot be explained."""
    if row["status"] != JobStatus.SUCCEEDED:
        raise BadUserInputError(
            f"The simulation is {row['status']}. Only one that has SUCCEEDED can be explained."
        )
    if row["engine_version"] != ENGINE_VERSION:
        raise BadUserInputError(
            f"The simulation was run by version {row['engine_version']} of the engine, and this is"
            f" {ENGINE_VERSION}. Run it again with what 'reproduce' says."
        )
    if not 0 <= scenario < len(request.scenarios):
        raise BadUserInputError(
            f"Argument 'scenario' is {scenario}; the simulation has the scenarios 0 to"
            f" {len(request.scenarios) - 1}."
        )
