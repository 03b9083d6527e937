"""What people are told, by which channel, and what they chose."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OF_NETWORK, OWN_OR_NETWORK


class NotificationChoice(Base):
    """What a person chose: channels by subject, quiet hours, a phone number. Whoever has no row has what is usual.

    `channels` has only the subjects that were chosen. No `quiet_from`: no quiet hours. Nothing is texted to a `phone`
    that is not confirmed, but for the code that confirms it.
    """

    __tablename__ = "notification_choices"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name="quiet"),
        CheckConstraint("phone_confirmed_at IS NULL OR phone IS NOT NULL", name="confirmed"),
    )
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    channels: Mapped[dict[str, Any]] = mapped_column(JSONB)
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]
    phone: Mapped[str | None]  # E.164
    phone_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class PhoneCode(Base):
    """That a phone number is being proved: where a code goes, and the code, as a hash alone, once it has gone.

    One at a time for each person; `notification_id` is what carries it, `guesses` how often it was tried.
    """

    __tablename__ = "phone_codes"
    __tenancy__ = OWN_OR_NETWORK
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    notification_id: Mapped[UUID]
    phone: Mapped[str]  # E.164
    code_hash: Mapped[str | None]
    guesses: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Notification(Identified, Base):
    """One message for one person by one channel, exactly once; its words are made when it goes. A trial has no message,
    nor has the code that proves a phone number.

    `trouble` says in a word or two why it was not sent, or not yet.
    """

    __tablename__ = "notifications"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        UniqueConstraint("person_id", "message_id", "channel"),
        CheckConstraint("channel IN ('email','push','sms')", name="channel"),
        CheckConstraint("state IN ('waiting','sent','refused','expired')", name="state"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent"),
        CheckConstraint("(subject IN ('test','code')) = (message_id IS NULL)", name="message"),
        Index("ix_notifications_person", "person_id", "created_at", "id"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_messages.id", ondelete="CASCADE"), index=True)
    subject: Mapped[str]
    channel: Mapped[str]
    urgent: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PushSubscription(Identified, Base):
    """Where a browser of a person takes messages, and the keys that they are encrypted for."""

    __tablename__ = "push_subscriptions"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (UniqueConstraint("person_id", "endpoint_sha256"),)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    endpoint: Mapped[str]
    endpoint_sha256: Mapped[str]
    p256dh: Mapped[str]
    auth: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class NotificationKey(Base):
    """What a network signs with, made when it is needed first: links that unsubscribe, and messages to browsers."""

    __tablename__ = "notification_keys"
    __tenancy__ = OF_NETWORK
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    push_private: Mapped[bytes | None] = mapped_column(LargeBinary)
