"""Verbs of those who look after what everybody sees: a network's page, and the places on it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.kit import audit
from app.kit.auth import Principal
from app.kit.errors import FieldError, WaslError, forbidden, not_found, refused, stale, version_required
from app.models.public_pages import DistributionPoint, PublicPage
from app.partners.service import get_site, network_of
from app.public.schemas import DistributionPointIn, PublicPageIn

PAGE_FIELDS = ("is_on", "slug", "name_en", "name_ar")
POINT_FIELDS = ("is_public", "windows", "exceptions", "note_en", "note_ar", "phone")


def page_of_network(session: Session, principal: Principal) -> PublicPage | None:
    """The page of the caller's network, whether it is on or not; None where nobody has named one."""
    principal.require("network.read")
    return session.get(PublicPage, principal.network_id)


def get_page(session: Session, principal: Principal) -> PublicPage:
    """The page of the caller's network; off, without an address and in version 0 where nobody has named one."""
    found = page_of_network(session, principal)
    name = network_of(session, principal).name
    return found or PublicPage(is_on=False, slug="", name_en=name, name_ar="", version=0)


def set_page(
    session: Session, principal: Principal, wish: PublicPageIn, version: int | None, now: datetime
) -> PublicPage:
    """Name the network's page, switch it on or off, from the version that was read.

    Raises `address_taken` (409) for an address that another network has.
    """
    principal.require("policy.edit")
    page = session.get(PublicPage, principal.network_id)
    _require_version(page, version)
    before = audit.values_of(page, PAGE_FIELDS) if page is not None else dict.fromkeys(PAGE_FIELDS)
    if page is None:
        page = PublicPage(network_id=principal.network_id)
    try:
        with session.begin_nested():
            for name, value in wish.model_dump().items():
                setattr(page, name, value)
            session.add(page)
            session.flush()
    except IntegrityError as error:
        raise (_address_taken() if "uq_public_pages_slug" in str(error.orig) else stale()) from error
    changes = audit.between(before, audit.values_of(page, PAGE_FIELDS))
    audit.record(session, principal, "public_page.set", ("network", page.network_id), now, changes=changes)
    return page


def _address_taken() -> WaslError:
    sentence = "Another network has this address. Choose another one."
    fields = [FieldError("/slug", sentence, "address_taken")]
    return WaslError(sentence, "address_taken", 409, "Changed meanwhile", errors=fields)


def find_point(session: Session, site_id: UUID) -> DistributionPoint | None:
    """What everybody may know of a place that the caller sees; None where nobody has said it."""
    return session.get(DistributionPoint, site_id)


def get_point(session: Session, principal: Principal, site_id: UUID) -> DistributionPoint:
    """What everybody may know of a place; raises `not_found` where nobody has said it."""
    principal.require("sites.read")
    found = find_point(session, get_site(session, site_id).id)
    if found is None:
        raise not_found("distribution point")
    return found


def points_seen(session: Session) -> dict[UUID, DistributionPoint]:
    """By site, all that the caller sees."""
    return {row.site_id: row for row in session.scalars(select(DistributionPoint))}


def set_point(
    session: Session, principal: Principal, site_id: UUID, wish: DistributionPointIn, version: int | None, now: datetime
) -> DistributionPoint:
    """Say what everybody may know of a place, from the version that was read.

    Only its own organisation puts a place on the page; the network's staff may take it off, or mend its hours. Raises
    `not_found`, `not_at_a_store` (422), and `forbidden` for who would put another's place on the page.
    """
    principal.require("sites.edit")
    site = get_site(session, site_id)
    is_own = site.organisation_id == principal.organisation_id
    if not is_own and not principal.may_across_network("sites.edit"):
        raise not_found("site")
    if site.kind == "store":
        raise refused(
            "not_at_a_store", "A store is never on the public page. Choose a place that gives food to people."
        )
    point = find_point(session, site.id)
    _require_version(point, version)
    if wish.is_public and not is_own and not (point is not None and point.is_public):
        raise forbidden("Only the organisation itself puts its place on the public page.")
    before = audit.values_of(point, POINT_FIELDS) if point is not None else dict.fromkeys(POINT_FIELDS)
    point = point or DistributionPoint(
        site_id=site.id, network_id=site.network_id, organisation_id=site.organisation_id
    )
    try:
        with session.begin_nested():
            for name, value in _stored(wish).items():
                setattr(point, name, value)
            session.add(point)
            session.flush()
    except IntegrityError as error:  # somebody else said it first, at this moment
        raise stale() from error
    changes = audit.between(before, audit.values_of(point, POINT_FIELDS))
    audit.record(
        session,
        principal,
        "distribution_point.set",
        ("site", site.id),
        now,
        owner=site.organisation_id,
        changes=changes,
    )
    return point


def _stored(wish: DistributionPointIn) -> dict[str, object]:
    exceptions = {each.date: each.stored() for each in wish.exceptions}
    return {
        "is_public": wish.is_public,
        "windows": [each.stored() for each in wish.windows],
        "exceptions": [exceptions[day] for day in sorted(exceptions)],
        "note_en": wish.note_en,
        "note_ar": wish.note_ar,
        "phone": wish.phone,
    }


def _require_version(row: PublicPage | DistributionPoint | None, version: int | None) -> None:
    """What is there is changed from its version; what is not, is made without one."""
    if row is None:
        return
    if version is None:
        raise version_required()
    if row.version != version:
        raise stale()
