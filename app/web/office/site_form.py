"""The form of a site: from fields to a request of the API, prefilled from a place of the map, errors at fields."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from app.domain.foods import TEMPERATURE_CLASSES
from app.kit.errors import FieldError, WaslError, invalid_request
from app.kit.misfits import field_error
from app.models.partners import Site
from app.partners.schemas import SiteChange, SiteIn
from app.roads.addresses import AddressHit
from app.roads.places import Place, WindowProposal, is_donor, propose_windows
from app.web.office import site_more
from app.web.office.site_more import SiteMore
from app.web.other_days import Rows, at_row
from app.web.sent_forms import decimal_number

SITE_KINDS = ("store", "distribution_point", "warehouse", "depot")
WEEKDAYS = (1, 2, 3, 4, 5, 6, 7)
MOST_WINDOWS = 28
DECIMALS = 6
_NUMBER = re.compile(r"[+-]?\d{1,4}(\.\d{0,20})?")


@dataclass
class SiteForm:
    """What stands in the form: as typed, with the errors of each field."""

    key: str = ""
    version: str = ""
    osm_id: str = ""
    organisation_id: str = ""
    kind: str = "store"
    name: str = ""
    address: str = ""
    latitude: str = ""
    longitude: str = ""
    access: str = "unknown"
    access_notes: str = ""
    q: str = ""
    asked: str = ""
    temperature_classes: list[str] = field(default_factory=lambda: ["ambient"])
    windows: list[dict[str, Any]] = field(default_factory=list)
    from_extract: bool | None = None  # whether the hours are the place's own; None for hours that a person entered
    more: SiteMore | None = None  # nothing of it is sent where the form has none
    errors: dict[str, str] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)

    def error(self, pointer: str) -> str:
        """The sentence at a field; empty when it fits."""
        return self.errors.get(pointer, "")

    @property
    def position(self) -> tuple[float, float] | None:
        """(latitude, longitude) where both fields hold a number, else None."""
        latitude, longitude = degrees(self.latitude), degrees(self.longitude)
        if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
            return None
        return latitude, longitude

    def put_pin(self, latitude: float, longitude: float) -> None:
        """Move the pin."""
        self.latitude, self.longitude = f"{latitude:.{DECIMALS}f}", f"{longitude:.{DECIMALS}f}"


TEXTS = (
    "key", "version", "osm_id", "organisation_id", "kind", "name", "address", "latitude", "longitude", "access",
    "access_notes", "q", "asked",
)  # fmt: skip


def empty_window() -> dict[str, Any]:
    """Hours as they stand in a fresh form: working days, to be changed."""
    return {"weekdays": [1, 2, 3, 4, 5], "opens": "09:00", "closes": "17:00"}


def fresh(organisation_id: str) -> SiteForm:
    """An empty form."""
    return SiteForm(key=str(uuid4()), organisation_id=organisation_id, windows=[empty_window()], more=SiteMore())


def of_site(site: Site, today: date) -> SiteForm:
    """The form of a site as it is, without days that are over."""
    form = SiteForm(
        key=str(uuid4()),
        version=str(site.version),
        osm_id=site.osm_id or "",
        organisation_id=str(site.organisation_id),
        kind=site.kind,
        name=site.name,
        address=site.address,
        access=site.access,
        access_notes=site.access_notes,
        temperature_classes=list(site.temperature_classes),
        windows=[dict(window) for window in site.windows],
        more=site_more.of_site(site, today),
    )
    # To the last digit: a form that is saved as it stands does not move the pin.
    form.latitude, form.longitude = (f"{Decimal(repr(value)):f}" for value in (site.latitude, site.longitude))
    return form


def of_place(place: Place, organisation_id: str, language: str, day: date, zone: ZoneInfo) -> SiteForm:
    """A form filled in with what the map knows of a place."""
    hours: WindowProposal = propose_windows(place, day, zone)
    form = SiteForm(
        key=str(uuid4()),
        osm_id=place.osm_id,
        organisation_id=organisation_id,
        kind="store" if is_donor(place.kind) else "distribution_point",
        name=place.name_in(language),
        address=place.address,
        temperature_classes=["ambient", "chilled", "frozen"] if is_donor(place.kind) else ["ambient"],
        windows=[
            {"weekdays": list(each.weekdays), "opens": f"{each.opens:%H:%M}", "closes": f"{each.closes:%H:%M}"}
            for each in hours.windows
        ],
        from_extract=hours.from_extract,
        more=SiteMore(),
    )
    form.put_pin(place.latitude, place.longitude)
    return form


def read(fields: Mapping[str, str], lists: Mapping[str, Sequence[str]]) -> SiteForm:
    """What was sent, as it was typed."""
    form = SiteForm()
    for name in TEXTS:
        setattr(form, name, fields.get(name, ""))
    form.temperature_classes = [each for each in lists.get("temperature_classes", ()) if each in TEMPERATURE_CLASSES]
    typed_count = fields.get("window_count", "1")
    count = min(MOST_WINDOWS, int(typed_count)) if typed_count.isdecimal() else 1
    form.windows = [
        {
            "weekdays": [int(each) for each in lists.get(f"window-{number}-weekdays", ()) if each in "1234567"],
            "opens": fields.get(f"window-{number}-opens", ""),
            "closes": fields.get(f"window-{number}-closes", ""),
        }
        for number in range(count)
    ]
    form.more = site_more.read(fields, lists)
    return form


def pick(form: SiteForm, picked: str) -> bool:
    """Put the pin and the address where an answer of the search is; a name that somebody typed stays.

    True when the answer named the site.
    """
    try:
        found = json.loads(picked)
        latitude, longitude = float(found["latitude"]), float(found["longitude"])
        address, name = str(found["address"])[:300], str(found["name"])[:120]
    except (ValueError, KeyError, TypeError):
        return False
    form.put_pin(latitude, longitude)
    form.address = address
    if form.name or not name:
        return False
    form.name = name
    return True


def picked_value(hit: AddressHit) -> str:
    """An answer as the button that picks it sends it."""
    found = {
        "latitude": hit.latitude,
        "longitude": hit.longitude,
        "address": address_of(hit),
        "name": hit.name if hit.kind == "place" else "",
    }
    return json.dumps(found, ensure_ascii=False)


def address_of(hit: AddressHit) -> str:
    """A place's own name is the site's name and not part of its address; a street's is its address."""
    return hit.address if hit.kind in ("place", "address", "point") and hit.address else hit.label


