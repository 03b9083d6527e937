"""The form of what everybody may know of a place: rows of hours and of other days to a request of the API, and errors
back to the rows that they are about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.kit.errors import FieldError, WaslError, invalid_request
from app.models.public_pages import DistributionPoint
from app.public.schemas import DistributionPointIn
from app.web.other_days import at_row, empty_day, exceptions_of, read_rows, rows_of, rows_sent
from app.web.sent_forms import TypedForm, read_as

TEXTS = ("note_en", "note_ar", "phone")
MOST_WINDOWS, MOST_OTHER_DAYS = 28, 60


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


def of_point(point: DistributionPoint | None, today: date) -> PublicPointForm:
    """The form of a place as it is said, without days that are over; an empty one where nothing is."""
    if point is None:
        return PublicPointForm(windows=[empty_window()], other_days=[empty_day()])
    return PublicPointForm(
        version=str(point.version),
        is_public=point.is_public,
        windows=[dict(each) for each in point.windows],
        other_days=[*rows_of(point.exceptions, today), empty_day()],
        **{name: getattr(point, name) for name in TEXTS},
    )


def read(fields: Mapping[str, str], lists: Mapping[str, Sequence[str]]) -> PublicPointForm:
    """What was sent, as it was typed; rows with nothing in them are left out, but for one of each."""
    form = PublicPointForm(
        version=fields.get("version", ""),
        is_public="is_public" in fields,
        **{name: fields.get(name, "") for name in TEXTS},  # type: ignore[arg-type]
    )
    for number in range(rows_sent(fields, "window_count", MOST_WINDOWS)):
        at = f"window-{number}-"
        days = [int(each) for each in lists.get(f"{at}weekdays", ()) if each in tuple("1234567")]
        form.windows.append({"weekdays": days, **{name: fields.get(at + name, "") for name in ("opens", "closes")}})
    form.windows = [each for each in form.windows if any(each.values())] or [empty_window()]
    form.other_days = read_rows(fields, MOST_OTHER_DAYS) or [empty_day()]
    return form


def request_of(form: PublicPointForm) -> DistributionPointIn:
    """The API's request; raises WaslError with every field that does not fit, named by its row."""
    exceptions, rows = exceptions_of(form.other_days)
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
        raise invalid_request([*missing, *(at_row(each, rows) for each in error.errors)]) from error
    if missing:
        raise invalid_request(missing)
    return wish
