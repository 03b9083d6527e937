"""Needs: what a food bank site wants, in grams per category and day; for one date, or standing."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OWN_OR_NETWORK


class Need(Identified, Base):
    """The most that one site takes of one category on one service date, and on what terms; or, where there is an
    `offer_line_id`, of that line alone, which nobody had taken and the food bank said yes to."""

    __tablename__ = "needs"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint("grams > 0", name="grams"),
        CheckConstraint("people_served >= 0", name="people_served"),
        CheckConstraint("minimum_shelf_life_days >= 0", name="minimum_shelf_life_days"),
        CheckConstraint("state IN ('open','withdrawn')", name="state"),
        CheckConstraint("priority BETWEEN 1 AND 5", name="priority"),
        # One of a site, date and category; besides, one for each line that a food bank said yes to.
        UniqueConstraint(
            "site_id",
            "service_date",
            "category",
            "offer_line_id",
            name="uq_needs_site_id_service_date_category",
            postgresql_nulls_not_distinct=True,
        ),
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
    priority: Mapped[int] = mapped_column(default=3, server_default="3")
    note: Mapped[str] = mapped_column(default="", server_default="")
    # The standing need that this one follows; none once somebody has stated or changed it for its date.
    standing_need_id: Mapped[UUID | None] = mapped_column(ForeignKey("standing_needs.id"), index=True)
    offer_line_id: Mapped[UUID | None] = mapped_column(ForeignKey("offer_lines.id"), index=True)
    state: Mapped[str] = mapped_column(default="open")
    # The grams that were said to come when its food bank was last told that they are too little; none: it was not, or
    # a plan has met it since.
    unmet_told_grams: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class StandingNeed(Identified, Base):
    """What one site takes of one category on some weekdays, until it is ended."""

    __tablename__ = "standing_needs"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint("grams > 0", name="grams"),
        CheckConstraint("people_served >= 0", name="people_served"),
        CheckConstraint("minimum_shelf_life_days >= 0", name="minimum_shelf_life_days"),
        CheckConstraint("priority BETWEEN 1 AND 5", name="priority"),
        CheckConstraint("state IN ('active','ended')", name="state"),
        CheckConstraint("ends_on >= starts_on", name="dates"),
        CheckConstraint("cardinality(weekdays) > 0 AND weekdays <@ '{1,2,3,4,5,6,7}'", name="weekdays"),
        Index("ix_standing_needs_network_state", "network_id", "state"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id"), index=True)
    category: Mapped[str]
    grams: Mapped[int]
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    skipped_dates: Mapped[list[date]] = mapped_column(ARRAY(Date), default=list)
    minimum_shelf_life_days: Mapped[int] = mapped_column(default=0)
    accepts_past_best_before: Mapped[bool] = mapped_column(default=False)
    excluded_allergens: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    required_dietary_flags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    people_served: Mapped[int] = mapped_column(default=0)
    priority: Mapped[int] = mapped_column(default=3)
    note: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="active")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
