"""What food banks say they received, beside what drivers report."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OWN_OR_NETWORK


class ReceiptConfirmation(Identified, Base):
    """One statement of a food bank on what came of a promise: appended, never changed; the highest `number` counts.
    `organisation_id` is the food bank's, `parcel_id` the promise through all plans that keep it.

    Where it is not what the driver reported, somebody who settles food sees to it: who and when is kept, with the grams
    that the driver had reported then. Once the driver says other grams, it is another difference.
    """

    __tablename__ = "receipt_confirmations"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint("received_grams >= 0 AND received_crates >= 0", name="amounts"),
        CheckConstraint("(seen_by IS NULL) = (seen_at IS NULL)", name="seen"),
        UniqueConstraint("parcel_id", "number"),
        Index("ix_receipt_confirmations_network_day", "network_id", "service_date"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    service_date: Mapped[date]
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"), index=True)
    allocation_id: Mapped[UUID] = mapped_column(ForeignKey("allocations.id"), index=True)
    parcel_id: Mapped[UUID]
    offer_line_id: Mapped[UUID] = mapped_column(ForeignKey("offer_lines.id"), index=True)
    number: Mapped[int]
    received_grams: Mapped[int]
    received_crates: Mapped[int | None]  # none: nobody counted them
    note: Mapped[str] = mapped_column(default="")
    confirmed_by: Mapped[str]
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_by: Mapped[str | None]
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_delivered_grams: Mapped[int | None]  # none: the driver had reported nothing of it
