"""Times as clients write them: UTC holds where no zone is written."""

from __future__ import annotations

import datetime as dt


def in_utc(time: dt.datetime) -> dt.datetime:
    """Return a time in UTC.

    Raises:
        OverflowError: it lies outside the years 1 to 9999 there.
    """
    return (time if time.tzinfo else time.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)


def is_outside(time: dt.datetime) -> bool:
    """Return whether a time lies outside the years 1 to 9999 in UTC."""
    try:
        in_utc(time)
    except OverflowError:
        return True
    return False
