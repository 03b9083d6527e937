"""Vehicles and the shifts of a day: who drives what, from when until when; entered, changed, called off, and taken over
from the week before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.domain.service_date import service_date_of
from app.fleet import changes, repeating, service
from app.fleet.drivers import drivers_to_name
from app.fleet.holding import require_own, terms_of
from app.fleet.loans import standing_loans
from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.idempotency import Answer, fingerprint, once
from app.kit.web import database_of, now_of
from app.models.fleet import Shift, Vehicle
from app.models.loans import VehicleLoan
from app.models.partners import Network, Site
from app.partners.service import list_sites, network_of, zone_of
from app.roads.provider import PROFILES
from app.web.desk import fleet_forms
from app.web.desk.fleet_forms import ShiftForm, VehicleForm
from app.web.language import language_of
from app.web.rendering import render, see_other
from app.web.sent_forms import texts_of
from app.web.visitor import Sent, Visitor

router = APIRouter(include_in_schema=False)
WEEK = timedelta(days=7)
REUSED = "idempotency_key_reused"  # the answer of the first press was lost, and something was changed since
FIRST_DAY, LAST_DAY = date(2000, 1, 8), date(2099, 12, 24)
DONE = ("added", "changed", "retired", "called-off", "repeated", "nothing-to-repeat", "before")

Version = Annotated[int, Form()]


@dataclass(frozen=True)
class ShiftShown:
    """A shift with the names that it is known by."""

    shift: Shift
    vehicle: str
    starts_from: str
    ends_at: str


# ---- the list ------------------------------------------------------------------------------------------------------


@router.get("/fleet")
def show(request: Request, visitor: Visitor, date: str = "", done: str = "") -> Response:
    """The shifts of a day, and all vehicles."""
    visitor.require("fleet.read")
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        zone = zone_of(network)
        day = _day(date, service_date_of(now_of(request), zone))
        vehicles = service.list_vehicles(session, visitor)
        names = {site.id: site.name for site in list_sites(session)}
        of_vehicle = {vehicle.id: vehicle.name for vehicle in vehicles}
        standing = standing_loans(session, visitor, day)
        vehicles = [each for each in vehicles if _within_reach(visitor, each, standing)]
        shifts = [
            ShiftShown(
                shift,
                of_vehicle.get(shift.vehicle_id, ""),
                names.get(shift.start_site_id, ""),
                names.get(shift.end_site_id, ""),
            )
            for shift in service.list_shifts(session, visitor, day)
        ]
        week_before = len(service.list_shifts(session, visitor, day - WEEK))
    return render(
        request,
        "fleet.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        network=network,
        zone=zone,
        day=day,
        earlier=day - timedelta(days=1),
        later=day + timedelta(days=1),
        week_before=day - WEEK if week_before else None,
        shifts=shifts,
        vehicles=[vehicle for vehicle in vehicles if vehicle.state == "active"],
        retired=[vehicle for vehicle in vehicles if vehicle.state == "retired"],
        lent={row.vehicle_id: row for row in standing if terms_of(row).in_force(day)},
        whose=None if visitor.sees_network else visitor.organisation_id,
        done=done if done in DONE else "",
        may_edit=visitor.may("fleet.edit"),
        may_offer=visitor.may("tasks.edit"),
    )


def _within_reach(visitor: Principal, vehicle: Vehicle, standing: Sequence[VehicleLoan]) -> bool:
    """Whether the visitor plans or will plan with it: what was lent to them once is known for its shifts alone."""
    own = visitor.sees_network or vehicle.organisation_id == visitor.organisation_id
    return own or any(row.vehicle_id == vehicle.id for row in standing)


def _day(wished: str, otherwise: date) -> date:
    try:
        found = date.fromisoformat(wished)
    except ValueError:
        return otherwise
    return found if FIRST_DAY <= found <= LAST_DAY else otherwise


# ---- a vehicle -----------------------------------------------------------------------------------------------------


@router.get("/fleet/vehicles/new")
def new_vehicle(request: Request, visitor: Visitor) -> Response:
    """A form with what most vans cost."""
    visitor.require("fleet.edit")
    return _vehicle_form(request, visitor, fleet_forms.fresh_vehicle())


@router.post("/fleet/vehicles/new")
def add_vehicle(request: Request, visitor: Visitor, data: Sent) -> Response:
    """Add it, or show the form again with what does not fit."""
    visitor.require("fleet.edit")
    form = fleet_forms.read(VehicleForm, texts_of(data))
    streets: service.Streets = request.app.state.streets
    now = now_of(request)
    try:
        wish = fleet_forms.new_vehicle(form)
        _once(request, visitor, form.key, wish, lambda s: service.add_vehicle(s, visitor, wish, streets, now).id)
    except WaslError as error:
        if error.code == REUSED:
            return see_other("/fleet", done="before")
        form.show_errors(error, language_of(request))
        return _vehicle_form(request, visitor, form, status=error.status)
    return see_other("/fleet", done="added")


@router.get("/fleet/vehicles/{vehicle_id}")
def edit_vehicle(request: Request, visitor: Visitor, vehicle_id: UUID) -> Response:
    """The form of a vehicle as it is."""
    visitor.require("fleet.edit")
    with database_of(request).transaction(visitor.scope) as session:
        vehicle = service.get_vehicle(session, visitor, vehicle_id)
        require_own(visitor, vehicle)
    return _vehicle_form(request, visitor, fleet_forms.of_vehicle(vehicle), vehicle_id)


@router.post("/fleet/vehicles/{vehicle_id}")
def change_vehicle(request: Request, visitor: Visitor, vehicle_id: UUID, data: Sent) -> Response:
    """Change it from the version that was read, or show the form again with what does not fit."""
    form = fleet_forms.read(VehicleForm, texts_of(data))
    streets: service.Streets = request.app.state.streets
    try:
        with database_of(request).transaction(visitor.scope) as session:
            service.get_vehicle(session, visitor, vehicle_id)  # whose vehicle it is not hears nothing of the form
            change = fleet_forms.changed_vehicle(form)
            version = _version(form.version)
            changes.change_vehicle(session, visitor, vehicle_id, change, version, streets, now_of(request))
    except WaslError as error:
        if error.status in (403, 404):
            raise
        form.show_errors(error, language_of(request))
        return _vehicle_form(request, visitor, form, vehicle_id, error.status)
    return see_other("/fleet", done="changed")


@router.post("/fleet/vehicles/{vehicle_id}/retire")
def retire_vehicle(request: Request, visitor: Visitor, vehicle_id: UUID, version: Version) -> Response:
    """Take it out of use."""
    with database_of(request).transaction(visitor.scope) as session:
        changes.retire_vehicle(session, visitor, vehicle_id, version, now_of(request))
    return see_other("/fleet", done="retired")


def _vehicle_form(
    request: Request, visitor: Principal, form: VehicleForm, vehicle_id: UUID | None = None, status: int = 200
) -> Response:
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
    return render(
        request,
        "vehicle_form.html",
        status,
        signed_in=visitor.name,
        demonstration=network.demonstration,
        network=network,
        form=form,
        vehicle_id=vehicle_id,
        profiles=PROFILES,
    )


# ---- a shift -------------------------------------------------------------------------------------------------------


@router.get("/fleet/shifts/new")
def new_shift(request: Request, visitor: Visitor, date: str = "", vehicle: str = "") -> Response:
    """A form of a working day, from where shifts mostly start."""
    visitor.require("fleet.edit")
    with database_of(request).transaction(visitor.scope) as session:
        day = _day(date, service_date_of(now_of(request), zone_of(network_of(session, visitor))))
        before = service.list_shifts(session, visitor, day) or service.list_shifts(session, visitor, day - WEEK)
        site = fleet_forms.usual_site(_own_sites(session, visitor), before)
    return _shift_form(request, visitor, fleet_forms.fresh_shift(day, vehicle, site))


@router.post("/fleet/shifts/new")
def add_shift(request: Request, visitor: Visitor, data: Sent) -> Response:
    """Plan it, or show the form again with what does not fit."""
    visitor.require("fleet.edit")
    form = fleet_forms.read(ShiftForm, texts_of(data))
    now = now_of(request)
    try:
        wish = fleet_forms.new_shift(form, _zone(request, visitor))
        _once(request, visitor, form.key, wish, lambda s: service.add_shift(s, visitor, wish, now).id)
    except WaslError as error:
        if error.code == REUSED:
            return see_other("/fleet", date=form.day, done="before")
        form.show_errors(error, language_of(request))
        return _shift_form(request, visitor, form, status=error.status)
    return see_other("/fleet", date=form.day, done="added")


@router.post("/fleet/shifts/repeat")
def repeat(request: Request, visitor: Visitor, day: Annotated[date, Form(ge=FIRST_DAY, le=LAST_DAY)]) -> Response:
    """The shifts of the same weekday a week before, wherever their vehicle is free."""
    with database_of(request).transaction(visitor.scope) as session:
        made = repeating.repeat_shifts(session, visitor, day - WEEK, day, now_of(request))
    return see_other("/fleet", date=day.isoformat(), done="repeated" if made else "nothing-to-repeat")


@router.get("/fleet/shifts/{shift_id}")
def edit_shift(request: Request, visitor: Visitor, shift_id: UUID) -> Response:
    """The form of a shift as it is."""
    visitor.require("fleet.edit")
    with database_of(request).transaction(visitor.scope) as session:
        shift = service.get_shift(session, visitor, shift_id)
        zone = zone_of(network_of(session, visitor))
    return _shift_form(request, visitor, fleet_forms.of_shift(shift, zone), shift_id)


@router.post("/fleet/shifts/{shift_id}")
def change_shift(request: Request, visitor: Visitor, shift_id: UUID, data: Sent) -> Response:
    """Change it from the version that was read, or show the form again with what does not fit."""
    form = fleet_forms.read(ShiftForm, texts_of(data))
    try:
        with database_of(request).transaction(visitor.scope) as session:
            shift = service.get_shift(session, visitor, shift_id)
            zone = zone_of(network_of(session, visitor))
            change = fleet_forms.changed_shift(form, zone, shift)
            changes.change_shift(session, visitor, shift_id, change, _version(form.version), now_of(request))
    except WaslError as error:
        if error.status in (403, 404):
            raise
        form.show_errors(error, language_of(request))
        return _shift_form(request, visitor, form, shift_id, error.status)
    return see_other("/fleet", date=form.day, done="changed")


@router.post("/fleet/shifts/{shift_id}/cancel")
def cancel_shift(request: Request, visitor: Visitor, shift_id: UUID, version: Version) -> Response:
    """Call it off."""
    with database_of(request).transaction(visitor.scope) as session:
        shift = changes.cancel_shift(session, visitor, shift_id, version, now_of(request))
        day = shift.service_date
    return see_other("/fleet", date=day.isoformat(), done="called-off")


def _zone(request: Request, visitor: Principal) -> ZoneInfo:
    with database_of(request).transaction(visitor.scope) as session:
        return zone_of(network_of(session, visitor))


def _own_sites(session: Session, visitor: Principal) -> list[Site]:
    """Where the caller's shifts may start and end."""
    sites = list_sites(session)
    return [each for each in sites if visitor.sees_network or each.organisation_id == visitor.organisation_id]


