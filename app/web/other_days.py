"""Rows of days that are different, in forms: a date with its hours, or without any where it is closed. From rows to the
exceptions of the API's requests, and errors back to the rows that they are about."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from app.kit.errors import FieldError
from app.web.sent_forms import whole_number

Rows = Sequence[tuple[int, Sequence[int]]]  # of each exception, the row that it begins in and the rows of its hours
_OF_EXCEPTION = re.compile(r"/exceptions/(\d+)(?:/windows/(\d+))?(.*)")


def empty_day() -> dict[str, str]:
    """A row with nothing in it."""
    return {"date": "", "opens": "", "closes": "", "note": ""}


def rows_of(exceptions: Iterable[Mapping[str, Any]], today: date) -> list[dict[str, str]]:
    """A row for each hours of each date, as exceptions are kept; without days that are over."""
    return [
        {"date": each["date"], "opens": hours["opens"], "closes": hours["closes"], "note": each["note"]}
        for each in exceptions
        if each["date"] >= today.isoformat()
        for hours in each["windows"] or [{"opens": "", "closes": ""}]
    ]


def read_rows(fields: Mapping[str, str], most: int) -> list[dict[str, str]]:
    """What was typed; rows with nothing in them are left out."""
    rows = [
        {name: fields.get(f"day-{number}-{name}", "") for name in empty_day()}
        for number in range(rows_sent(fields, "day_count", most))
    ]
    return [each for each in rows if _is_filled(each)]


def rows_sent(fields: Mapping[str, str], name: str, most: int) -> int:
    """How many rows a form says that it has."""
    count = whole_number(fields.get(name, ""))
    return min(most, count) if isinstance(count, int) else 0


def exceptions_of(days: Sequence[Mapping[str, str]]) -> tuple[list[dict[str, Any]], Rows]:
    """The exceptions, one a date, and where each was typed."""
    exceptions: dict[str, dict[str, Any]] = {}
    rows: dict[str, tuple[int, list[int]]] = {}
    for row, day in enumerate(days):
        if not _is_filled(day):
            continue
        # Two rows that are no dates are two faults.
        key = day["date"] or f"row {row}"
        found = exceptions.setdefault(key, {"date": day["date"], "closed": False, "windows": [], "note": day["note"]})
        first = rows.setdefault(key, (row, []))
        if day["opens"] or day["closes"]:
            found["windows"].append({"opens": day["opens"], "closes": day["closes"]})
            first[1].append(row)
        else:
            found["closed"] = True
    return list(exceptions.values()), list(rows.values())


def at_row(error: FieldError, rows: Rows) -> FieldError:
    """The error of an exception or of its hours, at the row in which that was typed; any other as it is."""
    found = _OF_EXCEPTION.fullmatch(error.pointer)
    if found is None:
        return error
    first, of_hours = rows[int(found[1])]
    row = first if found[2] is None else of_hours[int(found[2])]
    return FieldError(f"/exceptions/{row}{found[3]}", error.detail, error.code, error.words, error.template)


def _is_filled(day: Mapping[str, str]) -> bool:
    return any(day[name] for name in ("date", "opens", "closes"))
