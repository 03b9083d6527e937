"""Needs: what a food bank site wants, in grams per category and day."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OWN_OR_NETWORK


class Need(Identified, Base):
    """The most that one site takes of one category on one service date, and on what terms."""

    __tablename__ = "needs"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint("grams > 0", name="grams"),
        CheckConstraint("people_served >= 0", name="people_served"),
        CheckConstraint("minimum_shelf_life_days >= 0", name="minimum_shelf_life_days"),
        CheckConstraint("state IN ('open','withdrawn')", name="state"),
        UniqueConstraint("site_id", "service_date", "category"),
        Index("ix_needs_network_day", "network_id", "service_date"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id"))
    service_date: Mapped[date]
    category: Mapped[str]
    grams: Mapped[int]
    minimum_shelf_life_days: Mapped[int] = mapped_column(default=0)
    accepts_past_best_before: Mapped[bool] = mapped_column(default=False)
    excluded_allergens: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    required_dietary_flags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    people_served: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default="open")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
