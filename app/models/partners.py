"""Networks, organisations, their partnerships, sites and people."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, LargeBinary, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from app.kit.db import Base, Identified, UtcDateTime
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
    # Where it is stricter about food than the rule book, as app.domain.safety_limits keeps it.
    food_safety: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    # Where its travel times come from, as app.roads.choice reads it; empty: the region's own streets.
    roads: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    version: Mapped[int] = mapped_column(server_default="1")
    __mapper_args__ = {"version_id_col": version}


class Organisation(Identified, Base):
    """A partner."""

    __tablename__ = "organisations"
    __tenancy__ = (by_organisation("id"), by_network("home_network_id"), _partner_of_network)
    __table_args__ = (CheckConstraint(f"kind IN ({KINDS})", name="kind"),)
    kind: Mapped[str]
    name: Mapped[str]
    home_network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    # As its country's register has it, for papers and tax forms; empty: nobody has stated one.
    registration_number: Mapped[str] = mapped_column(default="", server_default="")
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class Partnership(Identified, Base):
    """An organisation's membership of a network: proposed by one side, accepted by the other, with terms and dates."""

    __tablename__ = "partnerships"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint("state IN ('proposed','active','suspended','ended')", name="state"),
        CheckConstraint("proposed_by IN ('network','organisation')", name="proposed_by"),
        CheckConstraint("(state = 'suspended') = (suspended_by IS NOT NULL)", name="suspended_by"),
        CheckConstraint("valid_from <= valid_until", name="dates"),
        Index(
            "uq_partnerships_one_standing",
            "network_id",
            "organisation_id",
            unique=True,
            postgresql_where="state IN ('active','suspended')",
        ),
        Index(
            "uq_partnerships_one_proposed",
            "network_id",
            "organisation_id",
            unique=True,
            postgresql_where="state = 'proposed'",
        ),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    state: Mapped[str] = mapped_column(default="proposed")
    proposed_by: Mapped[str]
    suspended_by: Mapped[str | None]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    signed_document: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))  # name, signed_on, sha256
    reason: Mapped[str | None]  # why it was declined, suspended or ended
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The renewal that ended it: until that begins, this one holds to its last day.
    renewed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("partnerships.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class PartnershipDocument(Base):
    """The signed agreement of a partnership, as the file that somebody sent."""

    __tablename__ = "partnership_documents"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (CheckConstraint("octet_length(content) <= 1000000", name="size"),)
    partnership_id: Mapped[UUID] = mapped_column(ForeignKey("partnerships.id"), primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    name: Mapped[str]
    signed_on: Mapped[date]
    sha256: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Site(Identified, Base):
    """A place of an organisation, with the hours at which it gives or receives food."""

    __tablename__ = "sites"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint("kind IN ('store','warehouse','depot','distribution_point')", name="kind"),
        CheckConstraint("latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180", name="position"),
        CheckConstraint("setup_seconds >= 0 AND service_seconds >= 0", name="times"),
        CheckConstraint("access IN ('dock','level','stairs','lift','unknown')", name="access"),
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
    receiving_windows: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))  # None: as open
    exceptions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)  # by date, before the weekly hours
    setup_seconds: Mapped[int]
    service_seconds: Mapped[int]
    access: Mapped[str] = mapped_column(default="unknown")
    access_notes: Mapped[str] = mapped_column(default="")
    temperature_classes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    # Grams that can be put away in a day, by temperature class; a class that is missing or null has no limit.
    storage_grams: Mapped[dict[str, int | None]] = mapped_column(JSONB, default=dict, server_default="{}")
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
            "role IN ('donor_staff','dispatcher','driver','organisation_admin','network_admin','volunteer')",
            name="role",
        ),
        CheckConstraint("state IN ('invited','active','disabled')", name="state"),
        CheckConstraint("language IN ('en','ar')", name="language"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("sites.id"))
    name: Mapped[str]
    email: Mapped[str]
    role: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")  # what mails to this person are written in
    state: Mapped[str] = mapped_column(default="active")
    password_hash: Mapped[str | None]  # none until an invitation is accepted
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
