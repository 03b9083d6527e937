"""What loans of vehicles look like over HTTP."""

from datetime import date, datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.kit.web import Body
from app.kit.wire import Day, KgOut, LongText
from app.partners.schemas import Out

LoanState = Literal["offered", "accepted", "ended"]


class VehicleLoanIn(Body):
    """Lend a vehicle of yours to another organisation of the network; the network may ask for one. Both days are
    included."""

    vehicle_id: UUID
    borrower_organisation_id: UUID
    valid_from: Day
    valid_until: Day
    conditions: LongText = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_until < self.valid_from:
            raise ValueError("The last day is before the first one: swap the two.")
        return self


class VehicleLoanOut(Out):
    """A loan. `ended_on`: the borrower's last day where it was ended early, or the day on which it was declined."""

    id: UUID
    vehicle_id: UUID
    lender_organisation_id: UUID
    borrower_organisation_id: UUID
    valid_from: date
    valid_until: date
    conditions: str
    state: LoanState
    offered_by: Literal["lender", "network"]
    lender_agreed_at: datetime | None
    borrower_agreed_at: datetime | None
    accepted_at: datetime | None
    ended_on: date | None
    reason: str | None
    created_at: datetime
    version: int


class VehicleLoanCarried(Out):
    """What a lent vehicle was recorded to have carried for its borrower: routes that drivers reported."""

    routes: int
    metres: int = Field(description="Driven on these routes, as they were planned last")
    kg: KgOut = Field(validation_alias="grams", description="Delivered, as the ledger has it")
