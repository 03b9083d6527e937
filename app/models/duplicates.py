"""What dispatchers said of duplicate effort that they have dealt with."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OF_NETWORK


class DuplicateMark(Identified, Base):
    """A dispatcher has dealt with an entry of duplicate effort as it was until the day `seen_until`; append-only, the
    newest counts. entry: its key, of partners and places (app.domain.duplicate_entries)."""

    __tablename__ = "duplicate_marks"
    __tenancy__ = OF_NETWORK
    __table_args__ = (
        CheckConstraint("outcome IN ('pooled','reason','later')", name="outcome"),
        Index("ix_duplicate_marks_network_entry", "network_id", "entry"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    entry: Mapped[str]
    outcome: Mapped[str]
    note: Mapped[str]
    seen_until: Mapped[date]
    marked_by: Mapped[str]
    marked_at: Mapped[datetime] = mapped_column(UtcDateTime)
