"""What leaves the service: webhook endpoints with their deliveries and attempts, and how far telling has come."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OF_NETWORK, OWN_OR_NETWORK
from app.models.system import OutboxMessage


class OutboxProgress(Base):
    """Per network: the newest numbered message, the last one that deliveries were made of, and the last one that
    people were told of."""

    __tablename__ = "outbox_progress"
    __tenancy__ = OF_NETWORK
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), primary_key=True)
    newest_position: Mapped[int] = mapped_column(BigInteger)
    told_position: Mapped[int] = mapped_column(BigInteger)
    notified_position: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class WebhookEndpoint(Identified, Base):
    """An address of an organisation that messages are posted to.

    The secret signs, so it is kept as it is: never in an answer after the first, in a log, or in a query for a list.
    """

    __tablename__ = "webhook_endpoints"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint("state IN ('active','disabled','failing')", name="state"),
        CheckConstraint("(old_secret IS NULL) = (old_secret_until IS NULL)", name="old_secret"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    url: Mapped[str]
    description: Mapped[str]
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))  # empty: every kind
    whole_network: Mapped[bool]
    state: Mapped[str] = mapped_column(default="active")
    disabled_because: Mapped[str | None]
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    secret: Mapped[str] = mapped_column(deferred=True)
    old_secret: Mapped[str | None] = mapped_column(deferred=True)
    old_secret_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class WebhookDelivery(Identified, Base):
    """One message for one endpoint, exactly once; `round` counts replays, `attempts` those of the round."""

    __tablename__ = "webhook_deliveries"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        UniqueConstraint("endpoint_id", "message_id"),
        CheckConstraint("state IN ('pending','delivered','failed')", name="state"),
        CheckConstraint("(state = 'pending') = (next_attempt_at IS NOT NULL)", name="next_attempt"),
        CheckConstraint("round >= 1 AND attempts >= 0", name="attempts"),
        Index("ix_webhook_deliveries_page", "endpoint_id", "created_at", "id"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoints.id", ondelete="CASCADE"))
    message_id: Mapped[int] = mapped_column(ForeignKey("outbox_messages.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(default="pending")
    round: Mapped[int] = mapped_column(default=1)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    message: Mapped[OutboxMessage] = relationship(lazy="raise", viewonly=True)
    tried: Mapped[list["WebhookAttempt"]] = relationship(
        lazy="raise", viewonly=True, order_by="(WebhookAttempt.round, WebhookAttempt.number)"
    )


class WebhookAttempt(Identified, Base):
    """One try of a delivery and what came back; append-only."""

    __tablename__ = "webhook_attempts"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        UniqueConstraint("delivery_id", "round", "number"),
        CheckConstraint("number >= 1 AND milliseconds >= 0", name="numbers"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_deliveries.id", ondelete="CASCADE"))
    round: Mapped[int]
    number: Mapped[int]
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[int | None]
    milliseconds: Mapped[int]
    answer: Mapped[str]
    failure: Mapped[str | None]
