"""What standing offers look like over HTTP."""

from datetime import date, datetime, time
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, computed_field

from app.kit.web import Body
from app.kit.wire import Day, KgOut
from app.offers.recurrence import Recurrence
from app.offers.schemas import MOST_LINES, Food, OfferNote
from app.partners.schemas import Out

MOST_DAYS = 366


def _written(value: Any) -> Any:
    if not isinstance(value, (str, time)):
        raise ValueError("Write the time of day as 08:30.")
    return value


def _to_the_minute(value: time) -> time:
    if value.tzinfo is not None or value.second or value.microsecond:
        raise ValueError("Write the time of day as 08:30: it is the network's local time.")
    return value


LocalTime = Annotated[time, BeforeValidator(_written), AfterValidator(_to_the_minute)]


class StandingLineIn(Food):
    """One kind of food that is offered again and again; the date on its pack counts from the day of pickup."""

    mark_days_after_pickup: int | None = Field(default=None, ge=0, le=3650)


Lines = Annotated[list[StandingLineIn], Field(min_length=1, max_length=MOST_LINES)]


class StandingOfferIn(Body):
    """What a site offers again and again, in the network's local time.

    recurrence: an RRULE of RFC 5545, FREQ=WEEKLY or DAILY with BYDAY, INTERVAL, UNTIL, COUNT. Each date's offer is
    posted `post_days_before` days earlier at `post_at`.
    """

    site_id: UUID
    recurrence: Annotated[Recurrence, Field(examples=["FREQ=WEEKLY;BYDAY=MO,TH"])]
    starts_on: Day
    ends_on: Day | None = None
    pickup_from: LocalTime
    pickup_until: LocalTime
    post_days_before: int = Field(default=1, ge=0, le=7)
    post_at: LocalTime = time(18, 0)
    note: OfferNote = ""
    lines: Lines


class StandingOfferChange(Body):
    """What may be changed; what is left out stays. Offers that were posted already stay as they are."""

    recurrence: Recurrence | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    pickup_from: LocalTime | None = None
    pickup_until: LocalTime | None = None
    post_days_before: int | None = Field(default=None, ge=0, le=7)
    post_at: LocalTime | None = None
    note: OfferNote | None = None
    lines: Lines | None = None
    paused: bool | None = None


class DayChange(Body):
    """What is different on one date; lines are replaced as a whole."""

    pickup_from: LocalTime | None = None
    pickup_until: LocalTime | None = None
    note: OfferNote | None = None
    lines: Lines | None = None


class StandingLineOut(Out):
    """One kind of food."""

    category: str
    description: str
    kg: str
    crates: int
    temperature_class: str
    date_mark: str
    mark_days_after_pickup: int | None
    allergens: list[str]
    dietary_flags: list[str]
    splittable: bool
    gtin: str | None
    note: str


class RefusalOut(BaseModel):
    """Why a rule kept an offer from being posted."""

    code: str
    detail: str


class DayOut(Out):
    """What is different on one date: `skipped`, `amended`, or `refused` by a rule when it was due."""

    day: date
    kind: Literal["skipped", "amended", "refused"]
    change: dict[str, Any]


class StandingOfferOut(Out):
    """A standing offer, with the dates on which it is different."""

    id: UUID
    organisation_id: UUID
    site_id: UUID
    recurrence: str
    starts_on: date
    ends_on: date | None
    pickup_from: time
    pickup_until: time
    post_days_before: int
    post_at: time
    note: str
    lines: list[StandingLineOut]
    state: Literal["active", "paused", "ended"]
    days: list[DayOut]
    created_at: datetime
    version: int

    @computed_field(description="Nothing is posted until it is resumed")  # type: ignore[prop-decorator]
    @property
    def paused(self) -> bool:
        """Whether it waits to be resumed."""
        return self.state == "paused"


class OccurrenceOut(BaseModel):
    """One date: what will be, or was, posted when; or why not.

    state: `upcoming`, `posted` (see `offer_id`), `skipped`, `closed` (the site is), `paused`, `refused` (by a rule), or
    `missed` (its time went by unposted).
    """

    date: date
    state: Literal["upcoming", "posted", "skipped", "closed", "paused", "refused", "missed"]
    pickup_from: datetime
    pickup_until: datetime
    posts_at: datetime
    kg: KgOut
    amended: bool
    offer_id: UUID | None = None
    reason: str = ""
    refusal: RefusalOut | None = None


class OccurrencesOut(BaseModel):
    """The dates in their order."""

    items: list[OccurrenceOut]
