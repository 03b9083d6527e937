"""The forms of a vehicle and of a shift: from fields to requests of the API, and errors back to their fields."""

from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from app.domain.service_date import local_instant
from app.domain.units import kg_text, latin_digits
from app.fleet.schemas import ShiftChange, ShiftIn, VehicleChange, VehicleIn
from app.models.fleet import Shift, Vehicle
from app.models.partners import Site
from app.web.sent_forms import TypedForm, read_as, whole_number

KILOGRAMS = ("capacity_kg", "chilled_kg", "frozen_kg", "hot_kg")
COSTS = ("cost_per_km", "cost_per_hour", "cost_per_use")
WHOLE = ("capacity_crates", "grams_co2e_per_km")


@dataclass(kw_only=True)
class VehicleForm(TypedForm):
    """A vehicle as it was typed."""

    key: str = ""
    version: str = ""
    name: str = ""
    profile: str = "car"
    capacity_kg: str = ""
    capacity_crates: str = ""
    chilled_kg: str = ""
    frozen_kg: str = ""
    hot_kg: str = ""
    cost_per_km: str = ""
    cost_per_hour: str = ""
    cost_per_use: str = ""
    grams_co2e_per_km: str = ""


@dataclass(kw_only=True)
class ShiftForm(TypedForm):
    """A shift as it was typed, in the network's local time; who ends before they start ends the day after."""

    key: str = ""
    version: str = ""
    vehicle_id: str = ""
    driver_name: str = ""
    driver_person_id: str = ""
    day: str = ""
    starts: str = ""
    ends: str = ""
    start_site_id: str = ""
    end_site_id: str = ""


def fresh_vehicle() -> VehicleForm:
    """What the API takes where nothing is said."""
    usual = {name: str(VehicleIn.model_fields[name].default) for name in (*COSTS, *WHOLE)}
    return VehicleForm(key=str(uuid4()), **usual)  # type: ignore[arg-type]


def of_vehicle(vehicle: Vehicle) -> VehicleForm:
    """A vehicle as it is."""
    return VehicleForm(
        version=str(vehicle.version),
        name=vehicle.name,
        profile=vehicle.profile,
        capacity_kg=kg_text(vehicle.capacity_grams),
        capacity_crates=str(vehicle.capacity_crates),
        chilled_kg=_kg_or_nothing(vehicle.chilled_grams),
        frozen_kg=_kg_or_nothing(vehicle.frozen_grams),
        hot_kg=_kg_or_nothing(vehicle.hot_grams),
        cost_per_km=_money(vehicle.cents_per_km),
        cost_per_hour=_money(vehicle.cents_per_hour),
        cost_per_use=_money(vehicle.cents_per_use),
        grams_co2e_per_km=str(vehicle.grams_co2e_per_km),
    )


def _kg_or_nothing(grams: int) -> str:
    return kg_text(grams) if grams else ""


def _money(cents: int) -> str:
    return f"{cents / 100:.2f}"


def fresh_shift(day: date, vehicle_id: str, site_id: str) -> ShiftForm:
    """A working day of a vehicle, from and to one place."""
    return ShiftForm(
        key=str(uuid4()),
        day=day.isoformat(),
        vehicle_id=vehicle_id,
        starts="08:00",
        ends="16:00",
        start_site_id=site_id,
        end_site_id=site_id,
    )


def of_shift(shift: Shift, zone: ZoneInfo) -> ShiftForm:
    """A shift as it is."""
    starts, ends = shift.starts_at.astimezone(zone), shift.ends_at.astimezone(zone)
    return ShiftForm(
        version=str(shift.version),
        vehicle_id=str(shift.vehicle_id),
        driver_name=shift.driver_name,
        driver_person_id=str(shift.driver_person_id or ""),
        day=starts.date().isoformat(),
        starts=f"{starts:%H:%M}",
        ends=f"{ends:%H:%M}",
        start_site_id=str(shift.start_site_id),
        end_site_id=str(shift.end_site_id),
    )


