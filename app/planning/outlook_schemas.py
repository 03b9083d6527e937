"""What an outlook looks like over HTTP."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.kit.wire import KgOut
from app.partners.schemas import Out


class OutlookStopOut(BaseModel):
    """One visit as it would be."""

    kind: Literal["start", "pickup", "drop_off", "break", "end"]
    site_id: UUID
    site_name: str
    arrive_at: datetime
    begin_at: datetime
    leave_at: datetime
    kg: KgOut = Field(validation_alias="grams")
    kg_expected: KgOut = Field(
        validation_alias="grams_expected", description="Of these, what nobody has posted: it is expected"
    )


class OutlookRouteOut(BaseModel):
    """One shift's ordered stops as they would be."""

    shift_id: UUID
    vehicle_name: str
    metres: int
    seconds: int
    stops: list[OutlookStopOut]


class OutlookStoreOut(BaseModel):
    """A store that is counted on, with all that is expected of it."""

    site_id: UUID
    site_name: str
    kg: KgOut = Field(validation_alias="grams")
    days: int = Field(description="How many such weekdays the expectation rests on")
    usually_posted_by: datetime


class OutlookOut(Out):
    """How a day would be driven if every store that has not posted yet had what is expected of it. Nothing is promised:
    plan the day when the stores have posted."""

    id: UUID = Field(description="That of the run which made it")
    service_date: date
    kg_expected: KgOut = Field(validation_alias="grams_expected")
    kg_posted: KgOut = Field(validation_alias="grams_posted")
    kg_brought: KgOut = Field(validation_alias="grams_brought", description="Of both, what these routes would bring")
    estimated_travel: bool
    stores: list[OutlookStoreOut]
    routes: list[OutlookRouteOut]
    created_at: datetime
