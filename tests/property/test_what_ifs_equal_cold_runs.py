"""Any sequence of what-ifs gives what a cold run of the changed market gives, to the last seat."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random

import numpy as np
import pytest

from simulation.engine import solve
from simulation.incremental import Revision, WhatIf
from tests.markets import Plain, random_market

CASES = 500
NIGHTLY = 10_000
STEPS = 6


@dataclass
class Mirror:
    """A what-if and the plain market that it should stand for."""

    what_if: WhatIf
    market: Plain
    out: set[int] = field(default_factory=set)

    def cold(self) -> list[int]:
        """Match the plain market from the beginning."""
        rows = [[] if who in self.out else row for who, row in enumerate(self.market.applicants)]
        return solve(Plain(rows, self.market.programs, self.market.quotas).build()).assignment


def more_seats(mirror: Mirror, random: Random) -> None:
    program, seats = random.randrange(len(mirror.market.quotas)), random.randint(1, 3)
    mirror.market.quotas[program] += seats
    mirror.what_if.change_quota(program, seats)


def fewer_seats(mirror: Mirror, random: Random) -> None:
    program = random.randrange(len(mirror.market.quotas))
    seats = random.randint(0, mirror.market.quotas[program])
    mirror.market.quotas[program] -= seats
    mirror.what_if.change_quota(program, -seats)


def close_program(mirror: Mirror, random: Random) -> None:
    program = random.randrange(len(mirror.market.quotas))
    mirror.market.quotas[program] = 0
    mirror.what_if.close(program)


def withdraw_or_admit(mirror: Mirror, random: Random) -> None:
    applicant = random.randrange(len(mirror.market.applicants))
    if applicant in mirror.out:
        mirror.out.discard(applicant)
        mirror.what_if.admit(applicant)
    else:
        mirror.out.add(applicant)
        mirror.what_if.withdraw(applicant)


def change_an_applicants_list(mirror: Mirror, random: Random) -> None:
    market = mirror.market
    applicant, programs = random.randrange(len(market.applicants)), len(market.quotas)
    market.applicants[applicant] = random.sample(range(programs), random.randint(0, programs))
    mirror.what_if.revise(Revision({applicant: market.applicants[applicant]}))


def change_a_programs_list(mirror: Mirror, random: Random) -> None:
    market = mirror.market
    program, people = random.randrange(len(market.quotas)), len(market.applicants)
    market.programs[program] = random.sample(range(people), random.randint(0, people))
    mirror.what_if.revise(Revision(programs={program: market.programs[program]}))


def add_an_applicant(mirror: Mirror, random: Random) -> None:
    market = mirror.market
    applicant, programs = len(market.applicants), len(market.quotas)
    market.applicants.append(random.sample(range(programs), random.randint(0, programs)))
    ranking = [program for program in range(programs) if random.random() < 0.6]
    for program in ranking:
        row = market.programs[program]
        row.insert(random.randint(0, len(row)), applicant)
    mirror.what_if.revise(
        Revision(
            {applicant: market.applicants[applicant]},
            {program: market.programs[program] for program in ranking},
        )
    )


def add_a_program(mirror: Mirror, random: Random) -> None:
    market = mirror.market
    program, people = len(market.quotas), len(market.applicants)
    market.programs.append(random.sample(range(people), random.randint(0, people)))
    market.quotas.append(random.randint(0, 3))
    listing = [applicant for applicant in range(people) if random.random() < 0.6]
    for applicant in listing:
        row = market.applicants[applicant]
        row.insert(random.randint(0, len(row)), program)
    mirror.what_if.revise(
        Revision(
            {applicant: market.applicants[applicant] for applicant in listing},
            {program: market.programs[program]},
            {program: market.quotas[program]},
        )
    )


CHANGES: list[Callable[[Mirror, Random], None]] = [
    more_seats,
    fewer_seats,
    close_program,
    withdraw_or_admit,
    change_an_applicants_list,
    change_a_programs_list,
    add_an_applicant,
    add_a_program,
]


def check_sequence(case: int) -> None:
    """Apply changes, keep and undo at random, and compare with cold runs after each."""
    random = Random(case)
    market = random_market(random)
    mirror = Mirror(WhatIf(market.build()), market)
    kept = deepcopy((mirror.market, mirror.out))
    for step in range(STEPS):
        what = random.random()
        if what < 0.15:
            mirror.what_if.undo()
            mirror.market, mirror.out = deepcopy(kept)
        elif what < 0.3:
            mirror.what_if.keep()
            kept = deepcopy((mirror.market, mirror.out))
        else:
            random.choice(CHANGES)(mirror, random)
        assert np.array_equal(mirror.what_if.assignment(), mirror.cold()), (case, step)
        assert mirror.what_if.quotas.tolist() == mirror.market.quotas, (case, step)
    assert np.array_equal(solve(mirror.what_if.as_market()).assignment, mirror.cold()), case


def test_every_change_equals_a_cold_run() -> None:
    for case in range(CASES):
        check_sequence(case)


@pytest.mark.slow
def test_every_change_equals_a_cold_run_in_many_cases() -> None:
    for case in range(CASES, NIGHTLY):
        check_sequence(case)


def test_the_value_of_a_seat_is_the_difference_to_a_cold_run_with_it() -> None:
    for case in range(0, CASES, 5):
        market = random_market(Random(case))
        what_if = WhatIf(market.build())
        before = solve(market.build()).ranks()
        values = what_if.seat_values()
        for program, value in enumerate(values.tolist()):
            seats = [q + (number == program) for number, q in enumerate(market.quotas)]
            after = solve(Plain(market.applicants, market.programs, seats).build()).ranks()
            moved = after != before
            ranks = before[moved & (before > 0)] - after[moved & (before > 0)]
            matched = int((moved & (before == 0)).sum())
            assert value == [matched, int(moved.sum()), int(ranks.sum())], (case, program)
        assert np.array_equal(what_if.assignment(), solve(market.build()).assignment), case
