"""What-ifs: scenarios of typed changes to programs, applicants and rules.

A scenario is a name and a list of changes, read from JSON or YAML and applied to a table of
programs, parameters and rules of reversion, none of which is changed in place. Changes of seats are
applied in the order in which they are written. What contradicts itself is refused: a program closed
and given seats, a number set twice, seats below zero, reversions switched on and off.

Applicants do not know of a change of seats before they rank, unless it is announced: preferences
stay as they were, so that differences between scenarios are those of the seats.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError, model_validator

from simulation.errors import InvalidScenarioError
from simulation.market import MOST_SEATS
from simulation.parameters import Part

Amount = Annotated[float, Field(allow_inf_nan=False)]
Seats = Annotated[int, Field(ge=-MOST_SEATS, le=MOST_SEATS)]
Key = Annotated[str, Field(min_length=1, max_length=200)]

SELECTED_COLUMNS: Final = {
    "programs": "keys",
    "disciplines": "disciplines",
    "universities": "universities",
    "provinces": "provinces",
    "categories": "categories",
    "streams": "streams",
    "languages": "languages",
}
"""The column of `ProgramTable` that each part of `Where` looks at."""


class Where(Part):
    """Which programs: those that fit all that is said. A list fits what is on it."""

    programs: tuple[Key, ...] = Field((), description="Keys of programs.")
    disciplines: tuple[Key, ...] = Field((), description="Disciplines.")
    universities: tuple[Key, ...] = Field((), description="Universities.")
    provinces: tuple[Key, ...] = Field((), description="Provinces of the sites.")
    categories: tuple[Key, ...] = Field((), description="Whom streams are for, such as IMG.")
    streams: tuple[Key, ...] = Field((), description="Labels of streams.")
    languages: tuple[Key, ...] = Field((), description="Languages of training: EN or FR.")
    everywhere: bool = Field(False, description="All programs.")

    @model_validator(mode="after")
    def _says_something(self) -> Where:
        if self.everywhere == any(getattr(self, one) for one in SELECTED_COLUMNS):
            raise ValueError("say which programs, or that it is everywhere, not both")
        return self


def _one_of(change: Part, *names: str) -> None:
    given = [name for name in names if getattr(change, name) is not None]
    if len(given) != 1:
        raise ValueError(f"give one of {', '.join(names)}, not {' and '.join(given) or 'none'}")


class ChangeQuotas(Part):
    """Change the seats of programs."""

    kind: Literal["change_quotas"] = "change_quotas"
    where: Where = Field(description="Which programs.")
    to: Annotated[int, Field(ge=0, le=MOST_SEATS)] | None = Field(
        None, description="Seats that each has then."
    )
    each: Seats | None = Field(None, description="Seats that each gets; below zero, loses.")
    total: Seats | None = Field(
        None, description="Seats that all get together, in proportion to those they have."
    )
    percent: Annotated[float, Field(ge=-100, le=10_000)] | None = Field(
        None, description="Percent of their seats that all get together, in the same way."
    )
    is_announced: bool = Field(
        False, description="Whether everybody knows beforehand, so that preferences follow."
    )

    @model_validator(mode="after")
    def _says_how(self) -> ChangeQuotas:
        _one_of(self, "to", "each", "total", "percent")
        return self


class ClosePrograms(Part):
    """Close programs: they have no seats, and nobody applies."""

    kind: Literal["close_programs"] = "close_programs"
    where: Where = Field(description="Which programs.")


class OpenProgram(Part):
    """Open a program that is closed, or a new one that is like another one."""

    kind: Literal["open_program"] = "open_program"
    program: Key = Field(description="Its key.")
    quota: Annotated[int, Field(ge=0, le=MOST_SEATS)] = Field(description="Its seats.")
    like: Key | None = Field(
        None, description="For a new one: the program that it is like in all else."
    )
    name: str | None = Field(None, description="For a new one: its name.")


class MoveSeats(Part):
    """Move seats from one stream to another one."""

    kind: Literal["move_seats"] = "move_seats"
    source: Key = Field(description="The program that loses them.")
    target: Key = Field(description="The program that gets them.")
    seats: Annotated[int, Field(ge=1, le=MOST_SEATS)] = Field(description="How many.")

    @model_validator(mode="after")
    def _moves(self) -> MoveSeats:
        if self.source == self.target:
            raise ValueError("source and target are the same program")
        return self


class ChangeApplicants(Part):
    """Change how many applicants of a group there are."""

    kind: Literal["change_applicants"] = "change_applicants"
    group: Key = Field(description="The group, as in the parameters.")
    to: Annotated[int, Field(ge=0, le=1_000_000)] | None = Field(None, description="How many then.")
    by: Annotated[int, Field(ge=-1_000_000, le=1_000_000)] | None = Field(
        None, description="How many more; below zero, fewer."
    )
    percent: Annotated[float, Field(ge=-100, le=10_000)] | None = Field(
        None, description="How many more, in percent."
    )

    @model_validator(mode="after")
    def _says_how(self) -> ChangeApplicants:
        _one_of(self, "to", "by", "percent")
        return self


class ChangeTastes(Part):
    """Change a parameter of preferences."""

    kind: Literal["change_tastes"] = "change_tastes"
    parameter: Key = Field(
        description="Its path in the parameters, such as groups.CMG.tastes.home_school."
    )
    to: Amount | None = Field(None, description="Its new value.")
    by: Amount | None = Field(None, description="What is added to it.")
    factor: Amount | None = Field(None, description="What it is multiplied by.")

    @model_validator(mode="after")
    def _says_how(self) -> ChangeTastes:
        _one_of(self, "to", "by", "factor")
        return self


class RevertSeats(Part):
    """Let seats that stay empty go to another program during the match.

    Each source gives them to the first target, by key, that has the same university, discipline and
    whatever else is asked for.
    """

    kind: Literal["revert_seats"] = "revert_seats"
    source: Where = Field(description="Programs whose empty seats move.")
    target: Where = Field(description="Programs that they may move to.")
    same: tuple[Literal["university", "discipline", "province"], ...] = Field(
        ("university", "discipline"), description="What source and target have in common."
    )
    most: Annotated[int, Field(ge=1, le=MOST_SEATS)] | None = Field(
        None, description="How many seats of each source may move; all if not given."
    )


class WithoutReversions(Part):
    """Switch off the reversions that the run has otherwise."""

    kind: Literal["without_reversions"] = "without_reversions"


class AddCouples(Part):
    """Let more applicants of a group match as couples."""

    kind: Literal["add_couples"] = "add_couples"
    group: Key = Field(description="The group, as in the parameters.")
    couples: Annotated[int, Field(ge=1, le=500_000)] = Field(description="How many more.")


Change = Annotated[
    ChangeQuotas
    | ClosePrograms
    | OpenProgram
    | MoveSeats
    | ChangeApplicants
    | ChangeTastes
    | RevertSeats
    | WithoutReversions
    | AddCouples,
    Field(discriminator="kind"),
]


class Scenario(Part):
    """A named list of changes."""

    name: Annotated[str, Field(min_length=1, max_length=100)] = Field(
        description="What the scenario is called in results."
    )
    changes: tuple[Change, ...] = Field(
        (), max_length=100, description="What changes; nothing is the market as it is."
    )

    @classmethod
    def of(cls, value: object, place: str = "scenario") -> Scenario:
        """Return the scenario of plain values, as JSON and YAML hold them.

        Raises:
            InvalidScenarioError: A field is unknown, missing or wrong.
        """
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            raise invalid(error, place) from error


AS_IT_IS = Scenario(name="as it is", changes=())
"""The scenario that changes nothing."""


def opened_programs(scenarios: Iterable[Scenario]) -> dict[str, str]:
    """Return the programs that scenarios open and that do not exist: their keys, and whose like.

    One may be like another one that was opened before it; then it is like the one that exists.
    """
    likes: dict[str, str] = {}
    for scenario in scenarios:
        for change in scenario.changes:
            if isinstance(change, OpenProgram) and change.like is not None:
                likes.setdefault(change.program, likes.get(change.like, change.like))
    return likes


def shortened(text: str, most: int = 300) -> str:
    """Return a text with its middle left out where it is too long to be shown."""
    return text if len(text) <= most else f"{text[: most // 2]} … {text[-most // 2 :]}"


def invalid(error: ValidationError, place: str) -> InvalidScenarioError:
    """Return what is wrong with plain values, as an error of ours."""
    first = error.errors(include_url=False, include_context=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "the whole"
    told = first["msg"].removeprefix("Value error, ")
    return InvalidScenarioError(
        f"{shortened(field)}: {shortened(told)}.",
        "Correct the value; docs/matching.md lists all changes and what they take.",
        place,
    )
