"""What a day came to together and alone: worked out once, kept for ever, never changed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ColumnElement, ForeignKey, Identity, Index, UniqueConstraint, and_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OF_NETWORK, OWN_OR_NETWORK, Scope
from app.models.public_pages import of_partner


def _total_to_partner(model: Any, scope: Scope) -> ColumnElement[bool] | None:
    """The network's own sums are open to its partners; what another partner did is not."""
    open_to_partner = of_partner(model, scope)
    return None if open_to_partner is None else and_(model.organisation_id.is_(None), open_to_partner)


class TogetherDay(Identified, Base):
    """One service date, as it was planned or as it was recorded, compared with the same day alone; append-only.

    Where what it stands on has changed since, the next `number` says so, and this row stays as it is. factors: those
    that its meals and CO2e are counted with. facts: what was assumed and measured of this very day.
    """

    __tablename__ = "together_days"
    __tenancy__ = (*OF_NETWORK, of_partner)
    __table_args__ = (
        CheckConstraint("kind IN ('planned','recorded')", name="kind"),
        UniqueConstraint("network_id", "service_date", "kind", "number"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    service_date: Mapped[date]
    kind: Mapped[str]
    number: Mapped[int]
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"))
    input_digest: Mapped[str]  # of everything that the figures follow from
    comparison_version: Mapped[str]
    engine: Mapped[str]
    seed: Mapped[int]
    search_seconds: Mapped[float]
    estimated_travel: Mapped[bool]
    factors: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    worked_out_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TogetherFigures(Base):
    """One side of such a day under one set of assumptions: of the whole network, or of one partner; append-only.

    people_served and fill_rate of the network: all its food banks' people, and the lowest of their rates.
    """

    __tablename__ = "together_figures"
    __tenancy__ = (*OWN_OR_NETWORK, _total_to_partner)
    __table_args__ = (
        CheckConstraint("kind IN ('planned','recorded')", name="kind"),
        CheckConstraint("side IN ('together','alone')", name="side"),
        CheckConstraint(
            "grams >= 0 AND metres >= 0 AND driver_seconds >= 0 AND grams_co2e_driving >= 0 AND vehicles >= 0"
            " AND empty_visits BETWEEN 0 AND duplicate_visits AND duplicate_visits <= visits",
            name="amounts",
        ),
        Index("ix_together_figures_network_date", "network_id", "service_date"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    day_id: Mapped[UUID] = mapped_column(ForeignKey("together_days.id"), index=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    service_date: Mapped[date]
    kind: Mapped[str]
    variant: Mapped[str]
    side: Mapped[str]
    grams: Mapped[int] = mapped_column(BigInteger)
    metres: Mapped[int] = mapped_column(BigInteger)
    driver_seconds: Mapped[int] = mapped_column(BigInteger)
    vehicles: Mapped[int]
    grams_co2e_driving: Mapped[int] = mapped_column(BigInteger)
    visits: Mapped[int]
    empty_visits: Mapped[int]
    duplicate_visits: Mapped[int]
    people_served: Mapped[int]
    fill_rate: Mapped[float | None]  # None: it needs nothing
