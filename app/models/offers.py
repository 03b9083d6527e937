"""Offers and their lines: surplus of a supermarket site with a pickup window; photos; what is offered every week."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, LargeBinary, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OWN_OR_NETWORK, Scope


class Offer(Identified, Base):
    """What one site posts at once."""

    __tablename__ = "offers"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint("state IN ('open','withdrawn')", name="state"),
        CheckConstraint("pickup_from < pickup_until", name="window"),
        CheckConstraint("(standing_offer_id IS NULL) = (standing_date IS NULL)", name="standing"),
        UniqueConstraint("standing_offer_id", "standing_date"),  # a standing offer is posted once for each of its dates
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
    standing_offer_id: Mapped[UUID | None] = mapped_column(ForeignKey("standing_offers.id"))
    standing_date: Mapped[date | None]
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
        Index("ix_offer_lines_organisation_gtin", "organisation_id", "gtin", postgresql_where="gtin IS NOT NULL"),
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
    gtin: Mapped[str | None]  # always as 14 digits
    note: Mapped[str] = mapped_column(default="", server_default="")
    lot: Mapped[str] = mapped_column(default="", server_default="")  # as the pack has it: what a recall names


def _promised(model: Any, scope: Scope) -> ColumnElement[bool] | None:
    """Photos go with the food: whoever carries it or receives it sees them, as the policy's own function says."""
    return None if scope.shift is None and scope.organisation is None else func.wasl_promised_offer(model.offer_id)


class OfferPhoto(Identified, Base):
    """A picture of what is offered: a JPEG that we made ourselves, without any metadata."""

    __tablename__ = "offer_photos"
    __tenancy__ = (*OWN_OR_NETWORK, _promised)
    __table_args__ = (CheckConstraint("width > 0 AND height > 0", name="size"),)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"), index=True)
    sha256: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    size_bytes: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StandingOffer(Identified, Base):
    """What a site offers again and again: posted by itself for each of its dates, in the network's local time."""

    __tablename__ = "standing_offers"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint("state IN ('active','paused','ended')", name="state"),
        CheckConstraint("post_days_before BETWEEN 0 AND 7", name="post_days_before"),
        Index("ix_standing_offers_network_created", "network_id", "created_at", "id"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id"), index=True)
    recurrence: Mapped[str]  # the RRULE as it was written
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    pickup_from: Mapped[time]
    pickup_until: Mapped[time]
    post_days_before: Mapped[int]
    post_at: Mapped[time]
    note: Mapped[str]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(default="active")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    days: Mapped[list["StandingOfferDay"]] = relationship(order_by="StandingOfferDay.day", lazy="selectin")


class StandingOfferDay(Base):
    """What is different on one date of a standing offer: skipped, amended, or refused by a rule when it was due."""

    __tablename__ = "standing_offer_days"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (CheckConstraint("kind IN ('skipped','amended','refused')", name="kind"),)
    standing_offer_id: Mapped[UUID] = mapped_column(
        ForeignKey("standing_offers.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    kind: Mapped[str]
    change: Mapped[dict[str, Any]] = mapped_column(JSONB)  # what is amended, or the rule's code and sentence
