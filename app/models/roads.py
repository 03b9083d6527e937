"""What is known of the streets: imports, snapped pins, travel matrices, fitted estimates, what drivers taught."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, LargeBinary, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text, Uuid

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OF_NETWORK, OWN_OR_NETWORK, Scope


def _of_own_site(model: Any, scope: Scope) -> ColumnElement[bool] | None:
    if scope.organisation is None:
        return None
    sites = Base.metadata.tables["sites"]
    own: ColumnElement[bool] = model.site_id.in_(
        select(sites.c.id).where(sites.c.organisation_id == scope.organisation)
    )
    return own


class RegionImport(Identified, Base):
    """One request to build a region from a map extract. `attempt` fences: only the newest attempt may write."""

    __tablename__ = "region_imports"
    __tenancy__ = OF_NETWORK
    __table_args__ = (
        CheckConstraint("state IN ('queued','running','done','failed')", name="state"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        Index("uq_region_imports_one_alive", "region", unique=True, postgresql_where="state IN ('queued','running')"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    region: Mapped[str]
    source: Mapped[str]  # a file's name, or the address that it is fetched from
    file: Mapped[str | None]  # its name in the folder of incoming files; none for an address
    profiles: Mapped[list[str]] = mapped_column(ARRAY(Text))  # beside those that the region has
    state: Mapped[str] = mapped_column(default="queued")
    attempt: Mapped[int] = mapped_column(default=0)
    phase: Mapped[str] = mapped_column(default="")
    percent: Mapped[int] = mapped_column(default=0)
    warnings: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    failure: Mapped[str | None]
    fingerprint: Mapped[str | None]
    requested_by: Mapped[str]
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SiteSnap(Base):
    """Where a site meets the street of one profile: matrix and route both start from here. Bound to the pin and to the
    streets that it was found on: another pin or fingerprint makes it stale."""

    __tablename__ = "site_snaps"
    __tenancy__ = (*OF_NETWORK, _of_own_site)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True)
    profile: Mapped[str] = mapped_column(primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    fingerprint: Mapped[str]
    pin_longitude: Mapped[float]
    pin_latitude: Mapped[float]
    longitude: Mapped[float]
    latitude: Mapped[float]
    metres: Mapped[float]
    street: Mapped[str]


class TravelMatrix(Base):
    """Seconds and metres between all sites of a network, for one profile and the streets of one fingerprint."""

    __tablename__ = "travel_matrices"
    __tenancy__ = OF_NETWORK
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), primary_key=True)
    profile: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]  # of the fingerprint and the snapped sites in their order
    sites: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    snaps: Mapped[list[list[float]]] = mapped_column(JSONB)  # [longitude, latitude] of each site
    tables: Mapped[bytes] = mapped_column(LargeBinary)  # zlib of int32, shape (2, sites, sites): seconds, metres
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TravelFit(Base):
    """The straight-line estimate fitted to a network's real matrix, with the error that it then had."""

    __tablename__ = "travel_fits"
    __tenancy__ = OF_NETWORK
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), primary_key=True)
    profile: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    km_per_hour: Mapped[float]
    detour: Mapped[float]
    pairs: Mapped[int]
    mean_error: Mapped[float]  # mean absolute error of the seconds, relative to the streets
    p95_error: Mapped[float]
    fitted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LearntPace(Base):
    """Percent of the street table's seconds that driving takes, learnt from what drivers reported, each with its error
    and the legs it stands on: `overall`, and in `hours` by hour of the day (weekday null) and by hour and weekday."""

    __tablename__ = "learnt_paces"
    __tenancy__ = OF_NETWORK
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), primary_key=True)
    legs: Mapped[int]
    overall: Mapped[dict[str, Any]] = mapped_column(JSONB)
    hours: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    learnt_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LearntServiceTime(Base):
    """How long stops at a site really take, learnt from what drivers reported, with its error."""

    __tablename__ = "learnt_service_times"
    __tenancy__ = OWN_OR_NETWORK
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    stops: Mapped[int]
    setup_seconds: Mapped[int]
    service_seconds: Mapped[int]
    error_seconds: Mapped[int]
    learnt_at: Mapped[datetime] = mapped_column(UtcDateTime)
