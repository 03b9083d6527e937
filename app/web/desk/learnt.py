"""Planned against real: arrival times of a range of days, the learnt pace by hour and weekday, the lengths of stops."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date
from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from app.domain.pace import FEWEST_LEGS, FEWEST_OF_A_CELL, Factor, Pace
from app.domain.service_times import FEWEST_STOPS
from app.domain.travel_truth import FEWEST_ARRIVALS, ArrivalReport
from app.kit.web import database_of, now_of
from app.learning import queries, service
from app.learning.queries import SiteTimes
from app.partners.service import network_of, zone_of
from app.web.language import language_of
from app.web.rendering import render, see_other
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
USUAL_RANGE = timedelta(days=27)  # four weeks with today
# From how many percent on a cell is drawn how: faster, as the table, slower in three steps.
SHADES = ((160, "slowest"), (130, "slower"), (110, "slow"), (90, "even"), (0, "fast"))


@dataclass(frozen=True)
class LearntView:
    """All that the page shows."""

    zone: ZoneInfo
    first: date
    last: date
    report: ArrivalReport
    pace: Pace
    learnt_at: datetime | None
    sites: Sequence[SiteTimes]

    @property
    def known(self) -> list[SiteTimes]:
        """The places whose learnt times plans use."""
        return [each for each in self.sites if each.learnt.usable]

    @property
    def unknown(self) -> list[SiteTimes]:
        """The places with too few stops yet."""
        return [each for each in self.sites if not each.learnt.usable]

    @property
    def hours(self) -> range:
        """The hours with drives, and those between them."""
        driven = [hour for hour, factor in enumerate(self.pace.hours) if factor.legs]
        return range(driven[0], driven[-1] + 1) if driven else range(0)

    def row(self, hour: int, weekdays: Sequence[int]) -> list[Factor]:
        """The factors of one hour: all days, then each weekday in the reader's order."""
        return [self.pace.hours[hour], *(self.pace.cells[day, hour] for day in weekdays)]

    def shade(self, factor: Factor) -> str:
        """How a cell is drawn; numbers stand in it as well."""
        return next(name for least, name in SHADES if factor.percent >= least)


@router.get("/learnt")
def show(request: Request, visitor: Visitor, first: str = "", last: str = "") -> Response:
    """The range of days that was asked for, or the last four weeks."""
    visitor.require("plans.request")
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        today = now_of(request).astimezone(zone_of(network)).date()
        until = _date_or(last, today)
        since = _date_or(first, until - USUAL_RANGE)
        since, until = min(since, until), max(since, until)
        since = max(since, until - service.LONGEST_REPORT)
        report = service.arrivals(session, visitor, since, until)
        pace, learnt_at, sites = queries.learnt(session, visitor)
    return render(
        request,
        "learnt.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        view=LearntView(zone_of(network), since, until, report, pace, learnt_at, sites),
        weekdays=language_of(request).weekdays,
        day_label=lambda day: format_date(day, "EEE d MMM", locale=language_of(request).locale),
        hour_label=lambda hour: Markup('<span dir="ltr">{:02d}:00</span>').format(hour),
        isolated=lambda name: Markup("<bdi>{}</bdi>").format(name),
        fewest={
            "legs": FEWEST_LEGS,
            "cell": FEWEST_OF_A_CELL,
            "stops": FEWEST_STOPS,
            "arrivals": FEWEST_ARRIVALS,
        },
    )


def _date_or(wished: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(wished)
    except ValueError:
        return otherwise


@router.post("/learnt")
def learn_now(request: Request, visitor: Visitor) -> Response:
    """Learn from the last twelve weeks now."""
    with database_of(request).transaction(visitor.scope) as session:
        service.learn_now(session, visitor, now_of(request))
    return see_other("/learnt")
