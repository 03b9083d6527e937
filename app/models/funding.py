"""Money that was given for the network's work, and what the routes cost that it pays for. Money in hundredths of the
network's currency."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OF_NETWORK, OWN_OR_NETWORK


class Grant(Identified, Base):
    """What somebody gives, what for, from when until when. `organisation_id`: the sponsor, where it is one of the
    network's organisations, which reads its own. chosen: vehicles or places by id, weekdays by number, as the purpose
    has it. received: payments with their days, as far as anybody entered them."""

    __tablename__ = "grants"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint("purpose IN ('running','vehicles','cooling','places','weekdays')", name="purpose"),
        CheckConstraint("cents > 0", name="cents"),
        CheckConstraint("valid_from <= valid_until", name="dates"),
        CheckConstraint("ended_on BETWEEN valid_from AND valid_until", name="ended_on"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    giver: Mapped[str]
    purpose: Mapped[str]
    chosen: Mapped[list[str]] = mapped_column(JSONB, default=list)
    restricted: Mapped[bool]
    cents: Mapped[int] = mapped_column(BigInteger)
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    ended_on: Mapped[date | None]
    entered_on: Mapped[date]
    received: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    note: Mapped[str] = mapped_column(default="")
    card_id: Mapped[UUID | None] = mapped_column(ForeignKey("cards.id"), index=True)  # that brought the giver in
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class RouteCost(Identified, Base):
    """A route that was driven, and what it cost by the rates of its day's plan; a day's are replaced as a whole while
    its reports come in. places: the food banks' sites with the grams that they took, by id."""

    __tablename__ = "route_costs"
    __tenancy__ = OF_NETWORK
    __table_args__ = (
        UniqueConstraint("shift_id"),
        CheckConstraint("cents >= 0 AND metres >= 0 AND seconds >= 0 AND grams >= 0 AND stores >= 0", name="amounts"),
        Index("ix_route_costs_network_day", "network_id", "service_date"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    service_date: Mapped[date]
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"), index=True)
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"))
    vehicle_id: Mapped[UUID] = mapped_column(ForeignKey("vehicles.id"))
    vehicle_name: Mapped[str]
    number: Mapped[int]
    cents: Mapped[int]
    has_rates: Mapped[bool]
    metres: Mapped[int]
    seconds: Mapped[int]
    grams: Mapped[int]
    grams_co2e_driving: Mapped[int]
    cooled: Mapped[bool]
    stores: Mapped[int]
    places: Mapped[dict[str, int]] = mapped_column(JSONB)
    worked_out_at: Mapped[datetime] = mapped_column(UtcDateTime)
