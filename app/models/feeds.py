"""Calendar feeds: secret addresses under which a site's, a driver's or a helper's days can be subscribed to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OWN_OR_NETWORK, by_credential


class CalendarFeed(Identified, Base):
    """What one secret address shows, for whom; the secret itself is kept as its sha256."""

    __tablename__ = "calendar_feeds"
    __tenancy__ = (*OWN_OR_NETWORK, by_credential("secret_sha256"))
    __table_args__ = (
        CheckConstraint("kind IN ('site','shift_driver','person')", name="kind"),
        CheckConstraint("language IN ('en','ar')", name="language"),
        CheckConstraint(
            "CASE kind WHEN 'site' THEN site_id IS NOT NULL AND vehicle_id IS NULL AND driver_name IS NULL"
            " WHEN 'person' THEN site_id IS NULL AND vehicle_id IS NULL AND driver_name IS NULL"
            " ELSE site_id IS NULL AND (vehicle_id IS NULL) <> (driver_name IS NULL) END",
            name="subject",
        ),
        CheckConstraint("(kind = 'person') = (person_id IS NOT NULL)", name="person"),
        UniqueConstraint("secret_sha256"),
        Index("uq_calendar_feeds_standing", "person_id", unique=True, postgresql_where=text("revoked_at IS NULL")),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    kind: Mapped[str]
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("sites.id"))
    vehicle_id: Mapped[UUID | None] = mapped_column(ForeignKey("vehicles.id"))
    driver_name: Mapped[str | None]
    # Whose own calendar it is: what they have taken on. Its secret is derived, so it can be shown again.
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    name: Mapped[str]
    language: Mapped[str] = mapped_column(default="en", server_default="en")  # what its entries are told in
    whole_network: Mapped[bool]
    secret_sha256: Mapped[str]
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
