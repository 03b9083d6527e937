"""Verbs on loans of vehicles: offer or ask for one, accept, end, read, and what the vehicle carried meanwhile.

A loan's days never overlap another's of the same vehicle: whoever accepts holds the vehicle's row, and looks then.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain import vehicle_loans as rules
from app.domain.service_date import service_date_of
from app.fleet.holding import lent, lent_until, loans_of, lock, require_driveable, require_own, terms_of
from app.fleet.loan_schemas import VehicleLoanIn
from app.fleet.service import get_vehicle
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import FieldError, WaslError, conflict, forbidden, not_found, refused, stale
from app.kit.many_rows import among
from app.kit.paging import Order, Page, page
from app.kit.tenancy import Scope, within
from app.models.fleet import Shift, Vehicle
from app.models.funding import RouteCost
from app.models.loans import VehicleLoan
from app.partners.directory import get_partner
from app.partners.service import network_of, zone_of

ITSELF = "A vehicle is lent to another organisation than the one that it is of."
OVER = "These days are over. Choose days that are to come."


@dataclass(frozen=True)
class Carried:
    """What was recorded of a loan: reported routes, their metres, and grams delivered."""

    routes: int = 0
    metres: int = 0
    grams: int = 0


def offer_loan(session: Session, principal: Principal, wish: VehicleLoanIn, now: datetime) -> VehicleLoan:
    """Lend a vehicle of one's own, or ask for one in the network's name.

    Raises `not_found` for a vehicle that the caller does not see and for who takes no part, `forbidden` for a borrower
    that would lend on, `vehicle_retired` and `vehicle_lent` (409), `loan_to_itself` and `loan_days_over` (422).
    """
    principal.require("fleet.edit")
    vehicle = get_vehicle(session, principal, wish.vehicle_id)
    require_own(principal, vehicle)
    lender, borrower = vehicle.organisation_id, wish.borrower_organisation_id
    if lender == borrower:
        raise refused("loan_to_itself", ITSELF, [FieldError("/borrower_organisation_id", ITSELF, "loan_to_itself")])
    get_partner(session, principal, borrower, now)
    require_driveable(vehicle)
    if wish.valid_until < _today(session, principal, now):
        raise refused("loan_days_over", OVER, [FieldError("/valid_until", OVER, "loan_days_over")])
    other = lent_until(loans_of(session, vehicle.id), wish.valid_from, wish.valid_until)
    if other is not None:
        raise lent(vehicle, other)
    sides = _sides(principal, vehicle.network_id, lender, borrower)
    row = VehicleLoan(
        network_id=vehicle.network_id,
        lender_organisation_id=lender,
        state="offered",
        offered_by="lender" if "lender" in sides else "network",
        created_at=now,
        **wish.model_dump(),
    )
    _agree(row, rules.agrees_by_offering(sides), now)
    session.add(row)
    session.flush()
    told = ("vehicle_id", "borrower_organisation_id", "valid_from", "valid_until")
    _record(session, principal, row, "offer", now, offered_by=row.offered_by, **audit.values_of(row, told))
    return row


def _today(session: Session, principal: Principal, now: datetime) -> date:
    return service_date_of(now, zone_of(network_of(session, principal)))


def _sides(principal: Principal, network_id: UUID, lender: UUID, borrower: UUID) -> frozenset[str]:
    """For whom the caller speaks; who sees the network speaks for it, and for the own organisation as well."""
    spoken = (
        principal.organisation_id == lender,
        principal.organisation_id == borrower,
        principal.sees_network and principal.network_id == network_id,
    )
    return frozenset(side for side, speaks in zip(rules.SIDES, spoken, strict=True) if speaks)


def _agree(row: VehicleLoan, sides: frozenset[str], now: datetime) -> bool:
    """Note the word of these sides; whether any of it is new."""
    new = False
    if "lender" in sides and row.lender_agreed_at is None:
        row.lender_agreed_at, new = now, True
    if "borrower" in sides and row.borrower_agreed_at is None:
        row.borrower_agreed_at, new = now, True
    return new


def accept_loan(
    session: Session, principal: Principal, loan_id: UUID, version: int | None, now: datetime
) -> VehicleLoan:
    """Give the word of one's side; with that of both the vehicle is the borrower's on these days.

    Raises `other_organisation_accepts` (422) for whoever has nothing left to accept, `loan_moved_on`, `vehicle_lent`,
    `vehicle_retired`, and `vehicle_planned` (409) while its owner has shifts on these days.
    """
    row, sides = _to_answer(session, principal, loan_id, version)
    if row.state != "offered" or row.valid_until < _today(session, principal, now):
        raise _moved_on()
    words = {"lender": row.lender_agreed_at, "borrower": row.borrower_agreed_at}
    missing = {side for side, agreed_at in words.items() if agreed_at is None}
    if not missing & sides:
        raise refused("other_organisation_accepts", "The other organisation has to accept this.")
    if missing <= sides:
        _require_free(session, principal, row)
        row.state, row.accepted_at = "accepted", now
    _agree(row, sides, now)
    session.flush()
    _record(session, principal, row, "accept", now, sides=sorted(missing & sides))
    return row


def _require_free(session: Session, principal: Principal, row: VehicleLoan) -> None:
    """The vehicle is held from here on: two loans, or a loan and a shift, are not planned past each other."""
    with within(session, Scope(network=row.network_id), principal.scope):
        vehicle = session.get_one(Vehicle, row.vehicle_id)
        lock(session, vehicle)
        other = lent_until(loans_of(session, vehicle.id), row.valid_from, row.valid_until)
        day = _first_planned(session, row, row.valid_from)
    require_driveable(vehicle)
    if other is not None:
        raise lent(vehicle, other)
    if day is not None:
        raise _planned(vehicle, day)


def _first_planned(session: Session, row: VehicleLoan, first: date) -> date | None:
    """The first day of the loan from `first` on that somebody's shift has the vehicle."""
    query = select(func.min(Shift.service_date)).where(
        Shift.vehicle_id == row.vehicle_id,
        Shift.state == "open",
        Shift.service_date.between(max(first, row.valid_from), row.valid_until),
    )
    return session.scalar(query)


