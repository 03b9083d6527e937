"""What a network shows to everybody: its page, and the places on it where people collect food."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base
from app.kit.tenancy import OF_NETWORK, OWN_OR_NETWORK, Scope


def of_partner(model: Any, scope: Scope) -> ColumnElement[bool] | None:
    """Open to the network's partners, as the network itself is."""
    if scope.organisation is None:
        return None
    joined = Base.metadata.tables["partnerships"].c
    found: ColumnElement[bool] = model.network_id.in_(
        select(joined.network_id).where(joined.organisation_id == scope.organisation)
    )
    return found


class PublicPage(Base):
    """A network's page: under which name, and whether it is on. Who asks by that name alone is told of one that is on
    by `wasl_network_shown_as`."""

    __tablename__ = "public_pages"
    __tenancy__ = (*OF_NETWORK, of_partner)
    __table_args__ = (CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug"), UniqueConstraint("slug"))
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), primary_key=True)
    is_on: Mapped[bool] = mapped_column(default=False)
    slug: Mapped[str]
    name_en: Mapped[str]
    name_ar: Mapped[str] = mapped_column(default="")  # empty: as in English
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class DistributionPoint(Base):
    """What everybody may know of a site where people collect food: the hours at which it is given out, which are not
    those at which vans come. Nothing of it is shown unless its organisation says so."""

    __tablename__ = "distribution_points"
    __tenancy__ = OWN_OR_NETWORK
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    is_public: Mapped[bool] = mapped_column(default=False)
    windows: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    exceptions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)  # by date, before the weekly hours
    note_en: Mapped[str] = mapped_column(default="")
    note_ar: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
