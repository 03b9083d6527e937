"""What the kit keeps: credentials, idempotency records and the audit trail."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ColumnElement, ForeignKey, Identity, UniqueConstraint
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
    """Something that happened, for the webhooks, feeds and live views of those who may hear of it; append-only."""

    __tablename__ = "outbox_messages"
    __tenancy__ = (*OF_NETWORK, _heard_by)
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    organisation_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    kind: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditEntry(Base):
    """Who did what to which thing; append-only."""

    __tablename__ = "audit_entries"
    __tenancy__ = OWN_OR_NETWORK
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    actor: Mapped[str]
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
