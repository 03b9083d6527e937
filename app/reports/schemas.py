"""What the day's report looks like over HTTP."""

from datetime import date
from typing import Any, Self

from pydantic import BaseModel, Field

from app.domain.ledger import MassBalance
from app.kit.wire import KgOut


class MassBalanceOut(BaseModel):
    """Where every kilogram of the day's offers is; `kg_unaccounted` is 0 or something is wrong."""

    kg_offered: KgOut
    kg_collected: KgOut
    kg_delivered: KgOut
    kg_refused: KgOut
    kg_returned: KgOut
    kg_wasted: KgOut
    kg_expired: KgOut
    kg_withdrawn: KgOut
    kg_community_fridge: KgOut = Field(description="For people, too: counted in meals")
    kg_animal_feed: KgOut
    kg_compost: KgOut
    kg_still_open: KgOut
    kg_unaccounted: KgOut

    @classmethod
    def of(cls, balance: MassBalance) -> Self:
        """From the books."""
        return cls(
            kg_offered=balance.offered,
            kg_collected=balance.collected,
            kg_delivered=balance.delivered,
            kg_refused=balance.refused_at_the_door,
            kg_returned=balance.returned,
            kg_wasted=balance.wasted,
            kg_expired=balance.expired,
            kg_withdrawn=balance.withdrawn,
            kg_community_fridge=balance.community_fridge,
            kg_animal_feed=balance.animal_feed,
            kg_compost=balance.compost,
            kg_still_open=balance.still_open,
            kg_unaccounted=balance.unaccounted,
        )


class DayReportOut(BaseModel):
    """The day in numbers: what was recorded, and the plan against the same day with every food bank on its own."""

    service_date: date
    demonstration: bool
    offers: int
    actuals: MassBalanceOut
    meals: int
    meals_factor: str = Field(description="Where the factor in force on this day is published")
    meals_factor_of: str = Field(description="Whose number it is")
    grams_per_meal: int
    estimated_travel: bool = Field(description="The plan's times and distances are estimates, not those of streets")
    coordinated: dict[str, Any] | None
    alone: dict[str, Any] | None
