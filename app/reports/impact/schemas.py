"""What impact looks like over HTTP: every figure with the factor, source and version that it is counted with."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from app.domain.impact import Factor
from app.domain.impact_factors import (
    BOUNDS,
    CATALOGUE,
    CATALOGUES,
    CO2E,
    MEALS,
    OWN,
    REFRIGERATION,
    UNITS,
    USES,
    VANS,
    Choice,
    in_force,
)
from app.domain.impact_report import Difference
from app.kit.web import Body
from app.kit.wire import Day, KgOut
from app.reports.impact.figures_schema import MoneyDifference, NetworkImpactOut
from app.reports.impact.queries import Chosen, Published

UseName = Literal["meals", "co2e"]
OwnText = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class OwnFactorIn(Body):
    """A network's own number: whose it is, and where it is published."""

    label: OwnText = Field(description="Whose number it is")
    value: int = Field(description="Grams of food per meal, or grams of CO2e avoided per kg of food")
    source: OwnText = Field(description="Where anybody can look it up")


class ImpactFactorIn(Body):
    """What to count with, and from which day on."""

    use: UseName
    code: str = Field(max_length=40, description="One of the catalogue, or `own`")
    own: OwnFactorIn | None = Field(default=None, description="With `own` alone")
    counts_from: Day | None = Field(default=None, description="The first day; today, unless said otherwise")

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.code != OWN and self.code not in CATALOGUES[self.use]:
            raise PydanticCustomError("unknown_factor", "Choose one of the catalogue, or enter a number of your own.")
        if (self.code == OWN) != (self.own is not None):
            raise PydanticCustomError("own_factor", "A number of your own needs its name, value and source.")
        if self.own is not None:
            least, most = BOUNDS[self.use]
            if not least <= self.own.value <= most:
                words = {"least": least, "most": most, "unit": UNITS[self.use]}
                raise PydanticCustomError("factor_bounds", "Between {least} and {most}, in {unit}.", words)
        return self


class CatalogueFactorOut(BaseModel):
    """A published number."""

    code: str
    name: str
    value: int
    unit: str
    source: str

    @classmethod
    def of(cls, code: str, factor: Factor) -> Self:
        """From the catalogue."""
        return cls(code=code, name=factor.name, value=factor.value, unit=factor.unit, source=factor.source)


class FactorVersionOut(BaseModel):
    """A version of a factor that the network counts with; 0 is what counts as long as nobody has chosen."""

    use: UseName
    version: int
    code: str
    name: str
    value: int
    unit: str
    source: str
    counts_from: date | None = Field(description="null: from the beginning")
    chosen_at: datetime | None
    chosen_by: str | None = Field(description="By name, as long as it is known")

    @classmethod
    def of(cls, chosen: Chosen) -> Self:
        """From its row."""
        row = chosen.row
        same = {name: getattr(row, name) for name in ("use", "code", "value", "unit", "source", "counts_from")}
        return cls(
            **same,
            version=row.number,
            name=row.label,
            chosen_at=row.chosen_at.replace(microsecond=0),
            chosen_by=chosen.chosen_by,
        )

    @classmethod
    def in_force(cls, choices: Sequence[Choice], use: UseName, day: date) -> Self:
        """What counts on a day."""
        found = in_force(choices, use, day)
        factor = found.factor
        return cls(
            use=found.use, version=found.number, code=found.code, name=factor.name, value=factor.value,
            unit=factor.unit, source=factor.source, counts_from=found.counts_from if found.number else None,
            chosen_at=None, chosen_by=None,
        )  # fmt: skip


class ImpactFactorsOut(BaseModel):
    """What can be chosen, what counts today, and every version so far. Vans have their own number each."""

    catalogue: str = Field(description="The edition of the lists that follow")
    meals: list[CatalogueFactorOut]
    co2e: list[CatalogueFactorOut]
    vans: list[CatalogueFactorOut]
    refrigeration: CatalogueFactorOut
    today: list[FactorVersionOut]
    versions: list[FactorVersionOut] = Field(description="The newest first")

    @classmethod
    def of(cls, chosen: Sequence[Chosen], choices: Sequence[Choice], today: date) -> Self:
        """From the catalogue and the network's versions."""
        return cls(
            catalogue=CATALOGUE,
            meals=[CatalogueFactorOut.of(code, each) for code, each in MEALS.items()],
            co2e=[CatalogueFactorOut.of(code, each) for code, each in CO2E.items()],
            vans=[CatalogueFactorOut.of(code, each) for code, each in VANS.items()],
            refrigeration=CatalogueFactorOut.of("refrigerated", REFRIGERATION),
            today=[FactorVersionOut.in_force(choices, use, today) for use in USES],
            versions=[FactorVersionOut.of(each) for each in chosen],
        )


class ImpactReportIn(Body):
    """Which days to publish; they have to be over."""

    first: Day = Field(alias="from")
    last: Day = Field(alias="until")


class ImpactReportHeadOut(BaseModel):
    """A published report: which days, when, and what they came to in short."""

    id: UUID
    number: int
    first_date: date
    last_date: date
    published_at: datetime
    published_by: str | None = Field(description="By name, as long as it is known")
    digest: str = Field(description="SHA-256 of the figures, which never change")
    kg_for_people: KgOut
    meals: int
    kg_co2e_avoided: KgOut

    @classmethod
    def of(cls, published: Published) -> Self:
        """From its row."""
        row, figures = published.row, published.figures
        return cls(
            id=row.id,
            number=row.number,
            first_date=row.first_date,
            last_date=row.last_date,
            published_at=row.published_at.replace(microsecond=0),
            published_by=published.published_by,
            digest=row.digest,
            kg_for_people=figures.grams,
            meals=figures.meals,
            kg_co2e_avoided=figures.co2e_grams,
        )


class DifferenceOut(BaseModel):
    """What would be counted today, less what was published."""

    kg_for_people: KgOut
    meals: int
    kg_co2e_avoided: KgOut
    cost: MoneyDifference
    elsewhere: bool = Field(description="These are the same, and something else is not, such as a need")

    @classmethod
    def of(cls, found: Difference) -> Self:
        """From a difference."""
        return cls(
            kg_for_people=found.grams,
            meals=found.meals,
            kg_co2e_avoided=found.co2e_grams,
            cost=found.cents,
            elsewhere=found.elsewhere,
        )


class ImpactReportOut(ImpactReportHeadOut):
    """A published report, whole."""

    figures: NetworkImpactOut
    counted_today: DifferenceOut | None = Field(description="null: the same would be counted today")

    @classmethod
    def whole(cls, published: Published, now: Difference) -> Self:
        """With how far it is from today's."""
        head = ImpactReportHeadOut.of(published)
        same = {name: getattr(head, name) for name in ImpactReportHeadOut.model_fields}
        return cls(
            **same, figures=NetworkImpactOut.of(published.figures), counted_today=DifferenceOut.of(now) if now else None
        )