def degrees(text: str) -> float | None:
    """A number as people type it, with digits of any script; None for what is none."""
    plain = decimal_number(text)
    return float(plain) if _NUMBER.fullmatch(plain) else None


def new_site(form: SiteForm) -> SiteIn:
    """The API's request; raises WaslError with every field that does not fit."""
    return _validated(SiteIn, form, {**_fields(form), "osm_id": form.osm_id or None})


def changed_site(form: SiteForm, over: Sequence[Mapping[str, Any]]) -> SiteChange:
    """The API's request of a change; raises WaslError with every field that does not fit. over: the exceptions of days
    that are over, which stay."""
    fields = _fields(form)
    del fields["organisation_id"]
    return _validated(SiteChange, form, fields, over)


def _validated[T: BaseModel](
    schema: type[T], form: SiteForm, fields: dict[str, Any], over: Sequence[Mapping[str, Any]] = ()
) -> T:
    more: dict[str, Any] = {}
    errors: list[FieldError] = []
    rows: Rows = ()
    if form.more is not None:
        more, errors, rows = site_more.request_of(form.more, over)
    if fields["latitude"] is None or fields["longitude"] is None:
        sentence = "Put the pin on the map, or write its latitude and longitude."
        errors.append(FieldError("/latitude", sentence, "pin_missing"))
    if not fields["windows"]:
        errors.append(FieldError("/windows", "Say on which days and when it is open.", "hours_missing"))
    # What is missing is said above in our words; the rest of the form is looked at all the same.
    stand_in = {"latitude": 0.0, "longitude": 0.0, "windows": [empty_window()]}
    filled = {name: stand_in.get(name) if value is None or value == [] else value for name, value in fields.items()}
    try:
        found = schema.model_validate({**filled, **more})
    except ValidationError as error:
        errors += [at_row(field_error(dict(item)), rows) for item in error.errors()]
    if errors:
        raise invalid_request(errors)
    return found


def _fields(form: SiteForm) -> dict[str, Any]:
    return {
        "organisation_id": form.organisation_id or None,
        "kind": form.kind,
        "name": form.name,
        "address": form.address,
        "latitude": degrees(form.latitude),
        "longitude": degrees(form.longitude),
        "windows": [window for window in form.windows if window["weekdays"]],
        **({"access": form.access} if form.access else {}),
        "access_notes": form.access_notes,
        "temperature_classes": form.temperature_classes,
    }


def show_errors(form: SiteForm, error: WaslError, words: Any) -> SiteForm:
    """The form as typed, with each error at its field."""
    found = error.errors or [FieldError("", error.detail, error.code, error.words, error.template)]
    form.errors = {each.pointer: words.at_field(each) for each in found}
    form.codes = {error.code, *(each.code for each in found)}
    return form