def read[F: (VehicleForm, ShiftForm)](kind: type[F], typed: dict[str, str]) -> F:
    """What was sent, as it was typed."""
    form = kind()
    for each in fields(form):
        if each.name != "errors":
            setattr(form, each.name, typed.get(each.name, ""))
    return form


def new_vehicle(form: VehicleForm) -> VehicleIn:
    """The API's request; raises WaslError with every field that does not fit."""
    return read_as(VehicleIn, _vehicle(form))


def changed_vehicle(form: VehicleForm) -> VehicleChange:
    """The API's request of a change; raises WaslError with every field that does not fit."""
    # Looked at as a new one, since nothing of it is left out: what is empty misses, and does not stay as it was.
    return read_as(VehicleChange, read_as(VehicleIn, _vehicle(form)).model_dump(mode="json"))


def _vehicle(form: VehicleForm) -> dict[str, Any]:
    document: dict[str, Any] = {"name": form.name, "profile": form.profile, "capacity_kg": form.capacity_kg}
    document |= {name: getattr(form, name).strip() or "0" for name in KILOGRAMS[1:]}
    document |= {name: latin_digits(getattr(form, name).strip()) for name in COSTS}
    return document | {name: whole_number(getattr(form, name)) for name in WHOLE}


def new_shift(form: ShiftForm, zone: ZoneInfo) -> ShiftIn:
    """The API's request; raises WaslError with every field that does not fit."""
    return read_as(ShiftIn, _shift(form, zone))


def changed_shift(form: ShiftForm, zone: ZoneInfo, before: Shift) -> ShiftChange:
    """The API's request of a change: what differs, since of a shift that is driven the driver's name alone may."""
    shown = of_shift(before, zone)
    document = _shift(form, zone)
    # The form shows hours and minutes: who leaves them as they stand moves nothing, by no second and by no hour.
    if (form.day, form.starts) == (shown.day, shown.starts):
        document["starts_at"] = before.starts_at
    if (form.day, form.starts, form.ends) == (shown.day, shown.starts, shown.ends):
        document["ends_at"] = before.ends_at
    wished = read_as(ShiftIn, document)
    differing = {name: value for name, value in wished if getattr(before, name) != value}
    return ShiftChange.model_validate(differing)


def _shift(form: ShiftForm, zone: ZoneInfo) -> dict[str, Any]:
    starts, ends = _instants(form, zone)
    return {
        "vehicle_id": form.vehicle_id,
        "driver_name": form.driver_name,
        "driver_person_id": form.driver_person_id or None,
        "starts_at": starts,
        "ends_at": ends,
        "start_site_id": form.start_site_id,
        "end_site_id": form.end_site_id or form.start_site_id,
    }


def _instants(form: ShiftForm, zone: ZoneInfo) -> tuple[datetime | str, datetime | str]:
    """Text where something is no day or no time: the API's schema has the sentence for it."""
    day, starts, ends = _read(date, form.day), _read(time, form.starts), _read(time, form.ends)
    if day is None:
        return "", ""
    begin = "" if starts is None else local_instant(day, starts, zone)
    if ends is None:
        return begin, ""
    over_night = starts is not None and ends <= starts
    return begin, local_instant(day + timedelta(days=1) if over_night else day, ends, zone)


def _read[T: (date, time)](kind: type[T], typed: str) -> T | None:
    try:
        return kind.fromisoformat(typed)
    except ValueError:
        return None


def usual_site(sites: list[Site], shifts: list[Shift]) -> str:
    """Where shifts mostly start: that of the last one, else the first depot or warehouse there is."""
    if shifts:
        return str(shifts[-1].start_site_id)
    of_kind = [site for kind in ("depot", "warehouse") for site in sites if site.kind == kind]
    return str((of_kind or sites)[0].id) if sites else ""
