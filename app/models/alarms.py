"""When vans are expected, as it was told last; and alarms: what was wrong, who was told, who took it on."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OWN_OR_NETWORK


class Arrival(Base):
    """When the van comes to one stop of a published route, as its site's organisation was told last.

    `expected_at` is the planned time until another was told, and stays as it is once the van has arrived: how far
    `arrived_at` is from it is the error of what was told. `organisation_id` is the site's. `stop_id` is the stop
    of the plan that is driven, `visit_id` its identity in every plan that keeps it.
    """

    __tablename__ = "arrivals"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint("kind IN ('pickup','drop_off')", name="kind"),
        CheckConstraint("state IN ('waiting','arrived','done','failed')", name="state"),
        Index("ix_arrivals_network_planned", "network_id", "planned_at", "visit_id"),
    )
    visit_id: Mapped[UUID] = mapped_column(primary_key=True)
    stop_id: Mapped[UUID] = mapped_column(ForeignKey("stops.id", ondelete="CASCADE"), index=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id"))
    service_date: Mapped[date]
    kind: Mapped[str]
    site_name: Mapped[str]
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expected_at: Mapped[datetime] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # none: nothing but the plan was told
    # When it was last worked out that what was told still holds; none since the van was reported there at first sight.
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(default="waiting")
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Alarm(Identified, Base):
    """Something that a person has to hear of, about one shift or one of its stops, or about a store that is silent;
    `organisation_id` is the shift's, or the store's.

    `told` says who was told in which step: ids, no addresses. `step` is how many were taken since `begun_at`, when it
    was raised or became an emergency. `details` are the words of its sentence.
    """

    __tablename__ = "alarms"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint(
            "kind IN ('shift_without_driver','driver_not_started','stop_late','weight_far_off','report_contradicts',"
            "'store_silent')",
            name="kind",
        ),
        CheckConstraint("severity IN ('warning','emergency')", name="severity"),
        CheckConstraint("subject_kind IN ('shift','stop','site')", name="subject_kind"),
        CheckConstraint("(kind = 'store_silent') = (shift_id IS NULL)", name="shift"),
        CheckConstraint("state IN ('open','acknowledged','cleared')", name="state"),
        CheckConstraint("(state = 'cleared') = (cleared_at IS NOT NULL)", name="cleared"),
        CheckConstraint("state = 'open' OR next_step_at IS NULL", name="steps"),
        # The same alarm stands once: whoever comes second finds it there.
        Index(
            "uq_alarms_one_standing",
            "kind",
            "subject_id",
            unique=True,
            postgresql_where="state IN ('open','acknowledged')",
        ),
        Index("ix_alarms_network_raised", "network_id", "raised_at", "id"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    shift_id: Mapped[UUID | None] = mapped_column(ForeignKey("shifts.id"), index=True)
    service_date: Mapped[date]
    kind: Mapped[str]
    severity: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(default="open")
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    step: Mapped[int] = mapped_column(default=0)
    next_step_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    acknowledged_by: Mapped[UUID | None]  # a person or a key
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cleared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(server_default="1")
    __mapper_args__ = {"version_id_col": version}
