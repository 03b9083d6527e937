"""Verbs that change the fleet: amend and retire a vehicle, amend and cancel a shift."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.service_date import service_date_of
from app.fleet.drivers import driver_to_name, same_name
from app.fleet.holding import claim, lent, lent_until, loans_of, lock, require_driveable, require_own
from app.fleet.schemas import LONGEST_SHIFT, ShiftChange, VehicleChange
from app.fleet.service import Streets, get_shift, get_vehicle, require_streets, revoke_links
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import FieldError, conflict, invalid_request, stale
from app.kit.tenancy import Scope, within
from app.models.fleet import Shift, Vehicle
from app.models.plans import Plan, Route
from app.partners.service import network_of, own_site, zone_of
from app.planning.telling_drivers import Driver, tell_other_driver
from app.volunteering.tasks import follow_cancelled_shift, follow_moved_shift, follow_named_driver

COLUMNS = {
    "capacity_kg": "capacity_grams",
    "chilled_kg": "chilled_grams",
    "frozen_kg": "frozen_grams",
    "hot_kg": "hot_grams",
}
CENTS = {"cost_per_km": "cents_per_km", "cost_per_hour": "cents_per_hour", "cost_per_use": "cents_per_use"}


def change_vehicle(
    session: Session,
    principal: Principal,
    vehicle_id: UUID,
    change: VehicleChange,
    version: int,
    streets: Streets,
    now: datetime,
) -> Vehicle:
    """Change what the caller named, from the version that was read; plans made before keep what they counted on.

    Raises `vehicle_retired` (409) and `profile_not_built` (422).
    """
    principal.require("fleet.edit")
    vehicle = _locked_vehicle(session, principal, vehicle_id)
    if vehicle.version != version:
        raise stale()
    require_driveable(vehicle)
    if change.profile is not None and change.profile != vehicle.profile:
        require_streets(session, principal, streets, change.profile)
    for name, value in change.model_dump(exclude_unset=True).items():
        if name in CENTS and value is not None:
            setattr(vehicle, CENTS[name], int(value * 100))
        elif value is not None:
            setattr(vehicle, COLUMNS.get(name, name), value)
    if max(vehicle.chilled_grams, vehicle.frozen_grams, vehicle.hot_grams) > vehicle.capacity_grams:
        sentence = "A compartment cannot hold more than the whole vehicle."
        raise invalid_request([FieldError("/capacity_kg", sentence, "compartment_too_large")])
    fields = sorted(change.model_fields_set)
    audit.record(
        session,
        principal,
        "fleet.change_vehicle",
        ("vehicle", vehicle.id),
        now,
        owner=vehicle.organisation_id,
        fields=fields,
    )
    session.flush()
    return vehicle


def retire_vehicle(
    session: Session, principal: Principal, vehicle_id: UUID, version: int | None, now: datetime
) -> Vehicle:
    """Take a vehicle out of use; it is kept for what was driven with it. Done again, it stays as it is.

    Raises (409) `vehicle_in_use` while a shift that has not ended is planned with it, and `vehicle_lent` while a loan
    of it has days ahead.
    """
    principal.require("fleet.edit")
    vehicle = _locked_vehicle(session, principal, vehicle_id)
    if vehicle.state == "retired":
        return vehicle
    if version is not None and vehicle.version != version:
        raise stale()
    today = service_date_of(now, zone_of(network_of(session, principal)))
    loan = lent_until(loans_of(session, vehicle.id), today, date.max)
    if loan is not None:
        raise lent(vehicle, loan)
    ahead = select(Shift.id).where(Shift.vehicle_id == vehicle.id, Shift.state == "open", Shift.ends_at > now)
    with within(session, Scope(network=vehicle.network_id), principal.scope):  # of a borrower's last night, too
        in_use = session.scalars(ahead).first() is not None
    if in_use:
        raise conflict("vehicle_in_use", "{name} still has shifts ahead. Cancel them first.", name=vehicle.name)
    vehicle.state = "retired"
    audit.record(
        session,
        principal,
        "fleet.retire_vehicle",
        ("vehicle", vehicle.id),
        now,
        owner=vehicle.organisation_id,
        name=vehicle.name,
    )
    session.flush()
    return vehicle


def change_shift(
    session: Session, principal: Principal, shift_id: UUID, change: ShiftChange, version: int, now: datetime
) -> Shift:
    """Change what the caller named, from the version that was read.

    Raises `shift_cancelled` (409), `driver_unknown` (422), `shift_planned` (409) for more than the driver once a route
    of the shift is published, and `vehicle_busy` (409).
    """
    principal.require("fleet.edit")
    shift = _locked_shift(session, principal, shift_id)
    if shift.version != version:
        raise stale()
    if shift.state == "cancelled":
        raise conflict("shift_cancelled", "This shift was cancelled. Plan a new one.")
    sent = change.model_dump(exclude_unset=True)
    named: dict[str, Any] = {name: sent.pop(name) for name in ("driver_name", "driver_person_id") if name in sent}
    wished = {name: value for name, value in sent.items() if value is not None}
    before = Driver(shift.driver_name, shift.driver_person_id)
    if any(getattr(shift, name) != value for name, value in wished.items()):
        _move(session, principal, shift, wished)
        _name_driver(session, shift, named)
        follow_moved_shift(session, shift)
    else:
        _name_driver(session, shift, named)
        with within(session, Scope(network=shift.network_id), principal.scope):  # a partner reads no routes
            tell_other_driver(session, shift, before, now)
    if not before.same(Driver(shift.driver_name, shift.driver_person_id)):
        follow_named_driver(session, shift, now)
    audit.record(
        session,
        principal,
        "fleet.change_shift",
        ("shift", shift.id),
        now,
        owner=shift.organisation_id,
        fields=sorted({*wished, *named}),
    )
    session.flush()
    return shift


def _name_driver(session: Session, shift: Shift, named: dict[str, Any]) -> None:
    """The person where one is named, with their name; another name alone is nobody's in particular."""
    person_id, name = named.get("driver_person_id"), named.get("driver_name")
    if person_id is not None:
        person = driver_to_name(session, shift.organisation_id, person_id)
        shift.driver_person_id, shift.driver_name = person.id, person.name
        return
    if "driver_person_id" in named or (name is not None and same_name(name) != same_name(shift.driver_name)):
        shift.driver_person_id = None
    if name is not None:
        shift.driver_name = name


