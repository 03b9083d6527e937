"""Offers and their lines: surplus of a supermarket site with a pickup window."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OWN_OR_NETWORK


class Offer(Identified, Base):
    """What one site posts at once."""

    __tablename__ = "offers"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint("state IN ('open','withdrawn')", name="state"),
        CheckConstraint("pickup_from < pickup_until", name="window"),
        Index("ix_offers_network_day", "network_id", "service_date"),
        Index("ix_offers_organisation_created", "organisation_id", "created_at", "id"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id"), index=True)
    service_date: Mapped[date]
    pickup_from: Mapped[datetime] = mapped_column(UtcDateTime)
    pickup_until: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(default="open")
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    # A line that an amendment replaced keeps its ledger under a negative position.
    lines: Mapped[list["OfferLine"]] = relationship(
        primaryjoin="and_(Offer.id == OfferLine.offer_id, OfferLine.position >= 0)",
        order_by="OfferLine.position",
        lazy="selectin",
        viewonly=True,
    )


class OfferLine(Identified, Base):
    """One kind of food within an offer; the unit that the ledger accounts for."""

    __tablename__ = "offer_lines"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint("grams > 0", name="grams"),
        CheckConstraint("crates >= 0", name="crates"),
        CheckConstraint("temperature_class IN ('ambient','chilled','frozen','hot')", name="temperature_class"),
        CheckConstraint("date_mark IN ('use_by','best_before','none')", name="date_mark"),
        CheckConstraint("(date_mark = 'none') = (mark_date IS NULL)", name="mark_date"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    category: Mapped[str]
    description: Mapped[str]
    grams: Mapped[int]
    crates: Mapped[int]
    temperature_class: Mapped[str]
    date_mark: Mapped[str]
    mark_date: Mapped[date | None]
    allergens: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    dietary_flags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    splittable: Mapped[bool] = mapped_column(default=True)
