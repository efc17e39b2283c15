"""Populations: simulated applicants, the programs that interview them, and what both sides value.

A population is what an ensemble holds fixed. Its lists of consideration say which programs
interview which applicants; each replicate draws new tastes and impressions over them, orders both
sides' lists, cuts them at their lengths and runs a match:

- an applicant values entry ``e`` at ``applicant_value[e]`` + ``nest_scale`` x Gumbel(replicate,
  applicant, nest of the program) + Gumbel(replicate, applicant, program);
- the program values the applicant at ``program_value[e]`` + ``program_noise`` x Gumbel(replicate,
  applicant, program), a draw of its own purpose.

Draws are functions of the keys, which are hashes of ids (of the nest: of its name), and of nothing
else: an applicant more or a program less changes nobody else's draw.

Nobody in a population is a real person, and everything that is computed from one is simulated.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, ClassVar, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulation.draws import Float32, Keys
from simulation.errors import InvalidArraysError
from simulation.market import Int32

if TYPE_CHECKING:
    from simulation.parameters import Parameters

Int8: TypeAlias = NDArray[np.int8]
Int64: TypeAlias = NDArray[np.int64]

NO_HOME: Final = -1
"""Stands for the home school of somebody who has none in the country."""


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Simulated applicants over a table of programs; see the module for the model.

    Attributes:
        applicants: Ids of the applicants.
        categories: The category of each applicant, an index into ``category_names``.
        category_names: The categories, such as ``CMG``.
        applicant_keys: What draws for an applicant are made of.
        homes: The home school of each applicant, an index into ``home_names``; `NO_HOME` for none.
        home_names: Universities of the table.
        programs: Keys of the program streams, as in the table.
        program_keys: What draws for a program are made of.
        quotas: Seats of each program.
        nests: The discipline of each program, an index into ``nest_names``.
        nest_names: The disciplines.
        nest_keys: What draws for a discipline are made of.
        offsets: Where each applicant's entries begin, and the end; applicants + 1 numbers.
        entries: The programs that interview each applicant, ascending by number.
        applicant_value: For each entry, what the applicant sees in the program before noise.
        program_value: For each entry, what the program sees in the applicant before noise.
        nest_scale: Scale of the applicant's draw for a nest; that for a program has scale 1.
        program_noise: Scale of the program's draw for an applicant.
        list_length: The longest list that each applicant submits.
        program_list_length: The longest list that each program submits.
        couples: Pairs of applicants who are matched as couples; couples x 2.
        parameters: What the population was drawn with.
        seed: What it was drawn from.
    """

    is_simulated: ClassVar[bool] = True
    """Always true: no applicant here is a person."""

    applicants: tuple[str, ...]
    categories: Int8
    category_names: tuple[str, ...]
    applicant_keys: Keys
    homes: Int32
    home_names: tuple[str, ...]
    programs: tuple[str, ...]
    program_keys: Keys
    quotas: Int32
    nests: Int32
    nest_names: tuple[str, ...]
    nest_keys: Keys
    offsets: Int64
    entries: Int32
    applicant_value: Float32
    program_value: Float32
    nest_scale: float
    program_noise: float
    list_length: Int32
    program_list_length: Int32
    couples: Int32
    parameters: Parameters
    seed: int

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                column = np.ascontiguousarray(value)
                column.flags.writeable = False
                object.__setattr__(self, field.name, column)
        people, programs, entries = len(self.applicants), len(self.programs), len(self.entries)
        shapes = {
            "categories": (people,), "applicant_keys": (people,), "homes": (people,),
            "list_length": (people,), "offsets": (people + 1,),
            "program_keys": (programs,), "quotas": (programs,), "nests": (programs,),
            "program_list_length": (programs,), "nest_keys": (len(self.nest_names),),
            "applicant_value": (entries,), "program_value": (entries,),
            "couples": (len(self.couples), 2),
        }  # fmt: skip
        for name, shape in shapes.items():
            found = getattr(self, name).shape
            if found != shape:
                raise InvalidArraysError(
                    f"{name} has the shape {found}.", f"Give {shape}.", "population"
                )

    def __len__(self) -> int:
        return len(self.applicants)
