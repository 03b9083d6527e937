"""What really happened: stop events, ledger entries and settlements, all append-only; quarantines until decided."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OF_NETWORK, OWN_OR_NETWORK, by_organisation, by_shift

ACCOUNTS = (
    "'supply','offered','allocated','collected','delivered','refused','returned','wasted','expired','withdrawn',"
    "'community_fridge','animal_feed','compost'"
)


class StopEvent(Base):
    """One thing that a driver reported at a stop; the id is the phone's, so that twice sent is once stored.

    Unique per shift: what one phone sends neither meets nor betrays what another sent.
    """

    __tablename__ = "stop_events"
    __tenancy__ = (*OF_NETWORK, by_shift())
    __table_args__ = (
        CheckConstraint("kind IN ('arrived','collected','delivered','refused','failed')", name="kind"),
        Index("ix_stop_events_recorded_at", "recorded_at", postgresql_using="brin"),
    )
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
        Index("ix_ledger_entries_recorded_at", "recorded_at", postgresql_using="brin"),
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


class Quarantine(Identified, Base):
    """Food of one allocation that is held back because of what a driver reported, until a person decides.

    `event_id` is the report's, unique within its shift.
    """

    __tablename__ = "quarantines"
    __tenancy__ = (
        *OF_NETWORK,
        by_shift(),
        by_organisation("donor_organisation_id"),
        by_organisation("receiver_organisation_id"),
    )
    __table_args__ = (
        CheckConstraint("cause IN ('too_warm','too_cold','past_use_by')", name="cause"),
        CheckConstraint("state IN ('open','released','discarded')", name="state"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decision"),
        CheckConstraint("NOT (cause = 'past_use_by' AND state = 'released')", name="never_released"),
        UniqueConstraint("allocation_id", "event_id", "cause"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"), index=True)
    donor_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    receiver_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    offer_line_id: Mapped[UUID] = mapped_column(ForeignKey("offer_lines.id"), index=True)
    allocation_id: Mapped[UUID] = mapped_column(ForeignKey("allocations.id"))
    event_id: Mapped[UUID]
    service_date: Mapped[date]
    cause: Mapped[str]
    celsius: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    state: Mapped[str] = mapped_column(default="open")
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class Settlement(Identified, Base):
    """What a dispatcher said became of food that was refused or left over: returned, or thrown away."""

    __tablename__ = "settlements"
    __tenancy__ = (*OF_NETWORK, by_shift())
    __table_args__ = (
        CheckConstraint(
            "returned_grams >= 0 AND wasted_grams >= 0 AND returned_grams + wasted_grams > 0", name="amounts"
        ),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"), index=True)
    allocation_id: Mapped[UUID] = mapped_column(ForeignKey("allocations.id"), index=True)
    returned_grams: Mapped[int]
    wasted_grams: Mapped[int]
    note: Mapped[str] = mapped_column(default="")
    settled_by: Mapped[str]
    settled_at: Mapped[datetime] = mapped_column(UtcDateTime)