def _shift_form(
    request: Request, visitor: Principal, form: ShiftForm, shift_id: UUID | None = None, status: int = 200
) -> Response:
    with database_of(request).transaction(visitor.scope) as session:
        network: Network = network_of(session, visitor)
        every = service.list_vehicles(session, visitor)
        # A shift that was driven keeps its vehicle, also one that is out of use since.
        own = None if shift_id is None else service.get_shift(session, visitor, shift_id).vehicle_id
        today = service_date_of(now_of(request), zone_of(network))
        standing = standing_loans(session, visitor, today)
        vehicles = [
            each
            for each in every
            if each.id == own or (each.state == "active" and _within_reach(visitor, each, standing))
        ]
        sites = _own_sites(session, visitor)
        drivers = [
            (str(each.id), f"{each.name} · {each.email}")
            for each in drivers_to_name(
                session,
                {vehicle.organisation_id for vehicle in vehicles} | {row.borrower_organisation_id for row in standing},
            )
        ]
        # Whoever took it as a volunteer may be of another organisation, and stays who drives it.
        if form.driver_person_id and form.driver_person_id not in dict(drivers):
            drivers.append((form.driver_person_id, form.driver_name))
    return render(
        request,
        "shift_form.html",
        status,
        signed_in=visitor.name,
        demonstration=network.demonstration,
        form=form,
        shift_id=shift_id,
        vehicles=vehicles,
        sites=sites,
        drivers=drivers,
    )


# ---- what both have ------------------------------------------------------------------------------------------------


def _once(request: Request, visitor: Principal, key: str, wish: BaseModel, verb: Callable[[Session], UUID]) -> None:
    """Do it once, however often the button was pressed."""
    digest = fingerprint("POST", request.url.path, wish.model_dump_json())
    once(
        database_of(request), visitor, key or None, digest, now_of(request), lambda s: Answer(201, {"id": str(verb(s))})
    )


def _version(typed: str) -> int:
    """The version that the form was read at; what is none fits no version."""
    return int(typed) if typed.isdecimal() and len(typed) < 10 else -1
