"""Verbs on the fleet: add a vehicle, plan a shift, give the driver a link."""

from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.driver_link import link_ends
from app.fleet.drivers import driver_to_name
from app.fleet.holding import claim
from app.fleet.schemas import ShiftIn, VehicleIn
from app.fleet.van_positions import forget_position
from app.kit import audit
from app.kit.auth import Principal, digest_of, new_secret
from app.kit.errors import FieldError, conflict, not_found, refused
from app.kit.outbox import announce
from app.kit.paging import Order, Page, page
from app.kit.tenancy import Scope, within
from app.models.fleet import Shift, Vehicle
from app.models.system import Credential
from app.partners.membership import require_active
from app.partners.service import network_of, own_site
from app.roads.choice import RoadsChoice, choice_of
from app.roads.provider import Profile


class Streets(Protocol):
    """What the service asks of the streets: whether they were built for a profile."""

    def lacks(self, choice: RoadsChoice, profile: Profile) -> str | None:
        """Why the profile cannot be planned, in one sentence; None where it can."""
        ...


def require_streets(session: Session, principal: Principal, streets: Streets, profile: Profile) -> None:
    """Raise `profile_not_built` (422) where the network's streets were not built for such vehicles."""
    network = network_of(session, principal)
    lacking = streets.lacks(choice_of(network.region, network.roads), profile)
    if lacking is not None:
        raise refused("profile_not_built", lacking, [FieldError("/profile", lacking, "profile_not_built")])


def add_vehicle(session: Session, principal: Principal, wish: VehicleIn, streets: Streets, now: datetime) -> Vehicle:
    """Add a vehicle of the caller's organisation.

    Raises `profile_not_built` (422) where the network's streets were not built for such vehicles.
    """
    principal.require("fleet.edit")
    require_streets(session, principal, streets, wish.profile)
    vehicle = Vehicle(
        network_id=principal.network_id,
        organisation_id=principal.organisation_id,
        name=wish.name,
        profile=wish.profile,
        capacity_grams=wish.capacity_kg,
        capacity_crates=wish.capacity_crates,
        chilled_grams=wish.chilled_kg,
        frozen_grams=wish.frozen_kg,
        hot_grams=wish.hot_kg,
        cents_per_km=int(wish.cost_per_km * 100),
        cents_per_hour=int(wish.cost_per_hour * 100),
        cents_per_use=int(wish.cost_per_use * 100),
        grams_co2e_per_km=wish.grams_co2e_per_km,
        created_at=now,
    )
    session.add(vehicle)
    session.flush()
    audit.record(
        session,
        principal,
        "fleet.add_vehicle",
        ("vehicle", vehicle.id),
        now,
        owner=vehicle.organisation_id,
        name=vehicle.name,
    )
    return vehicle


def list_vehicles(session: Session, principal: Principal) -> list[Vehicle]:
    """The vehicles that the caller sees."""
    principal.require("fleet.read")
    return list(session.scalars(select(Vehicle).order_by(Vehicle.name, Vehicle.id)))


def page_of_vehicles(session: Session, principal: Principal, cursor: str | None, limit: int) -> Page[Vehicle]:
    """Vehicles that the caller sees, by name."""
    principal.require("fleet.read")
    return page(session, select(Vehicle), Order(Vehicle.name, Vehicle.id), cursor, limit)


def get_vehicle(session: Session, principal: Principal, vehicle_id: UUID) -> Vehicle:
    """One vehicle; raises `not_found`."""
    principal.require("fleet.read")
    found = session.get(Vehicle, vehicle_id)
    if found is None:
        raise not_found("vehicle")
    return found


