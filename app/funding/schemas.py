"""What grants, and what they paid for, look like over HTTP; money is a decimal string in the network's currency."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from app.domain.funding import CHOOSES, Bought, Purpose, Why
from app.fleet.schemas import MoneyOut
from app.kit.web import Body
from app.kit.wire import Day, FreeText, KgOut
from app.partners.schemas import Out
from app.reports.impact.figures_schema import FactorUsedOut

Amount = Annotated[Decimal, Field(gt=0, le=100_000_000, decimal_places=2, allow_inf_nan=False)]
Giver = Annotated[str, StringConstraints(max_length=120)]
Chosen = Annotated[str, StringConstraints(min_length=1, max_length=36)]
MOST_CHOSEN, MOST_RECEIVED = 200, 100


class ReceivedIn(Body):
    """A payment that came."""

    on: Day
    amount: Amount


class GrantIn(Body):
    """Money for the network's work. The giver is one of the network's organisations, or just a name."""

    organisation_id: UUID | None = None
    giver: Giver = Field(default="", description="Who gives it, where it is none of the network's organisations")
    amount: Amount
    valid_from: Day
    valid_until: Day
    restricted: bool = Field(default=False, description="It may pay for routes of its purpose alone")
    purpose: Purpose = "running"
    chosen: list[Chosen] = Field(
        default=[],
        max_length=MOST_CHOSEN,
        description="Vehicles or places by id, or weekdays (1 is Monday), as the purpose has it",
    )
    received: list[ReceivedIn] = Field(default=[], max_length=MOST_RECEIVED)
    card_id: UUID | None = Field(default=None, description="The card through which the giver came: it counts there")
    note: FreeText = ""

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.valid_until < self.valid_from:
            raise ValueError("The last day is before the first one: swap the two.")
        if (self.organisation_id is None) == (not self.giver):
            raise ValueError("Say who gives it: one of the partners, or a name.")
        if self.restricted and self.purpose in CHOOSES and not self.chosen:
            raise ValueError("Choose at least one, or let the money pay for any route.")
        return self


class GrantChange(Body):
    """What may be changed of a grant; what is left out stays. `ended_on` ends it before its last day."""

    giver: Giver | None = None
    amount: Amount | None = None
    valid_from: Day | None = None
    valid_until: Day | None = None
    restricted: bool | None = None
    purpose: Purpose | None = None
    chosen: list[Chosen] | None = Field(default=None, max_length=MOST_CHOSEN)
    received: list[ReceivedIn] | None = Field(default=None, max_length=MOST_RECEIVED)
    card_id: UUID | None = None
    note: FreeText | None = None
    ended_on: Day | None = None


class ReceivedOut(BaseModel):
    """A payment that came."""

    on: date
    amount: MoneyOut = Field(validation_alias="cents")


class GrantOut(Out):
    """A grant."""

    id: UUID
    organisation_id: UUID | None
    giver: str
    amount: MoneyOut = Field(validation_alias="cents")
    valid_from: date
    valid_until: date
    ended_on: date | None
    entered_on: date
    restricted: bool
    purpose: Purpose
    chosen: list[str]
    received: list[ReceivedOut]
    card_id: UUID | None
    note: str
    created_at: datetime
    version: int


class BoughtOut(BaseModel):
    """What some money paid for: of a route that several paid for, the part that it paid."""

    spent: MoneyOut
    routes: int
    routes_in_part: int = Field(description="Those of these routes that others paid for too")
    kg: KgOut
    metres: int
    meals: int
    co2e_grams: int = Field(description="Avoided by using the food, after the driving")
    cost_per_meal: str | None = Field(description="None where no food moved")
    factors: list[FactorUsedOut] = Field(description="What meals and CO2e are counted with, version by version")

    @classmethod
    def of(cls, found: Bought) -> Self:
        """The figures."""
        each = found.cents_per_meal
        return cls(
            spent=found.cents,
            routes=found.routes,
            routes_in_part=found.in_part,
            kg=found.grams,
            metres=found.metres,
            meals=found.meals,
            co2e_grams=found.co2e_grams,
            cost_per_meal=None if each is None else f"{each / 100:.4f}",
            factors=[FactorUsedOut.of(each) for each in found.food.factors],
        )


class GrantFiguresOut(BaseModel):
    """What one grant paid for, and how long it lasts if the coming weeks are as the last four."""

    grant_id: UUID
    giver: str
    amount: MoneyOut
    left: MoneyOut
    bought: BoughtOut
    pays_until: date | None = Field(description="None where it pays for nothing more, or nobody can tell")
    unspent_then: MoneyOut | None = Field(description="What nothing is left to spend on then; None: nobody can tell")
    lasts_longer: bool = Field(description="It lasts for more than the two years that are looked at")


class NetworkFundingOut(BaseModel):
    """The network's money. Without figures of the last four weeks there is no pace, and no months are said."""

    given: MoneyOut
    spent: MoneyOut
    left: MoneyOut = Field(description="Of grants that have not ended")
    lapsed: MoneyOut = Field(description="Left of grants that have ended")
    uncovered: MoneyOut = Field(description="Cost of driven routes that no grant paid for")
    routes: int
    routes_without_rates: int = Field(description="Driven by vehicles of which nobody has said what they cost")
    cost_a_month: MoneyOut | None
    covered_until: date | None
    months_covered: float | None
    covered_longer: bool
    givers: int
    largest_share: float | None = Field(description="Of the money of grants that pay today")
    herfindahl: float | None


class FundingOut(BaseModel):
    """Grants with what they paid for: all for the network, with its own figures; one's own for a sponsor."""

    as_of: date
    currency: str
    network: NetworkFundingOut | None
    grants: list[GrantFiguresOut]


class GrantPaymentOut(BaseModel):
    """What a grant paid of one route."""

    service_date: date
    route: int
    vehicle: str
    cost: MoneyOut
    paid: MoneyOut
    kg: KgOut
    metres: int
    stores: int
    places: list[str] = Field(description="Food banks that say themselves in public where they are; others count below")
    other_places: int
    why: Why


class FundingDayIn(Body):
    """Which day's routes to count."""

    service_date: Day


class FundingDayOut(BaseModel):
    """What the day's routes cost."""

    service_date: date
    routes: int
    cost: MoneyOut
