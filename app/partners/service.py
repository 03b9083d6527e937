"""Verbs on partners: join a network, enter a site."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.service_date import service_date_of
from app.kit import audit
from app.kit.auth import Principal
from app.kit.errors import FieldError, not_found, refused, stale, unavailable
from app.kit.paging import Order, Page, page
from app.models.partners import Network, Organisation, Partnership, Person, Site
from app.partners.opening_hours import stored_hours
from app.partners.schemas import OrganisationIn, SiteChange, SiteIn
from app.roads.choice import choice_of
from app.roads.pin import refusal_of
from app.roads.pin_facts import pin_facts
from app.roads.provider import Point, RoadError
from app.roads.streets import Streets

HOURS_FIELDS = {"opening_hours", "windows", "receiving_windows", "exceptions"}


def network_of(session: Session, principal: Principal) -> Network:
    """The caller's network."""
    found = session.get(Network, principal.network_id)
    if found is None:
        raise not_found("network")
    return found


def zone_of(network: Network) -> ZoneInfo:
    """The network's local time."""
    return ZoneInfo(network.time_zone)


def found_network(session: Session, network: Network, coordinator: OrganisationIn, now: datetime) -> Organisation:
    """Begin a network with its first organisation; the session's scope is the new network."""
    session.add(network)
    session.flush()
    organisation = Organisation(kind=coordinator.kind, name=coordinator.name, home_network_id=network.id)
    session.add(organisation)
    session.flush()
    session.add(
        Partnership(
            network_id=network.id,
            organisation_id=organisation.id,
            state="active",
            proposed_by="network",
            valid_from=service_date_of(now, zone_of(network)),
            accepted_at=now,
            created_at=now,
        )
    )
    session.flush()
    return organisation


def list_organisations(session: Session) -> list[Organisation]:
    """All partners that the caller sees."""
    return list(session.scalars(select(Organisation).order_by(Organisation.name, Organisation.id)))


def page_of_organisations(session: Session, cursor: str | None, limit: int) -> Page[Organisation]:
    """Partners that the caller sees, by name."""
    return page(session, select(Organisation), Order(Organisation.name, Organisation.id), cursor, limit)


def get_organisation(session: Session, organisation_id: UUID) -> Organisation:
    """One partner; raises `not_found`."""
    found = session.get(Organisation, organisation_id)
    if found is None:
        raise not_found("organisation")
    return found


def _owner(session: Session, principal: Principal, wished: UUID | None) -> UUID:
    """Whose thing is being entered: the caller's own, or a partner's by the network's staff."""
    if wished is None or wished == principal.organisation_id:
        return principal.organisation_id
    if not principal.may_across_network("sites.edit"):
        raise not_found("organisation")
    return get_organisation(session, wished).id


def add_site(session: Session, principal: Principal, wish: SiteIn, streets: Streets, now: datetime) -> Site:
    """Enter a place, once its pin can stand.

    Raises `swapped_coordinates`, `outside_region`, `in_water`, `far_from_streets` above 500 m, `cut_off` (all 422).
    """
    principal.require("sites.edit")
    owner = _owner(session, principal, wish.organisation_id)
    metres = _checked_pin(session, principal, streets, wish.name, wish.latitude, wish.longitude)
    site = Site(
        network_id=principal.network_id,
        organisation_id=owner,
        metres_to_street=metres,
        **_hours_in(session, principal, wish, now),
        storage_grams=wish.storage_kg.model_dump(),
        **wish.model_dump(exclude={"organisation_id", "storage_kg", *HOURS_FIELDS}),
    )
    session.add(site)
    session.flush()
    audit.record(session, principal, "sites.add", ("site", site.id), now, owner=owner, name=site.name)
    return site


