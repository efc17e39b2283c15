"""Applying scenarios: what programs, parameters and rules a scenario makes of those there are."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np

from simulation.errors import (
    ContradictoryScenarioError,
    InvalidParametersError,
    InvalidScenarioError,
    NothingSelectedError,
    TooLargeError,
)
from simulation.market import MOST_SEATS
from simulation.parameters import Parameters
from simulation.programs import ProgramTable
from simulation.reversion import Pool, Reversion
from simulation.scenario import (
    AddCouples,
    Change,
    ChangeApplicants,
    ChangeQuotas,
    ChangeTastes,
    ClosePrograms,
    MoveSeats,
    OpenProgram,
    RevertSeats,
    Scenario,
    Where,
    WithoutReversions,
)
from simulation.selecting import instructions, more_seats, selected, some

MOST_APPLICATIONS: Final = 10_000_000
"""Applications of a scenario at most: some seventy times those of the Canadian match."""


class Setting(NamedTuple):
    """What a scenario runs on.

    Attributes:
        programs: The program streams.
        parameters: What applicants are drawn with.
        reversions: What becomes of seats that stay empty.
        pools: The pools that reversions name.
    """

    programs: ProgramTable
    parameters: Parameters
    reversions: tuple[Reversion, ...]
    pools: tuple[Pool, ...] = ()


def apply(
    scenario: Scenario,
    programs: ProgramTable,
    parameters: Parameters,
    reversions: Sequence[RevertSeats] = (),
) -> Setting:
    """Return what a scenario runs on; nothing that is given is changed.

    Args:
        scenario: The scenario.
        programs: The programs as they are.
        parameters: The parameters as they are.
        reversions: What becomes of empty seats as it is.

    Raises:
        NothingSelectedError: A change names a program, a group or a parameter that is not there, or
            fits nothing.
        ContradictoryScenarioError: Changes contradict each other, or leave seats below zero.
        TooLargeError: There would be more than `MOST_APPLICATIONS`.
        InvalidScenarioError: A parameter does not take its new value.
    """
    draft = _Draft(scenario.name, programs, parameters, reversions)
    for number, change in enumerate(scenario.changes, start=1):
        draft.make(number, change)
    return draft.setting()


class _Draft:
    """A scenario being applied: what there is so far, and which change did what to it."""

    def __init__(
        self,
        name: str,
        programs: ProgramTable,
        parameters: Parameters,
        reversions: Sequence[RevertSeats],
    ) -> None:
        self._name, self._programs, self._parameters = name, programs, parameters
        self._quotas = programs.quotas.copy()
        self._announced = programs.announced.copy()
        self._reversions = [*((0, one) for one in reversions)]
        self._moved: dict[int, int] = {}
        self._settled: dict[int, int] = {}
        self._values: dict[str, tuple[int, Any]] = {}
        self._switched_off = 0
        self._number = 0

    @property
    def _place(self) -> str:
        return f"scenario {self._name!r}, change {self._number}"

    def make(self, number: int, change: Change) -> None:
        """Make one change."""
        self._number = number
        makers: dict[type[Change], Callable[[Any], None]] = {
            ChangeQuotas: self._change_quotas,
            ClosePrograms: self._close,
            OpenProgram: self._open,
            MoveSeats: self._move,
            ChangeApplicants: self._change_applicants,
            ChangeTastes: self._change_tastes,
            AddCouples: self._add_couples,
            RevertSeats: self._revert,
            WithoutReversions: self._switch_off,
        }
        makers[type(change)](change)

    def setting(self) -> Setting:
        """Return what the scenario runs on."""
        programs = replace(self._programs, quotas=self._quotas, announced=self._announced)
        parameters = self._parameters
        if self._values:
            try:
                parameters = parameters.with_changes(
                    {path: value for path, (_, value) in self._values.items()}
                )
            except InvalidParametersError as error:
                place = f"scenario {self._name!r}"
                raise InvalidScenarioError(error.problem, error.remedy, place) from error
        self._check_size(programs, parameters)
        reversions: list[Reversion] = []
        for number, rule in self._reversions:
            self._number = number
            reversions += instructions(rule, programs, self._place)
        return Setting(programs, parameters, tuple(reversions))

    def _check_size(self, programs: ProgramTable, parameters: Parameters) -> None:
        applications = parameters.applications(len(programs))
        if max(applications, parameters.applicants) > MOST_APPLICATIONS:
            raise TooLargeError(
                f"{parameters.applicants} applicants with {applications} applications are too many:"
                f" {MOST_APPLICATIONS} can be simulated.",
                "Ask for fewer applicants, or for fewer applications of each.",
                f"scenario {self._name!r}",
            )

    def _change_quotas(self, change: ChangeQuotas) -> None:
        numbers = selected(change.where, self._programs, self._place)
        quotas = self._quotas[numbers]
        if change.to is not None:
            self._settle(numbers)
            self._quotas[numbers] = change.to
        else:
            self._touch(numbers)
            self._add(numbers, more_seats(change, quotas.tolist()))
        if change.is_announced:
            self._announced[numbers] = self._quotas[numbers]

    def _close(self, change: ClosePrograms) -> None:
        numbers = selected(change.where, self._programs, self._place)
        self._settle(numbers)
        self._quotas[numbers] = 0
        self._programs = self._programs.closed(numbers)

    def _open(self, change: OpenProgram) -> None:
        number = self._programs.number_of.get(change.program)
        if number is None:
            self._open_new(change)
            return
        self._settle([number])
        if self._programs.is_open[number]:
            raise ContradictoryScenarioError(
                f"Program {change.program!r} is open.",
                "Change its quota, or give the new program another key.",
                self._place,
            )
        if change.like is not None or change.name is not None:
            raise ContradictoryScenarioError(
                f"Program {change.program!r} is there already, and need not be like another one.",
                "Leave out `like` and `name`, or give the new program another key.",
                self._place,
            )
        is_open = self._programs.is_open.copy()
        is_open[number] = True
        self._quotas[number] = change.quota
        self._announced[number] = max(int(self._announced[number]), change.quota)
        self._programs = replace(self._programs, is_open=is_open)

    def _open_new(self, change: OpenProgram) -> None:
        if change.like is None:
            raise NothingSelectedError(
                f"There is no program {change.program!r}.",
                "To open a new one, say which program it is like.",
                self._place,
            )
        rows = list(self._programs.rows())
        like = rows[self._program(change.like)]
        new = like._replace(
            key=change.program,
            quota=change.quota,
            announced=change.quota,
            name=change.name or f"{like.name} (new)",
            is_open=True,
        )
        self._quotas = np.append(self._quotas, np.int32(change.quota))
        self._announced = np.append(self._announced, np.int32(change.quota))
        self._programs = ProgramTable.of([*rows, new])
        self._settle([len(rows)])

    def _move(self, change: MoveSeats) -> None:
        numbers = [self._program(change.source), self._program(change.target)]
        self._touch(numbers)
        self._add(numbers, [-change.seats, change.seats])

    def _change_applicants(self, change: ChangeApplicants) -> None:
        now = self._parameter(self._in_group(change.group, "applicants"))
        if change.to is not None:
            then = change.to
        elif change.by is not None:
            then = now + change.by
        else:
            then = math.floor(now * (1 + (change.percent or 0.0) / 100) + 0.5)
        if then < 0:
            raise ContradictoryScenarioError(
                f"Group {change.group!r} would have {then} applicants.",
                f"Take away at most {now}.",
                self._place,
            )
        self._set_parameter(self._in_group(change.group, "applicants"), then)

    def _change_tastes(self, change: ChangeTastes) -> None:
        path = change.parameter
        if change.to is not None:
            parent, _, _ = path.rpartition(".")
            self._parameter(parent)
            self._set_parameter(path, change.to)
            return
        now = self._parameter(path)
        if isinstance(now, bool) or not isinstance(now, int | float):
            raise NothingSelectedError(
                f"{path!r} is no number.", "Name a parameter that is one.", self._place
            )
        then = now + change.by if change.by is not None else now * (change.factor or 0.0)
        self._set_parameter(path, then)

    def _add_couples(self, change: AddCouples) -> None:
        path = self._in_group(change.group, "couples")
        self._set_parameter(path, self._parameter(path) + change.couples)

    def _revert(self, change: RevertSeats) -> None:
        if self._switched_off:
            raise ContradictoryScenarioError(
                f"Change {self._switched_off} switches reversions off.",
                "Leave out one of the two.",
                self._place,
            )
        self._reversions.append((self._number, change))

    def _switch_off(self, _: WithoutReversions) -> None:
        own = [number for number, _ in self._reversions if number]
        if own or self._switched_off:
            raise ContradictoryScenarioError(
                f"Change {own[0] if own else self._switched_off} is about reversions as well.",
                "Leave out one of the two.",
                self._place,
            )
        self._switched_off = self._number
        self._reversions.clear()

    def _program(self, key: str) -> int:
        return selected(Where(programs=(key,)), self._programs, self._place)[0]

    def _settle(self, numbers: Sequence[int]) -> None:
        """Note that a change decides the seats of programs alone."""
        for number in numbers:
            other = self._settled.get(number) or self._moved.get(number)
            if other:
                self._refuse_twice(number, other)
            self._settled[number] = self._number

    def _touch(self, numbers: Sequence[int]) -> None:
        """Note that a change adds seats to programs, or takes some."""
        for number in numbers:
            if number in self._settled:
                self._refuse_twice(number, self._settled[number])
            if not self._programs.is_open[number]:
                raise ContradictoryScenarioError(
                    f"Program {self._programs.keys[number]!r} is closed.",
                    "Open it with its seats, or leave it out.",
                    self._place,
                )
            self._moved[number] = self._number

    def _refuse_twice(self, number: int, other: int) -> None:
        raise ContradictoryScenarioError(
            f"Change {other} says already what seats program {self._programs.keys[number]!r} has.",
            "Say it once.",
            self._place,
        )

    def _add(self, numbers: Sequence[int], more: Sequence[int]) -> None:
        for number, seats in zip(numbers, more, strict=True):
            now = int(self._quotas[number])
            if not 0 <= now + seats <= MOST_SEATS:
                raise ContradictoryScenarioError(
                    f"Program {self._programs.keys[number]!r} would have {now + seats} seats.",
                    f"Take away at most {now}, or give at most {max(MOST_SEATS - now, 0)} more.",
                    self._place,
                )
            self._quotas[number] = now + seats

    def _in_group(self, group: str, field: str) -> str:
        if group not in self._parameters.groups:
            raise NothingSelectedError(
                f"There is no group {group!r} of applicants.",
                f"There are {some(list(self._parameters.groups))}.",
                self._place,
            )
        return f"groups.{group}.{field}"

    def _parameter(self, path: str) -> Any:
        """Return the value of a parameter as it is."""
        value: Any = self._parameters.model_dump(mode="json")
        for part in path.split(".") if path else ():
            if not isinstance(value, dict) or part not in value:
                known = some([str(one) for one in value]) if isinstance(value, dict) else "none"
                raise NothingSelectedError(
                    f"There is no parameter {path!r}: {part!r} is not there.",
                    f"In its place there are {known}.",
                    self._place,
                )
            value = value[part]
        return value

    def _set_parameter(self, path: str, value: Any) -> None:
        if path in self._values:
            raise ContradictoryScenarioError(
                f"Change {self._values[path][0]} changes {path!r} as well.",
                "Change it once.",
                self._place,
            )
        self._values[path] = (self._number, value)
