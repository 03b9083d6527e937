"""What needs look like over HTTP."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, computed_field, model_validator

from app.kit.web import Body
from app.kit.wire import Day, FreeText, Kg, KgOut
from app.offers.schemas import Allergen, Category, DietaryFlag
from app.partners.schemas import Out

Weekday = Annotated[int, Field(ge=1, le=7)]
MOST_AT_ONCE = 200
_PRIORITY = "1 can wait, 3 is usual, 5 is most urgent"


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
    priority: int = Field(default=3, ge=1, le=5, description=_PRIORITY)
    note: FreeText = ""


class NeedsIn(Body):
    """Many needs at once: all are stated, or none."""

    needs: list[NeedIn] = Field(min_length=1, max_length=MOST_AT_ONCE)


class NeedChange(Body):
    """What may be changed of a need; what is left out stays."""

    kg: Kg | None = None
    minimum_shelf_life_days: int | None = Field(default=None, ge=0, le=365)
    accepts_past_best_before: bool | None = None
    excluded_allergens: list[Allergen] | None = None
    required_dietary_flags: list[DietaryFlag] | None = None
    people_served: int | None = Field(default=None, ge=0, le=1_000_000)
    priority: int | None = Field(default=None, ge=1, le=5, description=_PRIORITY)
    note: FreeText | None = None
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
    priority: int
    note: str
    standing_need_id: UUID | None
    offer_line_id: UUID | None = Field(description="The one line that it is for, where it was asked about and said yes")
    state: Literal["open", "withdrawn"]
    created_at: datetime
    version: int

    @computed_field(description="Whether it follows a standing need; not once it was stated or changed for its date")  # type: ignore[prop-decorator]
    @property
    def from_standing(self) -> bool:
        """Whether it follows a standing need."""
        return self.standing_need_id is not None


class NeedsOut(Out):
    """The needs that were stated, in the order in which they were sent."""

    items: list[NeedOut]


class StandingNeedIn(Body):
    """The most that one site takes of one category on some weekdays (1 is Monday), local days, until it is ended."""

    site_id: UUID
    category: Category
    kg: Kg
    weekdays: list[Weekday] = Field(min_length=1, max_length=7)
    starts_on: Day
    ends_on: Day | None = None
    skipped_dates: list[Day] = Field(default=[], max_length=400)
    minimum_shelf_life_days: int = Field(default=0, ge=0, le=365)
    accepts_past_best_before: bool = False
    excluded_allergens: list[Allergen] = []
    required_dietary_flags: list[DietaryFlag] = []
    people_served: int = Field(default=0, ge=0, le=1_000_000)
    priority: int = Field(default=3, ge=1, le=5, description=_PRIORITY)
    note: FreeText = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError("The last day is before the first. Swap the two.")
        return self


class StandingNeedChange(Body):
    """What may be changed of a standing need; what is left out stays. `ends_on` null: until it is ended."""

    kg: Kg | None = None
    weekdays: list[Weekday] | None = Field(default=None, min_length=1, max_length=7)
    ends_on: Day | None = None
    skipped_dates: list[Day] | None = Field(default=None, max_length=400)
    minimum_shelf_life_days: int | None = Field(default=None, ge=0, le=365)
    accepts_past_best_before: bool | None = None
    excluded_allergens: list[Allergen] | None = None
    required_dietary_flags: list[DietaryFlag] | None = None
    people_served: int | None = Field(default=None, ge=0, le=1_000_000)
    priority: int | None = Field(default=None, ge=1, le=5, description=_PRIORITY)
    note: FreeText | None = None


class StandingNeedOut(Out):
    """A standing need."""

    id: UUID
    organisation_id: UUID
    site_id: UUID
    category: Category
    kg: KgOut = Field(validation_alias="grams")
    weekdays: list[int]
    starts_on: date
    ends_on: date | None
    skipped_dates: list[date]
    minimum_shelf_life_days: int
    accepts_past_best_before: bool
    excluded_allergens: list[str]
    required_dietary_flags: list[str]
    people_served: int
    priority: int
    note: str
    state: Literal["active", "ended"]
    created_at: datetime
    version: int
