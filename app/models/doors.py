"""What was kept of a stop beside what a driver reported of it: who signed for the food there, and photos.

Whose food it was is written down with it: `organisation_ids` are the stores and food banks that the food at this stop
goes between, `offer_line_ids` the food. They see it, and nobody else of the network's partners.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    Uuid,
    any_,
    literal,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OF_NETWORK, Scope, by_shift


def _between_them(model: Any, scope: Scope) -> ColumnElement[bool] | None:
    """Open to the stores and food banks whose food it was."""
    return None if scope.organisation is None else literal(scope.organisation, Uuid) == any_(model.organisation_ids)


class StopSignature(Identified, Base):
    """Who signed for the food of one report: a name as it was typed, a drawing as strokes (app/domain/signatures.py),
    or both. `event_id` is the report's, unique within its shift."""

    __tablename__ = "stop_signatures"
    __tenancy__ = (*OF_NETWORK, by_shift(), _between_them)
    __table_args__ = (
        CheckConstraint("stop_kind IN ('pickup','drop_off')", name="stop_kind"),
        UniqueConstraint("shift_id", "event_id"),
        Index("ix_stop_signatures_lines", "offer_line_ids", postgresql_using="gin"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"))
    event_id: Mapped[UUID]
    stop_kind: Mapped[str]
    site_name: Mapped[str]
    organisation_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    offer_line_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    signed_by: Mapped[str]
    strokes: Mapped[list[list[int]]] = mapped_column(JSONB)
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StopPhoto(Identified, Base):
    """A picture of what a report is about: a JPEG that we made ourselves, without any metadata. `photo_id` is the
    phone's, so that twice sent is once stored; `visit_id` is the stop's in whichever plan has it."""

    __tablename__ = "stop_photos"
    __tenancy__ = (*OF_NETWORK, by_shift(), _between_them)
    __table_args__ = (
        CheckConstraint("stop_kind IN ('pickup','drop_off')", name="stop_kind"),
        CheckConstraint("width > 0 AND height > 0", name="size"),
        UniqueConstraint("shift_id", "photo_id"),
        Index("ix_stop_photos_lines", "offer_line_ids", postgresql_using="gin"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"))
    event_id: Mapped[UUID] = mapped_column(index=True)
    photo_id: Mapped[UUID]
    visit_id: Mapped[UUID] = mapped_column(index=True)
    stop_kind: Mapped[str]
    site_name: Mapped[str]
    organisation_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    offer_line_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sha256: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    size_bytes: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
