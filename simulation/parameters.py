"""Parameters of simulated applicants and of programs' choices: declared, checked, read and written.

Everything that `preferences.populate` does not read from the table of programs stands here. Tastes
are in units of the draw that an applicant makes for each program (a standard Gumbel number), so
that 1 doubles or halves odds by a factor of 2.7.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from simulation.errors import InvalidParametersError
from simulation.plain import NotPlainError, plain_value

CALIBRATED: Final = "calibrated.json"
"""The file in this package that holds the default parameters, as calibration wrote them."""

MOST_GROUPS: Final = 100
"""Kinds of applicants at most."""

Share = Annotated[float, Field(ge=0, le=1)]
Taste = Annotated[float, Field(ge=-20, le=20, allow_inf_nan=False)]
Scale = Annotated[float, Field(ge=0, le=20, allow_inf_nan=False)]
Weight = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]


class Part(BaseModel):
    """What all parts of parameters have in common: frozen, nothing unknown, every field told."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class Tastes(Part):
    """What a kind of applicant likes in programs."""

    home_school: Taste = Field(0.0, description="The program is of the school they graduate from.")
    home_province: Taste = Field(0.0, description="The site is in the province they live in.")
    distance: Taste = Field(
        0.0, description="Logarithm of one plus the hundreds of kilometres to the site."
    )
    other_language: Taste = Field(0.0, description="It trains in a language they do not speak.")
    return_of_service: Taste = Field(0.0, description="A return of service is attached.")
    size: Taste = Field(0.0, description="Logarithm of the seats announced.")
    discipline: Scale = Field(
        4.0, description="How much the wish for a discipline counts beside all else."
    )


class ApplicantGroup(Part):
    """A kind of applicant, such as graduates of Canadian schools."""

    category: str = Field(description="The category by which rules of eligibility know them.")
    applicants: int = Field(ge=0, le=1_000_000, description="How many there are.")
    is_home_graduate: bool = Field(
        description="Whether they graduate from a university of the table; it is their home school."
    )
    interests: Mapping[str, Weight] = Field(
        default_factory=dict,
        description="Weight of each discipline among first wishes; those not named weigh as many"
        " as the seats announced for the group.",
    )
    tastes: Tastes = Field(default_factory=Tastes, description="What they like in programs.")
    applications: float = Field(
        20.0, ge=1, le=1000, description="Programs that they apply to, at the median."
    )
    applications_spread: float = Field(
        0.5, ge=0, le=3, description="Standard deviation of the logarithm of that number."
    )
    list_length: float = Field(
        10.0, ge=1, le=1000, description="Programs that they rank at most, at the median."
    )
    list_length_spread: float = Field(
        0.5, ge=0, le=3, description="Standard deviation of the logarithm of that number."
    )
    quality: Taste = Field(0.0, description="Mean quality in the eyes of programs.")
    quality_spread: Scale = Field(1.0, description="Standard deviation of that quality.")
    bilingual: Share = Field(0.1, description="Share that speaks both languages.")
    credentials: Mapping[str, Share] = Field(
        default_factory=dict,
        description="Share that holds each credential that a rule of eligibility may require.",
    )
    couples: int = Field(
        0, ge=0, le=500_000, description="Couples among them; no count is published."
    )

    @model_validator(mode="after")
    def _has_enough_for_couples(self) -> ApplicantGroup:
        if 2 * self.couples > self.applicants:
            raise ValueError(
                f"{self.couples} couples need {2 * self.couples} applicants,"
                f" and there are {self.applicants}"
            )
        return self


class Selection(Part):
    """How programs choose whom they interview and how they rank them."""

    home_school: Taste = Field(0.0, description="The applicant graduates from the university.")
    home_province: Taste = Field(0.0, description="The applicant lives in the province.")
    interest: Taste = Field(
        0.0, description="How far the discipline is from the applicant's first wish, in tastes."
    )
    noise: Scale = Field(1.0, description="Scale of the draw for each applicant.")
    screening_noise: Scale = Field(
        1.0, description="Scale of the draw when files are read before interviews."
    )
    interviews_per_seat: float = Field(
        8.0, gt=0, le=200, description="Interviews for each seat where the source tells nothing."
    )
    interviews_stated: float = Field(
        1.0, gt=0, le=20, description="Factor on the interviews that the source lets one expect."
    )
    ranked_share: float = Field(
        0.9, gt=0, le=1, description="Share of those interviewed whom a program ranks at most."
    )


