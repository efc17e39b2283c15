"""Where applicants live: the regions of universities, and how far sites are from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from simulation.draws import Keys, Purpose, gumbels, keys_of, pair_keys, stream
from simulation.market import Int32
from simulation.population import NO_HOME
from simulation.programs import Flags, Float64, ProgramTable

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (IUGG)."""
FRENCH = 1
"""The number of French among languages; English is 0."""


@dataclass(frozen=True, eq=False)
class Regions:
    """The universities of a table as places where applicants live.

    Attributes:
        names: The universities, in alphabetical order.
        keys: What draws for a university are made of.
        provinces: Where most of its announced seats are.
        languages: In which most of them are: 0 for English, 1 for French.
        latitudes: Of the main campus; not-a-number where unknown.
        longitudes: Of the main campus.
        of_program: For each program of the table, its university.
    """

    names: tuple[str, ...]
    keys: Keys
    provinces: tuple[str, ...]
    languages: Int32
    latitudes: Float64
    longitudes: Float64
    of_program: Int32

    @classmethod
    def of(cls, table: ProgramTable) -> Regions:
        """Return the regions of a table of programs."""
        names = tuple(sorted(set(table.universities)))
        number = {name: position for position, name in enumerate(names)}
        of_program = np.array([number[name] for name in table.universities], dtype=np.int32)
        provinces: list[Counter[str]] = [Counter() for _ in names]
        french = np.zeros(len(names))
        for region, province, language, seats in zip(
            of_program.tolist(),
            table.provinces,
            table.languages,
            (table.announced + 1).tolist(),
            strict=True,
        ):
            provinces[region][province] += seats
            french[region] += seats if language == "FR" else -seats
        campuses = [int(np.flatnonzero(of_program == region)[0]) for region in range(len(names))]
        return cls(
            names,
            keys_of(names),
            tuple(min(count, key=lambda one: (-count[one], one)) for count in provinces),
            (french > 0).astype(np.int32),
            table.campus_latitudes[campuses],
            table.campus_longitudes[campuses],
            of_program,
        )

    def homes(self, keys: Keys, seats: Float64, factors: Mapping[str, float], seed: int) -> Int32:
        """Return the region where each applicant lives, drawn in proportion to weights.

        Args:
            keys: What draws for the applicants are made of.
            seats: Announced seats of each program that are open to these applicants.
            factors: Factor on the weight of a university; 1 where not named.
            seed: What it is drawn from.
        """
        if len(self.names) == 0:
            return np.full(len(keys), NO_HOME, dtype=np.int32)
        weights = np.bincount(self.of_program, weights=seats, minlength=len(self.names))
        weights = weights * np.array([factors.get(name, 1.0) for name in self.names])
        pairs = pair_keys(np.repeat(keys, len(self.names)), np.tile(self.keys, len(keys)))
        draws = gumbels(stream(seed, Purpose.HOME), pairs).reshape(len(keys), len(self.names))
        # The one with the largest log weight plus Gumbel number is drawn in proportion to weights.
        scores = np.log(np.maximum(weights, 1e-9)) + draws
        return np.asarray(scores.argmax(axis=1), dtype=np.int32)

    def far(self, table: ProgramTable) -> Float64:
        """Return the logarithm of 1 + the hundreds of km to each site; regions x programs.

        It is 0 where a place is unknown.
        """
        kilometres = great_circle_km(
            self.latitudes[:, None],
            self.longitudes[:, None],
            table.latitudes[None, :],
            table.longitudes[None, :],
        )
        return np.nan_to_num(np.log1p(kilometres / 100.0), nan=0.0)

    def same_province(self, table: ProgramTable) -> Flags:
        """Return whether each site is in each region's province; regions x programs."""
        known = np.array([bool(province) for province in table.provinces], dtype=np.bool_)
        same = np.equal.outer(np.array(self.provinces), np.array(table.provinces))
        return np.asarray(same & known, dtype=np.bool_)


def great_circle_km(
    latitude: Float64, longitude: Float64, other_latitude: Float64, other_longitude: Float64
) -> Float64:
    """Return great-circle distances in kilometres between places in degrees (haversine)."""
    phi, other_phi = np.radians(latitude), np.radians(other_latitude)
    half = (
        np.sin((other_phi - phi) / 2) ** 2
        + np.cos(phi) * np.cos(other_phi) * np.sin(np.radians(other_longitude - longitude) / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half)))
