"""What happened to offers: who gets each line, when the van comes, and where its grams are."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kit.auth import Principal
from app.ledger.service import balances_of
from app.models.offers import Offer, OfferLine
from app.models.plans import Allocation

MOST = 100


@dataclass(frozen=True)
class LineFate:
    """One line: its allocations on published plans, and its grams by account."""

    line: OfferLine
    allocations: list[Allocation]
    balance: dict[str, int]


@dataclass(frozen=True)
class OfferFate:
    """An offer with the fate of each of its lines."""

    offer: Offer
    lines: list[LineFate]

    @property
    def may_be_changed(self) -> bool:
        """Whether it may be amended or taken back: all of it is still on offer, and nothing of it planned."""
        booked = {account for each in self.lines for account, grams in each.balance.items() if grams}
        return self.offer.state == "open" and booked - {"supply"} == {"offered"}


def offers_with_fate(session: Session, principal: Principal, since: date) -> list[OfferFate]:
    """The caller's newest offers from a day on, newest first."""
    principal.require("offers.read")
    query = (
        select(Offer)
        .where(Offer.service_date >= since, Offer.organisation_id == principal.organisation_id)
        .order_by(Offer.created_at.desc(), Offer.id)
        .limit(MOST)
    )
    offers = session.scalars(query).all()
    lines = [line.id for offer in offers for line in offer.lines]
    balances = balances_of(session, lines)
    allocations = defaultdict(list)
    promised = select(Allocation).where(
        Allocation.offer_line_id.in_(lines),
        Allocation.published_at.is_not(None),
        func.wasl_plan_is_driven(Allocation.plan_id),  # what an earlier plan promised no longer holds
    )
    for allocation in session.scalars(promised.order_by(Allocation.pickup_at)):
        allocations[allocation.offer_line_id].append(allocation)
    return [
        OfferFate(
            offer,
            [LineFate(line, allocations[line.id], balances.get(line.id, {})) for line in offer.lines],
        )
        for offer in offers
    ]
