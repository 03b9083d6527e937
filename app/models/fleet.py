"""Vehicles with their capacities and costs, and the shifts that they are driven on."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OF_NETWORK, OWN_OR_NETWORK, by_shift
from app.models.loans import lent_to_them


class Vehicle(Identified, Base):
    """What can be loaded and what driving costs; money in hundredths of the network's currency."""

    __tablename__ = "vehicles"
    __tenancy__ = (*OWN_OR_NETWORK, lent_to_them)  # lent: to be read, as its policy says
    __table_args__ = (
        CheckConstraint("capacity_grams > 0 AND capacity_crates >= 0", name="capacity"),
        CheckConstraint("chilled_grams >= 0 AND frozen_grams >= 0 AND hot_grams >= 0", name="compartments"),
        CheckConstraint("cents_per_km >= 0 AND cents_per_hour >= 0 AND cents_per_use >= 0", name="costs"),
        CheckConstraint("state IN ('active','retired')", name="state"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str]
    profile: Mapped[str] = mapped_column(default="car")
    capacity_grams: Mapped[int]
    capacity_crates: Mapped[int]
    chilled_grams: Mapped[int]
    frozen_grams: Mapped[int]
    hot_grams: Mapped[int]
    cents_per_km: Mapped[int]
    cents_per_hour: Mapped[int]
    cents_per_use: Mapped[int]
    grams_co2e_per_km: Mapped[int]
    state: Mapped[str] = mapped_column(default="active", server_default="active")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class Shift(Identified, Base):
    """Who drives which vehicle from when until when, from where to where; `driver_name` is empty while nobody does.
    `driver_person_id` is who that is, where it is somebody who signs in; the name is then theirs."""

    __tablename__ = "shifts"
    __tenancy__ = (*OWN_OR_NETWORK, by_shift("id"))
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="window"),
        CheckConstraint("state IN ('open','cancelled')", name="state"),
        Index("ix_shifts_network_day", "network_id", "service_date"),
        Index("ix_shifts_ends_at", "ends_at"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    vehicle_id: Mapped[UUID] = mapped_column(ForeignKey("vehicles.id"))
    service_date: Mapped[date]
    driver_name: Mapped[str]
    driver_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    start_site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id"))
    end_site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id"))
    state: Mapped[str] = mapped_column(default="open", server_default="open")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class VanPosition(Base):
    """The newest place of a van whose driver shares it, one row a shift; it goes when the shift ends, and with the last
    stop. What was before it is not kept."""

    __tablename__ = "van_positions"
    __tenancy__ = (*OF_NETWORK, by_shift())
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"), primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    latitude: Mapped[float]
    longitude: Mapped[float]
    accuracy_metres: Mapped[int]
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)  # its shift's end
