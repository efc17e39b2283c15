"""Interview dates: the ``Dates:`` list, else the dates that prose states as interview dates."""

import datetime as dt
import re
from collections.abc import Iterator

from etl.sources.carms.parsed import ParsedInterviewDate
from etl.sources.carms.parsing.dates import FoundDate, find_dates
from etl.sources.carms.parsing.layout import Line
from etl.sources.carms.parsing.outcome import Problems
from etl.sources.carms.parsing.sections import Part
from warehouse.vocabulary import DateSource

_LIST_HEADING = re.compile(r"[*_#\s]*dates?\s*(?:d'entrevues?)?\s*:?[*_\s]*")
_DATE_DETAILS = re.compile(
    r"[*_#\s]*(?:details regarding interview dates"
    r"|renseignements concernant les dates d'entrevues?)\s*:"
)
_OTHER_DETAILS = re.compile(
    r"[*_#\s]*(?:details regarding the interview process"
    r"|renseignements concernant le processus d'entrevues?"
    r"|noti\w*cation\w*/\w+|avis/convocation)\s*:"
)
_INTERVIEW = re.compile(r"\b(?:interview|interviews|entrevue|entrevues)\b")
_HELD = re.compile(
    r"\b(?:held|take place|taking place|conducted|scheduled|occur|dates?|days?|interviews? (?:is"
    r"|are|on)"
    r"|auront lieu|aura lieu|se derouler\w*|seront|tiendr\w*|fixee?s?)\b"
)
_NOT_AN_INTERVIEW = re.compile(
    r"\b(?:information (?:and \w+ )?sessions?|info sessions?|town ?halls?|open house|webinars?"
    r"|meet (?:and|&) greet|social|notified|notification|contacted|informed|deadline|emailed"
    r"|e-mailed"
    r"|receive an email|credentials|book your|email notification|invitations?|offers? (?:of|will"
    r"|status|to)|status|booking|opens|closes"
    r"|before|by|no later than|no earlier than|after|prior to|until|tour|tours|orientation"
    r"|session d'information"
    r"|sessions? d'informations?|rencontres? d'information|avant le|au plus tard|portes ouvertes"
    r"|convocations?"
    r"|avises|contactes|date limite)\b"
)
_PERIOD = re.compile(r"\b(?:interview period|periode d'entrevues?|periode nationale|period)\b")
_SENTENCE = re.compile(
    r"[^.!?;]*(?:\.(?=\s*\d)[^.!?;]*|(?<=jan)\.[^.!?;]*|(?<=feb)\.[^.!?;]*)*[.!?;]?"
)


def parse_interview_dates(
    part: Part, default_year: int | None, problems: Problems
) -> list[ParsedInterviewDate]:
    """Return the listed interview dates, or where none is listed those that prose states.

    ``default_year`` is the match year of the header, for days written without a year.
    """
    listed = [
        item
        for line in _listed(part)
        for found in find_dates(line.body)
        for item in _dated(part, line, line.bullet, found, DateSource.LIST, default_year, problems)
    ]
    if listed:
        return listed
    certain, periods = _prose(part, default_year, problems)
    return _once(certain or periods)


def _listed(part: Part) -> Iterator[Line]:
    """Yield the items of the list headed ``Dates:``."""
    listing = False
    for line in part.lines:
        if _LIST_HEADING.fullmatch(line.folded) and "date" in line.folded:
            listing = True
        elif listing and line.bullet:
            yield line
        elif listing:
            return


def _dated(
    part: Part, line: Line, offset: int, found: FoundDate, source: DateSource,
    default_year: int | None, problems: Problems,
) -> Iterator[ParsedInterviewDate]:  # fmt: skip
    """Yield the row of a date; a day that does not exist is a problem."""
    start = line.start + offset + found.start
    evidence = part.reading.evidence(part.kind, start, line.start + offset + found.end)
    days = found.days(default_year)
    if days is not None:
        yield ParsedInterviewDate(*days, source, evidence)
    elif found.year is not None or default_year is not None:
        problems.add(
            "IMPOSSIBLE_DATE", "interview_dates",
            f"The interview date {evidence.quote[:40]!r} does not exist: correct it in the source.",
            evidence,
        )  # fmt: skip


def _prose(
    part: Part, default_year: int | None, problems: Problems
) -> tuple[list[ParsedInterviewDate], list[ParsedInterviewDate]]:
    """Return the dates that prose states: real ones, and those of whole interview periods."""
    certain: list[ParsedInterviewDate] = []
    periods: list[ParsedInterviewDate] = []
    within_dates, suppressed = False, False
    for line in part.lines:
        if _DATE_DETAILS.match(line.folded):
            within_dates, suppressed = True, False
        elif _OTHER_DETAILS.match(line.folded):
            within_dates, suppressed = False, False
        for sentence in _SENTENCE.finditer(line.folded):
            words = sentence.group()
            found = find_dates(words)
            interview = _INTERVIEW.search(words) is not None
            refused = _NOT_AN_INTERVIEW.search(words) is not None
            if refused and not _held_interview(words):
                suppressed = True
            elif words.strip(" *_:") and (interview or not found):
                suppressed = refused and suppressed
            accepted = _held_interview(words) if not within_dates else (
                not suppressed and (not refused or _held_interview(words))
            )  # fmt: skip
            if not accepted:
                continue
            goal = periods if _PERIOD.search(words) else certain
            for item in found:
                goal.extend(
                    _dated(
                        part, line, sentence.start(), item, DateSource.PROSE, default_year, problems
                    )
                )
    return certain, periods


def _held_interview(words: str) -> bool:
    """Say whether a sentence states when interviews are held."""
    if re.search(r"interviews? (?:to be|will be|are) (?:held|conducted|scheduled)", words):
        return not re.search(r"\b(?:notified|contacted) (?:by|before)\b", words)
    return (
        _INTERVIEW.search(words) is not None
        and _HELD.search(words) is not None
        and _NOT_AN_INTERVIEW.search(words) is None
    )


def _once(dates: list[ParsedInterviewDate]) -> list[ParsedInterviewDate]:
    """Return each day or range once; a day inside a stated range is not repeated."""
    kept: list[ParsedInterviewDate] = []
    for date in sorted(dates, key=lambda item: item.starts_on - item.ends_on):
        if not any(_covers(other, date.starts_on, date.ends_on) for other in kept):
            kept.append(date)
    return sorted(kept, key=lambda item: item.evidence.start)


def _covers(other: ParsedInterviewDate, first: dt.date, last: dt.date) -> bool:
    """Say whether an earlier row already states these days."""
    return other.starts_on <= first and last <= other.ends_on
