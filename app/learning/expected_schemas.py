"""What is expected of stores, over HTTP."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from app.domain.expected_food import FEWEST_DAYS, enough
from app.kit.wire import KgOut
from app.learning.expected import ExpectedStore
from app.models.expected import ExpectedFoodRow


class ExpectedFoodOut(BaseModel):
    """One food of a store on this weekday; recent weeks weigh more."""

    category: str
    temperature_class: str
    kg: KgOut = Field(description="To expect: the share of days with some, times what there is then")
    kg_when_there: KgOut = Field(description="What there is on a day with some")
    kg_spread: KgOut = Field(description="How far such a day strays from that, as a standard deviation")
    share_percent: int = Field(description="Of the days, those with some")
    days_with: int
    days: int
    usable: bool = Field(description=f"At least {FEWEST_DAYS} days stand behind it")

    @classmethod
    def of(cls, row: ExpectedFoodRow) -> Self:
        """From its row."""
        return cls(
            category=row.category,
            temperature_class=row.temperature_class,
            kg=row.grams,
            kg_when_there=row.grams_when_there,
            kg_spread=row.spread_grams,
            share_percent=row.share_percent,
            days_with=row.days_with,
            days=row.days,
            usable=enough(row.days),
        )


class ExpectedStoreOut(BaseModel):
    """A store on this day: what its days of this weekday taught, and what it has said so far."""

    site_id: UUID
    site_name: str
    organisation_id: UUID
    days: int = Field(description="Such weekdays of the last twelve weeks that are known of it")
    days_posted: int
    days_answered: int = Field(description="On which it posted, or said that there is nothing")
    posted_percent: int = Field(description="Of these days, those on which it posted; recent weeks weigh more")
    usable: bool = Field(description=f"At least {FEWEST_DAYS} days stand behind it")
    usually_posted_by: datetime
    pickup_from: datetime
    pickup_until: datetime
    kg: KgOut
    posted: bool
    said_nothing: bool
    closed: bool
    counted_on: bool = Field(description="An outlook of the day takes this food for granted until the store has posted")
    foods: list[ExpectedFoodOut]

    @classmethod
    def of(cls, found: ExpectedStore) -> Self:
        """From a store and its day."""
        habit, window = found.habit, found.window
        return cls(
            site_id=found.site.id,
            site_name=found.site.name,
            organisation_id=found.site.organisation_id,
            days=habit.days,
            days_posted=habit.days_posted,
            days_answered=habit.days_answered,
            posted_percent=habit.posted_percent,
            usable=enough(habit.days),
            usually_posted_by=found.posts_by,
            pickup_from=window[0],
            pickup_until=window[1],
            kg=found.grams,
            posted=found.posted,
            said_nothing=found.said_nothing,
            closed=found.closed,
            counted_on=found.counted_on,
            foods=[ExpectedFoodOut.of(each) for each in found.foods],
        )


class ExpectedDayOut(BaseModel):
    """What stores are expected to have on a day; a store of which nothing is learnt for that weekday is not listed."""

    service_date: date
    learnt_at: datetime | None
    stores: list[ExpectedStoreOut]

    @classmethod
    def of(cls, day: date, found: list[ExpectedStore]) -> Self:
        """From the stores."""
        learnt_at = max((each.habit.learnt_at for each in found), default=None)
        return cls(service_date=day, learnt_at=learnt_at, stores=[ExpectedStoreOut.of(each) for each in found])
