"""Verbs on API keys: hand out, list, take back. A key is shown once and kept as its sha256."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.permissions import Role, may_grant
from app.kit import audit
from app.kit.auth import PREFIX_LENGTH, Principal, digest_of, new_secret
from app.kit.errors import FieldError, forbidden, not_found, refused
from app.kit.paging import Order, Page, page
from app.models.system import Credential
from app.people.rights import administrator_of, organisation_reached, reaches
from app.people.schemas import KeyIn


def add_key(
    session: Session, principal: Principal, organisation_id: UUID, wish: KeyIn, now: datetime
) -> tuple[Credential, str]:
    """Hand out an API key: the row, and the key that is shown once.

    Raises `forbidden` for a scope that the caller has not to give, and `expiry_past` (422).
    """
    principal.require("keys.edit")
    owner = organisation_reached(session, principal, organisation_id)
    if not may_grant(administrator_of(principal), wish.scopes):
        raise forbidden("Only the network's own administrators hand out keys that plan or run the network.")
    if wish.expires_at is not None and wish.expires_at <= now:
        sentence = "The key would have expired already. Choose a later time."
        raise refused("expiry_past", sentence, [FieldError("/expires_at", sentence, "expiry_past")])
    secret = new_secret("key")
    credential = Credential(
        kind="api_key",
        name=wish.name,
        secret_sha256=digest_of(secret),
        network_id=principal.network_id,
        organisation_id=owner,
        scopes=list(dict.fromkeys(wish.scopes)),
        prefix=secret[:PREFIX_LENGTH],
        created_at=now,
        expires_at=wish.expires_at,
    )
    session.add(credential)
    session.flush()
    audit.record(
        session,
        principal,
        "keys.add",
        ("api key", credential.id),
        now,
        owner=credential.organisation_id,
        scopes=credential.scopes,
    )
    return credential, secret


def list_keys(session: Session, principal: Principal, cursor: str | None, limit: int) -> Page[Credential]:
    """The keys of the caller's organisation, or of the whole network, that nobody has revoked; oldest first."""
    principal.require("keys.read")
    query = select(Credential).where(Credential.kind == "api_key", Credential.revoked_at.is_(None))
    if administrator_of(principal) != Role.NETWORK_ADMIN:
        query = query.where(Credential.organisation_id == principal.organisation_id)
    return page(session, query, Order(Credential.created_at, Credential.id), cursor, limit)


def revoke_key(session: Session, principal: Principal, key_id: UUID, now: datetime) -> None:
    """Take a key back: it is dead on the next request; raises `not_found`."""
    principal.require("keys.edit")
    found = session.get(Credential, key_id)
    if found is None or found.kind != "api_key" or not reaches(principal, found.organisation_id):
        raise not_found("API key")
    found.revoked_at = found.revoked_at or now
    audit.record(session, principal, "keys.revoke", ("api key", found.id), now, owner=found.organisation_id)
    session.flush()
