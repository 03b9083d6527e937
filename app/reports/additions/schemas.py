"""What reports on additions look like over HTTP; money is a decimal string in the report's currency."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.domain.additions import ASSUMPTIONS, KINDS, USUAL_BOX_GRAMS, Added, AdditionKind, Prices
from app.fleet.schemas import Money, MoneyOut
from app.kit.web import Body
from app.kit.wire import Day, Kg, KgOut
from app.models.additions import AdditionDay, AdditionReport
from app.reports.additions.queries import DayGain, Estimate, Found

State = Literal["queued", "running", "done", "cancelled"]
Standing = Literal["helps", "within_noise", "nothing"]
LeftOut = Literal["nothing_published", "books_disagree", "unreadable"]
NOTHING = Decimal(0)


class AdditionPricesIn(Body):
    """What having each thing costs a day, in the network's currency; driving is counted at the vehicles' own rates."""

    vehicle: Money = NOTHING
    opening_hour: Money = NOTHING
    chilled_box: Money = NOTHING
    driver_hour: Money = NOTHING
    partner: Money = NOTHING

    def cents(self) -> Prices:
        """In hundredths."""
        return Prices(**{name: int(getattr(self, name) * 100) for name in type(self).model_fields})


class AdditionReportIn(Body):
    """Which days are to be solved again, with which additions. Days without a published plan are left out."""

    first: Day = Field(alias="from", description="First local day")
    last: Day = Field(alias="until", description="Last local day, included; at most 31 days")
    kinds: list[AdditionKind] = Field(default=[*KINDS], min_length=1, max_length=len(KINDS))
    prices: AdditionPricesIn = AdditionPricesIn()
    box_kg: Kg = Field(default=USUAL_BOX_GRAMS, description="What an insulated box takes")

    @model_validator(mode="after")
    def _each_kind_once(self) -> Self:
        if len(set(self.kinds)) != len(self.kinds):
            raise ValueError("Name each addition once.")
        return self


class AdditionPricesOut(BaseModel):
    """What was stated that having each thing costs a day."""

    vehicle: MoneyOut
    opening_hour: MoneyOut
    chilled_box: MoneyOut
    driver_hour: MoneyOut
    partner: MoneyOut


class AdditionEstimateOut(BaseModel):
    """What a report would take."""

    days: list[date] = Field(description="Those of the range that have a published plan")
    searches_at_most: int
    about_seconds: int

    @classmethod
    def of(cls, found: Estimate) -> Self:
        """From the estimate."""
        return cls(days=list(found.days), searches_at_most=found.searches, about_seconds=round(found.seconds))


class AdditionReportOut(BaseModel):
    """A report: what was asked, and how far it is."""

    model_config = ConfigDict(serialize_by_alias=True)
    id: UUID
    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="until")
    days: list[date] = Field(description="Those of the range that had a published plan when it was asked")
    kinds: list[AdditionKind]
    prices: AdditionPricesOut
    box_kg: KgOut
    currency: str
    state: State
    searches_done: int
    searches_left: int = Field(description="At most: how many a day needs is known once it was planned as it was")
    steps: int = Field(description="Of each search")
    seeds: int = Field(description="With which each day as it was is searched")
    additions_version: str
    asked_at: datetime
    ended_at: datetime | None

    @classmethod
    def values(cls, report: AdditionReport) -> dict[str, object]:
        """Its fields."""
        return {
            "id": report.id,
            "first": report.first_day,
            "last": report.last_day,
            "days": report.days,
            "kinds": report.kinds,
            "prices": report.prices,
            "box_kg": report.box_grams,
            "currency": report.currency,
            "state": report.state,
            "searches_done": report.searches_done,
            "searches_left": report.searches_left,
            "steps": report.steps,
            "seeds": report.seeds,
            "additions_version": report.additions_version,
            "asked_at": report.asked_at.replace(microsecond=0),
            "ended_at": report.ended_at and report.ended_at.replace(microsecond=0),
        }

    @classmethod
    def of(cls, report: AdditionReport) -> Self:
        """From the row."""
        return cls.model_validate(cls.values(report))


class AdditionDayOut(BaseModel):
    """A day as it was, searched again. Without figures, `left_out` says why."""

    service_date: date
    left_out: LeftOut | None
    kind: Literal["planned", "recorded"] | None = Field(description="Whether the food is that posted or that there")
    plan_id: UUID | None
    problem_digest: str | None
    seed: int
    estimated_travel: bool
    shifts: int
    shifts_without_rates: int = Field(description="Their driving costs nothing here")
    kg_offered: KgOut
    kg: KgOut = Field(description="What food banks receive")
    kg_spread: KgOut = Field(description="How far searches with other seeds lie apart")
    metres: int
    driver_seconds: int
    cost: MoneyOut
    cost_spread: MoneyOut = Field(description="How far the costs of those searches lie apart")
    searches: int
    search_seconds: float

    @classmethod
    def of(cls, day: AdditionDay) -> Self:
        """From the row."""
        return cls.model_validate(
            {
                **{name: getattr(day, name) for name in cls.model_fields if hasattr(day, name)},
                "kg_offered": day.offered_grams,
                "kg": day.grams,
                "kg_spread": day.spread_grams,
                "cost": day.cents,
                "cost_spread": day.spread_cents,
                "search_seconds": round(day.search_seconds, 1),
            }
        )


class AdditionOut(BaseModel):
    """One addition over all days of a report, as differences to the days as they were."""

    rank: int
    kind: AdditionKind
    subject_id: UUID | None = Field(description="The site, or the vehicle; null where it is another one each day")
    subject: str | None
    standing: Standing = Field(
        description="`within_noise`: not more than the search itself varies by; `nothing`: rescues nothing more"
    )
    days: int = Field(description="With figures")
    days_tried: int = Field(description="On the others it could hardly have helped")
    days_helped: int = Field(description="On which it rescued more than the search itself varies by")
    kg: KgOut
    kg_per_day: KgOut
    kg_least: KgOut = Field(description="Of a day")
    kg_most: KgOut
    kg_spread: KgOut = Field(description="What the searches varied by, of the days on which it was tried")
    meals: int = Field(description="By the factor in force on the last day of the report")
    metres: int
    driver_seconds: int
    driving_cost: MoneyOut
    stated_cost: MoneyOut | None = Field(description="Null where nothing was stated")
    cost: MoneyOut
    cost_per_kg: MoneyOut | None = Field(description="Of a kilogram more; null where there is none")

    @classmethod
    def of(cls, rank: int, added: Added, found: Found) -> Self:
        """From the ranking."""
        per_kg = added.cents_per_kg
        return cls(
            rank=rank,
            kind=added.kind,
            subject_id=UUID(added.subject) if added.subject else None,
            subject=found.names.get(added.subject),
            standing=added.standing,
            days=added.days,
            days_tried=added.tried,
            days_helped=added.helped,
            kg=added.grams,
            kg_per_day=added.grams_a_day,
            kg_least=added.least,
            kg_most=added.most,
            kg_spread=added.spread,
            meals=found.meals(added.grams),
            metres=added.metres,
            driver_seconds=added.seconds,
            driving_cost=added.driving_cents,
            stated_cost=added.stated_cents or None,
            cost=added.cents,
            cost_per_kg=None if per_kg is None else round(per_kg),
        )


class AdditionReportFoundOut(AdditionReportOut):
    """A report with all that was found, and what it stands on."""

    about_seconds_left: int | None
    ranking: list[AdditionOut]
    found: list[AdditionDayOut]
    assumptions: list[str] = Field(description="In English")

    @classmethod
    def of_found(cls, found: Found) -> Self:
        """From what was found."""
        left = found.seconds_left
        return cls.model_validate(
            {
                **cls.values(found.report),
                "about_seconds_left": None if left is None else round(left),
                "ranking": ranking_out(found),
                "found": [AdditionDayOut.of(day) for day in found.days],
                "assumptions": list(ASSUMPTIONS),
            }
        )


def ranking_out(found: Found) -> list[AdditionOut]:
    """The additions by their rank."""
    return [AdditionOut.of(rank, each, found) for rank, each in enumerate(found.ranking, 1)]


class AdditionGainOut(BaseModel):
    """What one addition changed on one day."""

    service_date: date
    kind: AdditionKind
    subject_id: UUID
    subject: str | None
    kg: KgOut
    kg_spread: KgOut = Field(description="What the search itself varied by on that day")
    helped: bool
    metres: int
    driver_seconds: int
    people: int
    driving_cost: MoneyOut

    @classmethod
    def of(cls, found: DayGain) -> Self:
        """From the row."""
        row = found.row
        return cls(
            service_date=row.service_date,
            kind=row.kind,
            subject_id=row.subject,
            subject=found.name,
            kg=row.grams,
            kg_spread=found.day.spread_grams,
            helped=row.grams > found.day.spread_grams,
            metres=row.metres,
            driver_seconds=row.driver_seconds,
            people=row.people,
            driving_cost=row.cents,
        )
