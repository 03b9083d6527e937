"""What the ledger looks like over HTTP."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from app.kit.web import Body
from app.kit.wire import FreeText, KgOrZero, KgOut
from app.offers.schemas import Category
from app.partners.schemas import Out, TemperatureClass

Account = Literal[
    "supply",
    "offered",
    "allocated",
    "collected",
    "delivered",
    "refused",
    "returned",
    "wasted",
    "expired",
    "withdrawn",
    "community_fridge",
    "animal_feed",
    "compost",
]


class LedgerEntryOut(Out):
    """Food of one offer line that moved from one account to the next."""

    id: int
    offer_line_id: UUID
    from_account: Account
    to_account: Account
    kg: KgOut = Field(validation_alias="grams")
    cause: str
    cause_id: UUID
    occurred_at: datetime
    recorded_at: datetime


class BalancesOut(BaseModel):
    """Where the food is now; it adds up to what was posted and what drivers reported beyond it."""

    kg_offered: KgOut = 0
    kg_allocated: KgOut = 0
    kg_collected: KgOut = 0
    kg_delivered: KgOut = 0
    kg_refused: KgOut = 0
    kg_returned: KgOut = 0
    kg_wasted: KgOut = 0
    kg_expired: KgOut = 0
    kg_withdrawn: KgOut = 0
    kg_community_fridge: KgOut = 0
    kg_animal_feed: KgOut = 0
    kg_compost: KgOut = 0


class LineLedgerOut(BaseModel):
    """One line of the offer; `replaced` by an amendment, its ledger stays."""

    offer_line_id: UUID
    description: str
    replaced: bool
    kg_posted: KgOut
    balances: BalancesOut


class OfferLedgerOut(BaseModel):
    """An offer's food: where it is now, and how it came there, oldest entry first."""

    offer_id: UUID
    lines: list[LineLedgerOut]
    entries: list[LedgerEntryOut]


class SettlementIn(Body):
    """What became of food that was refused, or is left over; taken from the refused first."""

    returned_kg: KgOrZero = 0
    wasted_kg: KgOrZero = 0
    note: FreeText = ""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.returned_kg + self.wasted_kg == 0:
            raise ValueError("Say how much was returned or thrown away.")
        return self


class SettlementOut(BaseModel):
    """What was said, and where the food of the allocation is now."""

    id: UUID
    allocation_id: UUID
    returned_kg: KgOut
    wasted_kg: KgOut
    note: str
    settled_by: str
    settled_at: datetime
    balances: BalancesOut


class LeftoverOut(BaseModel):
    """Food of one promise that was refused at the door or is on the van: as much as `settle` accepts of its allocation.

    While it is held back, all that was handed over of it counts as on board.
    """

    allocation_id: UUID = Field(description="Of the newest published plan that has the promise")
    shift_id: UUID
    vehicle_name: str
    offer_id: UUID
    offer_line_id: UUID
    description: str
    category: Category
    temperature_class: TemperatureClass
    donor_name: str
    receiver_name: str = Field(description="Whom it was for")
    kg_refused: KgOut
    kg_on_board: KgOut
    on_its_way: bool = Field(description="The route brings it to a door that the van has not been at yet")
    held_back: bool = Field(description="It is settled only once its quarantines are decided")
    quarantine_ids: list[UUID]


class LeftoversOut(BaseModel):
    """All of one day that waits for somebody to say what became of it."""

    items: list[LeftoverOut]


class ContradictionOut(BaseModel):
    """Two things that cannot both be true; `about` is the stop's or the allocation's id."""

    shift_id: UUID
    about: UUID
    code: str
    sentence: str
