"""What food banks say they received, as it is read: by themselves, and by those who see to differences."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.receiving import Received
from app.kit.auth import Principal
from app.kit.many_rows import among
from app.kit.paging import Order, Page, page
from app.kit.tenancy import Scope, within
from app.ledger.settlement import Known, known_of_shifts
from app.models.plans import Allocation
from app.models.receiving import ReceiptConfirmation


@dataclass(frozen=True)
class Statement:
    """What a food bank said of a promise, with the promise as the newest plan has it."""

    said: ReceiptConfirmation
    allocation: Allocation
    received: Received

    @property
    def seen_at(self) -> datetime | None:
        """When somebody saw this difference; None for one that the driver's word has made another since."""
        return self.said.seen_at if self.said.seen_delivered_grams == self.received.delivered_grams else None


def statement(said: ReceiptConfirmation, known: Known) -> Statement:
    """What was said, beside what is known of its shift."""
    row = known.promises.rows[said.parcel_id]
    received = Received(
        said.received_grams, said.received_crates, known.told_of(row).delivered_grams, row.grams, row.crates
    )
    return Statement(said, row, received)


def list_confirmations(
    session: Session, principal: Principal, service_date: date | None, cursor: str | None, limit: int
) -> Page[Statement]:
    """All that the caller's organisation has said, or the whole network for its staff; newest first."""
    principal.require("receipts.confirm")
    query = select(ReceiptConfirmation)
    if service_date is not None:
        query = query.where(ReceiptConfirmation.service_date == service_date)
    order = Order(ReceiptConfirmation.confirmed_at, ReceiptConfirmation.id, newest_first=True)
    found = page(session, query, order, cursor, limit)
    return Page(_beside_reports(session, principal, found.items), found.next_cursor)


def differences(session: Session, principal: Principal, service_date: date) -> list[Statement]:
    """Where the newest word of a food bank is not what the driver reported, on one day; for those who settle food."""
    principal.require("ledger.settle")
    rows = session.scalars(
        select(ReceiptConfirmation)
        .where(ReceiptConfirmation.service_date == service_date)
        .order_by(ReceiptConfirmation.confirmed_at, ReceiptConfirmation.number)
    )
    newest = {row.parcel_id: row for row in rows}
    return [each for each in _beside_reports(session, principal, list(newest.values())) if each.received.differs]


def _beside_reports(session: Session, principal: Principal, rows: Sequence[ReceiptConfirmation]) -> list[Statement]:
    """Reports are the network's: a food bank reads what they say of its own food alone."""
    if not rows:
        return []
    with within(session, Scope(network=principal.network_id), principal.scope):
        known = known_of_shifts(session, {row.shift_id for row in rows})
        return [statement(row, known[row.shift_id]) for row in rows]


def newest_of(session: Session, parcels: Collection[UUID]) -> dict[UUID, ReceiptConfirmation]:
    """By promise, the word on it that counts."""
    rows = session.scalars(
        select(ReceiptConfirmation)
        .where(among(ReceiptConfirmation.parcel_id, parcels))
        .order_by(ReceiptConfirmation.number)
    )
    return {row.parcel_id: row for row in rows}
