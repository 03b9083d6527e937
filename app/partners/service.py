"""Verbs on partners: join a network, enter a site, invite a person, hand out and take back keys, sign in and out."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.service_date import service_date_of
from app.kit import audit
from app.kit.auth import Principal, digest_of, hash_password, new_secret, password_matches
from app.kit.db import Database
from app.kit.errors import FieldError, conflict, forbidden, not_found, not_signed_in, refused, stale, unavailable
from app.kit.paging import Order, Page, page
from app.kit.tenancy import Scope
from app.models.partners import Network, Organisation, Partnership, Person, Site
from app.models.system import Credential
from app.partners.schemas import KeyIn, OrganisationIn, PersonIn, SignIn, SiteChange, SiteIn
from app.roads.choice import choice_of
from app.roads.pin import refusal_of
from app.roads.pin_facts import pin_facts
from app.roads.provider import Point, RoadError
from app.roads.streets import Streets

SESSION_LIFE = timedelta(hours=12)


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
    session.add(_membership(network, organisation, now))
    session.flush()
    return organisation


def _membership(network: Network, organisation: Organisation, now: datetime) -> Partnership:
    return Partnership(
        network_id=network.id,
        organisation_id=organisation.id,
        valid_from=service_date_of(now, zone_of(network)),
    )


def add_organisation(session: Session, principal: Principal, wish: OrganisationIn, now: datetime) -> Organisation:
    """Take a partner into the caller's network."""
    principal.require("partners.edit")
    network = network_of(session, principal)
    organisation = Organisation(kind=wish.kind, name=wish.name, home_network_id=network.id)
    session.add(organisation)
    session.flush()
    session.add(_membership(network, organisation, now))
    audit.record(session, principal, "partners.add", ("organisation", organisation.id), now, name=wish.name)
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
    if not principal.sees_network:
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
        windows=[window.stored() for window in wish.windows],
        **wish.model_dump(exclude={"organisation_id", "windows"}),
    )
    session.add(site)
    session.flush()
    audit.record(session, principal, "sites.add", ("site", site.id), now, name=site.name)
    return site


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
    site = own_site(session, principal, site_id)
    if site.version != version:
        raise stale()
    latitude = site.latitude if change.latitude is None else change.latitude
    longitude = site.longitude if change.longitude is None else change.longitude
    if (latitude, longitude) != (site.latitude, site.longitude):
        site.metres_to_street = _checked_pin(session, principal, streets, change.name or site.name, latitude, longitude)
    wished = change.model_dump(exclude_unset=True, exclude={"windows"})
    for name, value in wished.items():
        if value is not None:
            setattr(site, name, value)
    if change.windows is not None:
        site.windows = [window.stored() for window in change.windows]
    audit.record(session, principal, "sites.change", ("site", site.id), now, fields=sorted(change.model_fields_set))
    session.flush()
    return site


def add_person(session: Session, principal: Principal, organisation_id: UUID, wish: PersonIn, now: datetime) -> Person:
    """Let somebody sign in for an organisation.

    Raises `email_taken` (409).
    """
    principal.require("people.edit")
    owner = _owner(session, principal, organisation_id)
    if wish.role in ("dispatcher", "network_admin") and not principal.sees_network:
        raise forbidden("Only the network's own administrators appoint dispatchers.")
    if wish.site_id is not None and get_site(session, wish.site_id).organisation_id != owner:
        raise not_found("site")
    person = Person(
        network_id=principal.network_id,
        organisation_id=owner,
        password_hash=hash_password(wish.password),
        **wish.model_dump(exclude={"password"}),
    )
    session.add(person)
    try:
        session.flush()
    except IntegrityError as error:
        raise conflict("email_taken", "Somebody already signs in with this e-mail address.") from error
    audit.record(session, principal, "people.add", ("person", person.id), now, role=person.role)
    return person


def add_key(
    session: Session, principal: Principal, organisation_id: UUID, wish: KeyIn, now: datetime
) -> tuple[Credential, str]:
    """Hand out an API key: the row, and the key that is shown once."""
    principal.require("people.edit")
    owner = _owner(session, principal, organisation_id)
    if not principal.sees_network and set(wish.scopes) & {"plans", "partners"}:
        raise forbidden("Only the network's own administrators hand out keys that plan.")
    secret = new_secret("key")
    credential = Credential(
        kind="api_key",
        name=wish.name,
        secret_sha256=digest_of(secret),
        network_id=principal.network_id,
        organisation_id=owner,
        scopes=list(dict.fromkeys(wish.scopes)),
        created_at=now,
    )
    session.add(credential)
    session.flush()
    audit.record(session, principal, "keys.add", ("api key", credential.id), now, scopes=credential.scopes)
    return credential, secret


def revoke_key(session: Session, principal: Principal, key_id: UUID, now: datetime) -> Credential:
    """Take a key back: it is dead on the next request."""
    principal.require("people.edit")
    found = session.get(Credential, key_id)
    if found is None or found.kind != "api_key":
        raise not_found("API key")
    found.revoked_at = found.revoked_at or now
    audit.record(session, principal, "keys.revoke", ("api key", found.id), now)
    session.flush()
    return found


def sign_in(database: Database, wish: SignIn, now: datetime) -> tuple[Credential, str]:
    """A session for whoever knows the password; the answer is the same for an unknown address.

    Raises `not_signed_in` (401).
    """
    with database.transaction(Scope(email=wish.email)) as session:
        person = session.scalar(select(Person).where(Person.email == wish.email))
    if not password_matches(wish.password, person.password_hash if person else None) or person is None:
        raise not_signed_in("E-mail address and password do not belong together.")
    secret = new_secret("session")
    with database.transaction(Scope(organisation=person.organisation_id)) as session:
        credential = Credential(
            id=uuid4(),
            kind="session",
            name=person.name,
            secret_sha256=digest_of(secret),
            network_id=person.network_id,
            organisation_id=person.organisation_id,
            person_id=person.id,
            role=person.role,
            created_at=now,
            expires_at=now + SESSION_LIFE,
        )
        session.add(credential)
    return credential, secret


def sign_out(session: Session, principal: Principal, now: datetime) -> None:
    """End the caller's own session."""
    found = session.get(Credential, principal.credential_id)
    if found is not None and found.kind == "session":
        found.revoked_at = now
