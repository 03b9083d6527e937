"""What everybody is shown of a network, over HTTP."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from app.domain.counting import Reach, cited_on
from app.domain.impact import Factor
from app.domain.impact_factors import UNITS
from app.domain.public_hours import Opening
from app.kit.wire import KgOut
from app.public.figures import Figures
from app.public.page import Point, Shown
from app.reports.impact.figures_schema import FactorUsedOut


class OpeningOut(BaseModel):
    """Instants from which and until which food is given out."""

    opens_at: datetime
    closes_at: datetime

    @classmethod
    def of(cls, found: Opening) -> Self:
        """From the rule book's."""
        return cls(opens_at=found.opens_at, closes_at=found.closes_at)


class PublicPointOut(BaseModel):
    """A place where people collect food."""

    id: UUID
    name: str
    address: str
    latitude: float
    longitude: float
    open_until: datetime | None = Field(description="null: it is closed now")
    next_opening: OpeningOut | None = Field(description="The first that begins later; null: none in two weeks")
    openings: list[OpeningOut] = Field(description="Of the next two weeks, the running one included")
    note_en: str
    note_ar: str
    phone: str

    @classmethod
    def of(cls, point: Point) -> Self:
        """From what is shown."""
        coming = point.standing.next_opening
        return cls(
            id=point.id,
            name=point.name,
            address=point.address,
            latitude=point.latitude,
            longitude=point.longitude,
            open_until=point.standing.open_until,
            next_opening=None if coming is None else OpeningOut.of(coming),
            openings=[OpeningOut.of(each) for each in point.openings],
            note_en=point.note_en,
            note_ar=point.note_ar,
            phone=point.phone,
        )


class ReachOut(BaseModel):
    """What food that reached people came to, with the least and the most that others' factors make of it."""

    kg: KgOut
    meals: int
    fewest_meals: int
    most_meals: int
    kg_co2e: KgOut = Field(description="Avoided, after driving; negative where driving cost more")
    least_kg_co2e: KgOut
    most_kg_co2e: KgOut
    kg_co2e_driving: KgOut
    people: int | None = Field(description="On the day when food reached most people; null: no food bank says")
    factors: list[FactorUsedOut] = Field(description="What it is counted with, version by version")

    @classmethod
    def of(cls, reach: Reach) -> Self | None:
        """None while nothing has reached anybody."""
        if not reach.grams:
            return None
        return cls(
            kg=reach.grams,
            meals=reach.meals,
            fewest_meals=reach.meals_range[0],
            most_meals=reach.meals_range[1],
            kg_co2e=reach.co2e_grams,
            least_kg_co2e=reach.co2e_range[0],
            most_kg_co2e=reach.co2e_range[1],
            kg_co2e_driving=reach.driving_co2e_grams,
            people=reach.people,
            factors=[FactorUsedOut.of(each) for each in reach.food.factors],
        )


class ImpactFactorOut(BaseModel):
    """A published number that figures were worked out with."""

    name: str
    value: int
    unit: str
    source: str

    @classmethod
    def of(cls, factor: Factor) -> Self:
        """From the rule book's."""
        return cls(name=factor.name, value=factor.value, unit=factor.unit, source=factor.source)


class ImpactOut(BaseModel):
    """The whole network's figures, of no partner's alone; null where no food has been recorded."""

    month: date = Field(description="Its first day")
    this_month: ReachOut | None
    all_time: ReachOut | None
    worked_out_at: datetime
    meal_factors: list[ImpactFactorOut] = Field(
        description="In force now: ours first, then what others count with least and most"
    )
    co2e_factors: list[ImpactFactorOut] = Field(
        description="In force now: ours first, then what others count with least and most"
    )

    @classmethod
    def of(cls, figures: Figures) -> Self:
        """From what was worked out."""
        cited = cited_on(figures.choices, figures.worked_out_at.date())
        by_use = {use: [ImpactFactorOut.of(each) for each in cited if each.unit == unit] for use, unit in UNITS.items()}
        return cls(
            month=figures.month,
            this_month=ReachOut.of(figures.this_month),
            all_time=ReachOut.of(figures.all_time),
            worked_out_at=figures.worked_out_at,
            meal_factors=by_use["meals"],
            co2e_factors=by_use["co2e"],
        )


class PublicPageShownOut(BaseModel):
    """What a network shows to everybody: nothing of persons, stores or drivers, and only places that were put there."""

    slug: str
    name_en: str
    name_ar: str
    time_zone: str
    demonstration: bool = Field(description="The food is invented")
    read_at: datetime
    points: list[PublicPointOut] = Field(description="Open ones first, then as they open")
    impact: ImpactOut

    @classmethod
    def of(cls, shown: Shown) -> Self:
        """From what is shown."""
        return cls(
            slug=shown.slug,
            name_en=shown.name_en,
            name_ar=shown.name_in("ar"),
            time_zone=shown.time_zone,
            demonstration=shown.demonstration,
            read_at=shown.now,
            points=[PublicPointOut.of(each) for each in shown.points],
            impact=ImpactOut.of(shown.figures),
        )
