"""Who brought what to whom, as the ledger has it after all corrections."""

from collections import Counter
from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.ledger.settlement import known_of_shifts
from app.models.events import LedgerEntry
from app.models.offers import Offer, OfferLine
from app.models.plans import Allocation

_DELIVERED: ColumnElement[int] = func.sum(
    case((LedgerEntry.to_account == "delivered", LedgerEntry.grams), else_=-LedgerEntry.grams)
)


def delivered_by_shift(session: Session, network_id: UUID, first: date, last: date) -> dict[UUID, int]:
    """Grams that are booked as delivered, by the shift that brought them."""
    query = _booked(LedgerEntry.shift_id, network_id, first, last)
    return {shift: int(grams) for shift, grams in session.execute(query) if shift is not None}


def delivered_by_need(session: Session, network_id: UUID, first: date, last: date) -> Counter[UUID]:
    """Grams that are booked as delivered, by the need that they were brought for."""
    handed_on = set(_shifts_that_handed_on(session, network_id, first, last))
    found: Counter[UUID] = Counter()
    query = _booked(Allocation.need_id, network_id, first, last).join(Allocation, Allocation.id == LedgerEntry.cause_id)
    for need, grams in session.execute(query.where(LedgerEntry.shift_id.not_in(handed_on))):
        if need is not None:
            found[need] += int(grams)
    # Food that was handed on while it was on the vehicle is booked with the promise that it was collected for: who got
    # it is known from the reports alone.
    for known in known_of_shifts(session, handed_on).values() if handed_on else ():
        for parcel, row in known.promises.rows.items():
            found[row.need_id] += known.outcomes[parcel].booked_as_delivered
    return found


def _booked(
    by: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None], network_id: UUID, first: date, last: date
) -> Select[UUID | None, int]:
    return (
        select(by, _DELIVERED)
        .select_from(LedgerEntry)
        .join(OfferLine, OfferLine.id == LedgerEntry.offer_line_id)
        .join(Offer, Offer.id == OfferLine.offer_id)
        .where(
            LedgerEntry.network_id == network_id,
            Offer.service_date.between(first, last),
            or_(LedgerEntry.to_account == "delivered", LedgerEntry.from_account == "delivered"),
        )
        .group_by(by)
    )


def _shifts_that_handed_on(session: Session, network_id: UUID, first: date, last: date) -> Collection[UUID]:
    query = (
        select(Allocation.shift_id)
        .join(OfferLine, OfferLine.id == Allocation.offer_line_id)
        .join(Offer, Offer.id == OfferLine.offer_id)
        .where(
            Allocation.network_id == network_id,
            Allocation.published_at.is_not(None),
            Allocation.from_parcel_id.is_not(None),
            Offer.service_date.between(first, last),
        )
    )
    return session.scalars(query.distinct()).all()
