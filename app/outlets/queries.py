"""What nobody has taken of a day's food, and which outlets may have it now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.outlets import KINDS, may_have_returned
from app.kit.auth import Principal
from app.ledger.service import balances_of
from app.models.offers import Offer, OfferLine
from app.models.outlets import Outlet
from app.models.partners import Network, Site
from app.outlets.fitting import refusal_at
from app.partners.service import network_of


@dataclass(frozen=True)
class OpenFood:
    """Grams of a line that are on no van and went nowhere, those that came back among them; the outlets that may have
    them, best use first."""

    offer: Offer
    line: OfferLine
    site_name: str
    grams: int
    outlets: Sequence[Outlet]


def open_food(session: Session, principal: Principal, service_date: date, now: datetime) -> list[OpenFood]:
    """What is on offer still, was booked as not fetched in time, or came back, of one day's offers; the first to close
    first."""
    principal.require("plans.read")
    network = network_of(session, principal)
    rows = session.execute(
        select(Offer, OfferLine, Site.name)
        .join(OfferLine, OfferLine.offer_id == Offer.id)
        .join(Site, Site.id == Offer.site_id)
        .where(Offer.service_date == service_date)
        .order_by(Offer.pickup_until, Offer.id, OfferLine.position, OfferLine.id)
    ).all()
    balances = balances_of(session, [line.id for _, line, _ in rows])
    outlets = session.scalars(select(Outlet).where(Outlet.state == "active").order_by(Outlet.name, Outlet.id)).all()
    ordered = sorted(outlets, key=lambda outlet: KINDS.index(outlet.kind))
    found = []
    for offer, line, site_name in rows:
        there = balances.get(line.id, {})
        at_store, returned = there.get("offered", 0) + there.get("expired", 0), there.get("returned", 0)
        if at_store + returned > 0:
            fitting = [
                outlet
                for outlet in _fitting(network, ordered, offer, line, now)
                if at_store or may_have_returned(outlet.kind, line.temperature_class)
            ]
            found.append(OpenFood(offer, line, site_name, at_store + returned, fitting))
    return found


def _fitting(
    network: Network, outlets: Sequence[Outlet], offer: Offer, line: OfferLine, now: datetime
) -> Sequence[Outlet]:
    return [outlet for outlet in outlets if refusal_at(network, outlet, offer, line, now) is None]
