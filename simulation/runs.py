"""Runs: what is asked for, checked, and what comes of it; one entry for commands and workers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final, NamedTuple, TypedDict

import numpy as np
from pydantic import Field, ValidationError, model_validator

from simulation.applying import Setting, apply
from simulation.cases import Case
from simulation.chunks import Stored
from simulation.core import core_size
from simulation.ensemble import Ensemble, EnsembleRun
from simulation.errors import InvalidRequestError, RunCancelledError
from simulation.estimates import Sums, compare, estimate
from simulation.measures import MEASURES, Frame, Scope
from simulation.outcome import ENGINE_VERSION, Outcome
from simulation.parameters import Parameters, Part, default_parameters
from simulation.patience import SEARCH_LIMIT, never
from simulation.plain import NotPlainError, plain_value
from simulation.population import Population
from simulation.preferences import populate
from simulation.programs import ProgramTable
from simulation.progress import OnProgress, Progress
from simulation.results import Outcomes, RunResult, ScenarioResult, SeatValues
from simulation.reversion import ReversionRun
from simulation.scenario import AS_IT_IS, OpenProgram, RevertSeats, Scenario, invalid
from simulation.seats import seat_values
from simulation.second_iteration import IteratedResult, SecondIterations, TwoIterations
from simulation.stability import audit

MOST_SCENARIOS: Final = 11
"""Ten, and the one that they are compared with."""

MOST_REPLICATES: Final = 100_000
MOST_AUDITS: Final = 100
LONGEST_SEARCH: Final = 3600.0


class RunRequest(Part):
    """Everything that decides the result of a run, besides the programs and the engine."""

    scenarios: Annotated[tuple[Scenario, ...], Field(min_length=1, max_length=MOST_SCENARIOS)] = (
        Field((AS_IT_IS,), description="The scenarios; all are compared with the first one.")
    )
    replicates: Annotated[int, Field(ge=1, le=MOST_REPLICATES)] = Field(
        1, description="Replicates at most; one is a single match."
    )
    seed: Annotated[int, Field(ge=0, lt=2**31)] = Field(
        0, description="What everything random is drawn from."
    )
    precision: Annotated[float, Field(gt=0, lt=1)] | None = Field(
        None,
        description="Half width of the intervals of match rates by category, of the fill rate and"
        " of their differences, as a share, at which to stop early; none to run all replicates.",
    )
    parameters: Parameters | None = Field(
        None, description="What applicants are drawn with; the calibrated ones if not given."
    )
    reversions: tuple[RevertSeats, ...] = Field(
        (), max_length=100, description="What becomes of empty seats in all scenarios."
    )
    audits: Annotated[int, Field(ge=1, le=MOST_AUDITS)] = Field(
        1, description="How many replicates of each scenario the auditor looks at."
    )
    keeps_matches: bool = Field(
        False, description="Whether the matches of the first replicate are kept."
    )
    search_limit: Annotated[float, Field(ge=0.001, le=LONGEST_SEARCH)] = Field(
        SEARCH_LIMIT,
        description="How long the exact search for a stable matching with couples goes on, in the"
        " solver's own time: about seconds of a processor, counted in work done, so that results"
        " are the same on every machine. Replicates where it ends without an answer are UNDECIDED"
        " in `verdicts`; a higher limit decides more of them, and makes a run longer.",
    )
    seat_values: bool = Field(
        False,
        description="Whether to tell what one more seat of each program would change. With couples"
        " or reversions every seat takes a match of its own.",
    )

    iterations: Annotated[int, Field(ge=1, le=2)] = Field(
        1,
        description="Iterations of the match: with 2, applicants without a match apply again, to"
        " the seats that are left. What is not said to be of the second one is of the first.",
    )

    @model_validator(mode="after")
    def _has_names(self) -> RunRequest:
        names = [one.name for one in self.scenarios]
        if len(set(names)) < len(names):
            raise ValueError("two scenarios share a name")
        return self

    @model_validator(mode="after")
    def _opens_alike(self) -> RunRequest:
        """Refuse one key for two new programs: results of all scenarios stand side by side."""
        opened: dict[str, OpenProgram] = {}
        for scenario in self.scenarios:
            for one in scenario.changes:
                if isinstance(one, OpenProgram) and one.like is not None:
                    first = opened.setdefault(one.program, one)
                    if (first.like, first.name) != (one.like, one.name):
                        raise ValueError(
                            f"two scenarios open different programs as {one.program!r}: give each"
                            " its own key"
                        )
        return self

    @classmethod
    def of(cls, value: object, place: str = "request") -> RunRequest:
        """Return the request of plain values, as JSON and YAML hold them.

        A single scenario (a name and changes) is compared with the market as it is.

        Raises:
            InvalidRequestError: A field is unknown, missing or wrong.
        """
        if isinstance(value, dict) and "changes" in value:
            value = {"scenarios": [AS_IT_IS.model_dump(), value]}
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            wrong = invalid(error, place)
            raise InvalidRequestError(wrong.problem, wrong.remedy, wrong.place) from error

    @classmethod
    def parse(cls, text: str, place: str = "request") -> RunRequest:
        """Return the request of a JSON or YAML text; see `of`."""
        try:
            value = plain_value(text)
        except NotPlainError as error:
            raise InvalidRequestError(
                f"This is neither JSON nor YAML: {error}.", "Correct the file.", place
            ) from error
        return cls.of(value, place)

    @classmethod
    def read(cls, source: str | Path) -> RunRequest:
        """Return the request of a JSON or YAML file; see `of`."""
        path = Path(source)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidRequestError(
                f"The scenario cannot be read: {error}.", "Give a JSON or YAML file.", path.name
            ) from error
        return cls.parse(text, place=path.name)

    def with_overrides(self, **fields: object) -> RunRequest:
        """Return the request with other values for those fields that are not None."""
        given = {name: value for name, value in fields.items() if value is not None}
        return RunRequest.of(self.model_dump(mode="json") | given)

    def to_json(self) -> str:
        """Return the request as JSON, which `parse` reads back to the same."""
        return self.model_dump_json(indent=2)


def run(
    request: RunRequest,
    programs: ProgramTable,
    on_progress: OnProgress | None = None,
    is_cancelled: Callable[[], bool] | None = None,
    *,
    data_version: str = "",
    stored: Stored | None = None,
    threads: int | None = None,
) -> RunResult:
    """Run scenarios over simulated applicants.

    Args:
        request: What to run.
        programs: The program streams.
        on_progress: Told how many replicates are done and how many there are at most, again and
            again; replicates for seat values count as well.
        is_cancelled: Asked several times a second, from this thread; during exact searches of what
            is audited, from another one. It may raise what shall end the run.
        data_version: What the programs are, in words.
        stored: Where finished chunks are kept; with the same request, programs and engine, a run
            that was interrupted goes on from there. Chunks of other runs are not looked at.
        threads: How many threads; as many as there are cores if None. Results do not depend on it.

    Raises:
        InvalidScenarioError: A scenario does not fit the programs, or contradicts itself.
        InvalidParametersError: A scenario changes parameters to what they cannot be.
        RunCancelledError: Somebody cancelled.
    """
    parameters = request.parameters or default_parameters()
    settings = [
        apply(scenario, programs, parameters, request.reversions) for scenario in request.scenarios
    ]
    populations = _populations(settings, request.seed, is_cancelled or never)
    cases = [
        _case(request, scenario, setting, population)
        for scenario, setting, population in zip(
            request.scenarios, settings, populations, strict=True
        )
    ]
    frame = Frame.of(
        (name for case in cases for name in case.population.category_names),
        [setting.programs for setting in settings],
    )
    progress = Progress(on_progress, request.iterations + request.seat_values)
    key = _key(request, programs)
    work: _Work = {
        "stored": stored,
        "threads": threads,
        "on_progress": progress.report,
        "is_cancelled": is_cancelled,
    }
    ensemble = Ensemble(cases, frame).run(
        request.replicates, precision=request.precision, name=f"ensemble-{key}", **work
    )
    progress.next()
    values: SeatValues | None = None
    if request.seat_values:
        values = seat_values(cases[0], ensemble.replicates, name=f"seats-{key}", **work)
        progress.next()
    iterated: Sequence[IteratedResult | None] = [None] * len(cases)
    if request.iterations > 1:
        pairs = zip(cases, settings, strict=True)
        second = SecondIterations([TwoIterations(one, its.programs) for one, its in pairs], frame)
        total = second.run(ensemble.replicates, name=f"second-{key}", **work)
        iterated = [
            second.result(
                number,
                total,
                request.audits,
                is_cancelled or never,
                keeps_matches=request.keeps_matches,
            )
            for number in range(len(cases))
        ]
    return RunResult(
        request,
        data_version,
        ENGINE_VERSION,
        ensemble.replicates,
        ensemble.is_converged,
        tuple(
            _result(
                request, setting, case, ensemble, number, iterated[number], is_cancelled or never
            )
            for number, (setting, case) in enumerate(zip(settings, cases, strict=True))
        ),
        values,
    )


class _Work(TypedDict):
    """How the parts of a run are run."""

    stored: Stored | None
    threads: int | None
    on_progress: OnProgress
    is_cancelled: Callable[[], bool] | None


def _key(request: RunRequest, programs: ProgramTable) -> str:
    """Return what tells the chunks of this run from those of others."""
    digest = hashlib.blake2b(digest_size=8)
    for text in (ENGINE_VERSION, request.to_json(), *map(repr, programs.rows())):
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()


def _populations(
    settings: Sequence[Setting], seed: int, is_cancelled: Callable[[], bool]
) -> list[Population]:
    """Return the applicants of each scenario; those that differ in seats only are drawn once."""
    drawn: list[tuple[Setting, Population]] = []
    for setting in settings:
        if is_cancelled():
            raise RunCancelledError
        known = next((one for other, one in drawn if _is_alike(setting, other)), None)
        if known is None:
            population = populate(setting.programs, setting.parameters, seed, is_cancelled)
        else:
            population = replace(known, quotas=setting.programs.quotas)
        drawn.append((setting, population))
    return [population for _, population in drawn]


def _is_alike(one: Setting, other: Setting) -> bool:
    """Return whether two settings differ at most in seats that nobody knew of beforehand."""
    return (
        one.parameters == other.parameters
        and one.programs.keys == other.programs.keys
        and np.array_equal(one.programs.announced, other.programs.announced)
        and np.array_equal(one.programs.is_open, other.programs.is_open)
    )


def _case(
    request: RunRequest, scenario: Scenario, setting: Setting, population: Population
) -> Case:
    """Return a scenario made ready to run."""
    numbers = {name: place for place, name in enumerate(sorted(set(setting.programs.provinces)))}
    provinces = np.array([numbers[one] for one in setting.programs.provinces], dtype=np.int32)
    return Case(
        scenario.name,
        population,
        provinces,
        population.seed,
        setting.reversions,
        setting.pools,
        request.search_limit,
    )


def _result(
    request: RunRequest,
    setting: Setting,
    case: Case,
    ensemble: EnsembleRun,
    number: int,
    iterated: IteratedResult | None,
    is_cancelled: Callable[[], bool],
) -> ScenarioResult:
    """Return what one scenario gives."""
    audited = [
        case.outcome(one, is_cancelled) for one in range(min(request.audits, ensemble.replicates))
    ]
    base = ensemble.sums[0] if number else None
    return ScenarioResult(
        request.scenarios[number],
        setting.programs,
        case.population,
        _outcomes(ensemble.frame, case, ensemble.sums[number], base),
        ensemble.verdicts[number],
        tuple(audit(one.market, one.assignment, one.method.own_seats) for one in audited),
        audited[0] if request.keeps_matches else None,
        core_size(audited),
        iterated,
    )


def _outcomes(frame: Frame, case: Case, sums: Sums, base: Sums | None) -> dict[Scope, Outcomes]:
    """Return what was measured in a scenario, and its differences to the first one."""
    estimates = estimate(sums)
    differences = None if base is None else compare(sums, base)
    sizes = frame.sizes(case.population)
    found: dict[Scope, Outcomes] = {}
    for scope, measures in MEASURES.items():
        columns = {measure: frame.columns[scope, measure] for measure in measures}
        found[scope] = Outcomes(
            scope,
            frame.names[scope],
            *sizes[scope],
            {measure: estimates[part] for measure, part in columns.items()},
            {}
            if differences is None
            else {measure: differences[part] for measure, part in columns.items()},
        )
    return found


class FirstMatch(NamedTuple):
    """The match of the first replicate of a scenario.

    Attributes:
        outcome: The matching.
        reverted: The run of reversions that ended with it; None where no seats revert.
    """

    outcome: Outcome
    reverted: ReversionRun | None


def first_match(request: RunRequest, programs: ProgramTable, number: int) -> FirstMatch:
    """Return the match of the first replicate of a scenario, as `run` has it.

    Args:
        request: The request of the run.
        programs: The programs that it ran on.
        number: The number of the scenario, from 0.

    Raises:
        InvalidScenarioError: The scenario does not fit the programs.
    """
    scenario = request.scenarios[number]
    parameters = request.parameters or default_parameters()
    setting = apply(scenario, programs, parameters, request.reversions)
    population = populate(setting.programs, setting.parameters, request.seed)
    case = _case(request, scenario, setting, population)
    reverted = case.reverted(case.market(0))
    return FirstMatch(case.outcome(0) if reverted is None else reverted.run.outcome, reverted)
