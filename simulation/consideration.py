"""What the replicates of a population share, and what each of them draws anew.

A population's consideration lists say which programs interview which applicants. They stay; in each
replicate both sides value them anew (see `population` for the model), and order and cut their lists
by it. Values become whole numbers in the same order (`Drawn`): whole numbers compare fast and
exactly, and equal values are told apart by the number of the program or the applicant, the lower
one first, so that there are no ties.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from simulation.compiled import compiled, index, number
from simulation.draws import Float32, Keys, Purpose, draw_gumbels, pair_keys, stream_of
from simulation.joining import Int64
from simulation.market import Int32, RankLists
from simulation.population import Population

_NEST: Final = np.uint64(Purpose.APPLICANT_NEST)
_LIKE: Final = np.uint64(Purpose.APPLICANT_PROGRAM)
_WANT: Final = np.uint64(Purpose.PROGRAM_APPLICANT)


class Consideration(NamedTuple):
    """The consideration lists of a population, as kernels take them; all arrays are read-only.

    Attributes:
        starts: Where each applicant's entries begin, and the end; applicants + 1 numbers.
        programs: The program of each entry; ascending for each applicant.
        owners: The applicant of each entry.
        keys: What the draws for an entry are made of.
        slots: For each entry, the row of ``slot_keys`` for its applicant and nest.
        slot_keys: What the draws for an applicant and a nest are made of.
        applicant_values: What the applicant sees in the program before noise.
        program_values: What the program sees in the applicant before noise.
        scales: Scales of the applicants' draw for a nest, and of the programs' draw.
        ends: Where the entries end that each applicant ranks, once they are in order.
        lengths: How many entries each applicant ranks.
        program_starts: Where each program's entries begin, and the end; programs + 1 numbers.
        program_entries: The entries of each program, by applicant.
        program_owners: Their applicants.
        program_lengths: How many entries each program ranks.
        quotas: Seats of each program.
        categories: The category of each applicant.
    """

    starts: Int32
    programs: Int32
    owners: Int32
    keys: Keys
    slots: Int32
    slot_keys: Keys
    applicant_values: Float32
    program_values: Float32
    scales: Float32
    ends: Int32
    lengths: Int32
    program_starts: Int32
    program_entries: Int32
    program_owners: Int32
    program_lengths: Int32
    quotas: Int32
    categories: Int32


class Drawn(NamedTuple):
    """What one replicate draws, and room to draw it.

    Attributes:
        likes: For each entry, how much the applicant likes the program; more is better.
        wants: For each entry, how much the program wants the applicant.
        noise: Room for one draw for each entry.
        moods: Room for one draw for each applicant and nest.
    """

    likes: Int32
    wants: Int32
    noise: Float32
    moods: Float32


def consider(population: Population) -> Consideration:
    """Return what the replicates of a population share."""
    starts = population.offsets.astype(np.int32)
    degrees = np.diff(starts)
    lengths = np.minimum(degrees, population.list_length).astype(np.int32)
    owners = np.repeat(np.arange(len(degrees), dtype=np.int32), degrees)
    programs = population.entries
    by_program = np.argsort(programs, kind="stable").astype(np.int32)
    program_degrees = np.bincount(programs, minlength=len(population.quotas))
    program_starts = np.concatenate(([0], np.cumsum(program_degrees))).astype(np.int32)
    nests = np.int64(max(len(population.nest_names), 1))
    pairs, slots = np.unique(owners * nests + population.nests[programs], return_inverse=True)
    arrays = Consideration(
        starts,
        programs,
        owners,
        pair_keys(population.applicant_keys[owners], population.program_keys[programs]),
        slots.astype(np.int32),
        pair_keys(population.applicant_keys[pairs // nests], population.nest_keys[pairs % nests]),
        population.applicant_value,
        population.program_value,
        np.array([population.nest_scale, population.program_noise], dtype=np.float32),
        starts[:-1] + lengths,
        lengths,
        program_starts,
        by_program,
        owners[by_program],
        np.minimum(program_degrees, population.program_list_length).astype(np.int32),
        population.quotas,
        population.categories.astype(np.int32),
    )
    for array in arrays:
        array.flags.writeable = False
    return arrays


@compiled
def fresh_drawn(fixed: Consideration) -> Drawn:
    """Return room for what a replicate draws."""
    return Drawn(
        np.empty(len(fixed.programs), dtype=np.int32),
        np.empty(len(fixed.programs), dtype=np.int32),
        np.empty(len(fixed.programs), dtype=np.float32),
        np.empty(len(fixed.slot_keys), dtype=np.float32),
    )


@compiled
def _ordered(value: np.float32) -> np.int32:
    """Return a whole number that is larger for a larger value."""
    # Adding zero makes -0.0 the same as 0.0.
    bits = np.float32(value + np.float32(0.0)).view(np.int32)
    return np.int32(bits ^ np.int32(np.int32(bits >> np.int32(31)) & np.int32(0x7FFFFFFF)))


@compiled
def draw(fixed: Consideration, seed: np.uint64, replicate: np.uint64, drawn: Drawn) -> None:
    """Draw what both sides see in each other in a replicate."""
    likes, wants, noise, moods = drawn
    nest_scale, program_noise = fixed.scales[0], fixed.scales[1]
    draw_gumbels(stream_of(seed, _NEST, replicate), fixed.slot_keys, moods)
    draw_gumbels(stream_of(seed, _LIKE, replicate), fixed.keys, noise)
    for entry in range(len(likes)):
        mood = np.float32(nest_scale * moods[index(fixed.slots[entry])])
        value = np.float32(fixed.applicant_values[entry] + mood)
        likes[entry] = _ordered(np.float32(value + noise[entry]))
    draw_gumbels(stream_of(seed, _WANT, replicate), fixed.keys, noise)
    for entry in range(len(wants)):
        value = np.float32(program_noise * noise[entry])
        wants[entry] = _ordered(np.float32(fixed.program_values[entry] + value))


@compiled
def packed(worth: int, tie: int) -> int:
    """Return a number that is lower for what comes first: higher worth, then lower tie."""
    return number((-1 - number(worth)) * 2**32 + number(tie))


@compiled
def _sorted_lists(fixed: Consideration, drawn: Drawn) -> tuple[Int64, Int64]:
    """Return the entries of each applicant and of each program in order, as packed numbers."""
    own = np.empty(len(fixed.programs), dtype=np.int64)
    for applicant in range(len(fixed.starts) - 1):
        begin, end = fixed.starts[applicant], fixed.starts[applicant + 1]
        for entry in range(begin, end):
            own[entry] = packed(drawn.likes[entry], fixed.programs[entry])
        own[begin:end].sort()
    others = np.empty(len(fixed.programs), dtype=np.int64)
    for program in range(len(fixed.quotas)):
        begin, end = fixed.program_starts[program], fixed.program_starts[program + 1]
        for place in range(begin, end):
            entry = fixed.program_entries[place]
            others[place] = packed(drawn.wants[entry], fixed.owners[entry])
        others[begin:end].sort()
    return own, others


@compiled
def _cut(starts: Int32, ordered: Int64, lengths: Int32) -> tuple[Int32, Int32]:
    """Return lists of the first so many of each owner's entries: where they begin, and items."""
    begins = np.zeros(len(starts), dtype=np.int32)
    for owner in range(len(lengths)):
        begins[owner + 1] = begins[owner] + lengths[owner]
    items = np.empty(begins[-1], dtype=np.int32)
    for owner in range(len(lengths)):
        for rank in range(lengths[owner]):
            items[begins[owner] + rank] = ordered[starts[owner] + rank] & 0xFFFFFFFF
    return begins, items


@compiled
def _draw_lists(
    fixed: Consideration, seed: np.uint64, replicate: np.uint64
) -> tuple[tuple[Int32, Int32], tuple[Int32, Int32]]:
    """Return the lists that both sides submit: where they begin, and items."""
    drawn = fresh_drawn(fixed)
    draw(fixed, seed, replicate, drawn)
    own, others = _sorted_lists(fixed, drawn)
    return (
        _cut(fixed.starts, own, fixed.lengths),
        _cut(fixed.program_starts, others, fixed.program_lengths),
    )


def drawn_lists(fixed: Consideration, seed: int, replicate: int) -> tuple[RankLists, RankLists]:
    """Return the rank order lists that applicants and programs submit in a replicate."""
    applicants, programs = _draw_lists(fixed, np.uint64(seed), np.uint64(replicate))
    return RankLists(*applicants), RankLists(*programs)
