"""Length of the residency, as Program Curriculum opens with it."""

import re

from etl.sources.carms.parsed import Stated
from etl.sources.carms.parsing.outcome import Problems
from etl.sources.carms.parsing.sections import Part

MAXIMUM_YEARS = 10
_LENGTH = re.compile(
    r"(?:residency program is for|programme de residence est\s+d'une\s+duree\s+de)"
    r"\s+(?P<years>-?\d{1,9}(?:[.,]\d+)?)\s*(?:years?|ann?ees?|ans?)\b"
)


def parse_length(part: Part, problems: Problems) -> Stated[float] | None:
    """Return the length in years that the fixed sentence states."""
    for line in part.lines:
        match = _LENGTH.search(line.folded)
        if match is None:
            continue
        evidence = part.reading.evidence(
            part.kind, line.start + match.start(), line.start + match.end()
        )
        years = float(match.group("years").replace(",", "."))
        if 0 < years <= MAXIMUM_YEARS:
            return Stated(years, evidence)
        problems.add(
            "LENGTH_OUT_OF_RANGE", "length_years",
            f"A residency of {match.group('years')} years is not between 0 and {MAXIMUM_YEARS}: "
            "correct it in the source.",
            evidence,
        )  # fmt: skip
        return None
    return None
