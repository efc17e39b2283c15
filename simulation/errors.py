"""Errors of the match engine.

    SimulationError                      exit code 11
    ├── InvalidMarketError
    │   ├── InvalidIdError               an id is empty, or looks like a person's address
    │   ├── DuplicateIdError             one id for two applicants or two programs
    │   ├── UnknownIdError               a list or a rule names what is not in the market
    │   ├── InvalidQuotaError            a quota below zero, or no whole number
    │   ├── InvalidRankError             a rank that is no whole number of at least one
    │   ├── TiedRanksError               two entries of one list at the same rank
    │   ├── ContradictoryListError       one entry at two places of one list
    │   ├── InvalidCoupleError           a couple's paired lists do not fit together
    │   ├── InvalidFolderError           a file of a market's folder is missing or not as laid out
    │   ├── InvalidColumnsError          a column is missing, or shorter than the others
    │   └── InvalidArraysError           array input that is not shaped as rank order lists
    ├── CouplesNotSupportedError         an operation that exists for singles only
    ├── InvalidEditError                 a what-if that contradicts the market
    ├── InvalidReversionError            reversion instructions that contradict themselves
    ├── InvalidRuleError                 an eligibility rule that contradicts itself
    ├── NoProgramsError                  nothing is loaded that could be simulated
    ├── InvalidScenarioError             a what-if that is not written as one
    │   ├── NothingSelectedError         a change that fits no program or no group
    │   ├── ContradictoryScenarioError   changes that cannot all hold
    │   └── TooLargeError                more applications than can be simulated
    ├── InvalidRequestError              a run that cannot be: too many replicates, no scenario
    ├── RunCancelledError                somebody cancelled the run
    ├── InvalidParametersError           parameters of simulated applicants that are out of bounds
    └── InvalidMatchingError             a matching that is not of the market it is audited for

Every error says what is wrong, where (``place``), and what to do about it (``remedy``).
"""

from __future__ import annotations

from typing import ClassVar


class SimulationError(Exception):
    """Root of all errors of this package.

    Attributes:
        problem: What is wrong, as a sentence.
        remedy: What to do about it, as a sentence.
        place: Where it is wrong, such as ``applicant 'A17', rank 3``; empty where there is none.
        exit_code: What the command exits with for this family of errors.
    """

    exit_code: ClassVar[int] = 11

    def __init__(self, problem: str, remedy: str, place: str = "") -> None:
        self.problem = problem
        self.remedy = remedy
        self.place = place
        # All parts are arguments, so that the error survives pickling between processes.
        super().__init__(problem, remedy, place)

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.problem} {self.remedy}"


class InvalidMarketError(SimulationError):
    """The inputs of a match contradict themselves."""


class InvalidIdError(InvalidMarketError):
    """An id is empty, no text, or looks like a person's e-mail address."""


class DuplicateIdError(InvalidMarketError):
    """One id stands for two applicants or two programs."""


class UnknownIdError(InvalidMarketError):
    """A list or a rule names an applicant or a program that is not in the market."""


class InvalidQuotaError(InvalidMarketError):
    """A quota is below zero, no whole number, or missing."""


class InvalidRankError(InvalidMarketError):
    """A rank is no whole number of at least one."""


class TiedRanksError(InvalidMarketError):
    """Two entries of one rank order list share a rank."""


class ContradictoryListError(InvalidMarketError):
    """One entry stands at two places of a rank order list."""


class InvalidCoupleError(InvalidMarketError):
    """The paired lists of a couple do not fit together, or a member is in two couples."""


class InvalidFolderError(InvalidMarketError):
    """A folder of CSV files lacks one, or one is not as the layout says."""


class InvalidColumnsError(InvalidMarketError):
    """A table lacks a column, or its columns differ in length."""


class InvalidArraysError(InvalidMarketError):
    """Arrays are not shaped as rank order lists, or hold more than the engine can number."""


class CouplesNotSupportedError(SimulationError):
    """An operation whose exactness rests on there being no couples."""


class InvalidEditError(SimulationError):
    """A what-if asks for something that contradicts the market."""


class InvalidReversionError(SimulationError):
    """Reversion instructions contradict themselves."""


class InvalidRuleError(SimulationError):
    """An eligibility rule contradicts itself."""


class InvalidScenarioError(SimulationError):
    """A scenario is not written as one: unknown fields, wrong values, an unreadable file."""


class NothingSelectedError(InvalidScenarioError):
    """A change names what is not there, or describes what no program or group fits."""


class ContradictoryScenarioError(InvalidScenarioError):
    """The changes of a scenario cannot all hold at once."""


class TooLargeError(InvalidScenarioError):
    """A scenario has more applications than can be simulated."""


class InvalidRequestError(SimulationError):
    """A run cannot be as asked: too many replicates, no scenario, or names that repeat."""


class RunCancelledError(SimulationError):
    """Somebody cancelled the run; nothing of it is kept but what was stored before."""

    def __init__(self) -> None:
        super().__init__("The run was cancelled.", "Start it again; finished chunks are kept.")

    def __reduce__(self) -> tuple[type[RunCancelledError], tuple[()]]:
        return RunCancelledError, ()


class NoProgramsError(SimulationError):
    """The warehouse has no programs of the iteration asked for."""


class InvalidParametersError(SimulationError):
    """Parameters of simulated applicants are unreadable, unknown or out of bounds."""


class InvalidMatchingError(SimulationError):
    """A matching is not one of the market that it is audited for."""
