"""What days together and alone look like over HTTP."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from app.domain import impact
from app.domain.together import ASSUMPTIONS, ASSUMPTIONS_OF_RECORDED, VARIANT_WORDS, Tally
from app.kit.web import Body
from app.kit.wire import Day, KgOut
from app.models.together import TogetherDay
from app.reports.together.queries import Line, Sides, Total, Totals

Kind = Literal["planned", "recorded"]
Side = Literal["together", "alone"]
VariantName = Literal[
    "usual", "agreed_stores", "nearest_stores", "twice_the_reach", "all_stores", "known_early", "aware",
    "aware_last_first", "slower", "quicker", "same_food",
]  # fmt: skip


class TallyOut(BaseModel):
    """What one side came to. What is per tonne is null where no food moved."""

    kg: KgOut = Field(description="What food banks received")
    metres: int
    driver_seconds: int
    vehicles: int
    kg_co2e_driving: KgOut
    visits: int = Field(description="To stores")
    empty_visits: int = Field(description="Of these, to an empty dock")
    duplicate_visits: int = Field(description="Of these, in vain or after another partner's on the same day")
    people_served: int
    fill_rate: float | None = Field(description="Of what was needed; of the network, the lowest of its food banks")
    km_per_tonne: float | None
    hours_per_tonne: float | None
    kg_co2e_per_tonne: float | None = Field(description="Of driving")

    @classmethod
    def of(cls, tally: Tally, **more: Any) -> Self:
        """From a tally."""
        return cls(
            kg=tally.grams,
            metres=tally.metres,
            driver_seconds=tally.driver_seconds,
            vehicles=tally.vehicles,
            kg_co2e_driving=tally.grams_co2e_driving,
            visits=tally.visits,
            empty_visits=tally.empty_visits,
            duplicate_visits=tally.duplicate_visits,
            people_served=tally.people_served,
            fill_rate=tally.fill_rate,
            km_per_tonne=tally.km_per_tonne,
            hours_per_tonne=tally.hours_per_tonne,
            kg_co2e_per_tonne=tally.kg_co2e_per_tonne,
            **more,
        )


class TogetherFiguresOut(TallyOut):
    """One side of one day under one set of assumptions, of the network (no organisation) or of a partner."""

    service_date: date
    kind: Kind = Field(description="`planned` is what was to be, `recorded` what was done")
    number: int = Field(description="Of the day's figures of this kind: what was published never changes")
    variant: VariantName = Field(description="The assumptions; `together` stands with those that plan it again")
    side: Side
    organisation_id: UUID | None
    organisation_name: str | None
    meals: int = Field(description="By the factor that the day keeps")

    @classmethod
    def from_line(cls, line: Line) -> Self:
        """From a line."""
        row = line.row
        return cls.of(
            line.tally,
            service_date=row.service_date,
            kind=row.kind,
            number=line.day.number,
            variant=row.variant,
            side=row.side,
            organisation_id=row.organisation_id,
            organisation_name=line.partner,
            meals=impact.meals(row.grams, impact.Factor(**line.day.factors[0])),
        )


class TogetherFactorOut(BaseModel):
    """A published number that meals and CO2e are counted with, as it was when the day was worked out."""

    name: str
    value: int
    unit: str
    source: str


class VariantOut(BaseModel):
    """A set of assumptions."""

    name: VariantName
    words: str = Field(description="In English")


class TogetherKindOut(BaseModel):
    """A day as planned, or as recorded, with all that its figures stand on."""

    id: UUID
    kind: Kind
    number: int
    plan_id: UUID
    input_digest: str = Field(description="SHA-256 of everything that the figures follow from")
    comparison_version: str
    engine: str
    seed: int
    search_seconds: float = Field(description="For each day that was planned for it")
    estimated_travel: bool
    factors: list[TogetherFactorOut]
    facts: dict[str, Any] = Field(description="Of this day: of which plan, and how many routes' hours were reported")
    assumptions: list[str] = Field(description="In English")
    variants: list[VariantOut]
    worked_out_at: datetime
    figures: list[TogetherFiguresOut] = Field(description="The network's, and, as far as you may see them, partners'")

    @classmethod
    def of_day(cls, day: TogetherDay, lines: Iterable[Line]) -> Self:
        """From the day and its lines."""
        figures = [TogetherFiguresOut.from_line(line) for line in lines]
        names = dict.fromkeys(each.variant for each in figures)
        return cls(
            id=day.id,
            kind=day.kind,
            number=day.number,
            plan_id=day.plan_id,
            input_digest=day.input_digest,
            comparison_version=day.comparison_version,
            engine=day.engine,
            seed=day.seed,
            search_seconds=day.search_seconds,
            estimated_travel=day.estimated_travel,
            factors=[TogetherFactorOut(**each) for each in day.factors],
            facts=day.facts,
            assumptions=[*ASSUMPTIONS, *(ASSUMPTIONS_OF_RECORDED if day.kind == "recorded" else ())],
            variants=[VariantOut(name=name, words=VARIANT_WORDS[name]) for name in names],
            worked_out_at=day.worked_out_at.replace(microsecond=0),
            figures=figures,
        )


class TogetherDayOut(BaseModel):
    """A day. What is null is not worked out, or, where a day was recorded by nobody, was never done."""

    service_date: date
    planned: TogetherKindOut | None
    recorded: TogetherKindOut | None


class TogetherSidesOut(BaseModel):
    """Both sides of the same days."""

    organisation_id: UUID | None = None
    organisation_name: str | None = None
    together: TallyOut
    alone: TallyOut

    @classmethod
    def of(cls, sides: Sides, organisation_id: UUID | None = None, name: str | None = None) -> Self:
        """From both."""
        return cls(
            organisation_id=organisation_id,
            organisation_name=name,
            together=TallyOut.of(sides.together),
            alone=TallyOut.of(sides.alone),
        )


class TogetherTotalOut(BaseModel):
    """Several days of one kind. Vehicles are days of vehicles; people are those of the day that reached most, and the
    fill rate is that of the worst day."""

    days: list[date]
    network: TogetherSidesOut
    partners: list[TogetherSidesOut] = Field(description="As far as you may see them")

    @classmethod
    def of(cls, total: Total, names: dict[UUID, str]) -> Self:
        """From a total."""
        partners = sorted(total.partners.items(), key=lambda each: (names.get(each[0], ""), each[0]))
        return cls(
            days=list(total.days),
            network=TogetherSidesOut.of(total.network),
            partners=[TogetherSidesOut.of(sides, whose, names.get(whose)) for whose, sides in partners],
        )


class TogetherTotalsOut(BaseModel):
    """A range of days, such as a week. What was recorded and what was only planned are never added up."""

    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="until")
    recorded: TogetherTotalOut
    planned: TogetherTotalOut = Field(description="Days that nobody reported on")
    without_figures: list[date] = Field(description="Published, and not worked out yet")

    @classmethod
    def of(cls, first: date, last: date, found: Totals) -> Self:
        """From the totals."""
        names = dict(found.names)
        return cls(
            first=first,
            last=last,
            recorded=TogetherTotalOut.of(found.recorded, names),
            planned=TogetherTotalOut.of(found.planned, names),
            without_figures=list(found.without_figures),
        )


class TogetherDayIn(Body):
    """Which day is to be worked out."""

    service_date: Day


class TogetherAskedOut(BaseModel):
    """What will be worked out."""

    service_date: date
    plan_id: UUID = Field(description="The plan that is driven on that day")
