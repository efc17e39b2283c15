"""A market of a few simulated applicants that goes through everything that runs do."""

from __future__ import annotations

from typing import Any, Final

from simulation.programs import Program, ProgramTable

TRIAL: Final[dict[str, Any]] = {
    "replicates": 2,
    "iterations": 2,
    "seat_values": True,
    "parameters": {
        "groups": {"CMG": {"category": "CMG", "applicants": 12, "is_home_graduate": True}}
    },
    "scenarios": [
        {"name": "as it is"},
        {
            "name": "reverting",
            "changes": [
                {
                    "kind": "revert_seats",
                    "source": {"programs": ["1-1"]},
                    "target": {"programs": ["1-0"]},
                }
            ],
        },
        {"name": "couples", "changes": [{"kind": "add_couples", "group": "CMG", "couples": 3}]},
    ],
}
"""A request with seat values, seats that revert, couples, and a second iteration."""


def trial_programs() -> ProgramTable:
    """Return the few programs of the trial."""
    return ProgramTable.of(
        Program(
            f"1-{number}",
            quota,
            discipline=discipline,
            university="One",
            province="ON",
            latitude=45.0,
            longitude=-75.0,
            campus_latitude=45.0,
            campus_longitude=-75.0,
            category="CMG",
            admits=("CMG",),
        )
        for number, (discipline, quota) in enumerate(
            [("Surgery", 2), ("Surgery", 9), ("Family Medicine", 3), ("Family Medicine", 1)]
        )
    )
