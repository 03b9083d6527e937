"""What food safety looks like over HTTP."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.kit.web import Body
from app.kit.wire import FreeText
from app.partners.schemas import Out

Cause = Literal["too_warm", "too_cold", "past_use_by"]
QuarantineState = Literal["open", "released", "discarded"]


class LimitOut(BaseModel):
    """One number of the rule book with its source; null: the law has no limit."""

    name: str
    words: str
    unit: str
    stricter: Literal["lower", "higher"] = Field(description="Which way a network may go")
    law: Decimal | None
    network: Decimal | None = Field(description="What holds in your network")
    source: str


class FoodSafetyOut(BaseModel):
    """The limits that hold in your network."""

    limits: list[LimitOut]


class DecisionIn(Body):
    """Why somebody decided as they did."""

    note: FreeText = ""


class QuarantineOut(Out):
    """Food of one allocation that is held back, or was."""

    id: UUID
    allocation_id: UUID
    offer_line_id: UUID
    shift_id: UUID
    event_id: UUID
    donor_organisation_id: UUID
    receiver_organisation_id: UUID
    service_date: date
    cause: Cause
    celsius: Decimal | None
    state: QuarantineState
    opened_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    note: str
    version: int
