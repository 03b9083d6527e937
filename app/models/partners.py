"""Networks, organisations, their partnerships, sites and people."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from app.kit.db import Base, Identified
from app.kit.tenancy import OWN_OR_NETWORK, Scope, by_email, by_network, by_organisation

KINDS = "'supermarket','food_bank','carrier','public_body','sponsor','community_group'"


def _of_partner(model: Any, scope: Scope) -> ColumnElement[bool] | None:
    if scope.organisation is None:
        return None
    joined = Base.metadata.tables["partnerships"].c
    found: ColumnElement[bool] = model.id.in_(
        select(joined.network_id).where(joined.organisation_id == scope.organisation)
    )
    return found


def _of_driver(model: Any, scope: Scope) -> ColumnElement[bool] | None:
    if scope.shift is None:
        return None
    shifts = Base.metadata.tables["shifts"].c
    found: ColumnElement[bool] = model.id.in_(select(shifts.network_id).where(shifts.id == scope.shift))
    return found


def _partner_of_network(model: Any, scope: Scope) -> ColumnElement[bool] | None:
    if scope.network is None:
        return None
    joined = Base.metadata.tables["partnerships"].c
    found: ColumnElement[bool] = model.id.in_(select(joined.organisation_id).where(joined.network_id == scope.network))
    return found


class Network(Identified, Base):
    """A region whose partners plan together: one time zone, one planning policy, one currency."""

    __tablename__ = "networks"
    __tenancy__ = (by_network("id"), _of_partner, _of_driver)
    name: Mapped[str]
    time_zone: Mapped[str]
    currency: Mapped[str]
    region: Mapped[str]  # name of the imported street region
    demonstration: Mapped[bool] = mapped_column(default=False)  # invented offers: pages say so
    policy: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    # Where its travel times come from, as app.roads.choice reads it; empty: the region's own streets.
    roads: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")


class Organisation(Identified, Base):
    """A partner."""

    __tablename__ = "organisations"
    __tenancy__ = (by_organisation("id"), by_network("home_network_id"), _partner_of_network)
    __table_args__ = (CheckConstraint(f"kind IN ({KINDS})", name="kind"),)
    kind: Mapped[str]
    name: Mapped[str]
    home_network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))


class Partnership(Identified, Base):
    """An organisation's membership of a network."""

    __tablename__ = "partnerships"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        UniqueConstraint("network_id", "organisation_id"),
        CheckConstraint("state IN ('active','ended')", name="state"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    state: Mapped[str] = mapped_column(default="active")
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]


class Site(Identified, Base):
    """A place of an organisation, with the hours at which it gives or receives food."""

    __tablename__ = "sites"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint("kind IN ('store','warehouse','depot','distribution_point')", name="kind"),
        CheckConstraint("latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180", name="position"),
        CheckConstraint("setup_seconds >= 0 AND service_seconds >= 0", name="times"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    kind: Mapped[str]
    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    latitude: Mapped[float]
    longitude: Mapped[float]
    metres_to_street: Mapped[int]
    windows: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    setup_seconds: Mapped[int]
    service_seconds: Mapped[int]
    access_notes: Mapped[str] = mapped_column(default="")
    temperature_classes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    osm_id: Mapped[str | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class Person(Identified, Base):
    """Somebody who signs in for an organisation. No beneficiaries, ever."""

    __tablename__ = "people"
    __tenancy__ = (*OWN_OR_NETWORK, by_email("email"))
    __table_args__ = (
        UniqueConstraint("email"),
        CheckConstraint(
            "role IN ('donor_staff','dispatcher','driver','organisation_admin','network_admin')", name="role"
        ),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("sites.id"))
    name: Mapped[str]
    email: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]