class Parameters(Part):
    """All parameters of a simulated population.

    Raises:
        InvalidParametersError: From `read` and `with_changes`; names the field and what it takes.
    """

    name: str = Field("custom", description="What these parameters are called in results.")
    groups: Mapping[str, ApplicantGroup] = Field(
        max_length=MOST_GROUPS, description="The kinds of applicants, by name."
    )
    selection: Selection = Field(default_factory=Selection, description="How programs choose.")
    nest_scale: Scale = Field(
        0.5, description="Scale of what changes an applicant's mind about a whole discipline."
    )
    homes: Mapping[str, Weight] = Field(
        default_factory=dict,
        description="Factor on the graduates of a university, 1 where not named; 0 for one that"
        " has none yet. Graduates are in proportion to announced seats.",
    )

    @classmethod
    def read(cls, source: str | Path) -> Parameters:
        """Return the parameters of a JSON or YAML file.

        Raises:
            InvalidParametersError: The file is not there, is neither, or a field is wrong.
        """
        path = Path(source)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidParametersError(
                f"The parameters cannot be read: {error}.", "Give a JSON or YAML file.", path.name
            ) from error
        return cls.parse(text, place=path.name)

    @classmethod
    def parse(cls, text: str, place: str = "parameters") -> Parameters:
        """Return the parameters of a JSON or YAML text; see `read`."""
        try:
            value = plain_value(text)
        except NotPlainError as error:
            raise InvalidParametersError(
                f"This is neither JSON nor YAML: {error}.", "Correct the file.", place
            ) from error
        return cls.of(value, place)

    @classmethod
    def of(cls, value: object, place: str = "parameters") -> Parameters:
        """Return the parameters of plain values, as JSON holds them; see `read`.

        The content of a calibration's file will do: its parameters are taken.
        """
        if isinstance(value, dict) and "fit" in value and "parameters" in value:
            value = value["parameters"]
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False)[0]
            field = ".".join(str(part) for part in first["loc"]) or "the whole"
            raise InvalidParametersError(
                f"{field}: {first['msg'].removeprefix('Value error, ')}.",
                "Correct the value; `residency simulate parameters` prints a full example.",
                place,
            ) from error

    def with_changes(self, changes: Mapping[str, Any]) -> Parameters:
        """Return the parameters with other values at dotted paths.

        Args:
            changes: New values, such as ``{"groups.CMG.tastes.home_school": 2.0}``.

        Raises:
            InvalidParametersError: There is no such field, or it does not take the value.
        """
        value = self.model_dump(mode="json")
        for path, new in changes.items():
            *parents, last = path.split(".")
            _inner(value, parents, path)[last] = new
        return Parameters.of(value)

    @property
    def applicants(self) -> int:
        """How many applicants there are."""
        return sum(group.applicants for group in self.groups.values())

    def applications(self, programs: int) -> int:
        """Return to how many of so many programs they apply together, about and at most."""
        return sum(
            math.ceil(
                group.applicants
                * min(group.applications * math.exp(group.applications_spread**2 / 2), programs)
            )
            for group in self.groups.values()
        )

    def at(self, path: str) -> Any:
        """Return the value at a dotted path, as JSON holds it.

        Raises:
            InvalidParametersError: There is no such field.
        """
        return _inner(self.model_dump(mode="json"), path.split("."), path)

    def to_json(self) -> str:
        """Return the parameters as JSON, which `parse` reads back to the same."""
        return self.model_dump_json(indent=2)

    def to_yaml(self) -> str:
        """Return the parameters as YAML, which `parse` reads back to the same."""
        return str(yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False))


def _inner(value: Any, names: Iterable[str], path: str) -> Any:
    """Return what stands within plain values under these names, one in the other."""
    for name in names:
        if not isinstance(value, dict) or name not in value:
            raise InvalidParametersError(
                f"There is no {path!r}.", "Name a field by its path.", f"at {name!r}"
            )
        value = value[name]
    return value


@functools.cache
def default_parameters() -> Parameters:
    """Return the calibrated parameters; see ``docs/matching.md`` for what they reproduce."""
    text = files("simulation").joinpath(CALIBRATED).read_text(encoding="utf-8")
    return Parameters.parse(text, place=CALIBRATED)
