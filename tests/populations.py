"""Populations for tests: random ones, small enough to look at, odd enough to find faults."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.random import Generator

from simulation.draws import keys_of
from simulation.population import Population


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
    owners, entries = np.nonzero(considered)
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
