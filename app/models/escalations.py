"""How food that nobody takes escalates: the steps that were taken for a line, and the food banks that were asked."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OWN_OR_NETWORK


class Escalation(Identified, Base):
    """One offer line that was open too long; there once a line. `organisation_id` is the donor's.

    `opened_at` is when its food was open the last time: what comes back from a van climbs anew. `taken` says which
    steps were taken since, for how many grams, and who was told: ids, no addresses. `past` are those of earlier times.
    """

    __tablename__ = "escalations"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint("state IN ('climbing','stopped','over')", name="state"),
        CheckConstraint("(state = 'over') = (ended_as IS NOT NULL)", name="ended_as"),
        CheckConstraint(
            "ended_as IN ('planned','handed_over','withdrawn','gone','past_its_end','next_day')", name="ended_how"
        ),
        UniqueConstraint("offer_line_id"),
        Index("ix_escalations_network_day", "network_id", "service_date"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    offer_line_id: Mapped[UUID] = mapped_column(ForeignKey("offer_lines.id"))
    service_date: Mapped[date]
    state: Mapped[str] = mapped_column(default="climbing")
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    past: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    ended_as: Mapped[str | None]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(server_default="1")
    __mapper_args__ = {"version_id_col": version}


class Ask(Identified, Base):
    """A question to a food bank's place whether it takes food beyond its needs; there once a line and place, so nobody
    is asked twice. `organisation_id` is the food bank's, `food` what it has to know of it, `told` ids of its people.
    """

    __tablename__ = "asks"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint("step IN ('ask_food_banks','ask_wider')", name="step"),
        CheckConstraint("answer IN ('yes','no')", name="answer"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
        CheckConstraint("(coalesce(answer, 'no') = 'yes') = (need_id IS NOT NULL)", name="need"),
        CheckConstraint(
            "(need_id IS NULL) = (taken_grams IS NULL) AND coalesce(taken_grams, 1) > 0", name="taken_grams"
        ),
        UniqueConstraint("offer_line_id", "site_id"),
        Index("ix_asks_network_day", "network_id", "service_date"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id"))
    escalation_id: Mapped[UUID] = mapped_column(ForeignKey("escalations.id", ondelete="CASCADE"), index=True)
    offer_line_id: Mapped[UUID] = mapped_column(ForeignKey("offer_lines.id"))
    service_date: Mapped[date]
    step: Mapped[str]
    grams: Mapped[int]  # what was open then
    metres: Mapped[int]
    food: Mapped[dict[str, Any]] = mapped_column(JSONB)
    told: Mapped[list[str]] = mapped_column(JSONB, default=list)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)  # from then on no van can fetch it
    answer: Mapped[str | None]
    taken_grams: Mapped[int | None]
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[str | None]
    need_id: Mapped[UUID | None] = mapped_column(ForeignKey("needs.id"), index=True)  # what a yes has made of it
