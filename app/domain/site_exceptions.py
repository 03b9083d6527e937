"""What is different at a site on one date: closed, or open at other hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any


@dataclass(frozen=True)
class DayHours:
    """A site's hours on a date that is not as usual; no windows with `closed` false: as usual, only noted."""

    closed: bool
    windows: tuple[tuple[time, time], ...]
    note: str


def hours_on(exceptions: Sequence[Mapping[str, Any]], day: date) -> DayHours | None:
    """What is different on that date; None on a usual one. The last of several entries for a date counts."""
    found = None
    for each in exceptions:
        if each.get("date") == day.isoformat():
            windows = tuple(
                (time.fromisoformat(str(window["opens"])), time.fromisoformat(str(window["closes"])))
                for window in each.get("windows") or ()
            )
            found = DayHours(bool(each.get("closed")), windows, str(each.get("note") or ""))
    return found


def within_hours(hours: DayHours | None, opens: time, closes: time) -> tuple[time, time] | None:
    """What is left of a window on such a day, the longest part of it; None when the site is closed then."""
    if hours is None or (not hours.closed and not hours.windows):
        return opens, closes
    if hours.closed:
        return None
    end = _minutes(closes) or 24 * 60  # midnight as the end is the end of the day
    parts = [
        (max(_minutes(opens), _minutes(first)), min(end, _minutes(last) or 24 * 60)) for first, last in hours.windows
    ]
    begin, until = max(parts, key=lambda part: part[1] - part[0])
    return (_time(begin), _time(until)) if begin < until else None


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _time(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)
