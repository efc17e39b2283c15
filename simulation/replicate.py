"""One replicate of a population as a market: the model in plain arrays, for single runs and tests.

Ensembles draw the same lists with kernels of their own; a test holds the two against each other.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from simulation.building import build_market
from simulation.draws import Float32, Keys, Purpose, gumbels, pair_keys, stream
from simulation.market import Int32, Market, RankLists
from simulation.population import Population


class Preferences(NamedTuple):
    """Rank order lists of both sides in one replicate, best first.

    Attributes:
        applicants: The list of each applicant.
        programs: The list of each program.
        values: For each entry of the population, what the applicant sees in the program.
    """

    applicants: RankLists
    programs: RankLists
    values: Float32


def preferences_of(population: Population, replicate: int) -> Preferences:
    """Return the rank order lists of a replicate; couples' members have lists of their own."""
    counts = np.diff(population.offsets)
    owners = np.repeat(np.arange(len(population)), counts)
    entries = population.entries
    people = population.applicant_keys[owners]
    nests = population.nest_keys[population.nests[entries]]
    both = pair_keys(people, population.program_keys[entries])
    seed = population.seed
    values = (
        population.applicant_value
        + np.float32(population.nest_scale)
        * _draws(seed, Purpose.APPLICANT_NEST, replicate, pair_keys(people, nests))
        + _draws(seed, Purpose.APPLICANT_PROGRAM, replicate, both)
    )
    impressions = population.program_value + np.float32(population.program_noise) * _draws(
        seed, Purpose.PROGRAM_APPLICANT, replicate, both
    )
    return Preferences(
        _ranked(owners, entries, values, population.list_length),
        _ranked(entries, owners, impressions, population.program_list_length),
        values,
    )


def market_of(population: Population, replicate: int) -> Market:
    """Return the market of a replicate without couples: all applicants are matched as singles."""
    lists = preferences_of(population, replicate)
    return build_market(
        lists.applicants,
        lists.programs,
        population.quotas,
        None,
        population.applicants,
        population.programs,
    )


def _draws(seed: int, purpose: Purpose, replicate: int, keys: Keys) -> Float32:
    return gumbels(stream(seed, purpose, replicate), keys)


def _ranked(
    owners: np.ndarray[tuple[int], np.dtype[np.signedinteger]],
    items: np.ndarray[tuple[int], np.dtype[np.signedinteger]],
    values: Float32,
    longest: Int32,
) -> RankLists:
    """Return each owner's items, those of the highest value first, as many as they list at most."""
    order = np.lexsort((-values, owners))
    counts = np.bincount(owners, minlength=len(longest))
    ranks = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    listed = order[ranks < longest[owners[order]]]
    starts = np.zeros(len(longest) + 1, dtype=np.int64)
    np.cumsum(np.minimum(counts, longest), out=starts[1:])
    return RankLists(starts, items[listed])  # type: ignore[arg-type]
