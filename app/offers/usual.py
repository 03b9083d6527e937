"""Food that a store has posted before, as it was posted last: to be offered again with one tap, or found by barcode."""

from collections.abc import Hashable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.service_date import service_date_of
from app.domain.usual_food import LOOKING_BACK, most_usual
from app.kit.auth import Principal
from app.models.offers import Offer, OfferLine
from app.partners.service import network_of, own_site, zone_of

MOST_READ = 2000  # lines of four weeks of a store that posts seventy a day


def usual_lines(session: Session, principal: Principal, site_id: UUID, today: date) -> Sequence[OfferLine]:
    """What one store has posted in the last four weeks, most usual first."""
    principal.require("offers.read")
    query = (
        select(OfferLine, Offer.service_date)
        .join(Offer, Offer.id == OfferLine.offer_id)
        .where(
            Offer.site_id == site_id,
            Offer.service_date >= today - LOOKING_BACK,
            Offer.state == "open",
            OfferLine.position >= 0,
        )
        .order_by(Offer.created_at.desc(), OfferLine.position.desc())
        .limit(MOST_READ)
    )
    found = session.execute(query).all()
    return most_usual([(_food(line), day, line) for line, day in reversed(found)], today)


def usual_food(session: Session, principal: Principal, site_id: UUID, now: datetime) -> Sequence[OfferLine]:
    """As `usual_lines`, of a store that the caller may act for; raises `not_found` for another."""
    principal.require("offers.read")
    site = own_site(session, principal, site_id)
    today = service_date_of(now, zone_of(network_of(session, principal)))
    return usual_lines(session, principal, site.id, today)


def _food(line: OfferLine) -> Hashable:
    """What makes two lines the same food, however much of it there is and whatever date is on the pack."""
    return line.gtin or (line.category, " ".join(line.description.casefold().split()), line.temperature_class)


def posted_line(session: Session, principal: Principal, site_id: UUID, line_id: UUID) -> OfferLine | None:
    """A line that one store has posted, if it is one."""
    principal.require("offers.read")
    query = select(OfferLine).join(Offer, Offer.id == OfferLine.offer_id)
    return session.scalars(query.where(OfferLine.id == line_id, Offer.site_id == site_id)).first()


def line_with_gtin(session: Session, principal: Principal, gtin: str) -> OfferLine | None:
    """The newest line of the caller's organisation with this barcode; a chain's stores sell the same food.

    gtin: 14 digits.
    """
    principal.require("offers.read")
    query = (
        select(OfferLine)
        .join(Offer, Offer.id == OfferLine.offer_id)
        .where(
            OfferLine.organisation_id == principal.organisation_id,
            OfferLine.gtin == gtin,
            OfferLine.position >= 0,
            Offer.state == "open",
        )
        .order_by(Offer.created_at.desc(), OfferLine.position)
        .limit(1)
    )
    return session.scalars(query).first()
