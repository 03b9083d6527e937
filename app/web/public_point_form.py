"""The form of what everybody may know of a place: rows of hours and of other days to a request of the API, and errors
back to the rows that they are about."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.kit.errors import FieldError, WaslError, invalid_request
from app.models.public_pages import DistributionPoint
from app.public.schemas import DistributionPointIn
from app.web.sent_forms import TypedForm, read_as, whole_number

TEXTS = ("note_en", "note_ar", "phone")
MOST_WINDOWS, MOST_OTHER_DAYS = 28, 60
_OF_EXCEPTION = re.compile(r"/exceptions/(\d+)(?:/windows/(\d+))?(.*)")


@dataclass
class PublicPointForm(TypedForm):
    """What stands in the form: as typed, with the errors of each field. other_days: a date with its hours, or none."""

    version: str = ""
    is_public: bool = False
    windows: list[dict[str, Any]] = field(default_factory=list)
    other_days: list[dict[str, str]] = field(default_factory=list)
    note_en: str = ""
    note_ar: str = ""
    phone: str = ""


def empty_window() -> dict[str, Any]:
    """A row of weekly hours with nothing in it."""
    return {"weekdays": [], "opens": "", "closes": ""}


def empty_day() -> dict[str, str]:
    """A row of another day with nothing in it."""
    return {"date": "", "opens": "", "closes": "", "note": ""}


def of_point(point: DistributionPoint | None, today: date) -> PublicPointForm:
    """The form of a place as it is said, without days that are over; an empty one where nothing is."""
    if point is None:
        return PublicPointForm(windows=[empty_window()], other_days=[empty_day()])
    days = [
        {"date": each["date"], "opens": hours["opens"], "closes": hours["closes"], "note": each["note"]}
        for each in point.exceptions
        if each["date"] >= today.isoformat()
        for hours in each["windows"] or [{"opens": "", "closes": ""}]
    ]
    return PublicPointForm(
        version=str(point.version),
        is_public=point.is_public,
        windows=[dict(each) for each in point.windows],
        other_days=[*days, empty_day()],
        **{name: getattr(point, name) for name in TEXTS},
    )


def read(fields: Mapping[str, str], lists: Mapping[str, Sequence[str]]) -> PublicPointForm:
    """What was sent, as it was typed; rows with nothing in them are left out, but for one of each."""
    form = PublicPointForm(
        version=fields.get("version", ""),
        is_public="is_public" in fields,
        **{name: fields.get(name, "") for name in TEXTS},  # type: ignore[arg-type]
    )
    for number in range(_rows(fields, "window_count", MOST_WINDOWS)):
        at = f"window-{number}-"
        days = [int(each) for each in lists.get(f"{at}weekdays", ()) if each in tuple("1234567")]
        form.windows.append({"weekdays": days, **{name: fields.get(at + name, "") for name in ("opens", "closes")}})
    for number in range(_rows(fields, "day_count", MOST_OTHER_DAYS)):
        form.other_days.append({name: fields.get(f"day-{number}-{name}", "") for name in empty_day()})
    form.windows = [each for each in form.windows if any(each.values())] or [empty_window()]
    form.other_days = [each for each in form.other_days if _is_filled(each)] or [empty_day()]
    return form


def _rows(fields: Mapping[str, str], name: str, most: int) -> int:
    count = whole_number(fields.get(name, ""))
    return min(most, count) if isinstance(count, int) else 0


def _is_filled(day: Mapping[str, str]) -> bool:
    return any(day[name] for name in ("date", "opens", "closes"))


def request_of(form: PublicPointForm) -> DistributionPointIn:
    """The API's request; raises WaslError with every field that does not fit, named by its row."""
    filled = [row for row, day in enumerate(form.other_days) if _is_filled(day)]
    exceptions, rows = _by_date(form.other_days, filled)
    missing = [
        FieldError(f"/windows/{number}/weekdays", "Choose at least one weekday.", "weekdays_missing")
        for number, window in enumerate(form.windows)
        if not window["weekdays"]
    ]
    # What is missing is said above in our words; the rest of the form is looked at all the same.
    document = {
        "is_public": form.is_public,
        "windows": [{**window, "weekdays": window["weekdays"] or [1]} for window in form.windows],
        "exceptions": exceptions,
        **{name: getattr(form, name) for name in TEXTS},
    }
    try:
        wish = read_as(DistributionPointIn, document)
    except WaslError as error:
        raise invalid_request([*missing, *(_at_row(each, rows) for each in error.errors)]) from error
    if missing:
        raise invalid_request(missing)
    return wish


def _by_date(
    days: Sequence[Mapping[str, str]], filled: Sequence[int]
) -> tuple[list[dict[str, Any]], list[tuple[int, list[int]]]]:
    """The exceptions, one a date; for each the row that it began in and the rows of its hours."""
    exceptions: dict[str, dict[str, Any]] = {}
    rows: dict[str, tuple[int, list[int]]] = {}
    for row in filled:
        day = days[row]
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


def _at_row(error: FieldError, rows: Sequence[tuple[int, list[int]]]) -> FieldError:
    """The error of an exception or of its hours, at the row in which that was typed."""
    found = _OF_EXCEPTION.fullmatch(error.pointer)
    if found is None:
        return error
    first, of_hours = rows[int(found[1])]
    row = first if found[2] is None else of_hours[int(found[2])]
    return FieldError(f"/exceptions/{row}{found[3]}", error.detail, error.code, error.words, error.template)
