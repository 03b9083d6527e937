"""What partners see of each other over HTTP: a field that the caller may not see is left out."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.kit.wire import KgOut
from app.partners.partnership_schemas import Contact
from app.partners.schemas import (
    Access,
    ExceptionOut,
    Kind,
    SiteKind,
    SiteWarning,
    StorageOut,
    TemperatureClass,
    WindowOut,
)

Relation = Literal["own", "network", "sharing", "partner"]


class PartnerSiteOut(BaseModel):
    """A place of a partner, as far as the caller may see it."""

    id: UUID | None = None
    organisation_id: UUID | None = None
    kind: SiteKind | None = None
    name: str | None = None
    address: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    metres_to_street: int | None = None
    windows: list[WindowOut] | None = None
    receiving_windows: list[WindowOut] | None = None
    exceptions: list[ExceptionOut] | None = None
    setup_seconds: int | None = None
    service_seconds: int | None = None
    access: Access | None = None
    access_notes: str | None = None
    temperature_classes: list[TemperatureClass] | None = None
    storage_kg: StorageOut | None = None
    osm_id: str | None = None
    version: int | None = None
    warnings: list[SiteWarning] | None = None


class PartnerOut(BaseModel):
    """An organisation that takes part; `relation` says what you are to it, and so what you see."""

    relation: Relation
    id: UUID
    kind: Kind
    name: str
    contact: Contact | None = None
    sites: list[PartnerSiteOut] | None = Field(default=None, description="Only where one partner is asked for")


class PartyOut(BaseModel):
    """One side of an allocation, as far as the caller may see it."""

    organisation: PartnerOut
    site: PartnerSiteOut


class AllocationOut(BaseModel):
    """Food that a published plan gives from one partner to another."""

    id: UUID
    service_date: date
    category: str
    description: str
    temperature_class: TemperatureClass
    kg: KgOut
    crates: int
    pickup_at: datetime
    drop_off_at: datetime
    offer_line_id: UUID
    need_id: UUID
    donor: PartyOut
    receiver: PartyOut
