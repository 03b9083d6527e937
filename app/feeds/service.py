"""Verbs on calendar feeds: make one, list, revoke, open one by its secret address."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.feeds.mine import is_open
from app.feeds.schemas import FeedIn
from app.kit import audit
from app.kit.auth import Principal, digest_of, new_secret
from app.kit.db import Database
from app.kit.errors import not_found
from app.kit.paging import Order, Page, page
from app.kit.tenancy import Scope
from app.models.feeds import CalendarFeed
from app.models.fleet import Shift, Vehicle
from app.models.partners import Person, Site


def make_feed(session: Session, principal: Principal, wish: FeedIn, now: datetime) -> tuple[CalendarFeed, str]:
    """A new feed and the secret of its address, which is shown this once; raises `not_found` for what it is about."""
    principal.require("feeds.edit")
    title = _title(session, principal, wish)
    secret = new_secret("feed")
    feed = CalendarFeed(
        network_id=principal.network_id,
        organisation_id=principal.organisation_id,
        whole_network=principal.may_across_network("feeds.edit"),
        secret_sha256=digest_of(secret),
        created_by=principal.name,
        created_at=now,
        **wish.model_dump(exclude={"name", "language"}),
        name=wish.name or title,
        language=wish.language or language_of_person(session, principal),
    )
    session.add(feed)
    session.flush()
    audit.record(
        session, principal, "feeds.add", ("calendar feed", feed.id), now, owner=feed.organisation_id, kind=feed.kind
    )
    return feed, secret


def _title(session: Session, principal: Principal, wish: FeedIn) -> str:
    """What the feed is about, which has to be the caller's own or in the caller's network."""
    if wish.site_id is not None:
        site = session.get(Site, wish.site_id)
        if site is None or not _open_to(principal, site.organisation_id, site.network_id):
            raise not_found("site")
        return site.name
    if wish.vehicle_id is not None:
        vehicle = session.get(Vehicle, wish.vehicle_id)
        if vehicle is None or not _open_to(principal, vehicle.organisation_id, vehicle.network_id):
            raise not_found("vehicle")
        return vehicle.name
    driven = select(Shift.id).where(Shift.driver_name == wish.driver_name).limit(1)
    if not principal.sees_network:
        driven = driven.where(Shift.organisation_id == principal.organisation_id)
    if session.scalar(driven) is None:
        raise not_found("driver")
    return wish.driver_name or ""


def language_of_person(session: Session, principal: Principal) -> str:
    """The language of the person who asks; a key is nobody's, and English."""
    person = session.get(Person, principal.person_id) if principal.person_id is not None else None
    return person.language if person is not None else "en"


def _open_to(principal: Principal, organisation_id: UUID, network_id: UUID) -> bool:
    return organisation_id == principal.organisation_id or (
        principal.sees_network and network_id == principal.network_id
    )


def list_feeds(session: Session, principal: Principal, *, cursor: str | None, limit: int) -> Page[CalendarFeed]:
    """The organisation's feeds, oldest first, the revoked ones too; what the network's staff made, they alone see."""
    principal.require("feeds.edit")
    query = select(CalendarFeed).where(CalendarFeed.organisation_id == principal.organisation_id)
    if not principal.may_across_network("feeds.edit"):
        query = query.where(CalendarFeed.whole_network.is_(False))
    query = query.where(CalendarFeed.person_id.is_(None))  # one's own is nobody else's to know
    return page(session, query, Order(CalendarFeed.created_at, CalendarFeed.id), cursor, limit)


def revoke_feed(session: Session, principal: Principal, feed_id: UUID, now: datetime) -> None:
    """Close a feed's address: it is dead on the next request."""
    principal.require("feeds.edit")
    feed = session.get(CalendarFeed, feed_id)
    if feed is None or feed.organisation_id != principal.organisation_id or feed.person_id is not None:
        raise not_found("calendar feed")
    if feed.whole_network and not principal.may_across_network("feeds.edit"):
        raise not_found("calendar feed")
    feed.revoked_at = feed.revoked_at or now
    audit.record(session, principal, "feeds.revoke", ("calendar feed", feed.id), now, owner=feed.organisation_id)
    session.flush()


def open_feed(database: Database, secret: str) -> CalendarFeed:
    """The feed behind a secret address; raises `not_found` for one that is unknown or revoked."""
    digest = digest_of(secret)
    with database.transaction(Scope(credential=digest)) as session:
        found = session.scalar(select(CalendarFeed).where(CalendarFeed.secret_sha256 == digest))
    if found is None or found.revoked_at is not None:
        raise not_found("calendar")
    if found.person_id is not None and not is_open(database, found):
        raise not_found("calendar")
    return found
