"""Links that people get by mail, the mails themselves, and tries to sign in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OWN_OR_NETWORK, by_credential, to_everybody


class PersonLink(Identified, Base):
    """A secret that a person gets by mail and uses once, kept as its sha256: an invitation, a link to sign in."""

    __tablename__ = "person_links"
    __tenancy__ = (*OWN_OR_NETWORK, by_credential("secret_sha256"))
    __table_args__ = (
        CheckConstraint("kind IN ('invitation','sign_in')", name="kind"),
        UniqueConstraint("secret_sha256"),
    )
    kind: Mapped[str]
    secret_sha256: Mapped[str]
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MailMessage(Identified, Base):
    """A mail to a person, written in the transaction of the deed; the text is made, and `words` wiped, when it goes. A
    refusal goes to somebody who has no account: where to stands in its words."""

    __tablename__ = "mail_messages"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint("kind IN ('invitation','sign_in','alarm','escalation','refusal')", name="kind"),
        CheckConstraint("(kind IN ('alarm','escalation','refusal')) = (link_id IS NULL)", name="link"),
        CheckConstraint("(kind = 'refusal') = (person_id IS NULL)", name="person"),
        CheckConstraint("state IN ('waiting','sent','refused','expired')", name="state"),
        CheckConstraint("state = 'waiting' OR words = '{}'::jsonb", name="wiped"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    link_id: Mapped[UUID | None] = mapped_column(ForeignKey("person_links.id", ondelete="CASCADE"))
    kind: Mapped[str]
    words: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str | None]  # why it could not be sent the last time
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInTry(Identified, Base):
    """A try that has not proved right, counted for an account or an address; both are kept as a sha256 alone."""

    __tablename__ = "sign_in_tries"
    __tenancy__ = (to_everybody,)  # nobody's: sha256 alone, and the policy shows each try to those it is counted for
    __table_args__ = (Index("ix_sign_in_tries_counted_at", "counted_for", "at"),)
    counted_for: Mapped[str]
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
