"""What drivers reported, beside what was planned, and what was learnt from it, as it is read."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.domain import lifecycle
from app.domain.pace import HOURS, WEEKDAYS, Factor, Pace, learn_pace
from app.domain.service_times import ServiceTime
from app.domain.travel_truth import DrivenRoute, PlannedStop
from app.kit.auth import Principal
from app.models.events import StopEvent
from app.models.fleet import Shift, Vehicle
from app.models.partners import Site
from app.models.plans import Allocation, Plan, Route, Stop
from app.models.roads import LearntPace, LearntServiceTime

AHEAD = timedelta(minutes=2)  # a phone's clock may be so much before ours
MOTOR_PROFILES = frozenset({"car", "van", "truck"})  # a bicycle passes the queue: its drives say nothing of theirs


@dataclass(frozen=True)
class Driven:
    """One published route with its day. `comparable`: its times stand on real streets and a motor vehicle drove it, so
    that its drives say something about the pace."""

    day: date
    route: DrivenRoute
    comparable: bool


def driven_routes(session: Session, network_id: UUID, first: date, last: date) -> list[Driven]:
    """The published routes of these days, both included, with what their drivers reported."""
    found = session.execute(
        select(Route, Plan, Vehicle.profile)
        .join(Plan, Plan.id == Route.plan_id)
        .join(Shift, Shift.id == Route.shift_id)
        .join(Vehicle, Vehicle.id == Shift.vehicle_id)
        .where(
            Plan.network_id == network_id,
            Plan.state == "published",
            Plan.service_date >= first,
            Plan.service_date <= last,
        )
        .order_by(Plan.service_date, Route.number)
    ).all()
    routes = [route.id for route, _, _ in found]
    told = _told(session, routes)
    lines = _lines(session, routes)
    return [
        Driven(
            plan.service_date,
            DrivenRoute(
                str(route.id), route.vehicle_name, [_planned(stop, lines) for stop in route.stops], told[route.shift_id]
            ),
            comparable=not plan.estimated_travel and profile in MOTOR_PROFILES,
        )
        for route, plan, profile in found
    ]


def _told(session: Session, routes: Sequence[UUID]) -> dict[UUID, dict[str, lifecycle.StopState]]:
    """What the reports on these routes add up to, by shift and stop; not those that a phone dated into the future."""
    driven = aliased(Stop)
    rows = session.execute(
        select(
            StopEvent.id,
            StopEvent.shift_id,
            Stop.visit_id,
            StopEvent.kind,
            StopEvent.occurred_at,
            StopEvent.recorded_at,
            StopEvent.lines,
        )
        .join(Stop, Stop.id == StopEvent.stop_id)
        # A route that took another's place keeps the identity of its stops: reports about that one count too.
        .where(Stop.visit_id.in_(select(driven.visit_id).where(driven.route_id.in_(routes))))
    )
    events: defaultdict[UUID, list[lifecycle.StopEvent]] = defaultdict(list)
    for event_id, shift_id, visit_id, kind, occurred_at, recorded_at, lines in rows:
        if occurred_at > recorded_at + AHEAD:
            continue
        handled = tuple(lifecycle.EventLine(line["allocation"], line["grams"]) for line in lines)
        events[shift_id].append(lifecycle.StopEvent(str(event_id), str(visit_id), kind, occurred_at, handled))
    states: defaultdict[UUID, dict[str, lifecycle.StopState]] = defaultdict(dict)
    for shift_id, reported in events.items():
        states[shift_id] = lifecycle.fold(reported).stops
    return states


def _lines(session: Session, routes: Sequence[UUID]) -> Counter[UUID]:
    """How many offer lines are handled at each stop, as the solver counts them."""
    handled = {
        (stop, line)
        for pickup, drop_off, line in session.execute(
            select(Allocation.pickup_stop_id, Allocation.drop_off_stop_id, Allocation.offer_line_id).where(
                Allocation.route_id.in_(routes)
            )
        )
        for stop in (pickup, drop_off)
    }
    return Counter(stop for stop, _ in handled)


def _planned(stop: Stop, lines: Counter[UUID]) -> PlannedStop:
    return PlannedStop(
        id=str(stop.visit_id),
        site=str(stop.site_id),
        kind=stop.kind,
        arrive_at=stop.arrive_at,
        begin_at=stop.begin_at,
        leave_at=stop.leave_at,
        table_seconds=stop.table_seconds_from_previous,
        lines=lines[stop.id],
    )


def learnt(session: Session, principal: Principal) -> tuple[Pace, datetime | None, list["SiteTimes"]]:
    """What plans of the caller's network allow for: the pace that was learnt last, when, and the times of its sites.
    It is the network's, so only who plans for the whole network reads it."""
    principal.require("plans.request")
    row = session.get(LearntPace, principal.network_id)
    pace, learnt_at = (learn_pace([]), None) if row is None else (pace_of(row), row.learnt_at)
    return pace, learnt_at, learnt_service_times(session, principal.network_id)


def usable_pace(session: Session, network_id: UUID) -> Pace | None:
    """The pace to plan with; None where too little is learnt."""
    row = session.get(LearntPace, network_id)
    pace = None if row is None else pace_of(row)
    return pace if pace is not None and pace.usable else None


def usable_service_times(session: Session, network_id: UUID) -> dict[UUID, ServiceTime]:
    """The times to plan with, of the sites of which enough is learnt."""
    rows = session.scalars(select(LearntServiceTime).where(LearntServiceTime.network_id == network_id))
    found = {row.site_id: service_time_of(row) for row in rows}
    return {site: times for site, times in found.items() if times.usable}


def pace_of(row: LearntPace) -> Pace:
    """The row as the rule book's value."""
    found = {
        (each["weekday"], each["hour"]): Factor(each["percent"], each["error"], each["legs"]) for each in row.hours
    }
    return Pace(
        Factor(**row.overall),
        tuple(found[None, hour] for hour in HOURS),
        {(day, hour): found[day, hour] for day in WEEKDAYS for hour in HOURS},
    )


@dataclass(frozen=True)
class SiteTimes:
    """A site as its people entered it, and as its stops really went."""

    site: Site
    learnt: ServiceTime


def learnt_service_times(session: Session, network_id: UUID) -> list[SiteTimes]:
    """The sites of which something was learnt, by name."""
    rows = session.execute(
        select(Site, LearntServiceTime)
        .join(LearntServiceTime, LearntServiceTime.site_id == Site.id)
        .where(Site.network_id == network_id)
        .order_by(Site.name, Site.id)
    )
    return [SiteTimes(site, service_time_of(row)) for site, row in rows]


def service_time_of(row: LearntServiceTime) -> ServiceTime:
    """The row as the rule book's value."""
    return ServiceTime(row.setup_seconds, row.service_seconds, row.error_seconds, row.stops)
