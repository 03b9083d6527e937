"""What offers look like over HTTP."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from app.domain.personal import NOT_OF_PEOPLE_IN_NEED
from app.kit.web import Body
from app.kit.wire import Day, FreeText, Instant, Kg, KgOut
from app.offers.text import Gtin, readable
from app.partners.schemas import Out, TemperatureClass

Category = Literal[
    "bread_and_bakery",
    "fruit_and_vegetables",
    "dairy_and_eggs",
    "meat_and_fish",
    "chilled_prepared",
    "frozen_food",
    "ambient_groceries",
    "drinks",
    "other",
]
Allergen = Literal[
    "gluten", "crustaceans", "eggs", "fish", "peanuts", "soybeans", "milk",
    "nuts", "celery", "mustard", "sesame", "sulphites", "lupin", "molluscs",
]  # fmt: skip
DietaryFlag = Literal["halal", "kosher", "vegetarian", "vegan", "contains_pork", "contains_alcohol"]
DateMark = Literal["use_by", "best_before", "none"]
MOST_LINES = 40
MOST_OFFERS = 200
Description = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(readable)]
LineNote = Annotated[
    str, StringConstraints(max_length=300), AfterValidator(readable), Field(description=NOT_OF_PEOPLE_IN_NEED)
]
OfferNote = Annotated[FreeText, AfterValidator(readable)]


LONGEST_LOT = 60
Lot = Annotated[
    str,
    StringConstraints(max_length=LONGEST_LOT, strip_whitespace=True),
    AfterValidator(readable),
    Field(description="Lot or batch number, as it stands on the pack; a recall names it"),
]


class Food(Body):
    """One kind of food, whatever date is on its pack."""

    category: Category
    description: Description
    kg: Kg
    crates: int = Field(default=0, ge=0, le=2000)
    temperature_class: TemperatureClass = "ambient"
    date_mark: DateMark = "none"
    allergens: list[Allergen] = []
    dietary_flags: list[DietaryFlag] = []
    splittable: bool = True
    gtin: Gtin | None = None
    note: LineNote = ""


class OfferLineIn(Food):
    """One kind of food."""

    mark_date: Day | None = None
    lot: Lot = ""


class OfferIn(Body):
    """Surplus of one site, to be collected within the pickup window."""

    site_id: UUID
    pickup_from: Instant
    pickup_until: Instant
    note: OfferNote = ""
    lines: list[OfferLineIn] = Field(min_length=1, max_length=MOST_LINES)


class OffersIn(Body):
    """Many offers at once: all are taken or none."""

    offers: list[OfferIn] = Field(min_length=1, max_length=MOST_OFFERS)


class OfferChange(Body):
    """What may be amended while nothing of the offer is planned; lines are replaced as a whole."""

    pickup_from: Instant | None = None
    pickup_until: Instant | None = None
    note: OfferNote | None = None
    lines: list[OfferLineIn] | None = Field(default=None, min_length=1, max_length=MOST_LINES)


class OfferLineOut(Out):
    """One kind of food."""

    id: UUID
    category: Category
    description: str
    kg: KgOut = Field(validation_alias="grams")
    crates: int
    temperature_class: TemperatureClass
    date_mark: DateMark
    mark_date: date | None
    allergens: list[str]
    dietary_flags: list[str]
    splittable: bool
    gtin: str | None
    note: str
    lot: str


class UsualLineOut(Out):
    """One food that a store has posted before, as it was posted last."""

    category: Category
    description: str
    kg: KgOut = Field(validation_alias="grams", description="How much it was the last time")
    crates: int
    temperature_class: TemperatureClass
    date_mark: DateMark
    allergens: list[str]
    dietary_flags: list[str]
    splittable: bool
    gtin: str | None


class UsualFoodOut(BaseModel):
    """What a store usually posts, most usual first. Its pack has another date each time, so none is said."""

    lines: list[UsualLineOut]


class OfferOut(Out):
    """An offer."""

    id: UUID
    organisation_id: UUID
    site_id: UUID
    service_date: date
    pickup_from: datetime
    pickup_until: datetime
    state: Literal["open", "withdrawn"]
    note: str
    standing_offer_id: UUID | None
    created_at: datetime
    version: int
    lines: list[OfferLineOut]


class PostedOut(BaseModel):
    """The offers that were posted, in the order in which they came."""

    ids: list[UUID]
