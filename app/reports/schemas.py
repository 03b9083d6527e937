"""What the day's report looks like over HTTP."""

from datetime import date
from typing import Any

from pydantic import BaseModel, Field

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


class DayReportOut(BaseModel):
    """The day in numbers: what was recorded, and the plan against the same day with every food bank on its own."""

    service_date: date
    demonstration: bool
    offers: int
    actuals: MassBalanceOut
    meals: int
    meals_factor: str
    estimated_travel: bool = Field(description="The plan's times and distances are estimates, not those of streets")
    coordinated: dict[str, Any] | None
    alone: dict[str, Any] | None
