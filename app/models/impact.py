"""What a network counts its impact with, and the reports that it has published: rows that nobody changes."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OF_NETWORK


class ImpactFactor(Identified, Base):
    """One version of what meals or CO2e are counted with, from a day on; append-only: the next number takes its place.

    code: in the catalogue of app.domain.impact_factors, or `own`. The number itself stands here too, so that a later
    edition of the catalogue changes nothing that was chosen. Who chose it is named by id.
    """

    __tablename__ = "impact_factors"
    __tenancy__ = OF_NETWORK
    __table_args__ = (
        CheckConstraint("use IN ('meals','co2e')", name="use"),
        CheckConstraint("value > 0", name="value"),
        CheckConstraint("actor_kind IN ('person','credential')", name="actor_kind"),
        UniqueConstraint("network_id", "use", "number"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    use: Mapped[str]
    number: Mapped[int]
    code: Mapped[str]
    label: Mapped[str]  # whose number it is
    value: Mapped[int]
    unit: Mapped[str]
    source: Mapped[str]
    counts_from: Mapped[date]
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID]
    chosen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ImpactReport(Identified, Base):
    """A published report: its figures as they were, the factors and their versions among them; append-only.

    digest: SHA-256 of the figures. Who published it is named by id.
    """

    __tablename__ = "impact_reports"
    __tenancy__ = OF_NETWORK
    __table_args__ = (
        CheckConstraint("first_date <= last_date", name="dates"),
        CheckConstraint("actor_kind IN ('person','credential')", name="actor_kind"),
        UniqueConstraint("network_id", "number"),
        Index("ix_impact_reports_network_published", "network_id", "published_at", "id"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    number: Mapped[int]
    first_date: Mapped[date]
    last_date: Mapped[date]
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB)
    digest: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID]
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
