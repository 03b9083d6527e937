"""What the kit keeps: credentials, idempotency records and the audit trail."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    FetchedValue,
    ForeignKey,
    Identity,
    Index,
    UniqueConstraint,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text, Uuid

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OF_NETWORK, OWN_OR_NETWORK, Scope, by_credential, by_organisation, by_shift


def _heard_by(model: Any, scope: Scope) -> ColumnElement[bool] | None:
    return None if scope.organisation is None else model.organisation_ids.contains([scope.organisation])


class Credential(Identified, Base):
    """A secret that somebody holds, kept as its sha256: an API key, a signed-in session, a driver's link."""

    __tablename__ = "credentials"
    __tenancy__ = (*OWN_OR_NETWORK, by_credential("secret_sha256"))
    __table_args__ = (
        CheckConstraint("kind IN ('api_key','session','driver_link')", name="kind"),
        CheckConstraint("signed_in_by IN ('password','link','invitation')", name="signed_in_by"),
        UniqueConstraint("secret_sha256"),
    )
    kind: Mapped[str]
    name: Mapped[str]
    secret_sha256: Mapped[str]
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    shift_id: Mapped[UUID | None] = mapped_column(ForeignKey("shifts.id"), index=True)
    role: Mapped[str | None]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    prefix: Mapped[str] = mapped_column(default="")  # how an API key begins, so that people tell their keys apart
    signed_in_by: Mapped[str | None]  # how a session began
    last_used_on: Mapped[date | None]  # the day, not the minute: nobody's habits are recorded
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class IdempotencyRecord(Base):
    """The first answer to a request with a key, stored in the transaction that did the work."""

    __tablename__ = "idempotency_records"
    __tenancy__ = (by_organisation(), by_shift("actor"))
    actor: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]
    digest: Mapped[str]
    status: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    headers: Mapped[dict[str, str]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OutboxMessage(Base):
    """Something that happened, for the webhooks and live views of those who may hear of it; append-only.

    `id` is given while the deed's transaction runs, `position` once it is committed: telling goes by position, so that
    a deed that ends late is not passed over. `reference` is what the outside knows a message by; it counts nothing.
    """

    __tablename__ = "outbox_messages"
    __table_args__ = (
        UniqueConstraint("reference"),
        Index("uq_outbox_messages_position", "position", unique=True),
        Index("ix_outbox_messages_network_position", "network_id", "position"),
        Index("ix_outbox_messages_unnumbered", "id", postgresql_where="position IS NULL"),
    )
    __tenancy__ = (*OF_NETWORK, _heard_by)
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    organisation_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    kind: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    position: Mapped[int | None] = mapped_column(BigInteger)
    reference: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))


class AuditEntry(Base):
    """Who did what to which thing, by id and never by name; append-only, and chained: the database numbers the entries
    of a network and gives each the hash of the one before it, so that no later change, removal or insertion passes."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        CheckConstraint("actor_kind IN ('person','credential','shift','service')", name="actor_kind"),
        UniqueConstraint("network_id", "number"),
        Index("ix_audit_entries_subject", "subject_id"),
        Index("ix_audit_entries_actor", "actor_id"),
    )
    __tenancy__ = (*OWN_OR_NETWORK, by_organisation("subject_organisation_id"))
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)  # the actor's
    subject_organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    number: Mapped[int] = mapped_column(BigInteger, FetchedValue())
    previous_hash: Mapped[str] = mapped_column(FetchedValue())
    hash: Mapped[str] = mapped_column(FetchedValue())


def _of_partners(model: Any, scope: Scope) -> ColumnElement[bool] | None:
    if scope.organisation is None:
        return None
    partnerships = Base.metadata.tables["partnerships"].c
    own = select(partnerships.network_id).where(partnerships.organisation_id == scope.organisation)
    found: ColumnElement[bool] = model.network_id.in_(own)
    return found


class AuditChain(Base):
    """The newest entry of a network's chain, and the last one that was forgotten because of its age: what is kept
    begins behind it. Written by the database alone."""

    __tablename__ = "audit_chains"
    __tenancy__ = (*OF_NETWORK, _of_partners)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str]
    pruned_number: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    pruned_hash: Mapped[str] = mapped_column(default="0" * 64, server_default="0" * 64)
