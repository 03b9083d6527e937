"""Whose a vehicle is on a day: its owner's, or while it is lent the borrower's; and the claim of a shift on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.service_date import service_date_of
from app.domain.vehicle_loans import Loan
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import WaslError, conflict, forbidden
from app.kit.tenancy import Scope, within
from app.models.fleet import Shift, Vehicle
from app.models.loans import VehicleLoan
from app.partners.service import network_of, zone_of


@dataclass(frozen=True)
class Claim:
    """What a shift is by its vehicle and its hours: of which local day, and whose."""

    service_date: date
    organisation_id: UUID


def terms_of(row: VehicleLoan) -> Loan:
    """A loan as the rules read it."""
    return Loan(row.valid_from, row.valid_until, row.accepted_at is not None, row.ended_on)


def loans_of(session: Session, vehicle_id: UUID) -> list[VehicleLoan]:
    """The loans of a vehicle that were accepted, as they stand now."""
    query = select(VehicleLoan).where(VehicleLoan.vehicle_id == vehicle_id, VehicleLoan.accepted_at.is_not(None))
    return list(session.scalars(query.order_by(VehicleLoan.valid_from).execution_options(populate_existing=True)))


def lock(session: Session, vehicle: Vehicle) -> None:
    """Hold the vehicle's row until the transaction ends: shifts and loans of one vehicle are planned one at a time. The
    session is in the network's scope, since whoever borrows a vehicle reads it and no more."""
    session.refresh(vehicle, with_for_update=ROW_LOCK)


def lent_until(loans: Iterable[VehicleLoan], first: date, last: date) -> VehicleLoan | None:
    """The loan that has the vehicle on any of these days."""
    return next((row for row in loans if terms_of(row).overlaps(first, last)), None)


def lent(vehicle: Vehicle, row: VehicleLoan) -> WaslError:
    """`vehicle_lent` (409), with the days."""
    return conflict(
        "vehicle_lent",
        "{name} is lent from {first} until {last}. Choose other days, or end the loan first.",
        name=vehicle.name,
        first=row.valid_from.isoformat(),
        last=terms_of(row).last_day.isoformat(),
    )


def require_own(principal: Principal, vehicle: Vehicle) -> None:
    """Raise `forbidden` (403) for whoever sees the vehicle because it is lent to them."""
    own = principal.organisation_id == vehicle.organisation_id
    if not own and not principal.sees_network:
        raise forbidden("This vehicle is lent to you. Only its owner changes it, or lends it.")


def is_busy(
    session: Session, vehicle_id: UUID, starts_at: datetime, ends_at: datetime, but: UUID | None = None
) -> bool:
    """Whether another shift than `but` has the vehicle at that time, whosever it is."""
    query = select(Shift.id).where(
        Shift.vehicle_id == vehicle_id, Shift.starts_at < ends_at, Shift.ends_at > starts_at, Shift.state == "open"
    )
    if but is not None:
        query = query.where(Shift.id != but)
    return session.scalars(query).first() is not None


def claim(
    session: Session,
    principal: Principal,
    vehicle: Vehicle,
    starts_at: datetime,
    ends_at: datetime,
    but: UUID | None = None,
) -> Claim:
    """Lock the vehicle, and say whose a shift with it is: its owner's, or on a day of a loan its borrower's.

    but: the shift that is moved. Raises (409) `vehicle_retired`, `vehicle_busy`, `vehicle_lent` for an owner on the
    days of a loan, and `vehicle_not_lent` for a borrower on other days.
    """
    day = service_date_of(starts_at, zone_of(network_of(session, principal)))
    with within(session, Scope(network=vehicle.network_id), principal.scope):  # one partner sees not the other's shifts
        lock(session, vehicle)
        busy = is_busy(session, vehicle.id, starts_at, ends_at, but)
        loan = lent_until(loans_of(session, vehicle.id), day, day)
    require_driveable(vehicle)
    if busy:
        raise conflict("vehicle_busy", f"{vehicle.name} already has a shift at that time.")
    holder = vehicle.organisation_id if loan is None else loan.borrower_organisation_id
    if holder == principal.organisation_id or principal.sees_network:
        return Claim(day, holder)
    if loan is not None:
        raise lent(vehicle, loan)
    raise conflict(
        "vehicle_not_lent",
        "{name} is not lent to you on {day}. Choose a day of the loan.",
        name=vehicle.name,
        day=day.isoformat(),
    )


def require_driveable(vehicle: Vehicle) -> None:
    """Raise `vehicle_retired` (409) for a vehicle that is out of use."""
    if vehicle.state == "retired":
        raise conflict("vehicle_retired", "{name} is out of use. Choose another vehicle.", name=vehicle.name)
