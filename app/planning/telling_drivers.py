"""What the drivers of a day hear when a plan is published: that they have a route, another one, or none any more; and
when somebody else is to drive a route that is published already."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.route_news import Visit, drives_as_before
from app.fleet.drivers import same_name, who_drives
from app.kit.outbox import announce
from app.models.fleet import Shift
from app.models.plans import Allocation, Plan, Route, Stop


@dataclass(frozen=True)
class Driver:
    """Who drives a shift, as it says: a name, and the person where it names one."""

    name: str
    person_id: UUID | None

    def same(self, other: "Driver") -> bool:
        """Whether that is the same driver."""
        return same_name(self.name) == same_name(other.name) and self.person_id == other.person_id


WITH_WORK = ("pickup", "drop_off")
Routes = Mapping[UUID, Sequence[Visit]]  # by shift, those with something to do


def tell_drivers(session: Session, plan: Plan, before: Plan | None, now: datetime) -> None:
    """Announce for each shift what the plan changes about its route; where it is driven as before, nothing."""
    holds, held = routes_of(session, plan.id), {} if before is None else routes_of(session, before.id)
    shifts = session.scalars(select(Shift).where(Shift.id.in_({*holds, *held})).order_by(Shift.starts_at, Shift.id))
    for shift in shifts.all():
        was, is_now = held.get(shift.id), holds.get(shift.id)
        drivers = who_drives(session, shift, shift.driver_name, shift.driver_person_id)
        if is_now is None:
            tell_cancelled(session, shift, plan.number, drivers, now)
        elif was is None:
            tell_published(session, shift, plan.number, is_now, drivers, now)
        elif not drives_as_before(was, is_now, now):
            _tell_changed(session, shift, plan.number, is_now, drivers, now)


def tell_other_driver(session: Session, shift: Shift, before: Driver, now: datetime) -> None:
    """Announce to whoever drove a shift that they do so no more, and to who does now what there is to drive; nothing
    where no route of it is published, it is over, or the same person drives it."""
    driven = session.execute(
        select(Route.plan_id, Plan.number)
        .join(Plan, Plan.id == Route.plan_id)
        .where(Route.shift_id == shift.id, Plan.state == "published")
    ).first()
    visits = None if driven is None else routes_of(session, driven.plan_id, shift.id).get(shift.id)
    after = Driver(shift.driver_name, shift.driver_person_id)
    if driven is None or visits is None or shift.ends_at <= now or after.same(before):
        return
    drove = who_drives(session, shift, before.name, before.person_id)
    drive = who_drives(session, shift, after.name, after.person_id)
    if drove and drove == drive:
        return  # only now it is said who that name is
    tell_cancelled(session, shift, driven.number, drove, now)
    tell_published(session, shift, driven.number, visits, drive, now)


def routes_of(session: Session, plan_id: UUID, shift_id: UUID | None = None) -> Routes:
    """What each shift of a plan does where; of one shift alone where it is named."""
    stops = (
        select(Stop.id, Stop.shift_id, Stop.site_id, Stop.kind, Stop.arrive_at)
        .join(Route, Route.id == Stop.route_id)
        .where(Route.plan_id == plan_id, Stop.kind.in_(WITH_WORK))
        .order_by(Stop.shift_id, Stop.sequence)
    )
    food = select(
        Allocation.pickup_stop_id, Allocation.drop_off_stop_id, Allocation.offer_line_id, Allocation.need_id,
        Allocation.grams,
    ).where(Allocation.plan_id == plan_id)  # fmt: skip
    if shift_id is not None:
        stops, food = stops.where(Stop.shift_id == shift_id), food.where(Allocation.shift_id == shift_id)
    handled = _by_stop(session.execute(food))
    found: defaultdict[UUID, list[Visit]] = defaultdict(list)
    for row in session.execute(stops):
        found[row.shift_id].append(Visit(str(row.site_id), row.kind, row.arrive_at, handled[row.id]))
    return dict(found)


def _by_stop(rows: Iterable[Any]) -> defaultdict[UUID, dict[str, int]]:
    found: defaultdict[UUID, dict[str, int]] = defaultdict(dict)
    for row in rows:
        what = f"{row.offer_line_id} {row.need_id}"
        for stop in (row.pickup_stop_id, row.drop_off_stop_id):
            found[stop][what] = found[stop].get(what, 0) + row.grams
    return found


def tell_published(
    session: Session, shift: Shift, number: int, visits: Sequence[Visit], drivers: Sequence[str], now: datetime
) -> None:
    """Announce a route that the shift did not have."""
    data = {**_day_of(shift, number, drivers), **_work(visits)}
    announce(session, shift.network_id, [shift.organisation_id], "route.published", ("shift", shift.id), now, **data)


def _tell_changed(
    session: Session, shift: Shift, number: int, visits: Sequence[Visit], drivers: Sequence[str], now: datetime
) -> None:
    data = {**_day_of(shift, number, drivers), **_work(visits)}
    announce(session, shift.network_id, [shift.organisation_id], "route.changed", ("shift", shift.id), now, **data)


def tell_cancelled(session: Session, shift: Shift, number: int, drivers: Sequence[str], now: datetime) -> None:
    """Announce that there is nothing to drive any more."""
    data = _day_of(shift, number, drivers)
    announce(session, shift.network_id, [shift.organisation_id], "route.cancelled", ("shift", shift.id), now, **data)


def _day_of(shift: Shift, number: int, drivers: Sequence[str]) -> dict[str, Any]:
    return {
        "service_date": str(shift.service_date),
        "number": number,
        "starts_at": shift.starts_at.isoformat(),
        "ends_at": shift.ends_at.isoformat(),
        "driver_ids": list(drivers),
    }


def _work(visits: Sequence[Visit]) -> dict[str, Any]:
    return {"stops": len(visits), "first_at": visits[0].at.isoformat()}
