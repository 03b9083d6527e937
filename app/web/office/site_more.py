"""What else is said of a site: how long a van stands there, what can be put away in a day, the hours in which it
receives where it is open at others, and days that are different. From fields to the API's requests, and errors back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from app.domain.foods import TEMPERATURE_CLASSES
from app.domain.units import kg_text
from app.kit.errors import FieldError, WaslError
from app.kit.web import Body
from app.models.partners import Site
from app.web.other_days import Rows, empty_day, exceptions_of, read_rows, rows_of, rows_sent
from app.web.sent_forms import decimal_number, read_as

MINUTES = ("setup_minutes", "service_minutes")
MOST_WINDOWS = 28
MOST_OTHER_DAYS = 100  # more than that come from a program, and stay as they are
SECONDS_A_MINUTE = 60
POINTERS = ("/setup_minutes", "/service_minutes", "/storage_kg", "/receiving_windows", "/exceptions")


@dataclass
class SiteMore:
    """As typed. other_days: None where there are more than anybody types, which are left as they are."""

    setup_minutes: str = "5"
    service_minutes: str = "1"
    storage: dict[str, str] = field(default_factory=lambda: dict.fromkeys(TEMPERATURE_CLASSES, ""))
    receiving: list[dict[str, Any]] = field(default_factory=lambda: [empty_hours()])
    other_days: list[dict[str, str]] | None = field(default_factory=lambda: [empty_day()])


class _Minutes(Body):
    """People say it in minutes."""

    setup_minutes: Annotated[Decimal, Field(ge=0, le=120, decimal_places=2, allow_inf_nan=False)]
    service_minutes: Annotated[Decimal, Field(ge=0, le=60, decimal_places=2, allow_inf_nan=False)]


def empty_hours() -> dict[str, Any]:
    """A row of weekly hours with nothing in it."""
    return {"weekdays": [], "opens": "", "closes": ""}


def of_site(site: Site, today: date) -> SiteMore:
    """As it is said of a site, without days that are over."""
    days = rows_of(site.exceptions, today)
    kept = site.storage_grams
    return SiteMore(
        setup_minutes=_minutes(site.setup_seconds),
        service_minutes=_minutes(site.service_seconds),
        storage={each: "" if (most := kept.get(each)) is None else kg_text(most) for each in TEMPERATURE_CLASSES},
        receiving=[*(dict(each) for each in site.receiving_windows or ()), empty_hours()],
        other_days=[*days, empty_day()] if len(days) < MOST_OTHER_DAYS else None,
    )


def _minutes(seconds: int) -> str:
    """To a hundredth: as many seconds again when it is read."""
    return f"{round(Decimal(seconds) / SECONDS_A_MINUTE, 2).normalize():f}"


def read(fields: Mapping[str, str], lists: Mapping[str, Sequence[str]]) -> SiteMore | None:
    """What was sent, as it was typed; None where a form has nothing of it."""
    if "setup_minutes" not in fields:
        return None
    hours = []
    for number in range(rows_sent(fields, "receiving_count", MOST_WINDOWS)):
        at = f"receiving-{number}-"
        days = [int(each) for each in lists.get(f"{at}weekdays", ()) if each in tuple("1234567")]
        hours.append({"weekdays": days, **{name: fields.get(at + name, "") for name in ("opens", "closes")}})
    return SiteMore(
        fields["setup_minutes"],
        fields.get("service_minutes", ""),
        {each: fields.get(f"storage-{each}", "") for each in TEMPERATURE_CLASSES},
        [each for each in hours if any(each.values())] or [empty_hours()],
        (read_rows(fields, MOST_OTHER_DAYS) or [empty_day()]) if "day_count" in fields else None,
    )


def days_over(site: Site, today: date) -> list[dict[str, Any]]:
    """The exceptions of days that are over, which no form shows: what is learnt of a store goes by them."""
    return [each for each in site.exceptions if each["date"] < today.isoformat()]


def request_of(more: SiteMore, over: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], list[FieldError], Rows]:
    """The fields of the API's request, what is wrong with those that people type otherwise than the API has them, and
    where each exception was typed. over: the exceptions that stay, of days that are over."""
    hours = [each for each in more.receiving if any(each.values())]
    errors = [
        FieldError(f"/receiving_windows/{row}/weekdays", "Choose at least one weekday.", "weekdays_missing")
        for row, each in enumerate(hours)
        if not each["weekdays"]
    ]
    found: dict[str, Any] = {
        # What is missing is said above in our words; the rest of the form is looked at all the same.
        "receiving_windows": [{**each, "weekdays": each["weekdays"] or [1]} for each in hours] or None,
        "storage_kg": {name: typed.strip() or None for name, typed in more.storage.items()},
    }
    try:
        said = read_as(_Minutes, {name: decimal_number(getattr(more, name)) for name in MINUTES})
        found["setup_seconds"] = round(said.setup_minutes * SECONDS_A_MINUTE)
        found["service_seconds"] = round(said.service_minutes * SECONDS_A_MINUTE)
    except WaslError as error:
        errors += error.errors
    rows: Rows = ()
    if more.other_days is not None:
        typed_days, rows = exceptions_of(more.other_days)
        said_anew = {each["date"] for each in typed_days}
        found["exceptions"] = [*typed_days, *(each for each in over if each["date"] not in said_anew)]
    return found, errors, rows
