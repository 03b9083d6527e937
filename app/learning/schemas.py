"""What was learnt, and the report of arrivals, over HTTP."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from app.domain.pace import FEWEST_LEGS, Factor, Pace
from app.domain.service_times import FEWEST_STOPS
from app.domain.travel_truth import ArrivalError, ArrivalReport
from app.learning.queries import SiteTimes


class FactorOut(BaseModel):
    """Percent of the street table's seconds that driving takes; `error` is half of the 90 % interval, in points."""

    percent: int
    error: int
    legs: int
    too_little_data: bool = Field(description="So few legs that the number says nearly nothing by itself")

    @classmethod
    def of(cls, factor: Factor) -> Self:
        """From the rule book's value."""
        return cls(percent=factor.percent, error=factor.error, legs=factor.legs, too_little_data=factor.too_little)


class HourOut(FactorOut):
    """One hour of the local day; `weekday` 1 is Monday, null is all days together."""

    weekday: int | None
    hour: int


class SiteTimesOut(BaseModel):
    """Seconds of a site's stops, entered and learnt; `error_seconds` is half of the 90 % interval of a usual stop's."""

    site_id: UUID
    site_name: str
    entered_setup_seconds: int
    entered_service_seconds: int
    setup_seconds: int
    service_seconds: int
    error_seconds: int
    stops: int
    used: bool = Field(description=f"Plans use the learnt times: at least {FEWEST_STOPS} stops stand behind them")

    @classmethod
    def of(cls, found: SiteTimes) -> Self:
        """From a site and what was learnt of it."""
        return cls(
            site_id=found.site.id,
            site_name=found.site.name,
            entered_setup_seconds=found.site.setup_seconds,
            entered_service_seconds=found.site.service_seconds,
            setup_seconds=found.learnt.setup_seconds,
            service_seconds=found.learnt.service_seconds,
            error_seconds=found.learnt.error_seconds,
            stops=found.learnt.stops,
            used=found.learnt.usable,
        )


class LearntOut(BaseModel):
    """What the reports of the last twelve weeks taught; `learnt_at` null: nothing yet."""

    learnt_at: datetime | None
    pace_used: bool = Field(description=f"Plans use the pace: at least {FEWEST_LEGS} legs stand behind it")
    overall: FactorOut
    hours: list[HourOut]
    sites: list[SiteTimesOut]

    @classmethod
    def of(cls, pace: Pace, learnt_at: datetime | None, sites: list[SiteTimes]) -> Self:
        """From the pace, when it was learnt, and the sites."""
        rows = [(None, hour, factor) for hour, factor in enumerate(pace.hours)]
        cells = [(day, hour, factor) for (day, hour), factor in sorted(pace.cells.items())]
        return cls(
            learnt_at=learnt_at,
            pace_used=pace.usable,
            overall=FactorOut.of(pace.overall),
            hours=[
                HourOut(weekday=day, hour=hour, **FactorOut.of(factor).model_dump())
                for day, hour, factor in [*rows, *cells]
            ],
            sites=[SiteTimesOut.of(each) for each in sites],
        )


class ArrivalErrorOut(BaseModel):
    """Minutes that vans arrived after (negative: before) the planned time: the middle and the 10 % ends, and the share
    that arrived within ten minutes of it."""

    arrivals: int
    median_minutes: float
    p10_minutes: float
    p90_minutes: float
    share_on_time: float
    too_little_data: bool

    @classmethod
    def of(cls, error: ArrivalError) -> Self:
        """From the rule book's value."""
        return cls(
            arrivals=error.arrivals,
            median_minutes=round(error.median_minutes, 1),
            p10_minutes=round(error.p10_minutes, 1),
            p90_minutes=round(error.p90_minutes, 1),
            share_on_time=round(error.share_on_time, 3),
            too_little_data=error.too_little,
        )


class ArrivalReportOut(BaseModel):
    """Planned against real arrivals of a range of days; `overall` null: no arrival was reported."""

    first_day: date
    last_day: date
    overall: ArrivalErrorOut | None
    days: dict[date, ArrivalErrorOut]
    hours: dict[int, ArrivalErrorOut]
    routes: dict[str, ArrivalErrorOut]

    @classmethod
    def of(cls, first: date, last: date, report: ArrivalReport) -> Self:
        """From the rule book's report."""
        return cls(
            first_day=first,
            last_day=last,
            overall=None if report.overall is None else ArrivalErrorOut.of(report.overall),
            days={day: ArrivalErrorOut.of(error) for day, error in report.days.items()},
            hours={hour: ArrivalErrorOut.of(error) for hour, error in report.hours.items()},
            routes={route: ArrivalErrorOut.of(error) for route, error in report.routes.items()},
        )
