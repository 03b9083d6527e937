"""What one thing more would have rescued on recorded days: asked for once, solved day by day, kept as found."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OF_NETWORK


class AdditionReport(Identified, Base):
    """One question and how far it is. days: those of the range that had a published plan when it was asked; kinds: of
    additions; prices: what each was stated to cost a day, in hundredths of the currency. Of what was asked nothing
    changes; only `state` and how far the searches are do."""

    __tablename__ = "addition_reports"
    __tenancy__ = OF_NETWORK
    __table_args__ = (
        CheckConstraint("state IN ('queued','running','done','cancelled')", name="state"),
        CheckConstraint("first_day <= last_day", name="range"),
        CheckConstraint("searches_done >= 0 AND box_grams > 0", name="amounts"),
        Index("ix_addition_reports_network_asked", "network_id", "asked_at"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    days: Mapped[list[str]] = mapped_column(JSONB)
    kinds: Mapped[list[str]] = mapped_column(JSONB)
    prices: Mapped[dict[str, int]] = mapped_column(JSONB)
    box_grams: Mapped[int]
    currency: Mapped[str]
    steps: Mapped[int]
    seeds: Mapped[int]
    additions_version: Mapped[str]
    state: Mapped[str] = mapped_column(default="queued")
    searches_done: Mapped[int] = mapped_column(default=0)
    searches_left: Mapped[int]  # at most: how many a day needs is known once it has been planned as it was
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AdditionDay(Identified, Base):
    """One day of a report as it was, searched again; append-only. left_out: why there are no figures of it.

    grams, metres, driver_seconds, cents: of the search with the first seed; spread_grams, spread_cents: how far the
    searches with other seeds lie apart. search_seconds: what all its searches took.
    """

    __tablename__ = "addition_days"
    __tenancy__ = OF_NETWORK
    __table_args__ = (
        UniqueConstraint("report_id", "service_date"),
        CheckConstraint("kind IN ('planned','recorded')", name="kind"),
        CheckConstraint("left_out IN ('nothing_published','books_disagree','unreadable')", name="left_out"),
        CheckConstraint("(left_out IS NULL) = (kind IS NOT NULL)", name="figures"),
        Index("ix_addition_days_network_date", "network_id", "service_date"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    report_id: Mapped[UUID] = mapped_column(ForeignKey("addition_reports.id"))
    service_date: Mapped[date]
    left_out: Mapped[str | None]
    kind: Mapped[str | None]
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("plans.id"), index=True)
    problem_digest: Mapped[str | None]
    seed: Mapped[int] = mapped_column(default=0)
    estimated_travel: Mapped[bool] = mapped_column(default=False)
    shifts: Mapped[int] = mapped_column(default=0)
    shifts_without_rates: Mapped[int] = mapped_column(default=0)
    offered_grams: Mapped[int] = mapped_column(BigInteger, default=0)
    grams: Mapped[int] = mapped_column(BigInteger, default=0)
    spread_grams: Mapped[int] = mapped_column(BigInteger, default=0)
    metres: Mapped[int] = mapped_column(BigInteger, default=0)
    driver_seconds: Mapped[int] = mapped_column(BigInteger, default=0)
    cents: Mapped[int] = mapped_column(BigInteger, default=0)
    spread_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    searches: Mapped[int] = mapped_column(default=0)
    search_seconds: Mapped[float] = mapped_column(default=0.0)
    worked_out_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AdditionGain(Base):
    """What one addition would have changed on one day, as a difference to the day as it was; append-only. subject: the
    site, or of a box or a driver's hour the vehicle."""

    __tablename__ = "addition_gains"
    __tenancy__ = OF_NETWORK
    __table_args__ = (
        UniqueConstraint("day_id", "kind", "subject"),
        Index("ix_addition_gains_report", "report_id", "service_date"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    report_id: Mapped[UUID] = mapped_column(ForeignKey("addition_reports.id"))
    day_id: Mapped[UUID] = mapped_column(ForeignKey("addition_days.id"))
    service_date: Mapped[date]
    kind: Mapped[str]
    subject: Mapped[UUID]
    grams: Mapped[int] = mapped_column(BigInteger)
    metres: Mapped[int] = mapped_column(BigInteger)
    driver_seconds: Mapped[int] = mapped_column(BigInteger)
    cents: Mapped[int] = mapped_column(BigInteger)
    people: Mapped[int]
