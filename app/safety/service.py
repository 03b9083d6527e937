"""Verbs of food safety: hold back what a driver's report puts in doubt, read it, release it, give it up."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import food_safety
from app.domain.outcomes import NEVER_RELEASED, QUARANTINE_MOVES
from app.domain.safety_limits import policy_of
from app.driving.telling import tell_food
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import conflict, not_found, refused, stale
from app.kit.outbox import announce
from app.kit.paging import Order, Page, page
from app.ledger.settlement import book_changes, known_of
from app.models.events import Quarantine, StopEvent
from app.models.fleet import Shift
from app.models.partners import Network
from app.models.plans import Allocation
from app.planning.asking import ask_later


def hold_back(
    session: Session, shift: Shift, events: Sequence[StopEvent], allocations: Mapping[UUID, Allocation], now: datetime
) -> list[Quarantine]:
    """Quarantine the food that newly stored reports put in doubt; every report counts once, whatever comes later."""
    network = session.get_one(Network, shift.network_id)
    policy, zone = policy_of(network.food_safety), ZoneInfo(network.time_zone)
    opened: list[Quarantine] = []
    for event in events:
        for line in event.lines:
            if not line["grams"]:  # left where it was, whatever the probe said
                continue
            allocation = allocations[UUID(line["allocation"])]
            causes = food_safety.causes_at_handover(
                allocation.temperature_class,
                allocation.use_by,
                event.kind,
                event.occurred_at,
                line["celsius"],
                zone,
                policy,
            )
            found = [
                _quarantine(shift, allocation, event, cause, line["celsius"], now) for cause in dict.fromkeys(causes)
            ]
            opened += [each for each in found if not _is_there(opened, each)]
    session.add_all(opened)
    session.flush()
    for quarantine in opened:
        _announce(session, "line.quarantined", quarantine, now)
    return opened


def _quarantine(
    shift: Shift, allocation: Allocation, event: StopEvent, cause: str, celsius: float | None, now: datetime
) -> Quarantine:
    return Quarantine(
        network_id=shift.network_id,
        shift_id=shift.id,
        donor_organisation_id=allocation.donor_organisation_id,
        receiver_organisation_id=allocation.receiver_organisation_id,
        offer_line_id=allocation.offer_line_id,
        allocation_id=allocation.id,
        event_id=event.id,
        service_date=shift.service_date,
        cause=cause,
        celsius=None if celsius is None else Decimal(str(celsius)).quantize(Decimal("0.01")),
        opened_at=now,
    )


def _is_there(opened: Sequence[Quarantine], wished: Quarantine) -> bool:
    """Whether one report names the same food twice."""
    key = (wished.allocation_id, wished.event_id, wished.cause)
    return any((each.allocation_id, each.event_id, each.cause) == key for each in opened)


def _announce(session: Session, kind: str, quarantine: Quarantine, now: datetime) -> None:
    announce(
        session,
        quarantine.network_id,
        (quarantine.donor_organisation_id, quarantine.receiver_organisation_id),
        kind,
        ("quarantine", quarantine.id),
        now,
        allocation_id=str(quarantine.allocation_id),
        offer_line_id=str(quarantine.offer_line_id),
        service_date=quarantine.service_date.isoformat(),
        cause=quarantine.cause,
        celsius=None if quarantine.celsius is None else str(quarantine.celsius),
        state=quarantine.state,
    )


def get_quarantine(session: Session, principal: Principal, quarantine_id: UUID) -> Quarantine:
    """One quarantine; raises `not_found`."""
    principal.require("ledger.read")
    found = session.get(Quarantine, quarantine_id)
    if found is None:
        raise not_found("quarantine")
    return found


def list_quarantines(
    session: Session,
    principal: Principal,
    *,
    state: str | None = None,
    service_date: date | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Quarantine]:
    """What is or was held back of the food that the caller gives or receives, oldest first."""
    principal.require("ledger.read")
    query = select(Quarantine)
    if state is not None:
        query = query.where(Quarantine.state == state)
    if service_date is not None:
        query = query.where(Quarantine.service_date == service_date)
    return page(session, query, Order(Quarantine.opened_at, Quarantine.id), cursor, limit)


def release(
    session: Session, principal: Principal, quarantine_id: UUID, note: str, version: int | None, now: datetime
) -> Quarantine:
    """Let the food go: what was reported of it is booked, unless it is held back for another cause too.

    Raises `never_released` (422) for food past its use-by date and `quarantine_decided` (409).
    """
    return _decide(session, principal, quarantine_id, "released", note, version, now)


def discard(
    session: Session, principal: Principal, quarantine_id: UUID, note: str, version: int | None, now: datetime
) -> Quarantine:
    """Give the food up: all that was collected of it and not returned is booked as wasted.

    Raises `quarantine_decided` (409).
    """
    return _decide(session, principal, quarantine_id, "discarded", note, version, now)


def _decide(
    session: Session,
    principal: Principal,
    quarantine_id: UUID,
    state: str,
    note: str,
    version: int | None,
    now: datetime,
) -> Quarantine:
    principal.require("quarantine.decide")
    quarantine = get_quarantine(session, principal, quarantine_id)
    session.get_one(Shift, quarantine.shift_id, with_for_update=ROW_LOCK)  # one change after the other
    session.refresh(quarantine)
    if version is not None and quarantine.version != version:
        raise stale()
    if state not in QUARANTINE_MOVES[quarantine.state]:
        raise conflict("quarantine_decided", "Somebody has decided about this food already.")
    if state == "released" and quarantine.cause in NEVER_RELEASED:
        raise refused("never_released", "Food past its use-by date is never released. Discard it.")
    allocation = session.get_one(Allocation, quarantine.allocation_id)
    before = known_of(session, quarantine.shift_id)
    quarantine.state, quarantine.note = state, note
    quarantine.decided_by, quarantine.decided_at = principal.name, now
    session.flush()
    after = known_of(session, quarantine.shift_id)
    book_changes(session, before, after, now)
    tell_food(session, allocation, before, after, now)
    audit.record(session, principal, f"quarantines.{state}", ("quarantine", quarantine.id), now, cause=quarantine.cause)
    _announce(session, "quarantine.decided", quarantine, now)
    ask_later(session, quarantine.network_id, quarantine.service_date)
    return quarantine
