"""The figures of a report over HTTP."""

from collections.abc import Iterable
from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from app.domain.counting import Counted
from app.domain.impact_report import Bank, Figures, Point
from app.domain.losses import LABELS
from app.fleet.schemas import MoneyOut
from app.kit.wire import KgOut
from app.reports.schemas import MassBalanceOut

MoneyDifference = MoneyOut  # the same on the wire; below zero, too


class FactorUsedOut(BaseModel):
    """A version of a factor, the days that it counted on and what it made of their food."""

    use: Literal["meals", "co2e"]
    version: int = Field(description="Of the network's choice; 0: nobody had chosen")
    code: str
    name: str
    value: int
    unit: str
    source: str
    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="until")
    kg: KgOut
    meals: int | None
    kg_co2e: KgOut | None

    @classmethod
    def of(cls, counted: Counted) -> Self:
        """From what was counted."""
        same = ("use", "code", "name", "value", "unit", "source", "first", "last")
        return cls(
            **{name: getattr(counted, name) for name in same},
            version=counted.number,
            kg=counted.grams,
            meals=counted.amount if counted.use == "meals" else None,
            kg_co2e=counted.amount if counted.use == "co2e" else None,
        )


class DrivingOut(BaseModel):
    """How far vans drove that cause so much."""

    grams_co2e_per_km: int
    metres: int


class ImpactCostOut(BaseModel):
    """What the driven routes cost at their vans' rates."""

    cost: MoneyOut
    routes: int = Field(description="Whose van has a rate")
    kg: KgOut = Field(description="What these brought")
    meals: int
    per_meal: str | None = Field(description="With three decimals; null: no route has a cost, or none brought food")
    left_out: list[str] = Field(description="Partners whose vans drove and have no rate: left out, with their food")


class LossOut(BaseModel):
    """Food that reached nobody, for one reason."""

    reason: str
    words: str = Field(description="In English")
    kg: KgOut


class BankOut(BaseModel):
    """A food bank."""

    organisation_id: UUID
    organisation_name: str
    kg_needed: KgOut
    kg_delivered: KgOut
    fill_rate: float | None = Field(description="null: it asked for nothing")
    people_served: int = Field(description="Of the day on which it reached most")
    kg_per_person: float | None

    @classmethod
    def of(cls, bank: Bank) -> Self:
        """From its days."""
        per_person = bank.grams_per_person
        return cls(
            organisation_id=UUID(bank.organisation),
            organisation_name=bank.name,
            kg_needed=bank.wanted,
            kg_delivered=bank.delivered,
            fill_rate=_rounded(bank.fill),
            people_served=bank.people,
            kg_per_person=None if per_person is None else round(per_person / 1000, 3),
        )


class FairnessPointOut(BaseModel):
    """The four weeks that end with a day."""

    until: date
    days_recorded: int
    lowest_fill_rate: float | None
    gini: float | None
    food_banks: list[BankOut]

    @classmethod
    def of(cls, point: Point) -> Self:
        """From its days."""
        return cls(
            until=point.until,
            days_recorded=point.days,
            lowest_fill_rate=_rounded(point.lowest),
            gini=_rounded(point.gini),
            food_banks=_banks(point.banks),
        )


class PlannedDayOut(BaseModel):
    """A day that nobody reported: what was planned, which is in no figure."""

    service_date: date
    kg: KgOut
    metres: int


class NetworkImpactOut(BaseModel):
    """What the network came to. Only recorded days are counted; what cannot be counted is null."""

    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="until")
    currency: str
    days_recorded: list[date]
    days_planned: list[PlannedDayOut]
    days_under_way: list[date]
    kg_for_people: KgOut
    actuals: MassBalanceOut
    rescued_share: float | None = Field(description="Of all that was posted, the part that reached people")
    meals: int
    meals_least: int = Field(description="By the published factor that makes fewest")
    meals_most: int
    kg_co2e_avoided: KgOut = Field(description="Less our own driving")
    kg_co2e_avoided_least: KgOut
    kg_co2e_avoided_most: KgOut
    kg_co2e_food: KgOut
    kg_co2e_driving: KgOut
    driving: list[DrivingOut]
    routes_planned: int
    routes_reported: int
    people_reached: int | None = Field(description="Of the day that reached most; null: no need names anybody")
    cost: ImpactCostOut
    losses: list[LossOut] = Field(description="The largest first")
    food_banks: list[BankOut]
    lowest_fill_rate: float | None
    gini: float | None = Field(description="Of the food banks' fill rates: 0 all alike, near 1 one has everything")
    fairness: list[FairnessPointOut] = Field(description="Four weeks each, a week apart")
    factors: list[FactorUsedOut]

    @classmethod
    def of(cls, found: Figures) -> Self:
        """From the figures."""
        per_meal = found.cost.cents_per_meal
        return cls(
            first=found.first,
            last=found.last,
            currency=found.currency,
            days_recorded=list(found.recorded),
            days_planned=[
                PlannedDayOut(service_date=each.day, kg=each.grams, metres=each.metres) for each in found.planned
            ],
            days_under_way=list(found.under_way),
            kg_for_people=found.grams,
            actuals=MassBalanceOut.of(found.balance),
            rescued_share=_rounded(found.rescued),
            meals=found.meals,
            meals_least=found.meals_least,
            meals_most=found.meals_most,
            kg_co2e_avoided=found.co2e_grams,
            kg_co2e_avoided_least=found.co2e_least,
            kg_co2e_avoided_most=found.co2e_most,
            kg_co2e_food=found.food_co2e_grams,
            kg_co2e_driving=found.driving_co2e_grams,
            driving=[DrivingOut(grams_co2e_per_km=e.grams_co2e_per_km, metres=e.metres) for e in found.driving],
            routes_planned=found.routes_planned,
            routes_reported=found.routes_reported,
            people_reached=found.people,
            cost=ImpactCostOut(
                cost=found.cost.cents,
                routes=found.cost.routes,
                kg=found.cost.grams,
                meals=found.cost.meals,
                per_meal=None if per_meal is None else f"{per_meal / 100:.3f}",
                left_out=list(found.cost.left_out),
            ),
            losses=[LossOut(reason=code, words=LABELS.get(code, code), kg=grams) for code, grams in found.losses],
            food_banks=_banks(found.banks),
            lowest_fill_rate=_rounded(found.lowest),
            gini=_rounded(found.gini),
            fairness=[FairnessPointOut.of(each) for each in found.points],
            factors=[FactorUsedOut.of(each) for each in found.factors],
        )


def _banks(banks: Iterable[Bank]) -> list[BankOut]:
    return [BankOut.of(each) for each in banks]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
