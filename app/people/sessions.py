"""Sessions: begun at every signing in with a new secret, listed and ended by their owner, all ended by a disabling."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.kit import audit
from app.kit.auth import Principal, digest_of, new_secret
from app.kit.errors import forbidden, not_found
from app.kit.paging import Order, Page, page
from app.models.partners import Person
from app.models.system import Credential

SESSION_LIFE = timedelta(hours=12)


def begin_session(
    session: Session, person: Person, by: Literal["password", "link", "invitation"], now: datetime
) -> tuple[Credential, str]:
    """A session of a person, and its secret; the transaction is within the person's organisation."""
    secret = new_secret("session")
    credential = Credential(
        id=uuid4(),
        kind="session",
        name=person.name,
        secret_sha256=digest_of(secret),
        network_id=person.network_id,
        organisation_id=person.organisation_id,
        person_id=person.id,
        role=person.role,
        signed_in_by=by,
        created_at=now,
        expires_at=now + SESSION_LIFE,
    )
    session.add(credential)
    session.flush()
    principal = Principal(
        kind="session",
        credential_id=credential.id,
        network_id=person.network_id,
        organisation_id=person.organisation_id,
        name=person.name,
        role=person.role,
        person_id=person.id,
    )
    audit.record(session, principal, "people.sign_in", ("person", person.id), now, owner=person.organisation_id, by=by)
    return credential, secret


def end_sessions(session: Session, person_id: UUID, now: datetime, keep: UUID | None = None) -> None:
    """End all sessions of a person but `keep`: they are dead on the next request."""
    query = update(Credential).where(
        Credential.person_id == person_id, Credential.kind == "session", Credential.revoked_at.is_(None)
    )
    session.execute(query.where(Credential.id != keep).values(revoked_at=now) if keep else query.values(revoked_at=now))


def person_asking(principal: Principal) -> UUID:
    """The person who asks; raises `forbidden` for a key."""
    if principal.person_id is None:
        raise forbidden("Only somebody who has signed in has sessions and a password.")
    return principal.person_id


def list_sessions(
    session: Session, principal: Principal, now: datetime, cursor: str | None, limit: int
) -> Page[Credential]:
    """The caller's own sessions that are open, oldest first."""
    query = select(Credential).where(
        Credential.person_id == person_asking(principal),
        Credential.kind == "session",
        Credential.revoked_at.is_(None),
        Credential.expires_at > now,
    )
    return page(session, query, Order(Credential.created_at, Credential.id), cursor, limit)


def end_session(session: Session, principal: Principal, session_id: UUID, now: datetime) -> None:
    """End one of the caller's own sessions; raises `not_found`."""
    person_id = person_asking(principal)
    found = session.get(Credential, session_id)
    if found is None or found.kind != "session" or found.person_id != person_id:
        raise not_found("session")
    found.revoked_at = found.revoked_at or now
    audit.record(session, principal, "people.end_session", ("person", person_id), now)
    session.flush()


def sign_out(session: Session, principal: Principal, now: datetime) -> None:
    """End the caller's own session."""
    found = session.get(Credential, principal.credential_id)
    if found is None or found.kind != "session":
        return
    found.revoked_at = now
    audit.record(session, principal, "people.sign_out", ("person", person_asking(principal)), now)
