"""What really happened: stop events and ledger entries, both append-only."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, UtcDateTime
from app.kit.tenancy import OF_NETWORK, OWN_OR_NETWORK, by_shift

ACCOUNTS = "'supply','offered','allocated','collected','delivered','refused','returned','wasted','expired','withdrawn'"


class StopEvent(Base):
    """One thing that a driver reported at a stop; the id is the phone's, so that twice sent is once stored.

    Unique per shift: what one phone sends neither meets nor betrays what another sent.
    """

    __tablename__ = "stop_events"
    __tenancy__ = (*OF_NETWORK, by_shift())
    __table_args__ = (CheckConstraint("kind IN ('arrived','collected','delivered','refused','failed')", name="kind"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"), primary_key=True)
    stop_id: Mapped[UUID] = mapped_column(ForeignKey("stops.id"), index=True)
    kind: Mapped[str]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reason: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")
    digest: Mapped[str]
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LedgerEntry(Base):
    """Grams of one offer line that moved from one account to another: double entry in one row."""

    __tablename__ = "ledger_entries"
    __tenancy__ = (*OWN_OR_NETWORK, by_shift())
    __table_args__ = (
        CheckConstraint("grams > 0", name="grams"),
        CheckConstraint(f"from_account IN ({ACCOUNTS}) AND to_account IN ({ACCOUNTS})", name="accounts"),
        CheckConstraint("from_account <> to_account", name="movement"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    shift_id: Mapped[UUID | None] = mapped_column(ForeignKey("shifts.id"))
    offer_line_id: Mapped[UUID] = mapped_column(ForeignKey("offer_lines.id"), index=True)
    from_account: Mapped[str]
    to_account: Mapped[str]
    grams: Mapped[int]
    cause: Mapped[str]
    cause_id: Mapped[UUID]
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
