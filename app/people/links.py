"""Links that work once: made for a person, found by the sha256 of their secret, locked while they are used."""

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.kit.auth import digest_of, new_secret
from app.kit.db import ROW_LOCK
from app.kit.errors import WaslError
from app.kit.tenancy import Scope, enter_scope
from app.models.partners import Person
from app.models.people import PersonLink

Kind = Literal["invitation", "sign_in"]
LIFE: dict[Kind, timedelta] = {"invitation": timedelta(days=7), "sign_in": timedelta(minutes=15)}
STATE_NEEDED: dict[Kind, str] = {"invitation": "invited", "sign_in": "active"}
PREFIX: dict[Kind, str] = {"invitation": "invitation", "sign_in": "link"}


def make_link(session: Session, person: Person, kind: Kind, now: datetime) -> tuple[PersonLink, str]:
    """A new link of a person: the row, and the secret that is in no row."""
    secret = new_secret(PREFIX[kind])
    link = PersonLink(
        kind=kind,
        secret_sha256=digest_of(secret),
        network_id=person.network_id,
        organisation_id=person.organisation_id,
        person_id=person.id,
        created_at=now,
        expires_at=now + LIFE[kind],
    )
    session.add(link)
    session.flush()
    return link, secret


def renew(session: Session, link: PersonLink, now: datetime) -> str:
    """Another secret for the same link; the one before is dead at once."""
    kind: Kind = "invitation" if link.kind == "invitation" else "sign_in"
    secret = new_secret(PREFIX[kind])
    link.secret_sha256, link.expires_at = digest_of(secret), now + LIFE[kind]
    session.flush()
    return secret


def live_link(session: Session, digest: str, kind: Kind, now: datetime) -> PersonLink | None:
    """The link with this digest, locked, unless it was used or has expired; the scope is its digest."""
    found = session.scalars(
        select(PersonLink)
        .where(PersonLink.secret_sha256 == digest, PersonLink.kind == kind)
        .with_for_update(key_share=True)
    ).first()
    return found if found is not None and found.used_at is None and found.expires_at > now else None


def open_link(session: Session, secret: str, kind: Kind, now: datetime) -> tuple[PersonLink, Person]:
    """The link and its person, both locked; from here on the transaction is within the person's organisation.

    Raises WaslError `link_ended` (410) for one that is unknown, used, taken back or expired.
    """
    digest = digest_of(secret)
    enter_scope(session, Scope(credential=digest))
    link = live_link(session, digest, kind, now)
    if link is None:
        raise link_ended()
    enter_scope(session, Scope(organisation=link.organisation_id))
    person = session.get(Person, link.person_id, with_for_update=ROW_LOCK)
    if person is None or person.state != STATE_NEEDED[kind]:
        raise link_ended()
    return link, person


def use_up(session: Session, link: PersonLink, now: datetime) -> None:
    """It worked once; the person's other links of the kind end with it."""
    session.execute(
        update(PersonLink)
        .where(PersonLink.person_id == link.person_id, PersonLink.kind == link.kind, PersonLink.used_at.is_(None))
        .values(used_at=now)
    )


def link_ended() -> WaslError:
    """Nothing is behind the link any more; why, nobody is told."""
    return WaslError(
        "This link was used before, was taken back or has expired. Ask for a new one.",
        "link_ended",
        410,
        "No longer there",
    )
