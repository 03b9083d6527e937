"""What needs look like over HTTP."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.kit.web import Body
from app.kit.wire import Day, Kg, KgOut
from app.offers.schemas import Allergen, Category, DietaryFlag
from app.partners.schemas import Out


class NeedIn(Body):
    """The most that one site takes of one category on one day, and on what terms."""

    site_id: UUID
    service_date: Day
    category: Category
    kg: Kg
    minimum_shelf_life_days: int = Field(default=0, ge=0, le=365)
    accepts_past_best_before: bool = False
    excluded_allergens: list[Allergen] = []
    required_dietary_flags: list[DietaryFlag] = []
    people_served: int = Field(default=0, ge=0, le=1_000_000)


class NeedChange(Body):
    """What may be changed of a need; what is left out stays."""

    kg: Kg | None = None
    minimum_shelf_life_days: int | None = Field(default=None, ge=0, le=365)
    accepts_past_best_before: bool | None = None
    excluded_allergens: list[Allergen] | None = None
    required_dietary_flags: list[DietaryFlag] | None = None
    people_served: int | None = Field(default=None, ge=0, le=1_000_000)
    state: Literal["open", "withdrawn"] | None = None


class NeedOut(Out):
    """A need."""

    id: UUID
    organisation_id: UUID
    site_id: UUID
    service_date: date
    category: Category
    kg: KgOut = Field(validation_alias="grams")
    minimum_shelf_life_days: int
    accepts_past_best_before: bool
    excluded_allergens: list[str]
    required_dietary_flags: list[str]
    people_served: int
    state: Literal["open", "withdrawn"]
    created_at: datetime
    version: int
