"""Simulated applicants: where they live, what they speak, and which discipline they wish for."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulation.draws import Keys, Purpose, gumbels, key_of, keys_of, normals, pair_keys, stream
from simulation.draws import uniforms as uniform_draws
from simulation.market import Int32
from simulation.parameters import ApplicantGroup, Parameters
from simulation.programs import Flags, Float64, ProgramTable
from simulation.regions import FRENCH, Regions

Draw: TypeAlias = Callable[[np.uint64, Keys], NDArray[np.floating]]

FARTHEST_WISH: Final = -20.0
"""Disciplines that are farther behind the first wish than this are equally far."""


@dataclass(frozen=True, eq=False)
class Offer:
    """What applicants look at in programs.

    Attributes:
        table: The programs.
        regions: Where applicants live.
    """

    table: ProgramTable
    regions: Regions

    @classmethod
    def of(cls, table: ProgramTable) -> Offer:
        """Return what applicants look at in the programs of a table."""
        return cls(table, Regions.of(table))

    def again(self, table: ProgramTable) -> Offer:
        """Return the offer of the same programs with other seats; people live where they lived."""
        other = Offer(table, self.regions)
        for name in (
            "keys",
            "nest_names",
            "nest_keys",
            "nests",
            "is_french",
            "far",
            "same_province",
        ):
            other.__dict__[name] = getattr(self, name)  # what seats do not change is not made again
        return other

    @cached_property
    def keys(self) -> Keys:
        """What draws for a program are made of."""
        return keys_of(self.table.keys)

    @cached_property
    def nest_names(self) -> tuple[str, ...]:
        """The disciplines, in alphabetical order."""
        return tuple(sorted(set(self.table.disciplines)))

    @cached_property
    def nest_keys(self) -> Keys:
        """What draws for a discipline are made of."""
        return keys_of(self.nest_names)

    @cached_property
    def nests(self) -> Int32:
        """The discipline of each program, an index into the names."""
        number = {name: position for position, name in enumerate(self.nest_names)}
        return np.array([number[name] for name in self.table.disciplines], dtype=np.int32)

    @cached_property
    def is_french(self) -> Int32:
        """The language of each program, as in `Regions.languages`."""
        return np.array([language == "FR" for language in self.table.languages], dtype=np.int32)

    @cached_property
    def far(self) -> Float64:
        """See `Regions.far`."""
        return self.regions.far(self.table)

    @cached_property
    def same_province(self) -> Flags:
        """See `Regions.same_province`."""
        return self.regions.same_province(self.table)

    def requirements(self, category: str) -> list[frozenset[str] | None]:
        """Return what each program requires of a category besides; None where it admits none."""
        result: list[frozenset[str] | None] = []
        for admits in self.table.admits:
            entries = [entry.split("+") for entry in admits]
            fitting = [frozenset(entry[1:]) for entry in entries if entry[0] == category]
            result.append(fitting[0] if fitting else None)
        return result


@dataclass(frozen=True, eq=False)
class People:
    """The applicants of one group, as columns.

    Attributes:
        group: What they have in common.
        first: The number of the first one among all applicants.
        ids: Their names; none is a person's.
        keys: What draws for them are made of.
        homes: The region where each lives.
        speaks: Whether each speaks English, and French; applicants x 2.
        quality: In the eyes of programs.
        wishes: How far each discipline is behind the first wish; applicants x disciplines.
        applications: How many programs each applies to.
        list_length: How many programs each ranks at most.
        requirements: What each program requires of them besides; None where it admits none.
        holds: Who has all of it, for each that occurs.
    """

    group: ApplicantGroup
    first: int
    ids: tuple[str, ...]
    keys: Keys
    homes: Int32
    speaks: Flags
    quality: Float64
    wishes: Float64
    applications: Int32
    list_length: Int32
    requirements: tuple[frozenset[str] | None, ...]
    holds: dict[frozenset[str], Flags]

    def __len__(self) -> int:
        return len(self.ids)

    def among(self, which: NDArray[np.intp], first: int) -> People:
        """Return some of them.

        Args:
            which: Their numbers within the group.
            first: The number of the first one among all applicants then.
        """
        return replace(
            self,
            first=first,
            ids=tuple(self.ids[one] for one in which.tolist()),
            holds={required: holders[which] for required, holders in self.holds.items()},
            **{name: getattr(self, name)[which] for name in _BY_APPLICANT},
        )

    def under(self, offer: Offer, seed: int) -> People:
        """Return the same people under the rules by which other programs admit them."""
        requirements = tuple(offer.requirements(self.group.category))
        return replace(
            self,
            requirements=requirements,
            holds=_held(self.group, requirements, self.keys, seed),
        )

    def may_apply(self, people: slice) -> Flags:
        """Return whether rules let some of them apply to each program; applicants x programs."""
        count = len(range(*people.indices(len(self))))
        allowed = np.zeros((count, len(self.requirements)), dtype=np.bool_)
        for required, holders in self.holds.items():
            programs = [one == required for one in self.requirements]
            allowed[:, programs] = holders[people, None]
        return allowed


_BY_APPLICANT: Final = (
    "keys", "homes", "speaks", "quality", "wishes", "applications", "list_length",
)  # fmt: skip
"""Columns of `People` with a row for each."""


def people_of(offer: Offer, parameters: Parameters, name: str, first: int, seed: int) -> People:
    """Return the applicants of a group.

    Args:
        offer: The programs.
        parameters: All parameters.
        name: The name of the group.
        first: The number of its first applicant among all.
        seed: What they are drawn from.
    """
    group = parameters.groups[name]
    ids = tuple(f"sim-{name}-{number:05d}" for number in range(1, group.applicants + 1))
    keys = keys_of(ids)
    requirements = tuple(offer.requirements(group.category))
    # Closed programs count, too: closing one must not make others live or wish elsewhere.
    admits = np.array([required is not None for required in requirements], dtype=np.bool_)
    seats = (offer.table.announced * admits).astype(np.float64)
    homes = offer.regions.homes(keys, seats, parameters.homes, seed)
    return People(
        group,
        first,
        ids,
        keys,
        homes,
        _speaks(offer.regions, group, homes, keys, seed),
        group.quality + group.quality_spread * normals(stream(seed, Purpose.QUALITY), keys),
        _wishes(offer, group, keys, seats, seed),
        _lengths(group.applications, group.applications_spread, Purpose.APPLICATION, keys, seed),
        _lengths(group.list_length, group.list_length_spread, Purpose.LIST_LENGTH, keys, seed),
        requirements,
        _held(group, requirements, keys, seed),
    )


def drawn(draw: Draw, of_stream: np.uint64, ones: Keys, twos: Keys) -> Float64:
    """Return a draw for each of the ones with each of the twos; ones x twos."""
    keys = pair_keys(np.repeat(ones, len(twos)), np.tile(twos, len(ones)))
    return draw(of_stream, keys).reshape(len(ones), len(twos)).astype(np.float64)


def _speaks(regions: Regions, group: ApplicantGroup, homes: Int32, keys: Keys, seed: int) -> Flags:
    """Return whether each speaks English, and French."""
    french = regions.languages[homes] == FRENCH if len(regions.names) else homes == FRENCH
    both = uniform_draws(stream(seed, Purpose.LANGUAGE), keys) < group.bilingual
    return np.column_stack([~french | both, french | both])


def _wishes(offer: Offer, group: ApplicantGroup, keys: Keys, seats: Float64, seed: int) -> Float64:
    """Return how far each discipline is behind each applicant's first wish; never above 0."""
    if len(offer.nest_names) == 0:
        return np.zeros((len(keys), 0))
    by_nest = np.bincount(offer.nests, weights=seats, minlength=len(offer.nest_names))
    weights = [
        group.interests.get(name, count)
        for name, count in zip(offer.nest_names, by_nest.tolist(), strict=True)
    ]
    draws = drawn(gumbels, stream(seed, Purpose.FIRST_DISCIPLINE), keys, offer.nest_keys)
    wishes = group.tastes.discipline * (np.log(np.maximum(weights, 1e-9)) + draws)
    return np.asarray(np.maximum(wishes - wishes.max(axis=1, keepdims=True), FARTHEST_WISH))


def _lengths(median: float, spread: float, purpose: Purpose, keys: Keys, seed: int) -> Int32:
    """Return log-normal whole numbers of at least one."""
    numbers = np.exp(math.log(median) + spread * normals(stream(seed, purpose), keys))
    return np.clip(np.rint(numbers), 1, 1_000_000).astype(np.int32)


def _held(
    group: ApplicantGroup, requirements: Iterable[frozenset[str] | None], keys: Keys, seed: int
) -> dict[frozenset[str], Flags]:
    """Return who has all of what is required, for each requirement that occurs."""
    return {
        required: _holders(group, required, keys, seed)
        for required in sorted({one for one in requirements if one is not None}, key=sorted)
    }


def _holders(group: ApplicantGroup, required: frozenset[str], keys: Keys, seed: int) -> Flags:
    """Return who holds all of some credentials."""
    of_stream = stream(seed, Purpose.CREDENTIAL)
    holds = np.ones(len(keys), dtype=np.bool_)
    for credential in sorted(required):
        pairs = pair_keys(keys, np.full(len(keys), key_of(credential)))
        holds &= uniform_draws(of_stream, pairs) < group.credentials.get(credential, 0.0)
    return holds
