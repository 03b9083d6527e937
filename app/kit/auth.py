"""Who is asking: opaque secrets, looked up by their sha256 on every request, so that revoking works at once."""

import functools
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pwdlib import PasswordHash
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain import permissions
from app.kit.db import Database
from app.kit.errors import forbidden, not_signed_in
from app.kit.tenancy import Scope, enter_scope
from app.models.system import Credential

NETWORK_WIDE_ROLES = frozenset({"dispatcher", "network_admin"})
NETWORK_WIDE_SCOPES = frozenset({"plans", "partners"})
PREFIX_LENGTH = 14  # of a secret, to tell keys apart by; more than 200 bits stay unknown
_passwords = PasswordHash.recommended()  # of RFC 9106 the choice for less memory: 64 MiB, three rounds, four lanes


@dataclass(frozen=True)
class Principal:
    """Somebody who may ask: a person, an API key or the holder of a driver's link."""

    kind: str
    credential_id: UUID
    network_id: UUID
    organisation_id: UUID
    name: str
    role: str | None = None
    scopes: frozenset[str] = frozenset()
    person_id: UUID | None = None
    shift_id: UUID | None = None

    @property
    def sees_network(self) -> bool:
        """Whether all rows of the network are open, not only those of the own organisation."""
        return self.role in NETWORK_WIDE_ROLES or bool(self.scopes & NETWORK_WIDE_SCOPES)

    @property
    def scope(self) -> Scope:
        """The rows that this principal's transactions see."""
        if self.kind == "driver_link":
            return Scope(shift=self.shift_id)
        return Scope(organisation=self.organisation_id, network=self.network_id if self.sees_network else None)

    @property
    def actor(self) -> UUID:
        """Whose idempotency keys these are: the shift for a driver, else the person or the key."""
        return self.shift_id or self.person_id or self.credential_id

    def may(self, action: str) -> bool:
        """Whether the table in app.domain.permissions allows `action`."""
        if self.role is not None:
            return permissions.allowed(self.role, action)
        return permissions.allowed_by_scopes(self.scopes, action)

    def may_across_network(self, action: str) -> bool:
        """Whether `action` is allowed on what is another organisation's too.

        What lets a key see the network has to be what allows the action: a key that plans and edits its own
        organisation edits nobody else's.
        """
        if self.role is not None:
            return self.role in NETWORK_WIDE_ROLES and self.may(action)
        return permissions.allowed_by_scopes(self.scopes & NETWORK_WIDE_SCOPES, action)

    def require(self, action: str) -> None:
        """Raise `forbidden` unless `action` is allowed."""
        if not self.may(action):
            raise forbidden()


def new_secret(prefix: str) -> str:
    """A 256-bit secret that secret scanners recognise by its prefix."""
    return f"wasl_{prefix}_{secrets.token_urlsafe(32)}"


def digest_of(secret: str) -> str:
    """How a secret is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def hash_password(password: str) -> str:
    """Argon2id."""
    return _passwords.hash(password)


def password_matches(password: str, stored: str | None) -> bool:
    """Whether the password is the one; takes as long when there is nobody to compare with."""
    nobodys = _hash_of_nobody(_passwords)  # asked for in either case, since the first time it takes as long as a hash
    return _passwords.verify(password, nobodys if stored is None else stored) and stored is not None


@functools.cache
def _hash_of_nobody(passwords: PasswordHash) -> str:
    """Made when it is first needed: each command and each worker would begin with it otherwise."""
    return passwords.hash(secrets.token_urlsafe(16))


def live_credential(session: Session, digest: str, now: datetime) -> Credential | None:
    """The credential with this digest, unless it was revoked or has expired."""
    found = session.scalar(select(Credential).where(Credential.secret_sha256 == digest))
    if found is None or found.revoked_at is not None:
        return None
    return found if found.expires_at is None or found.expires_at > now else None


def authenticate(database: Database, secret: str, now: datetime) -> Principal:
    """Whose secret this is.

    Raises WaslError `not_signed_in` (401) for one that is unknown, revoked or expired.
    """
    digest = digest_of(secret)
    with database.transaction(Scope(credential=digest)) as session:
        found = live_credential(session, digest, now)
        if found is None:
            raise not_signed_in()
        _note_use(session, found, now)
        return Principal(
            kind=found.kind,
            credential_id=found.id,
            network_id=found.network_id,
            organisation_id=found.organisation_id,
            name=found.name,
            role=found.role,
            scopes=frozenset(found.scopes),
            person_id=found.person_id,
            shift_id=found.shift_id,
        )


def _note_use(session: Session, credential: Credential, now: datetime) -> None:
    """Keep the day of the last use; written once a day, within the credential's own organisation."""
    today = now.date()
    if credential.last_used_on == today:
        return
    enter_scope(session, Scope(organisation=credential.organisation_id))
    session.execute(update(Credential).where(Credential.id == credential.id).values(last_used_on=today))
