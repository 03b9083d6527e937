"""The form of an offer: from fields to a request of the API, and errors back to their fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData

from app.domain import opening
from app.domain.service_date import local_instant
from app.domain.units import kg_text
from app.models.offers import Offer, OfferLine
from app.models.partners import Site
from app.offers.schemas import MOST_LINES, OfferChange, OfferIn
from app.web.sent_forms import TypedForm, lines_typed, lists_of, read_as, texts_of, whole_number

LINE_FIELDS = ("category", "description", "kg", "crates", "temperature_class", "date_mark", "mark_date", "gtin", "lot")
TOP_FIELDS = ("key", "site_id", "day", "pickup_from", "pickup_until", "note")
LIST_FIELDS = ("allergens", "dietary_flags")
KEPT_FIELDS = ("note", "splittable")  # of a line that is amended: no field shows them, and they stay
WHOLE = "no"  # a line that goes to one food bank, or to none
USUAL_HOURS = 3
LOOKING_AHEAD_DAYS = 15  # past a week of holidays


@dataclass
class OfferForm(TypedForm):
    """What stands in the form: as typed, with the errors of each field."""

    key: str
    site_id: str
    day: str
    pickup_from: str
    pickup_until: str
    note: str = ""
    version: str = ""  # of the offer that is amended
    lines: list[dict[str, Any]] = field(default_factory=list)
    hints: dict[str, str] = field(default_factory=dict)  # what is worth knowing at a field that fits

    def hint(self, pointer: str) -> str:
        """What else is said at a field, to be translated; mostly nothing."""
        return self.hints.get(pointer, "")


def empty_line() -> dict[str, Any]:
    """A line as it stands in a fresh form."""
    return {
        "category": "",
        "description": "",
        "kg": "",
        "crates": "0",
        "temperature_class": "ambient",
        "date_mark": "none",
        "mark_date": "",
        "gtin": "",
        "lot": "",
        "note": "",
        "splittable": "",
        "allergens": [],
        "dietary_flags": [],
    }


def fresh(key: str, site: Site | None, now: datetime, zone: ZoneInfo) -> OfferForm:
    """A form with the store chosen and the next sensible pickup filled in."""
    form = OfferForm(key, str(site.id) if site else "", "", "", "", lines=[empty_line()])
    propose_window(form, site, now, zone)
    return form


def of_offer(offer: Offer, key: str, zone: ZoneInfo) -> OfferForm:
    """An offer as it stands, to be amended from this version."""
    begin, end = offer.pickup_from.astimezone(zone), offer.pickup_until.astimezone(zone)
    return OfferForm(
        key,
        str(offer.site_id),
        begin.date().isoformat(),
        f"{begin:%H:%M}",
        f"{end:%H:%M}",
        offer.note,
        str(offer.version),
        [as_it_stands(line) for line in offer.lines],
    )


def as_before(row: OfferLine) -> dict[str, Any]:
    """A line as it was posted, but for the date and the lot on the pack: those are others by now, and have to be
    read."""
    return {
        "category": row.category,
        "description": row.description,
        "kg": kg_text(row.grams),
        "crates": str(row.crates),
        "temperature_class": row.temperature_class,
        "date_mark": row.date_mark,
        "mark_date": "",
        "gtin": row.gtin or "",
        "lot": "",
        "note": "",
        "splittable": "",
        "allergens": list(row.allergens),
        "dietary_flags": list(row.dietary_flags),
    }


def as_it_stands(row: OfferLine) -> dict[str, Any]:
    """A line of an offer that is to be amended: all of it, with the date on its pack."""
    return as_before(row) | {
        "mark_date": row.mark_date.isoformat() if row.mark_date else "",
        "lot": row.lot,
        "note": row.note,
        "splittable": "" if row.splittable else WHOLE,
    }


def propose_window(form: OfferForm, site: Site | None, now: datetime, zone: ZoneInfo) -> None:
    """Fill in the next sensible pickup at the store."""
    begin, end = _next_pickup(site, now.astimezone(zone))
    form.day, form.pickup_from, form.pickup_until = begin.date().isoformat(), f"{begin:%H:%M}", f"{end:%H:%M}"


def _next_pickup(site: Site | None, local: datetime) -> tuple[datetime, datetime]:
    """The next three hours within the store's own hours, from the coming full hour on."""
    earliest = (local + timedelta(minutes=59)).replace(minute=0, second=0, microsecond=0)
    zone = local.tzinfo or UTC
    for ahead in range(LOOKING_AHEAD_DAYS if site else 0):
        day = local.date() + timedelta(days=ahead)
        for opens, closes in opening.windows_on(day, zone, site.windows, site.exceptions) if site else ():
            begin = max(opens, earliest.astimezone(UTC))
            if begin + timedelta(hours=1) <= closes:
                end = min(closes, begin + timedelta(hours=USUAL_HOURS))
                return begin.astimezone(zone), end.astimezone(zone)
    return earliest, earliest + timedelta(hours=USUAL_HOURS)


def read_sent(data: FormData) -> OfferForm:
    """What a browser sent, as it was typed."""
    return read(texts_of(data), lists_of(data))


def read(fields: dict[str, str], lists: Mapping[str, Sequence[str]]) -> OfferForm:
    """What was sent, as it was typed."""
    lines: list[dict[str, Any]] = []
    for number in range(lines_typed(fields, MOST_LINES)):
        typed: dict[str, Any] = {
            name: str(fields.get(f"line-{number}-{name}", "")) for name in (*LINE_FIELDS, *KEPT_FIELDS)
        }
        typed |= {name: list(lists.get(f"line-{number}-{name}", [])) for name in LIST_FIELDS}
        lines.append(empty_line() | {name: value for name, value in typed.items() if value})
    key, site_id, day, pickup_from, pickup_until, note = (str(fields.get(name, "")) for name in TOP_FIELDS)
    return OfferForm(key, site_id, day, pickup_from, pickup_until, note, str(fields.get("version", "")), lines)


def request_of(form: OfferForm, zone: ZoneInfo) -> OfferIn:
    """The API's request; raises WaslError with every field that does not fit."""
    lines = [line_document(line) for line in form.lines]
    return read_as(OfferIn, {**top_document(form, zone), "note": form.note, "lines": lines})


def change_of(form: OfferForm, zone: ZoneInfo) -> OfferChange:
    """The API's request to amend an offer; raises WaslError with every field that does not fit."""
    top = top_document(form, zone)
    del top["site_id"]
    return read_as(OfferChange, {**top, "note": form.note, "lines": [line_document(line) for line in form.lines]})


def top_document(form: OfferForm, zone: ZoneInfo) -> dict[str, Any]:
    """Where and when, as the API's request has it."""
    return {
        "site_id": form.site_id,
        "pickup_from": _instant(form.day, form.pickup_from, zone),
        "pickup_until": _instant(form.day, form.pickup_until, zone),
    }


def _instant(day: str, at: str, zone: ZoneInfo) -> datetime | str:
    """The moment, or what was typed where that is none."""
    try:
        return local_instant(date.fromisoformat(day), time.fromisoformat(at), zone)
    except (ValueError, OverflowError):
        return f"{day}T{at}"


def line_document(line: Mapping[str, Any]) -> dict[str, Any]:
    """A line as the API's request has it."""
    return {
        **line,
        "crates": whole_number(line["crates"].strip() or "0"),
        "mark_date": line["mark_date"] or None,
        "gtin": str(line["gtin"]).strip() or None,
        "splittable": line["splittable"] != WHOLE,
    }