def _hours_in(session: Session, principal: Principal, wish: SiteIn | SiteChange, now: datetime) -> dict[str, Any]:
    """What a request says of a site's hours, as it is kept; what it leaves out is not there."""
    found: dict[str, Any] = {}
    if wish.opening_hours is not None:
        today = service_date_of(now, zone_of(network_of(session, principal)))
        found = dict(zip(("windows", "exceptions"), stored_hours(wish.opening_hours, today), strict=True))
    if wish.windows is not None:
        found["windows"] = [each.stored() for each in wish.windows]
    if "receiving_windows" in wish.model_fields_set:
        given = wish.receiving_windows
        found["receiving_windows"] = None if given is None else [each.stored() for each in given]
    if wish.exceptions is not None and "exceptions" in wish.model_fields_set:
        kept = {each.date: each.stored() for each in wish.exceptions}
        found["exceptions"] = [kept[day] for day in sorted(kept)]
    return found


def _checked_pin(
    session: Session, principal: Principal, streets: Streets, name: str, latitude: float, longitude: float
) -> int:
    """Metres from a pin that may stand to its street; raises the refusal of one that may not."""
    network = network_of(session, principal)
    try:
        facts = pin_facts(streets, choice_of(network.region, network.roads), Point(longitude, latitude, name))
    except RoadError as error:
        raise unavailable(error.sentence) from error
    refusal = refusal_of(name, latitude, longitude, facts)
    if refusal is None:
        return facts.metres_to_street or 0
    fields = [FieldError(pointer, refusal.sentence, refusal.code) for pointer in ("/latitude", "/longitude")]
    raise refused(refusal.code, refusal.sentence, fields[: 2 if refusal.proposed else 1])


def list_sites(session: Session) -> list[Site]:
    """All places that the caller sees."""
    return list(session.scalars(select(Site).order_by(Site.name, Site.id)))


def page_of_sites(session: Session, cursor: str | None, limit: int) -> Page[Site]:
    """Places that the caller sees, by name."""
    return page(session, select(Site), Order(Site.name, Site.id), cursor, limit)


def get_site(session: Session, site_id: UUID) -> Site:
    """One place; raises `not_found`."""
    found = session.get(Site, site_id)
    if found is None:
        raise not_found("site")
    return found


def own_site(session: Session, principal: Principal, site_id: UUID) -> Site:
    """One place that the caller may act for; raises `not_found`."""
    site = get_site(session, site_id)
    if not principal.sees_network and site.organisation_id != principal.organisation_id:
        raise not_found("site")
    return site


def own_site_id(session: Session, principal: Principal) -> UUID | None:
    """The site that a person works at, where they have one."""
    person = session.get(Person, principal.person_id) if principal.person_id else None
    return person.site_id if person else None


def change_site(
    session: Session,
    principal: Principal,
    site_id: UUID,
    change: SiteChange,
    version: int,
    streets: Streets,
    now: datetime,
) -> Site:
    """Change what the caller named, from the version that was read. A pin that is moved is checked like a new one."""
    principal.require("sites.edit")
    site = get_site(session, site_id)
    if site.organisation_id != principal.organisation_id and not principal.may_across_network("sites.edit"):
        raise not_found("site")
    if site.version != version:
        raise stale()
    latitude = site.latitude if change.latitude is None else change.latitude
    longitude = site.longitude if change.longitude is None else change.longitude
    if (latitude, longitude) != (site.latitude, site.longitude):
        site.metres_to_street = _checked_pin(session, principal, streets, change.name or site.name, latitude, longitude)
    wished = change.model_dump(exclude_unset=True, exclude={"storage_kg", *HOURS_FIELDS})
    if change.storage_kg is not None:
        wished["storage_grams"] = change.storage_kg.model_dump()
    hours = _hours_in(session, principal, change, now)
    touched = {*wished, *hours}
    before = audit.values_of(site, touched)
    for name, value in wished.items():
        if value is not None:
            setattr(site, name, value)
    for name, value in hours.items():
        setattr(site, name, value)
    changes = audit.between(before, audit.values_of(site, touched))
    audit.record(
        session, principal, "sites.change", ("site", site.id), now, owner=site.organisation_id, changes=changes
    )
    session.flush()
    return site
