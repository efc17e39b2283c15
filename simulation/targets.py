"""Published figures that simulated matches are held against, each with its source."""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

TARGETS: Final = "targets.csv"


@dataclass(frozen=True, slots=True)
class Target:
    """A published figure.

    Attributes:
        moment: What it is; see `moments.moments_of`.
        subject: Of whom or what, such as ``CMG|Dermatology``.
        value: The figure, a share of one.
        tolerance: Which distance counts as one in the fit; None where the figure is only compared.
        year: The year of the match.
        source: Where it is published.
    """

    moment: str
    subject: str
    value: float
    tolerance: float | None
    year: int
    source: str

    @property
    def key(self) -> tuple[str, str]:
        """Moment and subject."""
        return self.moment, self.subject


@functools.cache
def published_targets() -> tuple[Target, ...]:
    """Return the published figures, in the order of the file."""
    text = files("simulation").joinpath(TARGETS).read_text(encoding="utf-8")
    return tuple(
        Target(
            row["moment"],
            row["subject"],
            float(row["value"]),
            float(row["tolerance"]) if row["tolerance"] else None,
            int(row["year"]),
            row["source"],
        )
        for row in csv.DictReader(text.splitlines())
    )
