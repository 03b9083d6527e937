"""Where food goes that no food bank takes, and what was handed over there."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OF_NETWORK, OWN_OR_NETWORK

OUTLET_KINDS = "'community_fridge','animal_feed','compost'"


class Outlet(Identified, Base):
    """A community fridge, somebody who feeds animals, or who composts. `collects`: they fetch it themselves."""

    __tablename__ = "outlets"
    __tenancy__ = OF_NETWORK
    __table_args__ = (
        CheckConstraint(f"kind IN ({OUTLET_KINDS})", name="kind"),
        CheckConstraint("state IN ('active','retired')", name="state"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    kind: Mapped[str]
    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    hours: Mapped[str] = mapped_column(default="")  # as people say it
    categories: Mapped[list[str]] = mapped_column(ARRAY(Text))
    temperature_classes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    animal_products: Mapped[bool]
    collects: Mapped[bool]
    state: Mapped[str] = mapped_column(default="active")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class Handover(Identified, Base):
    """Grams of an offer line that an outlet took; append-only. `organisation_id` is the donor, who reads it too."""

    __tablename__ = "handovers"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint("grams > 0", name="grams"),
        CheckConstraint(f"kind IN ({OUTLET_KINDS})", name="kind"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    outlet_id: Mapped[UUID] = mapped_column(ForeignKey("outlets.id"), index=True)
    outlet_name: Mapped[str]
    kind: Mapped[str]
    offer_line_id: Mapped[UUID] = mapped_column(ForeignKey("offer_lines.id"), index=True)
    grams: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
