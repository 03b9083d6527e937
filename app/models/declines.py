"""Food that food banks say beforehand they do not want, and what was learnt from it and is to be forgotten."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OWN_OR_NETWORK


class Decline(Identified, Base):
    """One promise of a published plan that its food bank does not want. `organisation_id` is the food bank's,
    `plan_id` the plan that was driven when it said so, `parcel_id` the promise through all plans that keep it."""

    __tablename__ = "declines"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint(
            "reason IN ('not_wanted','too_much','short_dated','no_room','nobody_there','other')", name="reason"
        ),
        CheckConstraint("grams > 0", name="grams"),
        CheckConstraint("taken_back_at >= declined_at", name="taken_back"),
        Index("uq_declines_one_standing", "parcel_id", unique=True, postgresql_where="taken_back_at IS NULL"),
        Index("ix_declines_network_day", "network_id", "service_date"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    service_date: Mapped[date]
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"), index=True)
    allocation_id: Mapped[UUID] = mapped_column(ForeignKey("allocations.id"), index=True)
    parcel_id: Mapped[UUID]
    offer_line_id: Mapped[UUID] = mapped_column(ForeignKey("offer_lines.id"), index=True)
    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"), index=True)
    grams: Mapped[int]
    reason: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    declined_by: Mapped[str]
    declined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ForgottenLesson(Identified, Base):
    """From when on a food bank's site wants to be known anew for one category: what was before counts no more."""

    __tablename__ = "forgotten_lessons"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (Index("ix_forgotten_lessons_site_category", "site_id", "category"),)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id"))
    category: Mapped[str]
    forgotten_at: Mapped[datetime] = mapped_column(UtcDateTime)
