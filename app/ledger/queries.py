"""The ledger as people read it, and the question whether any food was silently dropped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session

from app.kit.auth import Principal
from app.kit.errors import not_found
from app.kit.paging import Order, Page, page
from app.ledger.service import balances_of
from app.models.events import LedgerEntry
from app.models.offers import Offer, OfferLine

# I7: what is still open of an offer is on the newest plan of its day, allocated or with its reason; or there is no
# plan yet that knew of it. An offer that was withdrawn, and a line that was replaced, have nothing left to give.
ORPHANS = text(
    """
    SELECT l.id FROM offer_lines l JOIN offers o ON o.id = l.offer_id
    LEFT JOIN LATERAL (
      SELECT p.id, p.line_ids, coalesce((SELECT r.requested_at FROM plan_runs r WHERE r.plan_id = p.id), p.created_at)
             AS asked_at
        FROM plans p WHERE p.network_id = o.network_id AND p.service_date = o.service_date
       ORDER BY p.number DESC LIMIT 1) newest ON true
    WHERE o.network_id = :network_id AND wasl_line_balance(l.id, 'offered') > 0
      AND (
        o.state = 'withdrawn' OR l.position < 0
        OR (newest.id IS NOT NULL
            AND (l.id = ANY (newest.line_ids)
                 OR (SELECT max(e.recorded_at) FROM ledger_entries e
                      WHERE e.offer_line_id = l.id AND e.from_account = 'supply') < newest.asked_at)
            AND NOT EXISTS (SELECT 1 FROM allocations a WHERE a.plan_id = newest.id AND a.offer_line_id = l.id)
            AND NOT EXISTS (SELECT 1 FROM unserved_offers u WHERE u.plan_id = newest.id AND u.offer_line_id = l.id))
      )
    ORDER BY l.id
    """
)


def orphans(session: Session, network_id: UUID) -> list[UUID]:
    """Lines with food on offer that the newest plan of their day neither allocates nor names; always none."""
    return list(session.scalars(ORPHANS, {"network_id": network_id}))


@dataclass(frozen=True)
class OfferLedger:
    """An offer's lines, those that were replaced too, with their balances and all entries."""

    offer: Offer
    lines: Sequence[OfferLine]
    balances: dict[UUID, dict[str, int]]
    entries: Sequence[LedgerEntry]


def ledger_of_offer(session: Session, principal: Principal, offer_id: UUID) -> OfferLedger:
    """Where an offer's food is and how it came there; raises `not_found`."""
    principal.require("ledger.read")
    offer = session.get(Offer, offer_id)
    if offer is None:
        raise not_found("offer")
    lines = session.scalars(
        select(OfferLine).where(OfferLine.offer_id == offer.id).order_by(OfferLine.position.desc(), OfferLine.id)
    ).all()
    ids = [line.id for line in lines]
    entries = session.scalars(
        select(LedgerEntry).where(LedgerEntry.offer_line_id.in_(ids)).order_by(LedgerEntry.id)
    ).all()
    return OfferLedger(offer, lines, balances_of(session, ids), entries)


def list_entries(
    session: Session,
    principal: Principal,
    *,
    offer_id: UUID | None = None,
    line_id: UUID | None = None,
    service_date: date | None = None,
    account: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[LedgerEntry]:
    """The entries that the caller sees, in the order in which they were booked."""
    principal.require("ledger.read")
    query = select(LedgerEntry)
    if line_id is not None:
        query = query.where(LedgerEntry.offer_line_id == line_id)
    if offer_id is not None or service_date is not None:
        lines = select(OfferLine.id).join(Offer, Offer.id == OfferLine.offer_id)
        if offer_id is not None:
            lines = lines.where(Offer.id == offer_id)
        if service_date is not None:
            lines = lines.where(Offer.service_date == service_date)
        query = query.where(LedgerEntry.offer_line_id.in_(lines))
    if account is not None:
        query = query.where(or_(LedgerEntry.from_account == account, LedgerEntry.to_account == account))
    return page(session, query, Order(LedgerEntry.id), cursor, limit)
