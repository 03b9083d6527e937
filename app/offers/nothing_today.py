"""A store says that it has nothing to give on a day: once, and what it posts all the same counts."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.domain.recurrence import is_coming
from app.domain.service_date import service_date_of
from app.kit import audit
from app.kit.auth import Principal
from app.kit.errors import conflict, refused
from app.models.expected import NothingToday
from app.models.offers import Offer
from app.partners.service import network_of, own_site, zone_of


def say_nothing_today(
    session: Session, principal: Principal, site_id: UUID, service_date: date, now: datetime
) -> NothingToday:
    """Nobody waits for the store's offer of that day any more; said twice it is said once.

    Raises `not_found` for another's site, `day_over` (422) for a day that is past or too far off, and `posted_already`
    (409) where something is on offer for the day: that is taken back instead.
    """
    principal.require("offers.post")
    site = own_site(session, principal, site_id)
    if not is_coming(service_date, service_date_of(now, zone_of(network_of(session, principal)))):
        raise refused("day_over", "Say it for today or a day that is coming.")
    on_offer = select(Offer.id).where(
        Offer.site_id == site.id, Offer.service_date == service_date, Offer.state == "open"
    )
    if session.scalars(on_offer).first() is not None:
        raise conflict("posted_already", "Something is on offer for this day. Take that back if there is nothing.")
    key = {"site_id": site.id, "service_date": service_date}
    owner = {"network_id": site.network_id, "organisation_id": site.organisation_id}
    said = session.scalar(
        insert(NothingToday)
        .values(**key, **owner, said_at=now)
        .on_conflict_do_nothing()
        .returning(NothingToday.site_id)
    )
    if said is not None:
        audit.record(
            session, principal, "offers.nothing_today", ("site", site.id), now,
            owner=site.organisation_id, service_date=str(service_date),
        )  # fmt: skip
    return session.get_one(NothingToday, (site.id, service_date))
