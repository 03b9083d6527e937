"""What stores are expected to have, what they said of it, what a day would look like with it; who can be relied on."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OF_NETWORK, OWN_OR_NETWORK


class PostingHabit(Base):
    """A store on one weekday: how often and by when it posts, and when that can be fetched; learnt, replaced whole.

    Minutes are of the wall clock from the service date's midnight; `posted_by_minute` is negative the evening before.
    """

    __tablename__ = "posting_habits"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("days_posted <= days_answered AND days_answered <= days", name="days"),
    )
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    days: Mapped[int]
    days_posted: Mapped[int]
    days_answered: Mapped[int]
    posted_percent: Mapped[int]
    posted_by_minute: Mapped[int]
    pickup_from_minute: Mapped[int]
    pickup_until_minute: Mapped[int]
    learnt_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ExpectedFoodRow(Base):
    """Grams of one food that a store is expected to have on one weekday, with their spread; learnt, replaced whole."""

    __tablename__ = "expected_foods"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint(
            "grams >= 0 AND grams <= grams_when_there AND spread_grams >= 0 AND crates >= 0", name="amounts"
        ),
        CheckConstraint("days_with BETWEEN 1 AND days", name="days"),
    )
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(primary_key=True)
    temperature_class: Mapped[str] = mapped_column(primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    grams: Mapped[int]
    grams_when_there: Mapped[int]
    spread_grams: Mapped[int]
    crates: Mapped[int]
    share_percent: Mapped[int]
    days_with: Mapped[int]
    days: Mapped[int]


class NothingToday(Base):
    """A store said that it has nothing to give on that service date. What it posts all the same counts."""

    __tablename__ = "nothing_today"
    __tenancy__ = OWN_OR_NETWORK
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True)
    service_date: Mapped[date] = mapped_column(primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Outlook(Base):
    """The day as it would be driven if every store that has not posted yet had what is expected of it.

    It goes by the id of the run that made it. Nothing is promised by it: neither the ledger nor a plan knows of it.
    """

    __tablename__ = "outlooks"
    __tenancy__ = OF_NETWORK
    id: Mapped[UUID] = mapped_column(ForeignKey("plan_runs.id", ondelete="CASCADE"), primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    service_date: Mapped[date]
    problem_digest: Mapped[str]
    estimated_travel: Mapped[bool]
    grams_expected: Mapped[int]
    grams_posted: Mapped[int]
    grams_brought: Mapped[int]
    stores: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)  # those that were expected to post, with their grams
    routes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SiteReliability(Base):
    """What became of the visits to a site in the last twelve weeks, from what drivers reported; replaced whole.

    `happenings` are the newest things that went wrong, `last_happened_at` is when the newest was heard of.
    """

    __tablename__ = "site_reliability"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint("side IN ('store','food_bank')", name="side"),
        CheckConstraint("troubled BETWEEN 0 AND visits", name="visits"),
        CheckConstraint("(troubled = 0) = (last_happened_at IS NULL)", name="happened"),
    )
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True)
    side: Mapped[str] = mapped_column(primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    visits: Mapped[int]
    troubled: Mapped[int]
    counts: Mapped[dict[str, int]] = mapped_column(JSONB)
    reasons: Mapped[dict[str, int]] = mapped_column(JSONB)
    happenings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    last_happened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    learnt_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FollowUp(Identified, Base):
    """A dispatcher has spoken with a site about what went wrong there until `heard_until`; append-only."""

    __tablename__ = "follow_ups"
    __tenancy__ = OF_NETWORK
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"), index=True)
    side: Mapped[str]
    heard_until: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str]
    followed_by: Mapped[str]
    followed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ShiftFollowUp(Identified, Base):
    """A dispatcher has spoken with an organisation about its shifts that nobody drove until `heard_until`;
    append-only."""

    __tablename__ = "shift_follow_ups"
    __tenancy__ = OF_NETWORK
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    heard_until: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str]
    followed_by: Mapped[str]
    followed_at: Mapped[datetime] = mapped_column(UtcDateTime)
