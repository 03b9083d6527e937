"""Days and times as people write them into files; whether a slashed date puts the day or the month first.

A slashed date is read as day first. Only where every slashed date of a column makes sense as month first alone is the
column read so. Whatever could mean two days in its column is refused, with the reason.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal

from app.domain.units import latin_digits

Order = Literal["day_first", "month_first"]
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_SLASHED = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_SHORT_YEAR = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2}")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(am|pm|a\.m\.|p\.m\.|ص|م)?", re.IGNORECASE)
YEARS = range(2000, 2200)


class Unreadable(ValueError):
    """A day or time that cannot be read, with a code, a sentence and what fills its gaps."""

    def __init__(self, code: str, template: str, /, **words: Any) -> None:
        super().__init__(code)
        self.code, self.template, self.words = code, template, words


@dataclass(frozen=True)
class Moment:
    """What a cell says: a day, a time of that day, an offset from UTC; each may be missing."""

    day: str = ""
    at: time | None = None
    instant: datetime | None = None


def moment_of(cell: str) -> Moment:
    """The day and the time in a cell, in either order of precision; the day is read later, with its column."""
    text = latin_digits(cell).strip()
    if instant := _instant(text):
        return Moment(instant=instant)
    for separator in ("T", "t", " "):
        day, _, clock = text.partition(separator)
        if clock and (_ISO.fullmatch(day) or _SLASHED.fullmatch(day) or _SHORT_YEAR.fullmatch(day)):
            return Moment(day=day, at=time_of(clock))
    if _TIME.fullmatch(text):
        return Moment(at=time_of(text))
    if _ISO.fullmatch(text) or _SLASHED.fullmatch(text) or _SHORT_YEAR.fullmatch(text):
        return Moment(day=text)
    raise Unreadable("csv_time", "Write the time as 08:30, or with its day as 2026-11-28 08:30.")


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if found.tzinfo is None:
        return None
    if found.year not in YEARS:
        raise Unreadable("csv_date", "There is a mistake in the year. Write dates as 2026-11-28.")
    return found


def time_of(text: str) -> time:
    """A time of day; 24:00 is midnight, the end of the day."""
    match = _TIME.fullmatch(latin_digits(text).strip())
    if match is None:
        raise Unreadable("csv_time", "Write the time as 08:30.")
    hour, minute, second, half = int(match[1]), int(match[2]), int(match[3] or 0), (match[4] or "").lower()
    if half and not 1 <= hour <= 12:
        raise Unreadable("csv_time", "A time with AM or PM has hours from 1 to 12. Write it as 18:30.")
    if half:
        hour = hour % 12 + (12 if half in ("pm", "p.m.", "م") else 0)
    if (hour, minute, second) == (24, 0, 0):
        return time.min
    if hour > 23 or minute > 59 or second > 59:
        raise Unreadable("csv_time", "There is no such time of day. Write it as 08:30.")
    return time(hour, minute, second)


@dataclass(frozen=True)
class DateColumn:
    """How the slashed dates of one column are read; `readers` are rows that can be read in one order alone."""

    order: Order = "day_first"
    slashed: bool = False  # it has dates whose order matters
    mixed: bool = False
    day_first_row: int | None = None
    month_first_row: int | None = None


def column_of_dates(cells: Iterable[tuple[int, str]]) -> DateColumn:
    """What the dates of a column, with their rows, say about their order."""
    only_day, only_month, both, slashed = None, None, False, False
    for row, cell in cells:
        match = _SLASHED.fullmatch(cell)
        if match is None or (match[2] == "." and int(match[3]) <= 12):
            continue
        slashed = True
        first, second = int(match[1]), int(match[3])
        if first > 12 >= second:
            only_day = only_day or row
        elif second > 12 >= first:
            only_month = only_month or row
        else:
            both = both or (first <= 12 and second <= 12 and first != second)
    if only_month is None:
        return DateColumn("day_first", slashed, False, only_day, None)
    return DateColumn("month_first", slashed, only_day is not None or both, only_day, only_month)


def date_of(cell: str, column: DateColumn, others: Mapping[str, DateColumn]) -> date:
    """The day that a cell means in its column; raises `Unreadable`."""
    text = latin_digits(cell).strip()
    if match := _ISO.fullmatch(text):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if _SHORT_YEAR.fullmatch(text):
        raise Unreadable("csv_date", "Write the year with four digits. Write dates as 2026-11-28.")
    match = _SLASHED.fullmatch(text)
    if match is None:
        raise Unreadable("csv_date", "This is not a date. Write dates as 2026-11-28.")
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    twofold = first <= 12 and second <= 12 and first != second and match[2] != "."
    if column.mixed:
        _refuse_mixed(twofold, first, column)
    elsewhere = next((each for each in others.values() if each.month_first_row), None)
    if twofold and column.month_first_row is None and column.day_first_row is None and elsewhere:
        raise Unreadable(
            "csv_date_ambiguous",
            "This could be two days: row {row} of another column puts the month first. Write dates as 2026-11-28.",
            row=elsewhere.month_first_row,
        )
    month_first = column.order == "month_first" and match[2] != "."
    return _date(year, first, second) if month_first else _date(year, second, first)


def _refuse_mixed(twofold: bool, first: int, column: DateColumn) -> None:
    if twofold:
        sentence = "This could be two days, since row {row} puts the month first. Write dates as 2026-11-28."
        raise Unreadable("csv_date_ambiguous", sentence, row=column.month_first_row)
    if column.day_first_row is not None:
        raise Unreadable(
            "csv_dates_mixed",
            "The column mixes two orders: row {day_row} puts the day first, row {month_row} the month. Write dates as"
            " 2026-11-28.",
            day_row=column.day_first_row,
            month_row=column.month_first_row,
        )
    if first <= 12:
        raise Unreadable(
            "csv_dates_mixed",
            "The month comes first here, and other rows of the column could be read both ways. Write dates as"
            " 2026-11-28.",
        )


def _date(year: int, month: int, day: int) -> date:
    if year not in YEARS:
        raise Unreadable("csv_date", "There is a mistake in the year. Write dates as 2026-11-28.")
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Unreadable("csv_date", "There is no such day. Write dates as 2026-11-28.") from error