def _move(session: Session, principal: Principal, shift: Shift, wished: dict[str, Any]) -> None:
    """Another vehicle, another time or other places, checked as those of a new shift."""
    _require_unplanned(session, principal, shift)
    names = ("vehicle_id", "starts_at", "ends_at", "start_site_id", "end_site_id")
    after = {name: wished.get(name, getattr(shift, name)) for name in names}
    _require_in_order(after["starts_at"], after["ends_at"])
    vehicle = get_vehicle(session, principal, after["vehicle_id"])
    place = claim(session, principal, vehicle, after["starts_at"], after["ends_at"], but=shift.id)
    for site_id in (after["start_site_id"], after["end_site_id"]):
        own_site(session, principal, site_id)
    for name, value in wished.items():
        setattr(shift, name, value)
    if shift.organisation_id != place.organisation_id:
        shift.driver_person_id = None  # who drives for the one need not drive for the other
    shift.organisation_id, shift.service_date = place.organisation_id, place.service_date


def _require_in_order(starts_at: datetime, ends_at: datetime) -> None:
    length = ends_at - starts_at
    if length <= timedelta(0):
        raise invalid_request([FieldError("/ends_at", "The shift has to start before it ends.", "shift_inverted")])
    if length > LONGEST_SHIFT:
        raise invalid_request([FieldError("/ends_at", "A shift is at most 16 hours long.", "shift_too_long")])


def cancel_shift(session: Session, principal: Principal, shift_id: UUID, version: int | None, now: datetime) -> Shift:
    """Call a shift off: nothing is planned on it and its driver's link is dead. Done again, it stays as it is.

    Raises `shift_planned` (409) once a route of it is published.
    """
    principal.require("fleet.edit")
    shift = _locked_shift(session, principal, shift_id)
    if shift.state == "cancelled":
        return shift
    if version is not None and shift.version != version:
        raise stale()
    _require_unplanned(session, principal, shift)
    revoke_links(session, principal.scope, shift, now)
    shift.state = "cancelled"
    follow_cancelled_shift(session, shift, now)
    audit.record(session, principal, "fleet.cancel_shift", ("shift", shift.id), now, owner=shift.organisation_id)
    session.flush()
    return shift


def _require_unplanned(session: Session, principal: Principal, shift: Shift) -> None:
    published = select(Route.id).join(Plan, Plan.id == Route.plan_id)
    with within(session, Scope(network=shift.network_id), principal.scope):  # a partner reads no routes, and has them
        found = session.scalars(published.where(Route.shift_id == shift.id, Plan.state == "published")).first()
    if found is not None:
        raise conflict("shift_planned", "A route of this shift is published. Only its driver's name can be changed.")


def _locked_vehicle(session: Session, principal: Principal, vehicle_id: UUID) -> Vehicle:
    vehicle = get_vehicle(session, principal, vehicle_id)
    require_own(principal, vehicle)
    lock(session, vehicle)
    return vehicle


def _locked_shift(session: Session, principal: Principal, shift_id: UUID) -> Shift:
    shift = get_shift(session, principal, shift_id)
    session.refresh(shift, with_for_update=ROW_LOCK)
    return shift