def add_shift(session: Session, principal: Principal, wish: ShiftIn, now: datetime) -> Shift:
    """Plan a shift: of the vehicle's owner, or of whoever it is lent to on that day.

    Raises what `claim` does (409), and `driver_unknown` (422).
    """
    principal.require("fleet.edit")
    vehicle = get_vehicle(session, principal, wish.vehicle_id)
    for site_id in (wish.start_site_id, wish.end_site_id):
        own_site(session, principal, site_id)
    place = claim(session, principal, vehicle, wish.starts_at, wish.ends_at)
    require_active(session, vehicle.network_id, place.organisation_id, place.service_date)
    named = wish.model_dump()
    if wish.driver_person_id is not None:
        named["driver_name"] = driver_to_name(session, place.organisation_id, wish.driver_person_id).name
    shift = Shift(
        network_id=principal.network_id,
        organisation_id=place.organisation_id,
        service_date=place.service_date,
        created_at=now,
        **named,
    )
    session.add(shift)
    session.flush()
    audit.record(session, principal, "fleet.add_shift", ("shift", shift.id), now, owner=shift.organisation_id)
    announce(
        session,
        shift.network_id,
        [shift.organisation_id],
        "shift.added",
        ("shift", shift.id),
        now,
        service_date=str(shift.service_date),
        vehicle_id=str(vehicle.id),
        starts_at=shift.starts_at.isoformat(),
        ends_at=shift.ends_at.isoformat(),
    )
    return shift


def list_shifts(session: Session, principal: Principal, service_date: date | None) -> list[Shift]:
    """The shifts that the caller sees and that were not cancelled."""
    principal.require("fleet.read")
    query = select(Shift).where(Shift.state == "open").order_by(Shift.starts_at, Shift.id)
    if service_date is not None:
        query = query.where(Shift.service_date == service_date)
    return list(session.scalars(query))


def page_of_shifts(
    session: Session, principal: Principal, service_date: date | None, cursor: str | None, limit: int
) -> Page[Shift]:
    """Shifts that the caller sees, by when they start."""
    principal.require("fleet.read")
    query = select(Shift)
    if service_date is not None:
        query = query.where(Shift.service_date == service_date)
    return page(session, query, Order(Shift.starts_at, Shift.id), cursor, limit)


def get_shift(session: Session, principal: Principal, shift_id: UUID) -> Shift:
    """One shift; raises `not_found`."""
    principal.require("fleet.read")
    found = session.get(Shift, shift_id)
    if found is None:
        raise not_found("shift")
    return found


def revoke_links(session: Session, back: Scope, shift: Shift, now: datetime) -> None:
    """End every link that opens the shift, and forget where its van is: whoever shared that cannot take it back now.

    back: the scope in which the transaction goes on.
    """
    session.execute(
        update(Credential)
        .where(Credential.shift_id == shift.id, Credential.kind == "driver_link", Credential.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    # A partner ends the links of its own shifts, and does not see where vans are.
    with within(session, Scope(shift=shift.id), back):
        forget_position(session, shift.id)


def give_driver_link(session: Session, principal: Principal, shift_id: UUID, now: datetime) -> tuple[Credential, str]:
    """A link that opens this shift's route and nothing else; links given before are dead at once."""
    principal.require("driver_links.make")
    shift = get_shift(session, principal, shift_id)
    found = new_link(session, principal.scope, shift, now)
    audit.record(session, principal, "fleet.give_driver_link", ("shift", shift.id), now, owner=shift.organisation_id)
    return found


def new_link(session: Session, back: Scope, shift: Shift, now: datetime) -> tuple[Credential, str]:
    """A link to the shift in place of those before, for whoever may give it; raises `shift_cancelled` (409)."""
    if shift.state == "cancelled":
        raise conflict("shift_cancelled", "This shift was cancelled. Plan a new one.")
    revoke_links(session, back, shift, now)
    secret = new_secret("drive")
    credential = Credential(
        kind="driver_link",
        name=shift.driver_name,
        secret_sha256=digest_of(secret),
        network_id=shift.network_id,
        organisation_id=shift.organisation_id,
        shift_id=shift.id,
        role="driver",
        created_at=now,
        expires_at=link_ends(shift.ends_at),
    )
    session.add(credential)
    session.flush()
    return credential, secret


def end_driver_links(session: Session, principal: Principal, shift_id: UUID, now: datetime) -> None:
    """End the links of a shift: they are dead on the next request; raises `not_found`."""
    principal.require("driver_links.make")
    shift = get_shift(session, principal, shift_id)
    revoke_links(session, principal.scope, shift, now)
    audit.record(session, principal, "fleet.end_driver_links", ("shift", shift.id), now, owner=shift.organisation_id)
    session.flush()
