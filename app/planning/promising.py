"""What a plan promises, in the ledger: from what is on offer, line by line, locked in a fixed order."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import ledger
from app.kit.errors import conflict
from app.ledger.service import balances_of, write_entries
from app.models.offers import OfferLine
from app.models.plans import Plan


def lock_lines(session: Session, grams: Mapping[UUID, int]) -> Sequence[tuple[OfferLine, int]]:
    """The lines, locked in a fixed order, each with its grams."""
    lines = session.scalars(
        select(OfferLine)
        .where(OfferLine.id.in_(grams))
        .order_by(OfferLine.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return [(line, grams[line.id]) for line in lines]


def promise_lines(session: Session, plan: Plan, lines: Sequence[tuple[OfferLine, int]], now: datetime) -> None:
    """Move grams of each line from offered to allocated. Raises `plan_outdated` (409) where there are not as many."""
    balances = balances_of(session, [line.id for line, _ in lines])
    for line, grams in lines:
        if not grams:
            continue
        if line.position < 0 or balances.get(line.id, {}).get("offered", 0) < grams:
            raise conflict("plan_outdated", "Some offers have changed since this plan was made. Plan the day again.")
        write_entries(session, line, ledger.entries_for_allocation(str(line.id), grams), ("plan", plan.id), now)
