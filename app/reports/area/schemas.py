"""What areas and their totals look like over HTTP; null: withheld, so that no partner's own figure follows from it."""

from datetime import date
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from app.domain.area_totals import FEWEST, WITHHELD, AreaTotals, Month
from app.domain.areas import boundary_of
from app.kit.web import Body
from app.kit.wire import KgOut
from app.partners.schemas import Out
from app.reports.impact.figures_schema import FactorUsedOut

MOST_SITES = 2000


class AreaIn(Body):
    """Which sites an area has: those that are named, or all within a boundary."""

    site_ids: list[UUID] = Field(default_factory=list, max_length=MOST_SITES)
    boundary: dict[str, Any] | None = Field(
        default=None, description="A GeoJSON Polygon or MultiPolygon; at most 5000 points"
    )

    @field_validator("boundary")
    @classmethod
    def _is_a_boundary(cls, given: dict[str, Any] | None) -> dict[str, Any] | None:
        if given is not None:
            boundary_of(given)
        return given

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.site_ids) == (self.boundary is not None):
            raise PydanticCustomError("one_kind_of_area", "Name the area's places, or give its boundary: one of both.")
        return self


class AreaOut(Out):
    """A public body's area."""

    organisation_id: UUID
    site_ids: list[UUID] = Field(description="Empty where it has a boundary")
    boundary: dict[str, Any] | None = Field(description="A GeoJSON MultiPolygon")
    version: int


class AreaMonthOut(BaseModel):
    """A month of an area."""

    first: date = Field(serialization_alias="from")
    days_recorded: int
    stores: int = Field(description="That gave food")
    donors: int = Field(description="Partners whose stores these are")
    food_banks: int = Field(description="That received food")
    kg_offered: KgOut | None
    kg_rescued: KgOut | None
    kg_for_people: KgOut | None

    @classmethod
    def of(cls, month: Month) -> Self:
        """From a month's totals."""
        return cls(
            first=month.first, days_recorded=month.days, stores=month.stores, donors=month.givers,
            food_banks=month.banks, kg_offered=month.offered, kg_rescued=month.rescued, kg_for_people=month.received,
        )  # fmt: skip


class AreaTotalsOut(BaseModel):
    """What an area's food came to. A figure adds up the months that show it; null: none does."""

    organisation_id: UUID
    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="until")
    days_recorded: int
    stores: int = Field(description="That gave food")
    donors: int = Field(description="Partners whose stores these are")
    food_banks: int = Field(description="That received food")
    kg_offered: KgOut | None = Field(description="By stores in the area")
    kg_rescued: KgOut | None = Field(description="Of what they offered, what reached people: not wasted")
    kg_for_people: KgOut | None = Field(description="Through food banks in the area")
    meals: int | None
    meals_least: int | None
    meals_most: int | None
    kg_co2e_avoided: KgOut | None = Field(description="Less the share of each day's driving that its food has")
    kg_co2e_avoided_least: KgOut | None
    kg_co2e_avoided_most: KgOut | None
    people_reached: int | None = Field(description="On the day that reached most")
    factors: list[FactorUsedOut]
    months: list[AreaMonthOut]
    fewest_partners: int = Field(description="Of a figure that is shown")
    withheld_from: list[date] = Field(description="The months of which something is withheld")
    withheld_words: str = Field(description="Why, in English")
    days_planned: int = Field(description="Published, and reported by nobody: in no figure")
    kg_planned: KgOut | None = Field(description="Which these were to bring to food banks in the area")

    @classmethod
    def of(cls, organisation_id: UUID, found: AreaTotals) -> Self:
        """From totals."""
        figures = found.figures
        counted = {
            "meals": "meals", "meals_least": "meals_least", "meals_most": "meals_most",
            "kg_co2e_avoided": "co2e_grams", "kg_co2e_avoided_least": "co2e_least",
            "kg_co2e_avoided_most": "co2e_most",
        }  # fmt: skip
        return cls(
            organisation_id=organisation_id,
            first=found.first,
            last=found.last,
            days_recorded=found.days,
            stores=found.stores,
            donors=found.givers,
            food_banks=found.banks,
            kg_offered=found.offered,
            kg_rescued=found.rescued,
            kg_for_people=found.received,
            **{name: None if figures is None else getattr(figures, of) for name, of in counted.items()},
            people_reached=found.people,
            factors=[] if figures is None else [FactorUsedOut.of(each) for each in figures.factors],
            months=[AreaMonthOut.of(each) for each in found.months],
            fewest_partners=FEWEST,
            withheld_from=list(found.left_out),
            withheld_words=WITHHELD,
            days_planned=found.planned_days,
            kg_planned=found.planned,
        )
