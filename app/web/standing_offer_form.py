"""The form of a standing offer: from fields to a request of the API, and errors back to their fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.kit.errors import FieldError, WaslError, invalid_request
from app.offers.recurrence import weekly_on
from app.offers.standing_schemas import StandingOfferIn
from app.web.sent_forms import TypedForm, lines_typed, read_as, whole_number

LINE_FIELDS = (
    "category", "description", "kg", "crates", "temperature_class", "date_mark", "mark_days_after_pickup",
)  # fmt: skip
LIST_FIELDS = ("allergens", "dietary_flags")
TOP_FIELDS = (
    "key", "site_id", "starts_on", "ends_on", "pickup_from", "pickup_until", "post_days_before", "post_at", "note",
)  # fmt: skip
MOST_LINES = 20
POST_DAYS_BEFORE = range(8)


@dataclass
class StandingOfferForm(TypedForm):
    """What stands in the form: as typed, with the errors of each field."""

    key: str = ""
    site_id: str = ""
    weekdays: list[int] = field(default_factory=list)
    starts_on: str = ""
    ends_on: str = ""
    pickup_from: str = ""
    pickup_until: str = ""
    post_days_before: str = ""
    post_at: str = ""
    note: str = ""
    lines: list[dict[str, Any]] = field(default_factory=list)

    def errors_below(self, pointer: str) -> list[str]:
        """The sentences at a field with several parts."""
        return [said for at, said in self.errors.items() if at == pointer or at.startswith(f"{pointer}/")]


def empty_line() -> dict[str, Any]:
    """A line as it stands in a fresh form."""
    return {
        "category": "",
        "description": "",
        "kg": "",
        "crates": "0",
        "temperature_class": "ambient",
        "date_mark": "none",
        "mark_days_after_pickup": "",
        "allergens": [],
        "dietary_flags": [],
    }


def fresh(key: str, site_id: str, today: date) -> StandingOfferForm:
    """An empty form that begins today, posted when the API would unless told otherwise."""
    usual = StandingOfferIn.model_fields
    return StandingOfferForm(
        key=key,
        site_id=site_id,
        starts_on=today.isoformat(),
        post_days_before=str(usual["post_days_before"].default),
        post_at=f"{usual['post_at'].default:%H:%M}",
        lines=[empty_line()],
    )


def read(fields: dict[str, str], lists: Mapping[str, Sequence[str]]) -> StandingOfferForm:
    """What was sent, as it was typed."""
    form = StandingOfferForm(**{name: fields.get(name, "") for name in TOP_FIELDS})  # type: ignore[arg-type]
    form.weekdays = [int(each) for each in lists.get("weekdays", ()) if each in tuple("1234567")]
    for number in range(lines_typed(fields, MOST_LINES)):
        line: dict[str, Any] = {name: fields.get(f"line-{number}-{name}", "") for name in LINE_FIELDS}
        line |= {name: list(lists.get(f"line-{number}-{name}", ())) for name in LIST_FIELDS}
        form.lines.append(line)
    return form


def take_out(form: StandingOfferForm, typed: str) -> None:
    """Take one line out, never the last one."""
    number = whole_number(typed)
    if isinstance(number, int) and number < len(form.lines) > 1:
        del form.lines[number]


def request_of(form: StandingOfferForm) -> StandingOfferIn:
    """The API's request; raises WaslError with every field that does not fit."""
    missing = []
    if not form.weekdays:
        missing.append(FieldError("/recurrence", "Choose at least one weekday.", "weekdays_missing"))
    document = {
        "site_id": form.site_id,
        # What is missing is said above in our words; the rest of the form is looked at all the same.
        "recurrence": weekly_on(form.weekdays or (1,)),
        "starts_on": form.starts_on,
        "ends_on": form.ends_on or None,
        "pickup_from": form.pickup_from,
        "pickup_until": form.pickup_until,
        "post_days_before": whole_number(form.post_days_before),
        "post_at": form.post_at,
        "note": form.note,
        "lines": [_line(line) for line in form.lines],
    }
    try:
        wish = read_as(StandingOfferIn, document)
    except WaslError as error:
        raise invalid_request([*missing, *error.errors]) from error
    if missing:
        raise invalid_request(missing)
    return wish


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    days = str(line["mark_days_after_pickup"]).strip()
    return {
        **line,
        "crates": whole_number(str(line["crates"]).strip() or "0"),
        "mark_days_after_pickup": whole_number(days) if days else None,
    }
