"""Write ledger entries and fold them; what an entry may say is decided in app.domain.ledger."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.ledger import Entry
from app.kit.many_rows import among
from app.models.events import LedgerEntry
from app.models.offers import OfferLine


def write_entries(
    session: Session,
    line: OfferLine,
    entries: Sequence[Entry],
    cause: tuple[str, UUID],
    now: datetime,
    *,
    occurred_at: datetime | None = None,
    shift_id: UUID | None = None,
) -> None:
    """Book what moved; `cause` is the noun and id of what made it move.

    The database refuses, at the end of the transaction, any account that would go below zero.
    """
    book(
        session,
        [(line.id, entry) for entry in entries],
        owner=(line.network_id, line.organisation_id),
        cause=cause,
        now=now,
        occurred_at=occurred_at,
        shift_id=shift_id,
    )


def book(
    session: Session,
    entries: Sequence[tuple[UUID, Entry]],
    *,
    owner: tuple[UUID, UUID],
    cause: tuple[str, UUID],
    now: datetime,
    occurred_at: datetime | None = None,
    shift_id: UUID | None = None,
) -> None:
    """As `write_entries`, by line id; `owner` is the network and the donor's organisation."""
    session.add_all(
        LedgerEntry(
            network_id=owner[0],
            organisation_id=owner[1],
            shift_id=shift_id,
            offer_line_id=line_id,
            from_account=entry.from_account,
            to_account=entry.to_account,
            grams=entry.grams,
            cause=cause[0],
            cause_id=cause[1],
            occurred_at=occurred_at or now,
            recorded_at=now,
        )
        for line_id, entry in entries
        if entry.grams > 0
    )
    session.flush()


def entries_of(session: Session, lines: Sequence[UUID]) -> list[Entry]:
    """All entries of these lines that the caller sees, oldest first."""
    rows = session.scalars(select(LedgerEntry).where(among(LedgerEntry.offer_line_id, lines)).order_by(LedgerEntry.id))
    return [
        Entry(
            line=str(row.offer_line_id),
            from_account=row.from_account,
            to_account=row.to_account,
            grams=row.grams,
        )
        for row in rows
    ]


def last_booked_at(session: Session, lines: Sequence[UUID]) -> datetime | None:
    """When the last entry of these lines that the caller sees was recorded; None where there is none."""
    query = select(func.max(LedgerEntry.recorded_at)).where(among(LedgerEntry.offer_line_id, lines))
    return session.scalar(query)


def balances_of(session: Session, lines: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """Grams per account of each line, summed in the database."""
    found: dict[UUID, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for column, sign in ((LedgerEntry.to_account, 1), (LedgerEntry.from_account, -1)):
        rows = session.execute(
            select(LedgerEntry.offer_line_id, column, func.sum(LedgerEntry.grams))
            .where(among(LedgerEntry.offer_line_id, lines))
            .group_by(LedgerEntry.offer_line_id, column)
        )
        for line_id, account, grams in rows:
            found[line_id][account] += sign * int(grams)
    return {line_id: dict(accounts) for line_id, accounts in found.items()}
