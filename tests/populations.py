"""Populations for tests: random ones, small enough to look at, odd enough to find faults."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.random import Generator

from simulation.building import build_market
from simulation.draws import Float32, Keys, Purpose, gumbels, keys_of, pair_keys, stream
from simulation.market import Int32, Market, RankLists
from simulation.parameters import Parameters
from simulation.population import Population
from simulation.programs import Program, ProgramTable


def random_population(
    random: Generator,
    applicants: int = 30,
    programs: int = 8,
    couples: int = 0,
    **changes: Any,
) -> Population:
    """Return a population with short and long lists, closed programs and coarse values.

    Args:
        random: What it is drawn from.
        applicants: How many applicants there are.
        programs: How many programs there are.
        couples: How many couples the first applicants form.
        changes: Attributes that shall be others.
    """
    considered = random.random((applicants, programs)) < random.uniform(0.1, 0.9)
    entries = np.nonzero(considered)[1]
    nest_names = ("Anatomy", "Botany", "Cooking")
    names = tuple(f"person-{number}" for number in range(applicants))
    streams = tuple(f"stream-{number}" for number in range(programs))
    attributes: dict[str, Any] = {
        "applicants": names,
        "categories": random.integers(2, size=applicants).astype(np.int8),
        "category_names": ("CMG", "IMG"),
        "applicant_keys": keys_of(names),
        "homes": np.full(applicants, -1, dtype=np.int32),
        "home_names": (),
        "programs": streams,
        "program_keys": keys_of(streams),
        "quotas": random.integers(0, 6, size=programs).astype(np.int32),
        "nests": random.integers(3, size=programs).astype(np.int32),
        "nest_names": nest_names,
        "nest_keys": keys_of(nest_names),
        "offsets": np.concatenate(([0], np.cumsum(considered.sum(axis=1)))).astype(np.int64),
        "entries": entries.astype(np.int32),
        "applicant_value": random.normal(size=len(entries)).astype(np.float32),
        "program_value": random.normal(size=len(entries)).astype(np.float32),
        "nest_scale": float(random.uniform(0, 2)),
        "program_noise": float(random.uniform(0, 2)),
        "list_length": random.integers(1, programs + 2, size=applicants).astype(np.int32),
        "program_list_length": random.integers(0, applicants, size=programs).astype(np.int32),
        "couples": np.arange(2 * couples, dtype=np.int32).reshape(-1, 2),
        "parameters": cast("Any", None),
        "seed": 0,
    }
    return Population(**(attributes | changes))


def offered(programs: int = 24, seats: int = 3) -> ProgramTable:
    """Return programs of two disciplines in three provinces, for two categories of applicants."""
    places = (
        ("University of Alberta", "AB", 53.5, -113.5),
        ("McGill University", "QC", 45.5, -73.6),
        ("University of Toronto", "ON", 43.7, -79.4),
    )
    rows: list[Program] = []
    for number in range(programs):
        university, province, latitude, longitude = places[number % 3]
        category = "IMG" if number // 6 % 4 == 3 else "CMG"
        discipline = ("Family Medicine", "Surgery")[number // 3 % 2]
        rows.append(
            Program(
                key=f"1-{number}",
                quota=seats,
                name=f"{university}/{discipline}/{number}",
                discipline=discipline,
                university=university,
                province=province,
                latitude=latitude,
                longitude=longitude,
                campus_latitude=latitude,
                campus_longitude=longitude,
                category=category,
                stream=f"{category} Stream",
                admits=(category,),
            )
        )
    return ProgramTable.of(rows)


def few_applicants(**changes: object) -> Parameters:
    """Return parameters of some fifty applicants of two categories."""
    groups = {
        "CMG": {"category": "CMG", "applicants": 50, "is_home_graduate": True},
        "IMG": {"category": "IMG", "applicants": 30, "is_home_graduate": False},
    }
    parameters = Parameters.of({"name": "few", "groups": groups})
    return parameters.with_changes(changes) if changes else parameters


def plain_market(population: Population, replicate: int) -> Market:
    """Return the market of a replicate, all as singles: the model in plain arrays."""
    counts = np.diff(population.offsets)
    owners = np.repeat(np.arange(len(population)), counts)
    entries = population.entries
    people = population.applicant_keys[owners]
    nests = population.nest_keys[population.nests[entries]]
    both = pair_keys(people, population.program_keys[entries])

    def drawn(purpose: Purpose, keys: Keys) -> Float32:
        return gumbels(stream(population.seed, purpose, replicate), keys)

    mood = drawn(Purpose.APPLICANT_NEST, pair_keys(people, nests))
    values = (
        population.applicant_value
        + np.float32(population.nest_scale) * mood
        + drawn(Purpose.APPLICANT_PROGRAM, both)
    )
    impressions = population.program_value + np.float32(population.program_noise) * drawn(
        Purpose.PROGRAM_APPLICANT, both
    )
    return build_market(
        ranked(owners, entries, values, population.list_length),
        ranked(entries, owners, impressions, population.program_list_length),
        population.quotas,
        None,
        population.applicants,
        population.programs,
    )


def ranked(owners: np.ndarray, items: np.ndarray, values: Float32, longest: Int32) -> RankLists:
    """Return each owner's items, the highest value first, equal ones in the order of items."""
    rows: list[list[int]] = [[] for _ in longest]
    for place in np.lexsort((items, -values, owners)).tolist():
        row = rows[owners[place]]
        if len(row) < longest[owners[place]]:
            row.append(int(items[place]))
    return RankLists.from_rows(rows)
