"""The visits of published routes as they were planned and as their drivers reported them, site by site."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.domain import lifecycle
from app.domain.lifecycle import AllocationState
from app.domain.reliability import SiteVisit
from app.learning.queries import AHEAD
from app.models.events import StopEvent
from app.models.plans import Allocation, Plan, Route, Stop

SIDE_OF = {"pickup": "store", "drop_off": "food_bank"}


@dataclass
class _Told:
    """What was reported on one shift: the fold by visit and parcel, when each visit was last heard of, and every reason
    that was given there."""

    day: lifecycle.DayState
    heard_at: dict[UUID, datetime] = field(default_factory=dict)
    reasons: defaultdict[UUID, set[str]] = field(default_factory=lambda: defaultdict(set))


def visits_of_sites(
    session: Session, network_id: UUID, first: date, last: date
) -> dict[tuple[UUID, str], list[SiteVisit]]:
    """By site and side, the stops of the plans of these days that were driven and reported the end of."""
    rows = session.execute(
        select(Route, Plan.service_date)
        .join(Plan, Plan.id == Route.plan_id)
        .where(
            Plan.network_id == network_id,
            Plan.state == "published",
            Plan.service_date >= first,
            Plan.service_date <= last,
        )
        .order_by(Plan.service_date, Route.number)
    ).all()
    routes = [route.id for route, _ in rows]
    told, promised = _told(session, routes), _promised(session, routes)
    found: defaultdict[tuple[UUID, str], list[SiteVisit]] = defaultdict(list)
    for route, day in rows:
        for stop in route.stops:
            visit = _visit(stop, day, told.get(route.shift_id), promised.get(stop.id, []))
            if visit is not None:
                found[stop.site_id, visit.side].append(visit)
    return dict(found)


def _promised(session: Session, routes: Sequence[UUID]) -> dict[UUID, list[Allocation]]:
    """What is handled at each stop."""
    found: defaultdict[UUID, list[Allocation]] = defaultdict(list)
    for row in session.scalars(select(Allocation).where(Allocation.route_id.in_(routes))):
        found[row.drop_off_stop_id].append(row)
        if row.from_parcel_id is None:  # else it was on the vehicle already
            found[row.pickup_stop_id].append(row)
    return dict(found)


def _told(session: Session, routes: Sequence[UUID]) -> dict[UUID, _Told]:
    driven, allocated = aliased(Stop), aliased(Route)
    # A route that took another's place keeps the identity of its stops and promises: reports about that one count too.
    visits = select(driven.visit_id).where(driven.route_id.in_(routes))
    events = session.execute(
        select(StopEvent, Stop.visit_id).join(Stop, Stop.id == StopEvent.stop_id).where(Stop.visit_id.in_(visits))
    ).all()
    shifts = select(allocated.shift_id).where(allocated.id.in_(routes))
    parcels = session.execute(
        select(Allocation.id, Allocation.parcel_id, Allocation.grams).where(Allocation.shift_id.in_(shifts))
    ).all()
    parcel_of = {str(row): str(parcel) for row, parcel, _ in parcels}
    promises = {str(parcel): lifecycle.Promise(grams) for _, parcel, grams in parcels}
    by_shift: defaultdict[UUID, list[tuple[StopEvent, UUID]]] = defaultdict(list)
    for event, visit in events:
        if event.occurred_at <= event.recorded_at + AHEAD:
            by_shift[event.shift_id].append((event, visit))
    return {shift: _fold(reported, parcel_of, promises) for shift, reported in by_shift.items()}


def _fold(
    reported: Iterable[tuple[StopEvent, UUID]],
    parcel_of: Mapping[str, str],
    promises: Mapping[str, lifecycle.Promise],
) -> _Told:
    events = list(reported)
    told = _Told(lifecycle.fold((_as_folded(event, visit, parcel_of) for event, visit in events), promises))
    for event, visit in events:
        told.heard_at[visit] = max(event.recorded_at, told.heard_at.get(visit, event.recorded_at))
        if event.reason is not None:
            told.reasons[visit].add(event.reason)
    return told


def _as_folded(event: StopEvent, visit: UUID, parcel_of: Mapping[str, str]) -> lifecycle.StopEvent:
    lines = tuple(
        lifecycle.EventLine(parcel_of.get(line["allocation"], line["allocation"]), line["grams"])
        for line in event.lines
    )
    return lifecycle.StopEvent(str(event.id), str(visit), event.kind, event.occurred_at, lines, event.reason)


def _visit(stop: Stop, day: date, told: _Told | None, promised: Sequence[Allocation]) -> SiteVisit | None:
    state = None if told is None else told.day.stops.get(str(stop.visit_id))
    if told is None or state is None or state.state not in ("done", "failed") or not promised:
        return None
    side = SIDE_OF[stop.kind]
    states = [_state_of(told, row) for row in promised]
    planned, handled = _weights(side, promised, states)
    return SiteVisit(
        day=day,
        side=side,
        begin_at=stop.begin_at,
        leave_at=stop.leave_at,
        planned_grams=planned,
        heard_at=told.heard_at[stop.visit_id],
        handled_grams=handled,
        refused_grams=sum(each.refused_grams or 0 for each in states) if side == "food_bank" else 0,
        failed=state.state == "failed" and not state.partial,
        reasons=frozenset(told.reasons[stop.visit_id]),
        arrived_at=state.arrived_at,
        ended_at=state.ended_at,
    )


def _state_of(told: _Told, row: Allocation) -> AllocationState:
    """What is known of a promise; of food that was on board already, what was collected for the one before."""
    found = told.day.allocations.get(str(row.parcel_id), AllocationState())
    if row.from_parcel_id is None:
        return found
    before = told.day.allocations.get(str(row.from_parcel_id), AllocationState())
    known = min(row.grams, before.collected_grams) if before.collected_grams is not None else None
    return AllocationState(known, found.delivered_grams, found.refused_grams)


def _weights(side: str, promised: Sequence[Allocation], states: Sequence[AllocationState]) -> tuple[int, int | None]:
    """Grams that were to be handled and that were: promised and collected at a store; brought and accepted at a food
    bank, where what the store had not was not brought."""
    if side == "store":
        collected = [each.collected_grams for each in states if each.collected_grams is not None]
        return sum(row.grams for row in promised), sum(collected) if collected else None
    brought = sum(
        row.grams if each.collected_grams is None else each.collected_grams
        for row, each in zip(promised, states, strict=True)
    )
    accepted = [each.delivered_grams for each in states if each.delivered_grams is not None]
    return brought, sum(accepted) if accepted else None
