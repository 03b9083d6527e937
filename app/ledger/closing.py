"""Verbs for what is left after the day: settle refused and left-over food, book what nobody fetched as expired."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.domain import ledger
from app.domain.driver_link import STORED_REPORTS
from app.domain.lifecycle import Contradiction
from app.domain.units import kg_text
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import conflict, not_found, refused
from app.kit.outbox import announce
from app.ledger.schemas import SettlementIn
from app.ledger.service import balances_of, write_entries
from app.ledger.settlement import LATE_REPORT, book_changes, known_of, known_of_shifts
from app.models.events import LedgerEntry, Settlement
from app.models.fleet import Shift
from app.models.offers import Offer, OfferLine
from app.models.plans import Allocation, Release

# A driver may be late, and a dispatcher may plan what is left once more: food counts as expired only then.
GRACE = timedelta(hours=2)
# What a worker that stood still for long finds again; older offers were booked long ago.
LOOKS_BACK = timedelta(days=14)


def settle(
    session: Session, principal: Principal, allocation_id: UUID, wish: SettlementIn, now: datetime
) -> tuple[Settlement, ledger.Outcome]:
    """Say what became of food that was refused or is left over.

    Raises `line_quarantined` (409) while it is held back, and `settled_too_much` (422) for more than is there.
    """
    principal.require("ledger.settle")
    allocation = session.get(Allocation, allocation_id)
    if allocation is None or allocation.published_at is None:
        raise not_found("allocation")
    session.get_one(
        Shift, allocation.shift_id, with_for_update=ROW_LOCK
    )  # one change to a shift's food after the other
    before = known_of(session, allocation.shift_id)
    outcome = before.outcome(allocation)
    if outcome.held:
        raise conflict("line_quarantined", "This food is held back. Release or discard it first.")
    left = sum(outcome.unsettled)
    if wish.returned_kg + wish.wasted_kg > left:
        raise refused("settled_too_much", "Only {kg} kg of this food is refused or left over.", kg=kg_text(left))
    settlement = Settlement(
        network_id=allocation.network_id,
        shift_id=allocation.shift_id,
        allocation_id=allocation.id,
        returned_grams=wish.returned_kg,
        wasted_grams=wish.wasted_kg,
        note=wish.note,
        settled_by=principal.name,
        settled_at=now,
    )
    session.add(settlement)
    session.flush()
    after = known_of(session, allocation.shift_id)
    book_changes(session, before, after, now)
    audit.record(
        session,
        principal,
        "ledger.settle",
        ("allocation", allocation.id),
        now,
        returned_kg=kg_text(wish.returned_kg),
        wasted_kg=kg_text(wish.wasted_kg),
    )
    session.flush()
    return settlement, after.outcome(allocation)


def contradictions_of_day(
    session: Session, principal: Principal, service_date: date
) -> list[tuple[UUID, Contradiction]]:
    """What reports and decisions of one day say that cannot all be true, with the shift that it is about."""
    principal.require("ledger.settle")
    shifts = session.scalars(select(Shift.id).where(Shift.service_date == service_date).order_by(Shift.id)).all()
    found = []
    for shift_id in shifts:
        found += [(shift_id, each) for each in known_of(session, shift_id).contradictions()]
    return found


def networks_with_late_offers(session: Session, now: datetime) -> list[UUID]:
    """The networks that have food on offer whose pickup is over; the only thing a job may ask across networks."""
    return list(session.scalars(select(func.wasl_networks_with_late_offers(now - GRACE, now - LOOKS_BACK))))


def networks_with_unreported(session: Session, now: datetime) -> list[UUID]:
    """The networks of which food is promised by shifts that can report no more."""
    latest = now - STORED_REPORTS
    return list(session.scalars(select(func.wasl_networks_with_unreported(latest, now - LOOKS_BACK))))


def release_unreported(session: Session, network_id: UUID, now: datetime) -> int:
    """Give back what was to be collected and nobody has said anything about, once the driver's link has ended and no
    report can come any more; how many promises it was. It is on offer then, and expires as what was never planned."""
    ended = select(Shift.id).where(
        Shift.network_id == network_id,
        Shift.ends_at <= now - STORED_REPORTS,
        Shift.ends_at > now - LOOKS_BACK,
        Shift.id.in_(
            select(Allocation.shift_id).where(
                Allocation.published_at.is_not(None), func.wasl_line_balance(Allocation.offer_line_id, "allocated") > 0
            )
        ),
    )
    # As whoever publishes a change: shifts first, then lines.
    shifts = session.scalars(ended.order_by(Shift.id).with_for_update(key_share=True)).all()
    silent = [
        (row, outcome.places())
        for known in known_of_shifts(session, shifts).values()
        for parcel, row in known.promises.rows.items()
        if (outcome := known.outcome(row)).places().get("allocated", 0) and parcel not in known.promises.released
    ]
    wanted = select(OfferLine).where(OfferLine.id.in_({row.offer_line_id for row, _ in silent}))
    lines = {line.id: line for line in session.scalars(wanted.order_by(OfferLine.id).with_for_update(key_share=True))}
    for row, places in silent:
        allocated = places["allocated"]
        entries = ledger.entries_for_release(str(row.offer_line_id), allocated)
        write_entries(session, lines[row.offer_line_id], entries, ("plan", row.plan_id), now)
        session.add(
            Release(
                network_id=network_id,
                shift_id=row.shift_id,
                parcel_id=row.parcel_id,
                plan_id=row.plan_id,
                grams=allocated + places.get("offered", 0),
                released_at=now,
            )
        )
    session.flush()
    return len(silent)


def expire_offers(session: Session, network_id: UUID, now: datetime) -> int:
    """Book what is still on offer `GRACE` after its pickup as expired, once; how many offers it was.

    What was allocated waits for the driver's report, as long as one can come; what was collected for a person's word.
    """
    late = select(Offer).where(
        Offer.network_id == network_id,
        Offer.pickup_until <= now - GRACE,
        Offer.pickup_until > now - LOOKS_BACK,
        Offer.id.in_(select(OfferLine.offer_id).where(func.wasl_line_balance(OfferLine.id, "offered") > 0)),
    )
    offers = {offer.id: offer for offer in session.scalars(late.order_by(Offer.id))}
    lines = session.scalars(
        select(OfferLine).where(OfferLine.offer_id.in_(offers)).order_by(OfferLine.id).with_for_update(key_share=True)
    ).all()
    balances = balances_of(session, [line.id for line in lines])
    taken = _taken_from_withdrawn(session, [line.id for line in lines])
    expired: dict[UUID, int] = {}
    for line in lines:
        grams = balances.get(line.id, {}).get("offered", 0)
        for entry in ledger.entries_for_leftovers(str(line.id), grams, taken.get(line.id, 0)):
            gone = entry.to_account == "expired"
            cause = ("offer", line.offer_id) if gone else (LATE_REPORT, line.offer_id)
            write_entries(session, line, [entry], cause, now)
            expired[line.offer_id] = expired.get(line.offer_id, 0) + (entry.grams if gone else 0)
    for offer_id, grams in expired.items():
        if not grams:
            continue
        offer = offers[offer_id]
        day = offer.service_date.isoformat()
        announce(
            session,
            network_id,
            [offer.organisation_id],
            "offer.expired",
            ("offer", offer_id),
            now,
            kg=kg_text(grams),
            service_date=day,
        )
    return len(expired)


def _taken_from_withdrawn(session: Session, lines: Sequence[UUID]) -> dict[UUID, int]:
    """Grams of each line that late reports have taken from what was booked as never there, less what is back there."""
    to_offer = LedgerEntry.to_account == "offered"
    found = (
        select(LedgerEntry.offer_line_id, func.sum(case((to_offer, LedgerEntry.grams), else_=-LedgerEntry.grams)))
        .where(
            LedgerEntry.offer_line_id.in_(lines),
            LedgerEntry.cause == LATE_REPORT,
            or_(
                and_(LedgerEntry.from_account == "withdrawn", to_offer),
                and_(LedgerEntry.from_account == "offered", LedgerEntry.to_account == "withdrawn"),
            ),
        )
        .group_by(LedgerEntry.offer_line_id)
    )
    return {line: int(grams) for line, grams in session.execute(found)}
