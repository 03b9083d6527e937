"""Links to the page of a site and day: given, taken back, opened by whoever has one.

A token is derived from the link's id and a key of the network, so it can be shown as often as somebody asks who may,
while the link's own row has nothing but its sha256.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import date, datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.domain.service_date import end_of
from app.kit import audit
from app.kit.auth import Principal, digest_of
from app.kit.db import Database
from app.kit.errors import WaslError, not_found, refused
from app.kit.tenancy import Scope, within
from app.models.partners import Network, Site
from app.models.plans import Plan, Route, Stop
from app.models.van_links import VanLink, VanLinkKey
from app.people.tries import count_try

PREFIX = "wasl_van_"
KEY_BYTES = 32
# The address is the secret: nobody keeps the page, finds it by searching, or passes the address on.
PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


def give_link(
    session: Session, principal: Principal, site_id: UUID, service_date: date, now: datetime
) -> tuple[VanLink, str]:
    """The link of a site's visits on a day and its token, made where there is none: the same for everybody who asks.

    Raises `not_found` for a site that is not the caller's to speak for, `day_over` and `no_visit_planned` (422).
    """
    principal.require("van_links.give")
    site = session.get(Site, site_id)
    if site is None or not _speaks_for(principal, site.organisation_id):
        raise not_found("site")
    with within(session, Scope(network=site.network_id), principal.scope):
        if now >= _ends(session, site.network_id, service_date):
            raise refused("day_over", "This day is over. Choose today or a day to come.")
        if not _is_visited(session, site, service_date):
            raise refused("no_visit_planned", "No published plan has a van come there on that day.")
        link, token, new = _standing(session, site, service_date, now)
    if new:
        day = service_date.isoformat()
        audit.record(
            session, principal, "van_links.give", ("site", site.id), now, owner=site.organisation_id, service_date=day
        )
    return link, token


def end_link(session: Session, principal: Principal, link_id: UUID, now: datetime) -> None:
    """Take a link back: its page is gone on the next request, and who asks then gets another link.

    Raises `not_found`.
    """
    principal.require("van_links.give")
    link = session.get(VanLink, link_id)
    if link is None or not _speaks_for(principal, link.organisation_id):
        raise not_found("link")
    if link.ended_at is None:
        link.ended_at = now
        audit.record(session, principal, "van_links.end", ("site", link.site_id), now, owner=link.organisation_id)
        session.flush()


def standing_token(session: Session, network_id: UUID, site: Site, service_date: date, now: datetime) -> str | None:
    """The token of a site's day for a message about it, within the network's scope; None once the day is over."""
    if now >= _ends(session, network_id, service_date):
        return None
    return _standing(session, site, service_date, now)[1]


def open_link(database: Database, token: str, address: str, now: datetime) -> VanLink:
    """The link behind a token. Unknown, taken back and over are the same `not_found`, and from one address not often:
    `too_many_attempts` (429)."""
    digest = digest_of(token)
    with database.transaction(Scope(credential=digest)) as session:
        found = session.scalar(select(VanLink).where(VanLink.secret_sha256 == digest))
    if found is None or found.ended_at is not None or now >= found.expires_at:
        count_try(database, "public_link", digest, address, now)
        raise no_such_page()
    return found


def no_such_page() -> WaslError:
    """Nothing is behind the link, or no more; which, nobody is told."""
    return not_found("page")


def page_of(token: str) -> str:
    """The path of the page."""
    return f"/van/{token}"


def _speaks_for(principal: Principal, organisation_id: UUID) -> bool:
    return organisation_id == principal.organisation_id or principal.may_across_network("van_links.give")


def _ends(session: Session, network_id: UUID, service_date: date) -> datetime:
    return end_of(service_date, ZoneInfo(session.get_one(Network, network_id).time_zone))


def _is_visited(session: Session, site: Site, service_date: date) -> bool:
    """Whether the plan that is driven stops there for food."""
    visit = (
        select(Stop.id)
        .join(Route, Route.id == Stop.route_id)
        .join(Plan, Plan.id == Route.plan_id)
        .where(
            Plan.network_id == site.network_id,
            Plan.service_date == service_date,
            Plan.state == "published",
            Stop.site_id == site.id,
            Stop.kind.in_(("pickup", "drop_off")),
        )
    )
    return session.scalar(visit.limit(1)) is not None


def _standing(session: Session, site: Site, service_date: date, now: datetime) -> tuple[VanLink, str, bool]:
    """The link that stands, its token, and whether it was made just now; the scope is the network."""
    key = key_of_network(session, site.network_id)
    standing = select(VanLink).where(
        VanLink.site_id == site.id, VanLink.service_date == service_date, VanLink.ended_at.is_(None)
    )
    found = session.scalar(standing)
    if found is not None:
        return found, _token(key, found.id), False
    wish = uuid4()
    session.execute(
        insert(VanLink)
        .values(
            id=wish,
            network_id=site.network_id,
            organisation_id=site.organisation_id,
            site_id=site.id,
            service_date=service_date,
            secret_sha256=digest_of(_token(key, wish)),
            made_at=now,
            expires_at=_ends(session, site.network_id, service_date),
        )
        .on_conflict_do_nothing()
    )
    found = session.scalars(standing).one()  # somebody else's, where two asked at once
    return found, _token(key, found.id), found.id == wish


def key_of_network(session: Session, network_id: UUID) -> bytes:
    """The network's key from which links are derived, made when it is needed first."""
    kept = select(VanLinkKey.secret).where(VanLinkKey.network_id == network_id)
    found = session.scalar(kept)
    if found is None:
        new = insert(VanLinkKey).values(network_id=network_id, secret=secrets.token_bytes(KEY_BYTES))
        session.execute(new.on_conflict_do_nothing())
        found = session.scalars(kept).one()
    return found


def _token(key: bytes, link: UUID) -> str:
    return PREFIX + derived(key, b"van link ", link)


def derived(key: bytes, purpose: bytes, link: UUID) -> str:
    """256 bits that nobody without the key can tell from any others."""
    found = hmac.new(key, purpose + link.bytes, hashlib.sha256).digest()
    return urlsafe_b64encode(found).rstrip(b"=").decode()
