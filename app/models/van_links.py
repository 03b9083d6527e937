"""Links to the page of a place and day: when the van comes, for whoever stands at the door and has no account."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OF_NETWORK, OWN_OR_NETWORK, by_credential


class VanLinkKey(Base):
    """What a network's links are derived with: random, and in no answer, log or list."""

    __tablename__ = "van_link_keys"
    __tenancy__ = OF_NETWORK
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class VanLink(Identified, Base):
    """The link of one site and service date; `organisation_id` is the site's. Its token, which is derived from the id
    and the network's key, is kept as its sha256."""

    __tablename__ = "van_links"
    __tenancy__ = (*OWN_OR_NETWORK, by_credential("secret_sha256"))
    __table_args__ = (
        UniqueConstraint("secret_sha256"),
        # One stands at a time: everybody of the place gives the same one on.
        Index(
            "uq_van_links_one_standing",
            "site_id",
            "service_date",
            unique=True,
            postgresql_where="ended_at IS NULL",
        ),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id"))
    service_date: Mapped[date]
    secret_sha256: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)  # the end of the day, where the network is
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # taken back before that
