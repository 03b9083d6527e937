"""Verbs on people: bring in, list, change, disable and enable. Who may is the table in app.domain.permissions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.permissions import Role, may_appoint
from app.kit import audit
from app.kit.auth import Principal, hash_password
from app.kit.db import ROW_LOCK
from app.kit.errors import conflict, forbidden, not_found, stale
from app.kit.paging import Order, Page, page
from app.models.partners import Network, Person
from app.partners.service import get_site
from app.people.passwords import refuse_easy
from app.people.rights import administrator_of, organisation_reached, reaches
from app.people.schemas import InvitationIn, PersonChange, PersonIn
from app.people.sessions import end_sessions


def add_person(session: Session, principal: Principal, organisation_id: UUID, wish: PersonIn, now: datetime) -> Person:
    """Let somebody sign in for an organisation with the password that was given.

    Raises `email_taken` (409) and `password_too_easy` (422).
    """
    person = new_person(session, principal, organisation_id, wish, now)
    if wish.password is not None:
        refuse_easy(wish.password, person, "/password")
        person.password_hash, person.state = hash_password(wish.password), "active"
    _enter(session, person)
    audit.record(
        session, principal, "people.add", ("person", person.id), now, owner=person.organisation_id, role=person.role
    )
    return person


def invite_person(
    session: Session, principal: Principal, organisation_id: UUID, wish: InvitationIn, now: datetime
) -> Person:
    """Enter somebody who has not answered yet; raises `email_taken` (409)."""
    person = new_person(session, principal, organisation_id, wish, now)
    _enter(session, person)
    audit.record(
        session, principal, "people.invite", ("person", person.id), now, owner=person.organisation_id, role=person.role
    )
    return person


def new_person(
    session: Session, principal: Principal, organisation_id: UUID, wish: InvitationIn, now: datetime
) -> Person:
    """Somebody of an organisation, not entered yet: whoever is asking may appoint them, and the site is its own."""
    principal.require("people.edit")
    owner = organisation_reached(session, principal, organisation_id)
    _require_appointing(principal, wish.role)
    _refuse_foreign_site(session, wish.site_id, owner)
    return Person(
        network_id=principal.network_id,
        organisation_id=owner,
        created_at=now,
        state="invited",
        **wish.model_dump(exclude={"password"}),
    )


def _enter(session: Session, person: Person) -> None:
    session.add(person)
    try:
        session.flush()
    except IntegrityError as error:
        raise conflict("email_taken", "Somebody already signs in with this e-mail address.") from error


def _require_appointing(principal: Principal, *roles: str) -> None:
    if not may_appoint(administrator_of(principal), *roles):
        raise forbidden("Only the network's own administrators appoint dispatchers and administrators of the network.")


def _refuse_foreign_site(session: Session, site_id: UUID | None, owner: UUID) -> None:
    if site_id is not None and get_site(session, site_id).organisation_id != owner:
        raise not_found("site")


def list_people(
    session: Session, principal: Principal, organisation_id: UUID | None, cursor: str | None, limit: int
) -> Page[Person]:
    """The people of the caller's organisation, or of the whole network for who runs it, oldest first."""
    principal.require("people.read")
    query = select(Person)
    if administrator_of(principal) != Role.NETWORK_ADMIN:
        query = query.where(Person.organisation_id == principal.organisation_id)
    if organisation_id is not None:
        query = query.where(Person.organisation_id == organisation_id)
    return page(session, query, Order(Person.created_at, Person.id), cursor, limit)


def get_person(session: Session, principal: Principal, person_id: UUID) -> Person:
    """One of them; raises `not_found`."""
    principal.require("people.read")
    found = session.get(Person, person_id)
    if found is None or not reaches(principal, found.organisation_id):
        raise not_found("person")
    return found


def change_person(
    session: Session, principal: Principal, person_id: UUID, change: PersonChange, version: int, now: datetime
) -> Person:
    """Change a person from the version that was read; another role ends the sessions that have the old one.

    Raises `last_administrator` (409).
    """
    person = _person_to_change(session, principal, person_id)
    if person.version != version:
        raise stale()
    wished = change.model_dump(exclude_unset=True)
    role = change.role or person.role
    if role != person.role:
        _require_appointing(principal, role)
        _keep_an_administrator(session, person)
        end_sessions(session, person.id, now)
    if "site_id" in wished:
        _refuse_foreign_site(session, change.site_id, person.organisation_id)
        person.site_id = change.site_id
    for name in ("name", "role", "language"):
        if wished.get(name) is not None:
            setattr(person, name, wished[name])
    audit.record(
        session,
        principal,
        "people.change",
        ("person", person.id),
        now,
        owner=person.organisation_id,
        fields=sorted(wished),
    )
    session.flush()
    return person


def disable_person(session: Session, principal: Principal, person_id: UUID, now: datetime) -> Person:
    """Let somebody in no longer: all their sessions are dead on the next request; raises `last_administrator` (409)."""
    person = _person_to_change(session, principal, person_id)
    if person.state == "disabled":
        return person
    _keep_an_administrator(session, person)
    person.state = "disabled"
    end_sessions(session, person.id, now)
    audit.record(session, principal, "people.disable", ("person", person.id), now, owner=person.organisation_id)
    session.flush()
    return person


def enable_person(session: Session, principal: Principal, person_id: UUID, now: datetime) -> Person:
    """Let somebody in again; who never had a password is invited still."""
    person = _person_to_change(session, principal, person_id)
    if person.state != "disabled":
        return person
    person.state = "active" if person.password_hash else "invited"
    audit.record(session, principal, "people.enable", ("person", person.id), now, owner=person.organisation_id)
    session.flush()
    return person


def _person_to_change(session: Session, principal: Principal, person_id: UUID) -> Person:
    """The person, locked, whom the caller may appoint as what they are now."""
    principal.require("people.edit")
    person = get_person(session, principal, person_id)
    _require_appointing(principal, person.role)
    if person.role == Role.NETWORK_ADMIN:  # one after the other, so that two do not remove each other
        session.get(Network, person.network_id, with_for_update=ROW_LOCK)
    session.refresh(person, with_for_update=ROW_LOCK)
    return person


def _keep_an_administrator(session: Session, person: Person) -> None:
    """A network is never left to nobody."""
    if person.role != Role.NETWORK_ADMIN or person.state != "active":
        return
    others = select(func.count()).where(
        Person.network_id == person.network_id,
        Person.role == Role.NETWORK_ADMIN,
        Person.state == "active",
        Person.id != person.id,
    )
    if not session.scalar(others):
        raise conflict(
            "last_administrator",
            "This is the network's last administrator who can sign in. Appoint another one first.",
        )
