"""The form of a standing offer: from fields to a request of the API, and errors back to their fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import BaseModel

from app.domain.units import kg_text
from app.kit.errors import FieldError, WaslError, invalid_request
from app.models.offers import StandingOffer
from app.offers.recurrence import Rhythm, weekly_on
from app.offers.schemas import MOST_LINES
from app.offers.standing_schemas import StandingLineIn, StandingOfferChange, StandingOfferIn
from app.web.sent_forms import TypedForm, lines_typed, read_as, whole_number

LINE_FIELDS = (
    "category", "description", "kg", "crates", "temperature_class", "date_mark", "mark_days_after_pickup",
)  # fmt: skip
LIST_FIELDS = ("allergens", "dietary_flags")
TOP_FIELDS = (
    "key", "site_id", "starts_on", "ends_on", "pickup_from", "pickup_until", "post_days_before", "post_at", "note",
)  # fmt: skip
KEPT_FIELDS = ("gtin", "note", "splittable")  # of a line that a program stated: no field shows them, and they stay
WHOLE = "no"  # a line that goes to one food bank, or to none
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
    version: str = ""  # of the standing offer that is changed
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
        "gtin": "",
        "note": "",
        "splittable": "",
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
    form = StandingOfferForm(**{name: fields.get(name, "") for name in (*TOP_FIELDS, "version")})  # type: ignore[arg-type]
    form.weekdays = [int(each) for each in lists.get("weekdays", ()) if each in tuple("1234567")]
    for number in range(lines_typed(fields, MOST_LINES)):
        line: dict[str, Any] = {name: fields.get(f"line-{number}-{name}", "") for name in (*LINE_FIELDS, *KEPT_FIELDS)}
        line |= {name: list(lists.get(f"line-{number}-{name}", ())) for name in LIST_FIELDS}
        form.lines.append(line)
    return form


def of_offer(offer: StandingOffer, key: str, rhythm: Rhythm) -> StandingOfferForm:
    """A standing offer as it stands, to be changed from this version."""
    return StandingOfferForm(
        key=key,
        site_id=str(offer.site_id),
        weekdays=list(weekly_days(rhythm) or ()),
        starts_on=offer.starts_on.isoformat(),
        ends_on=offer.ends_on.isoformat() if offer.ends_on else "",
        pickup_from=f"{offer.pickup_from:%H:%M}",
        pickup_until=f"{offer.pickup_until:%H:%M}",
        post_days_before=str(offer.post_days_before),
        post_at=f"{offer.post_at:%H:%M}",
        note=offer.note,
        version=str(offer.version),
        lines=[_line_of(StandingLineIn.model_validate(line)) for line in offer.lines],
    )


def weekly_days(rhythm: Rhythm) -> tuple[int, ...] | None:
    """The weekdays of a rule that says no more than weekdays of every week; None where it says more than the form."""
    if rhythm.until is not None or rhythm.times is not None or (rhythm.weeks or rhythm.days) != 1:
        return None
    return rhythm.weekdays or tuple(range(1, 8))


def _line_of(line: StandingLineIn) -> dict[str, Any]:
    days = line.mark_days_after_pickup
    return {
        "category": line.category,
        "description": line.description,
        "kg": kg_text(line.kg),
        "crates": str(line.crates),
        "temperature_class": line.temperature_class,
        "date_mark": line.date_mark,
        "mark_days_after_pickup": "" if days is None else str(days),
        "gtin": line.gtin or "",
        "note": line.note,
        "splittable": "" if line.splittable else WHOLE,
        "allergens": list(line.allergens),
        "dietary_flags": list(line.dietary_flags),
    }


def add_line(form: StandingOfferForm) -> None:
    """One more line, where the form has room for it."""
    if len(form.lines) < MOST_LINES:
        form.lines.append(empty_line())


def take_out(form: StandingOfferForm, typed: str) -> None:
    """Take one line out, never the last one."""
    number = whole_number(typed)
    if isinstance(number, int) and number < len(form.lines) > 1:
        del form.lines[number]


def request_of(form: StandingOfferForm) -> StandingOfferIn:
    """The API's request; raises WaslError with every field that does not fit."""
    return _read_with_weekdays(
        StandingOfferIn,
        form,
        # What is missing is said in our words; the rest of the form is looked at all the same.
        {**_document(form), "site_id": form.site_id, "recurrence": weekly_on(form.weekdays or (1,))},
    )


def change_of(form: StandingOfferForm, rhythm: Rhythm) -> StandingOfferChange:
    """The API's request to change one whose rule has this rhythm; raises WaslError with every field that does not fit.
    A rule that says more than the form can stays, unless weekdays are chosen in its place."""
    usual = weekly_days(rhythm)
    if tuple(sorted(set(form.weekdays))) == (usual or ()) and (form.weekdays or usual is None):
        return read_as(StandingOfferChange, _document(form))
    document = {**_document(form), "recurrence": weekly_on(form.weekdays or (1,))}
    return _read_with_weekdays(StandingOfferChange, form, document)


def _document(form: StandingOfferForm) -> dict[str, Any]:
    return {
        "starts_on": form.starts_on,
        "ends_on": form.ends_on or None,
        "pickup_from": form.pickup_from,
        "pickup_until": form.pickup_until,
        "post_days_before": whole_number(form.post_days_before),
        "post_at": form.post_at,
        "note": form.note,
        "lines": [_line(line) for line in form.lines],
    }


def _read_with_weekdays[M: BaseModel](schema: type[M], form: StandingOfferForm, document: dict[str, Any]) -> M:
    """The document as the schema has it, where a weekday is chosen."""
    missing = []
    if not form.weekdays:
        missing.append(FieldError("/recurrence", "Choose at least one weekday.", "weekdays_missing"))
    try:
        wish = read_as(schema, document)
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
        "gtin": line["gtin"] or None,
        "splittable": line["splittable"] != WHOLE,
    }
