"""The plan that is driven, stop by stop as it stands now: in the lanes of the day, and first what needs somebody."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.arrivals.queries import arrivals_of_plan
from app.arrivals.routes import RouteUnderWay
from app.domain.alarms import Kind
from app.kit.auth import Principal
from app.models.alarms import Alarm
from app.models.plans import Stop
from app.planning.schemas import PlanOut

LOOKS_AHEAD, LOOKS_BACK = timedelta(hours=12), timedelta(hours=12)  # of the first departure and the last return
MATTERS = timedelta(minutes=5)  # a stop that is expected otherwise than planned by less says nothing of it
# What people read where a stop stands, and how it is shown beside that.
WORDS: Mapping[str, str] = {
    "arrived": "Being served",
    "done": "Done",
    "late": "Late",
    "refused": "Refused",
    "failed": "Failed",
}
SHAPES: Mapping[str, str] = {"arrived": "good", "done": "good", "late": "far", "refused": "bad", "failed": "bad"}
TROUBLES: Mapping[str, str] = {
    "late": "{vehicle} is expected to begin at {site} at {expected}, and had to by {until}.",
    "refused": "{site} refused food that {vehicle} brought. Where is it to go?",
    "failed": "{vehicle} could not do what was planned at {site}. Call the driver.",
}


@dataclass(frozen=True)
class LiveStop:
    """One stop with food as it stands. expected_at: when handling begins, where that is otherwise than planned."""

    id: UUID
    visit_id: UUID
    vehicle: str
    route_number: int
    site_name: str
    standing: str
    expected_at: datetime | None
    begins_at: datetime | None
    begin_by: datetime | None

    @property
    def word(self) -> str:
        """Where it stands, in a word; empty while it is to come as planned."""
        return WORDS.get(self.standing, "")

    @property
    def shape(self) -> str:
        """How that is shown."""
        return SHAPES.get(self.standing, "")

    @property
    def trouble(self) -> str:
        """What is wrong, to be translated; empty where nothing is."""
        return TROUBLES.get(self.standing, "")


def live_stops(session: Session, visitor: Principal, plan: PlanOut | None, now: datetime) -> dict[UUID, LiveStop]:
    """By id, the stops of a plan that is driven just now; none for another plan, or whoever sees a part of it."""
    if plan is None or plan.state != "published" or not plan.routes or not visitor.sees_network:
        return {}
    begins = min(route.stops[0].leave_at for route in plan.routes)
    ends = max(route.stops[-1].arrive_at for route in plan.routes)
    if not begins - LOOKS_AHEAD <= now <= ends + LOOKS_BACK:
        return {}
    found = arrivals_of_plan(session, visitor, plan.id, now)
    return {stop.id: stop for route in found.routes for stop in _of_route(route)}


def _of_route(found: RouteUnderWay) -> Sequence[LiveStop]:
    return [
        _live(found, stop, rule.begin_by)
        for stop, rule in zip(found.route.stops, found.stops, strict=True)
        if rule.handles_food
    ]


def _live(found: RouteUnderWay, stop: Stop, begin_by: datetime | None) -> LiveStop:
    expected = found.expected.get(stop.id)
    begins_at = None if expected is None else expected.begin_at
    moved = begins_at is not None and abs(begins_at - stop.begin_at) >= MATTERS
    return LiveStop(
        id=stop.id,
        visit_id=stop.visit_id,
        vehicle=found.route.vehicle_name,
        route_number=found.route.number,
        site_name=stop.site_name,
        standing=found.standing(stop),
        expected_at=begins_at if moved else None,
        begins_at=begins_at,
        begin_by=begin_by,
    )


def troubles(stops: Collection[LiveStop], alarms: Sequence[Alarm]) -> list[LiveStop]:
    """What needs somebody, worst first; of a late stop that an alarm stands for, the alarm says it already."""
    said = {alarm.subject_id for alarm in alarms if alarm.kind == Kind.STOP_LATE}
    found = [each for each in stops if each.trouble and not (each.standing == "late" and each.visit_id in said)]
    return sorted(found, key=lambda each: (["failed", "refused", "late"].index(each.standing), each.route_number))
