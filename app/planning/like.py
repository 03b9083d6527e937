"""As last Tuesday: the order in which the shifts of an earlier day came to their places, for the shifts of this one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.fleet import Shift
from app.models.plans import Plan
from app.planning.snapshot import Day

Orders = dict[str, list[list[str]]]  # by shift of today the places: a kind and a site


@dataclass(frozen=True)
class Tour:
    """A shift as it is recognised on another day: its vehicle, where it sets out, and when on the clock."""

    id: str
    vehicle: UUID
    start: UUID
    clock: time

    def minutes_from(self, other: "Tour") -> int:
        """How far the two set out apart."""
        here, there = (each.clock.hour * 60 + each.clock.minute for each in (self, other))
        return abs(here - there)


MOST_MINUTES_APART = 60  # of shifts from one place with other vehicles


def matched(before: Sequence[Tour], now: Sequence[Tour]) -> dict[str, str]:
    """The earlier shift that each of today's takes after: the same vehicle from the same place, the nearest in time;
    else one from the same place within an hour. Each is taken after once."""
    found: dict[str, str] = {}
    for same_vehicle in (True, False):
        options = sorted(
            (then.minutes_from(each), each.id, then.id)
            for each in now
            for then in before
            if then.start == each.start
            and (then.vehicle == each.vehicle if same_vehicle else then.minutes_from(each) <= MOST_MINUTES_APART)
        )
        for _, today, then in options:
            if today not in found and then not in found.values():
                found[today] = then
    return found


def read_like(session: Session, day: Day, plan: Plan) -> dict[str, Any]:
    """The order of a published plan for the shifts of the day, as a plan's row keeps it."""
    ids = [route.shift_id for route in plan.routes]
    shifts = session.scalars(select(Shift).where(Shift.id.in_(ids))).all()
    taken = matched(list(_tours(shifts, day)), list(_tours(day.shifts, day)))
    places = {
        str(route.shift_id): [
            [stop.kind, str(stop.site_id)] for stop in route.stops if stop.kind in ("pickup", "drop_off")
        ]
        for route in plan.routes
    }
    return {
        "plan_id": str(plan.id),
        "service_date": plan.service_date.isoformat(),
        "orders": {today: places[then] for today, then in taken.items()},
    }


def _tours(shifts: Iterable[Shift], day: Day) -> Iterable[Tour]:
    for shift in shifts:
        yield Tour(str(shift.id), shift.vehicle_id, shift.start_site_id, _clock(shift.starts_at, day))


def _clock(instant: datetime, day: Day) -> time:
    return instant.astimezone(day.zone).time()
