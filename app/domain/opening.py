"""When a site is open on a day: its weekly windows, unless a dated exception says otherwise; clock changes included."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, tzinfo
from typing import Any

from app.domain.service_date import local_window

ACCESS: tuple[str, ...] = ("dock", "level", "stairs", "lift", "unknown")

Window = Mapping[str, Any]  # weekdays (1 is Monday), opens and closes as "HH:MM"; an exception's has no weekdays
Exceptional = Mapping[str, Any]  # date as text, closed, windows, note
Hours = tuple[time, time]


def exception_on(day: date, exceptions: Iterable[Exceptional]) -> Exceptional | None:
    """What a site does differently on that day."""
    return next((each for each in exceptions if each["date"] == day.isoformat()), None)


def closed_on(day: date, exceptions: Iterable[Exceptional]) -> bool:
    """Whether a dated exception closes the site for the whole day."""
    found = exception_on(day, exceptions)
    return found is not None and bool(found["closed"])


def hours_on(day: date, weekly: Iterable[Window], exceptions: Iterable[Exceptional] = ()) -> tuple[Hours, ...]:
    """The local hours of that day, as clocks on the wall show them, in their order."""
    found = exception_on(day, exceptions)
    if found is None:
        windows = [each for each in weekly if day.isoweekday() in each["weekdays"]]
    else:
        windows = [] if found["closed"] else list(found["windows"])
    hours = ((time.fromisoformat(each["opens"]), time.fromisoformat(each["closes"])) for each in windows)
    return tuple(sorted(hours))


def windows_on(
    day: date, zone: tzinfo, weekly: Iterable[Window], exceptions: Iterable[Exceptional] = ()
) -> tuple[tuple[datetime, datetime], ...]:
    """The instants between which the site is open that day, in order and merged where they touch."""
    merged: list[tuple[datetime, datetime]] = []
    for first, last in sorted(local_window(day, *hours, zone) for hours in hours_on(day, weekly, exceptions)):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return tuple(merged)


def receiving(windows: Sequence[Window], receiving_windows: Sequence[Window] | None) -> Sequence[Window]:
    """The weekly windows in which a site receives: its own, or as it is open."""
    return windows if receiving_windows is None else receiving_windows
