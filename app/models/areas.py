"""The area that a public body reads the totals of."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base
from app.kit.tenancy import OWN_OR_NETWORK


class Area(Base):
    """A public body's area: sites of the network that are named, or a boundary on the map in which sites lie.

    boundary: a GeoJSON MultiPolygon, as app.domain.areas has it.
    """

    __tablename__ = "areas"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (CheckConstraint("(cardinality(site_ids) > 0) = (boundary IS NULL)", name="one_kind"),)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), primary_key=True, index=True)
    site_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    boundary: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
