"""Vehicles that one organisation lends to another, from one day until another."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import Scope, by_network, by_organisation


def lent_to_them(model: Any, scope: Scope) -> ColumnElement[bool] | None:
    """Open to the partner that the vehicle is or was lent to, once its owner has agreed."""
    if scope.organisation is None:
        return None
    loans = Base.metadata.tables["vehicle_loans"].c
    found: ColumnElement[bool] = model.id.in_(
        select(loans.vehicle_id)
        .where(loans.borrower_organisation_id == scope.organisation, loans.lender_agreed_at.is_not(None))
        .correlate(None)
    )
    return found


class VehicleLoan(Identified, Base):
    """A vehicle of one organisation for another, days included. `ended_on`: the borrower's last day where it was ended
    early, or the day on which it was declined."""

    __tablename__ = "vehicle_loans"
    __tenancy__ = (
        by_organisation("lender_organisation_id"),
        by_organisation("borrower_organisation_id"),
        by_network(),
    )
    __table_args__ = (
        CheckConstraint("state IN ('offered','accepted','ended')", name="state"),
        CheckConstraint("offered_by IN ('lender','network')", name="offered_by"),
        CheckConstraint("lender_organisation_id <> borrower_organisation_id", name="two_sides"),
        CheckConstraint("valid_from <= valid_until", name="dates"),
        CheckConstraint(
            "accepted_at IS NULL OR (lender_agreed_at IS NOT NULL AND borrower_agreed_at IS NOT NULL)", name="agreed"
        ),
        CheckConstraint("state <> 'accepted' OR accepted_at IS NOT NULL", name="accepted"),
        CheckConstraint("(state = 'ended') = (ended_on IS NOT NULL)", name="ended"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    vehicle_id: Mapped[UUID] = mapped_column(ForeignKey("vehicles.id"), index=True)
    lender_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    borrower_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    conditions: Mapped[str]
    state: Mapped[str] = mapped_column(default="offered")
    offered_by: Mapped[str]
    lender_agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    borrower_agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_on: Mapped[date | None]
    reason: Mapped[str | None]  # why it was declined or ended
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
