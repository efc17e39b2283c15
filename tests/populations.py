"""Populations for tests: random ones, small enough to look at, odd enough to find faults."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.random import Generator

from simulation.draws import keys_of
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
        category = "IMG" if number % 4 == 3 else "CMG"
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
