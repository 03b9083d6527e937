"""Verbs on invitations: invite, list, renew, take back, accept. The link works once, for seven days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain.permissions import Role, may_appoint
from app.kit import audit
from app.kit.auth import Principal, hash_password
from app.kit.db import ROW_LOCK, Database
from app.kit.errors import forbidden, not_found
from app.kit.paging import Order, Page, page
from app.kit.tenancy import Scope
from app.models.partners import Organisation, Person
from app.models.people import PersonLink
from app.models.system import Credential
from app.people import links
from app.people.mail import mail_invitation, wipe_waiting
from app.people.passwords import refuse_easy
from app.people.rights import administrator_of, reaches
from app.people.schemas import InvitationAcceptance, InvitationIn
from app.people.service import invite_person
from app.people.sessions import begin_session


@dataclass(frozen=True)
class Invited:
    """An invitation and its person; the secret only when it was just made."""

    link: PersonLink
    person: Person
    secret: str | None = None


def invite(session: Session, principal: Principal, organisation_id: UUID, wish: InvitationIn, now: datetime) -> Invited:
    """Invite somebody: the person, a link that works once, and a mail with it."""
    person = invite_person(session, principal, organisation_id, wish, now)
    link, secret = links.make_link(session, person, "invitation", now)
    mail_invitation(session, principal, person, link, secret, now)
    return Invited(link, person, secret)


def list_invitations(session: Session, principal: Principal, cursor: str | None, limit: int) -> Page[PersonLink]:
    """Invitations of the caller's organisation, or of the whole network, that nobody has answered; oldest first."""
    principal.require("people.read")
    query = select(PersonLink).where(PersonLink.kind == "invitation", PersonLink.used_at.is_(None))
    if administrator_of(principal) != Role.NETWORK_ADMIN:
        query = query.where(PersonLink.organisation_id == principal.organisation_id)
    return page(session, query, Order(PersonLink.created_at, PersonLink.id), cursor, limit)


def with_people(session: Session, found: Sequence[PersonLink]) -> list[Invited]:
    """Invitations with the people whom they are for."""
    people = {
        person.id: person
        for person in session.scalars(select(Person).where(Person.id.in_([link.person_id for link in found])))
    }
    return [Invited(link, people[link.person_id]) for link in found]


def renew_invitation(session: Session, principal: Principal, invitation_id: UUID, now: datetime) -> Invited:
    """Send a new link, valid for seven days again; the old one is dead at once."""
    found = _open_invitation(session, principal, invitation_id)
    wipe_waiting(session, found.link)
    secret = links.renew(session, found.link, now)
    mail_invitation(session, principal, found.person, found.link, secret, now)
    audit.record(
        session,
        principal,
        "people.renew_invitation",
        ("person", found.person.id),
        now,
        owner=found.person.organisation_id,
    )
    return Invited(found.link, found.person, secret)


def revoke_invitation(session: Session, principal: Principal, invitation_id: UUID, now: datetime) -> None:
    """Take an invitation back: nothing stays of who has not answered, neither link nor mail nor address."""
    found = _open_invitation(session, principal, invitation_id)
    audit.record(
        session,
        principal,
        "people.revoke_invitation",
        ("person", found.person.id),
        now,
        owner=found.person.organisation_id,
    )
    session.execute(delete(Person).where(Person.id == found.person.id))


def _open_invitation(session: Session, principal: Principal, invitation_id: UUID) -> Invited:
    """The invitation and its person, locked in the order in which accepting locks them; raises `not_found`."""
    principal.require("people.edit")
    link = session.get(PersonLink, invitation_id, with_for_update=ROW_LOCK)
    if link is None or link.kind != "invitation" or link.used_at is not None:
        raise not_found("invitation")
    if not reaches(principal, link.organisation_id):
        raise not_found("invitation")
    person = session.get_one(Person, link.person_id, with_for_update=ROW_LOCK)
    if not may_appoint(administrator_of(principal), person.role):
        raise forbidden("Only the network's own administrators invite dispatchers and administrators of the network.")
    return Invited(link, person)


def read_invitation(database: Database, token: str, now: datetime) -> tuple[str, str, str]:
    """Who is invited by whom: name, e-mail address, organisation. Changes nothing; raises `link_ended` (410)."""
    with database.transaction(Scope()) as session:
        _, person = links.open_link(session, token, "invitation", now)
        return person.name, person.email, session.get_one(Organisation, person.organisation_id).name


def accept(database: Database, wish: InvitationAcceptance, now: datetime) -> tuple[Credential, str]:
    """Set the password and sign in; the link is used up.

    Raises `link_ended` (410) and `password_too_easy` (422), which leaves the link as it was.
    """
    with database.transaction(Scope()) as session:
        link, person = links.open_link(session, wish.token, "invitation", now)
        refuse_easy(wish.password, person, "/password")
        person.password_hash, person.state = hash_password(wish.password), "active"
        links.use_up(session, link, now)
        wipe_waiting(session, link)
        return begin_session(session, person, "invitation", now)