def _planned(vehicle: Vehicle, day: date) -> WaslError:
    return conflict(
        "vehicle_planned",
        "{name} has a shift on {day} already. Whoever planned it has to cancel it first.",
        name=vehicle.name,
        day=day.isoformat(),
    )


def end_loan(
    session: Session, principal: Principal, loan_id: UUID, reason: str, version: int | None, now: datetime
) -> VehicleLoan:
    """End a loan: today is the borrower's last day. Or decline one that is offered, or take one's own offer back.

    Raises `loan_moved_on` (409), and `vehicle_planned` (409) while the borrower has shifts on later days.
    """
    row, _ = _to_answer(session, principal, loan_id, version)
    today = _today(session, principal, now)
    accepted = row.state == "accepted"
    if row.state == "ended" or (accepted and terms_of(row).is_over(today)):
        raise _moved_on()
    if accepted:
        with within(session, Scope(network=row.network_id), principal.scope):
            vehicle = session.get_one(Vehicle, row.vehicle_id)
            lock(session, vehicle)
            day = _first_planned(session, row, today + timedelta(days=1))
        if day is not None:
            raise _planned(vehicle, day)
    row.state, row.reason, row.ended_on = "ended", reason, today
    session.flush()
    _record(session, principal, row, "end" if accepted else "decline", now, reason=reason)
    return row


def _to_answer(
    session: Session, principal: Principal, loan_id: UUID, version: int | None
) -> tuple[VehicleLoan, frozenset[str]]:
    """The loan, locked, and the sides of it that the caller speaks for."""
    principal.require("fleet.edit")
    row = get_loan(session, principal, loan_id)
    session.refresh(row, with_for_update=ROW_LOCK)
    sides = _sides(principal, row.network_id, row.lender_organisation_id, row.borrower_organisation_id)
    if not sides:
        raise forbidden()
    if version is not None and row.version != version:
        raise stale()
    return row, sides


def get_loan(session: Session, principal: Principal, loan_id: UUID) -> VehicleLoan:
    """One loan; raises `not_found`."""
    principal.require("fleet.read")
    found = session.get(VehicleLoan, loan_id)
    if found is None:
        raise not_found("loan")
    return found


def list_loans(
    session: Session,
    principal: Principal,
    *,
    state: str | None = None,
    vehicle_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[VehicleLoan]:
    """The loans that the caller sees, oldest first."""
    principal.require("fleet.read")
    query = select(VehicleLoan)
    if state is not None:
        query = query.where(VehicleLoan.state == state)
    if vehicle_id is not None:
        query = query.where(VehicleLoan.vehicle_id == vehicle_id)
    return page(session, query, Order(VehicleLoan.created_at, VehicleLoan.id), cursor, limit)


def standing_loans(session: Session, principal: Principal, day: date) -> list[VehicleLoan]:
    """The accepted loans that the caller sees and that are not over on `day`."""
    principal.require("fleet.read")
    query = select(VehicleLoan).where(VehicleLoan.accepted_at.is_not(None), VehicleLoan.valid_until >= day)
    found = session.scalars(query.order_by(VehicleLoan.valid_from, VehicleLoan.id))
    return [row for row in found if not terms_of(row).is_over(day)]


def carried(session: Session, principal: Principal, loans: Collection[VehicleLoan]) -> dict[UUID, Carried]:
    """By loan what its vehicle was recorded to carry for the borrower; sums alone, so that the lender reads no route.

    A day is recorded when its reports are in, a day after it: see app.funding.recording.
    """
    principal.require("fleet.read")
    query = (
        select(VehicleLoan.id, func.count(), func.sum(RouteCost.metres), func.sum(RouteCost.grams))
        .join(Shift, Shift.vehicle_id == VehicleLoan.vehicle_id)
        .join(RouteCost, RouteCost.shift_id == Shift.id)
        .where(
            among(VehicleLoan.id, [row.id for row in loans]),
            VehicleLoan.accepted_at.is_not(None),
            Shift.organisation_id == VehicleLoan.borrower_organisation_id,
            Shift.service_date.between(
                VehicleLoan.valid_from, func.least(VehicleLoan.valid_until, VehicleLoan.ended_on)
            ),
        )
        .group_by(VehicleLoan.id)
    )
    with within(session, Scope(network=principal.network_id), principal.scope):
        rows = session.execute(query).all()
    found = {loan_id: Carried(routes, int(metres), int(grams)) for loan_id, routes, metres, grams in rows}
    return {row.id: found.get(row.id, Carried()) for row in loans}


def carried_by(session: Session, principal: Principal, loan_id: UUID) -> Carried:
    """What the vehicle of one loan carried; raises `not_found`."""
    row = get_loan(session, principal, loan_id)
    return carried(session, principal, [row])[row.id]


def _moved_on() -> WaslError:
    return conflict("loan_moved_on", "This loan is no longer where that is possible. Read it again.")


def _record(session: Session, principal: Principal, row: VehicleLoan, verb: str, now: datetime, **detail: Any) -> None:
    owner = row.lender_organisation_id
    audit.record(session, principal, f"loans.{verb}", ("vehicle loan", row.id), now, owner=owner, **detail)
