"""What outlets and handovers look like over HTTP."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.kit.web import Body
from app.kit.wire import Kg, KgOut, ShortText
from app.offers.schemas import Category
from app.partners.schemas import Name, Out, TemperatureClass

OutletKind = Literal["community_fridge", "animal_feed", "compost"]


class OutletIn(Body):
    """Where food may go that no food bank takes, and what it takes."""

    kind: OutletKind
    name: Name
    address: ShortText = ""
    hours: ShortText = Field(default="", description="As people say it: Monday to Friday, nine to five")
    categories: list[Category] = Field(min_length=1, max_length=20)
    temperature_classes: list[TemperatureClass] = Field(
        default=["ambient", "chilled", "frozen", "hot"], min_length=1, max_length=4
    )
    animal_products: bool = Field(default=False, description="Approved to compost food of animal origin")
    collects: bool = Field(default=False, description="They fetch it themselves; otherwise somebody brings it")


class OutletChange(Body):
    """What may be changed of an outlet; what is left out stays."""

    name: Name | None = None
    address: ShortText | None = None
    hours: ShortText | None = None
    categories: list[Category] | None = Field(default=None, min_length=1, max_length=20)
    temperature_classes: list[TemperatureClass] | None = Field(default=None, min_length=1, max_length=4)
    animal_products: bool | None = None
    collects: bool | None = None
    state: Literal["active", "retired"] | None = None


class OutletOut(Out):
    """An outlet."""

    id: UUID
    kind: OutletKind
    name: str
    address: str
    hours: str
    categories: list[str]
    temperature_classes: list[str]
    animal_products: bool
    collects: bool
    state: Literal["active", "retired"]
    version: int


class HandoverIn(Body):
    """Food of one offer line that an outlet took: still on offer, or booked as not fetched in time."""

    offer_line_id: UUID
    kg: Kg


class OutletChoiceOut(Out):
    """An outlet that may have the food now."""

    id: UUID
    kind: OutletKind
    name: str
    hours: str
    collects: bool


class OpenFoodOut(BaseModel):
    """Food that is on no van and went nowhere; the outlets that may have it now: people, then animals, then compost."""

    offer_id: UUID
    offer_line_id: UUID
    site_name: str
    description: str
    category: str
    kg: KgOut
    pickup_until: datetime
    outlets: list[OutletChoiceOut]


class OpenFoodsOut(BaseModel):
    """All that nobody has taken of one day."""

    items: list[OpenFoodOut]


class HandoverOut(Out):
    """What an outlet took."""

    id: UUID
    outlet_id: UUID
    outlet_name: str
    kind: OutletKind
    offer_line_id: UUID
    kg: KgOut = Field(validation_alias="grams")
    at: datetime
