"""Program streams as columns: what preferences and scenarios need to know of the offered side.

A table of programs is frozen; what changes it returns another one. Two columns of seats are kept
apart: ``quotas``, the seats that the match fills, and ``announced``, the seats that applicants and
programs had in mind when they applied, interviewed and ranked. A what-if that moves a seat changes
the first and leaves the second, so that everybody's preferences stay as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulation.errors import DuplicateIdError, InvalidColumnsError, InvalidQuotaError
from simulation.market import NEVER, Int32

Float64: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]


class Program(NamedTuple):
    """One program stream; a row of a `ProgramTable`.

    Attributes:
        key: Identifies the stream: iteration and stream number, such as ``1503-27447``.
        quota: Seats that the match fills.
        name: What people read.
        discipline: The discipline; the nest of applicants' preferences.
        university: The university, as graduates name their school.
        province: The province of the site.
        latitude: Of the site, degrees north; not-a-number where unknown.
        longitude: Of the site, degrees east; not-a-number where unknown.
        campus_latitude: Of the university's main campus.
        campus_longitude: Of the university's main campus.
        language: In which it trains: ``EN`` or ``FR``.
        category: Whom the stream is for: ``CMG``, ``IMG``, ``ALL`` or ``MOTP``.
        has_return_of_service: Whether a return of service is attached.
        stream: The label of the stream.
        admits: The categories of applicants who may apply, by the rules of eligibility; what they
            must have besides stands behind a plus sign: ``IMG+CMQ_APPROVED``.
        announced: Seats that everybody had in mind beforehand; None for the quota.
        quota_is_modelled: Whether the source states no quota, and ours is a guess.
        interviews: How many interviews the source lets one expect, from the applications and the
            share of offers that it states; not-a-number where it states none.
        is_open: Whether the program takes part; a closed one has no seats and no applicants.
        second_admits: Who may apply in a second iteration, as ``admits`` has it; None for the same.
    """

    key: str
    quota: int
    name: str = ""
    discipline: str = ""
    university: str = ""
    province: str = ""
    latitude: float = float("nan")
    longitude: float = float("nan")
    campus_latitude: float = float("nan")
    campus_longitude: float = float("nan")
    language: str = "EN"
    category: str = "ALL"
    has_return_of_service: bool = False
    stream: str = ""
    admits: tuple[str, ...] = ()
    announced: int | None = None
    quota_is_modelled: bool = False
    interviews: float = float("nan")
    is_open: bool = True
    second_admits: tuple[str, ...] | None = None


@dataclass(frozen=True, eq=False)
class ProgramTable:
    """Program streams, a column for each attribute of `Program`; all of one length, read-only.

    Raises:
        InvalidColumnsError: Columns differ in length.
        DuplicateIdError: A key stands for two programs.
        InvalidQuotaError: Seats are below zero or no whole number, or a closed program has some.
    """

    keys: tuple[str, ...]
    quotas: Int32
    names: tuple[str, ...]
    disciplines: tuple[str, ...]
    universities: tuple[str, ...]
    provinces: tuple[str, ...]
    latitudes: Float64
    longitudes: Float64
    campus_latitudes: Float64
    campus_longitudes: Float64
    languages: tuple[str, ...]
    categories: tuple[str, ...]
    has_return_of_service: Flags
    streams: tuple[str, ...]
    admits: tuple[tuple[str, ...], ...]
    announced: Int32
    quota_is_modelled: Flags
    interviews: Float64
    is_open: Flags
    second_admits: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        for field in fields(self):
            dtype = _DTYPES.get(field.name)
            if dtype is not None:
                column = _frozen_column(getattr(self, field.name), dtype, field.name)
                object.__setattr__(self, field.name, column)
            if len(getattr(self, field.name)) != len(self.keys):
                raise InvalidColumnsError(
                    "The columns differ in length.",
                    "Give one value of each for every program.",
                    f"programs, column {field.name}",
                )
        self._check()

    def __len__(self) -> int:
        return len(self.keys)

    @classmethod
    def of(cls, programs: Iterable[Program]) -> ProgramTable:
        """Return the table of these rows."""
        rows = [
            row._replace(
                announced=row.quota if row.announced is None else row.announced,
                second_admits=row.admits if row.second_admits is None else row.second_admits,
            )
            for row in programs
        ]
        columns = zip(*rows, strict=True) if rows else ((),) * len(Program._fields)
        table: dict[str, Any] = dict(zip(_COLUMN_OF.values(), columns, strict=True))
        return cls(**table)

    def rows(self) -> Iterator[Program]:
        """Yield the programs in order."""
        columns = []
        for name in Program._fields:
            column = getattr(self, _COLUMN_OF[name])
            columns.append(column.tolist() if isinstance(column, np.ndarray) else column)
        return map(Program._make, zip(*columns, strict=True))

    @cached_property
    def number_of(self) -> dict[str, int]:
        """The number of each key."""
        return {key: number for number, key in enumerate(self.keys)}

    def with_quotas(self, quotas: ArrayLike, *, announced: bool = False) -> ProgramTable:
        """Return the table with other seats.

        Args:
            quotas: Seats of each program.
            announced: Whether everybody knew of them beforehand, so that interviews and
                preferences follow.
        """
        changes: dict[str, Any] = {"quotas": quotas}
        if announced:
            changes["announced"] = quotas
        return replace(self, **changes)

    def closed(self, numbers: Sequence[int]) -> ProgramTable:
        """Return the table with these programs closed; the rows stay, so that numbers hold."""
        quotas, is_open = self.quotas.copy(), self.is_open.copy()
        quotas[list(numbers)] = 0
        is_open[list(numbers)] = False
        return replace(self, quotas=quotas, is_open=is_open)

    def for_second_iteration(self, seats: ArrayLike) -> ProgramTable:
        """Return the table as a second iteration has it: open are the programs that have seats.

        Whom they admit is what the rules say of the second iteration; how many they interview, the
        source says of the first one only.

        Args:
            seats: Seats that come into it, of each program.
        """
        given = np.asarray(seats)
        return replace(
            self,
            quotas=given,
            announced=given,
            is_open=given > 0,
            admits=self.second_admits,
            interviews=np.full(len(self), np.nan),
        )

    def with_programs(self, programs: Iterable[Program]) -> ProgramTable:
        """Return the table with further programs at its end."""
        return ProgramTable.of([*self.rows(), *programs])

    def _check(self) -> None:
        if len(self.number_of) < len(self.keys):
            seen: set[str] = set()
            repeated = next(key for key in self.keys if key in seen or seen.add(key))  # type: ignore[func-returns-value]
            raise DuplicateIdError(
                "The key stands for two programs.", "Give each its own.", f"program {repeated!r}"
            )
        for column, seats in (("quota", self.quotas), ("announced", self.announced)):
            below = np.flatnonzero(seats < 0)
            if len(below):
                raise InvalidQuotaError(
                    f"{column} is {seats[below[0]]}.",
                    "Give a whole number of at least zero.",
                    f"program {self.keys[below[0]]!r}",
                )
        seated = np.flatnonzero(~self.is_open & (self.quotas > 0))
        if len(seated):
            raise InvalidQuotaError(
                f"The program is closed and has {self.quotas[seated[0]]} seats.",
                "Open it, or give it none.",
                f"program {self.keys[seated[0]]!r}",
            )


_COLUMN_OF: Final = dict(
    zip(Program._fields, ("keys", "quotas", "names", "disciplines", "universities", "provinces",
        "latitudes", "longitudes", "campus_latitudes", "campus_longitudes", "languages",
        "categories", "has_return_of_service", "streams", "admits", "announced",
        "quota_is_modelled", "interviews", "is_open", "second_admits"), strict=True)
)  # fmt: skip
"""The column of each attribute of a program."""

_DTYPES: Final[dict[str, type[np.generic]]] = {
    "quotas": np.int32, "announced": np.int32,
    "latitudes": np.float64, "longitudes": np.float64,
    "campus_latitudes": np.float64, "campus_longitudes": np.float64, "interviews": np.float64,
    "has_return_of_service": np.bool_, "quota_is_modelled": np.bool_, "is_open": np.bool_,
}  # fmt: skip


def _frozen_column(values: ArrayLike, dtype: type[np.generic], name: str) -> NDArray[Any]:
    """Return a read-only copy of a column."""
    given = np.asarray(values)
    if dtype is np.int32 and given.size:
        is_whole = given.dtype.kind in "iu" and given.max(initial=0) < NEVER
        if not is_whole:
            raise InvalidQuotaError(
                f"{name} holds {given.dtype} values.", "Give whole numbers of seats.", "programs"
            )
    column = np.array(given, dtype=dtype, order="C", copy=True)
    column.flags.writeable = False
    return column
