"""Looks at one shift: what is known of it now goes into the arrivals that were told, and into the alarms that stand."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.alarms.raising import STANDING, Subject, keep_alarms
from app.arrivals.keeping import keep_arrivals
from app.arrivals.routes import RouteUnderWay, under_way
from app.domain.alarms import (
    LOOKS_AHEAD,
    LOOKS_BACK,
    ComingStop,
    WatchedRoute,
    WatchedShift,
    Weight,
    findings,
)
from app.kit.db import ROW_LOCK
from app.models.alarms import Alarm
from app.models.fleet import Shift, Vehicle
from app.models.partners import Network
from app.models.plans import Allocation
from app.planning.queries import driven_route


def networks_to_watch(session: Session, now: datetime) -> list[UUID]:
    """The networks with shifts near this moment, alarms that stand or stores with habits; the only thing a job
    may ask across networks."""
    return list(session.scalars(select(func.wasl_networks_to_watch(now - LOOKS_BACK, now + LOOKS_AHEAD))))


def shifts_to_watch(session: Session, network_id: UUID, now: datetime) -> list[UUID]:
    """The shifts of a network near this moment, and those that an alarm stands about."""
    near = select(Shift.id).where(
        Shift.network_id == network_id, Shift.ends_at > now - LOOKS_BACK, Shift.starts_at <= now + LOOKS_AHEAD
    )
    alarmed = select(Alarm.shift_id).where(
        Alarm.network_id == network_id, Alarm.state.in_(STANDING), Alarm.shift_id.is_not(None)
    )
    return sorted(session.scalars(near.union(alarmed)))


def watch_shift(session: Session, shift_id: UUID, now: datetime) -> int:
    """Look at one shift: how many alarms were raised, told further or cleared.

    Its row is locked as for a driver's report: one looks at a time, and nobody reports meanwhile.
    """
    shift = session.get_one(Shift, shift_id, with_for_update=ROW_LOCK)
    route = driven_route(session, shift.id) if shift.state == "open" else None
    found = None if route is None else under_way(session, shift, route, now)
    keep_arrivals(session, shift, found, now)
    return keep_alarms(session, Subject.of_shift(shift), findings(_watched(session, shift, found), now), now)


def _watched(session: Session, shift: Shift, found: RouteUnderWay | None) -> WatchedShift:
    return WatchedShift(
        id=str(shift.id),
        vehicle=session.get_one(Vehicle, shift.vehicle_id).name,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        zone=ZoneInfo(session.get_one(Network, shift.network_id).time_zone),
        driver_named=bool(shift.driver_name.strip()),
        cancelled=shift.state == "cancelled",
        route=None if found is None else _route(session, found),
    )


def _route(session: Session, found: RouteUnderWay) -> WatchedRoute:
    allocations = session.scalars(select(Allocation).where(Allocation.route_id == found.route.id)).all()
    with_food = [stop for stop in found.stops if stop.handles_food]
    return WatchedRoute(
        leaves_at=found.stops[0].leave_at,
        first_arrives_at=min((stop.arrive_at for stop in with_food), default=found.stops[0].leave_at),
        opened=found.opened,
        reported=found.reported,
        coming=tuple(_coming(found)),
        weights=tuple(_weights(found, allocations)),
        contradicts=bool(found.known.contradictions()),
    )


def _coming(found: RouteUnderWay) -> Iterable[ComingStop]:
    until = {stop.id: stop.begin_by for stop in found.stops}
    stops = {stop.id: stop for stop in found.route.stops}
    for stop_id, expected in found.expected.items():
        # By its visit: a change of the plan that keeps the stop raises no second alarm.
        visit, name = str(stops[stop_id].visit_id), stops[stop_id].site_name
        yield ComingStop(visit, name, expected.begin_at, until[expected.stop])


def _weights(found: RouteUnderWay, allocations: Iterable[Allocation]) -> Iterable[Weight]:
    for row in allocations:
        told = found.known.told_of(row)
        if told.collected_grams is not None and row.from_parcel_id is None:
            yield Weight(
                found.known.promises.stop(row.pickup_stop_id),
                row.donor_name,
                row.description,
                row.grams,
                told.collected_grams,
            )
