"""Agreements between a supermarket and a food bank: whose food it is, when, who fetches it, who pays, until when."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Integer, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import by_network, by_organisation


class Agreement(Identified, Base):
    """What a donor and a receiver have agreed within a network. It changes by another that takes its place.

    store_ids, categories, weekdays: none means all. driver_organisation_id: whose vans alone fetch the food; none: any.
    """

    __tablename__ = "agreements"
    __tenancy__ = (by_organisation("donor_organisation_id"), by_organisation("receiver_organisation_id"), by_network())
    __table_args__ = (
        CheckConstraint("kind IN ('only','first')", name="kind"),
        CheckConstraint("kind = 'only' OR NOT exclusive", name="exclusive"),
        CheckConstraint("paid_by IN ('as_partners','donor','receiver','half_each')", name="paid_by"),
        CheckConstraint("state IN ('proposed','active','ended')", name="state"),
        CheckConstraint("proposed_by IN ('donor','receiver','network')", name="proposed_by"),
        CheckConstraint(
            "state <> 'active' OR (donor_agreed_at IS NOT NULL AND receiver_agreed_at IS NOT NULL)", name="agreed"
        ),
        CheckConstraint("valid_from <= valid_until", name="dates"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    donor_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    receiver_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    store_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    receiver_site_id: Mapped[UUID | None] = mapped_column(ForeignKey("sites.id"))
    categories: Mapped[list[str]] = mapped_column(ARRAY(Text))
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    kind: Mapped[str]
    exclusive: Mapped[bool]
    driver_organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    paid_by: Mapped[str]
    note: Mapped[str]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    state: Mapped[str] = mapped_column(default="proposed")
    proposed_by: Mapped[str]
    donor_agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    receiver_agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_document: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))  # name, signed_on
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("agreements.id"))
    # The one that ended it: until that begins, this one holds to its last day.
    replaced_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("agreements.id"))
    reason: Mapped[str | None]  # why it was declined or ended
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
