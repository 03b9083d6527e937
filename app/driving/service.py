"""Verbs of the driver: read the shift's route, record what happened.

Events are stored append-only and folded anew each time, so that the order in which they arrive does not matter. None
is refused for what it says of the food: food that is out of its temperature or past its date is held back instead.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import lifecycle
from app.domain.driver_link import reports_accepted, route_readable
from app.domain.route_changes import ComparedStop, route_changes
from app.domain.van_position import sharing_begins
from app.driving.doors import door_of, keep_signature
from app.driving.promised import promised_to
from app.driving.schemas import (
    AllocationProgress,
    DriverRouteOut,
    EventResult,
    RouteChangeOut,
    StopEventIn,
    StopProgress,
)
from app.driving.telling import tell_progress
from app.fleet.van_positions import forget_position
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import WaslError, forbidden, not_found, not_signed_in, refused
from app.learning.jobs import learn_later
from app.ledger.settlement import (
    Known,
    Promises,
    book_changes,
    known_of,
    known_with,
)
from app.models.events import StopEvent
from app.models.fleet import Shift
from app.models.partners import Network
from app.models.plans import Allocation, Plan, Route, Stop
from app.planning.asking import ask_later
from app.planning.queries import driven_route, route_out
from app.planning.store import allocations_by_stop
from app.safety.service import hold_back


def shift_of(principal: Principal) -> UUID:
    """The shift that the caller's link opens; raises `forbidden` (403)."""
    principal.require("driving.record")
    if principal.shift_id is None:
        raise forbidden("Open the link that your dispatcher sent you.")
    return principal.shift_id


def over() -> WaslError:
    """The link has ended with its shift."""
    return not_signed_in("This link has ended with its shift. Ask your dispatcher for the link of the next one.")


def _published_route(session: Session, shift_id: UUID) -> Route:
    found = driven_route(session, shift_id)
    if found is None:
        raise _no_route()
    return found


def _no_route() -> WaslError:
    return WaslError(
        "No route has been published for this shift yet. Look again later.", "no_route_yet", 404, "Not yet"
    )


def _events(session: Session, shift_id: UUID) -> list[StopEvent]:
    return list(session.scalars(select(StopEvent).where(StopEvent.shift_id == shift_id)))


def driver_route(session: Session, principal: Principal, now: datetime) -> DriverRouteOut:
    """The published route of the driver's shift with everything reported so far.

    Raises `no_route_yet` (404), and `not_signed_in` (401) from two hours after the shift on.
    """
    shift = session.get(Shift, shift_of(principal))
    if shift is None:
        raise not_found("shift")
    if not route_readable(shift.ends_at, now):
        raise over()
    route = _published_route(session, shift.id)
    network = session.get_one(Network, shift.network_id)
    allocations = session.scalars(select(Allocation).where(Allocation.route_id == route.id)).all()
    known = known_of(session, shift.id)
    return DriverRouteOut(
        route=route_out(route, route.stops, allocations),
        version=route.plan.number,
        published_at=route.plan.published_at or now,
        changes=_changes(session, route, known),
        service_date=shift.service_date.isoformat(),
        network=network.name,
        time_zone=network.time_zone,
        sharing_begins_at=sharing_begins(shift.starts_at),
        shift_ends_at=shift.ends_at,
        demonstration=network.demonstration,
        progress=[_stop_progress(stop.id, known.stop(stop)) for stop in route.stops],
        allocations=[_progress(known, allocation) for allocation in allocations],
        contradictions=[each.sentence for each in known.contradictions()],
        read_at=now,
    )


def _changes(session: Session, route: Route, known: Known) -> list[RouteChangeOut]:
    """What is different from the route that the shift had before; what is done is no news to whoever did it."""
    before = session.scalars(
        select(Route)
        .join(Plan, Plan.id == Route.plan_id)
        .where(Route.shift_id == route.shift_id, Plan.published_at.is_not(None), Plan.number < route.plan.number)
        .order_by(Plan.number.desc())
        .limit(1)
    ).first()
    if before is None:
        return []
    found = route_changes(*(_stops_told(session, each, known) for each in (before, route)))
    return [RouteChangeOut(code=each.code, site_name=each.site_name) for each in found]


def _stops_told(session: Session, route: Route, known: Known) -> list[ComparedStop]:
    allocations = session.scalars(select(Allocation).where(Allocation.route_id == route.id)).all()
    handled = allocations_by_stop(allocations)
    return [
        ComparedStop(
            str(stop.visit_id),
            stop.site_name,
            {str(each.parcel_id): each.grams for each in handled.get(stop.id, [])},
        )
        for stop in route.stops
        if stop.kind in ("pickup", "drop_off") and known.stop(stop).state not in ("done", "failed")
    ]


def route_is_open(session: Session, principal: Principal, now: datetime) -> bool:
    """Whether the driver may still look at the route; reports are taken longer than that."""
    shift = session.get(Shift, shift_of(principal))
    return shift is not None and route_readable(shift.ends_at, now)


def _stop_progress(stop_id: UUID, state: lifecycle.StopState) -> StopProgress:
    return StopProgress(stop_id=stop_id, state=state.state, arrived_at=state.arrived_at, reason=state.reason)


def _progress(known: Known, allocation: Allocation) -> AllocationProgress:
    outcome = known.outcome(allocation)
    told = known.told_of(allocation)
    on_board = outcome.on_board_grams if allocation.from_parcel_id is not None else None
    return AllocationProgress(
        allocation_id=allocation.id,
        # Where the pickup failed it is none: the phone must not propose to hand over what nobody loaded.
        kg_collected=outcome.collected_grams if on_board is None else on_board,
        kg_delivered=told.delivered_grams,
        kg_refused=told.refused_grams,
        held_back=outcome.held,
        discarded=outcome.discarded,
    )


def record_events(
    session: Session, principal: Principal, events: Sequence[StopEventIn], now: datetime
) -> list[EventResult]:
    """Store what the phone sends, each event once, and book what follows from it.

    Raises `not_found` for a stop, `wrong_allocation` (422) for food that is not handled at that stop, and
    `not_signed_in` (401) from twelve hours after the shift on.
    """
    shift_id = shift_of(principal)
    shift = session.get(Shift, shift_id, with_for_update=ROW_LOCK)  # one batch of a shift after the other
    if shift is None:
        raise not_found("shift")
    if not reports_accepted(shift.ends_at, now):
        raise over()
    # What a phone reports that was long without a connection stands in a route that another has replaced. Nobody
    # publishes for the shift while it is locked: its promises are the same before and after.
    promised = promised_to(session, shift_id)
    promises, stops = promised.promises, promised.stops
    if not stops:
        raise _no_route()
    allocations = _named(session, shift_id, promises, events)
    known = {event.id: event for event in _events(session, shift_id)}
    before = known_with(session, shift_id, promises, known.values())
    results = []
    for position, event in enumerate(events):
        _refuse_strangers(event, position, promises, allocations)
        results.append(_store(session, shift, event, known, now))
    arrived = [known[each.id] for each in results if each.status == "stored"]
    signed = {event.id: event.signature for event in events if event.signature is not None}
    for row in arrived:
        if row.id in signed:
            keep_signature(session, row, door_of(promises, stops, row), signed[row.id])
    hold_back(session, shift, arrived, allocations, now)
    after = known_with(session, shift_id, promises, known.values())
    book_changes(session, before, after, now)
    tell_progress(session, stops, promises.rows.values(), before, after, now)
    if _is_over(stops, after) and not _is_over(stops, before):
        learn_later(session, shift.network_id)
        forget_position(session, shift_id)  # nobody waits for the van any more
    if _went_otherwise(stops, before, after):
        ask_later(session, shift.network_id, shift.service_date)
    return results


def _named(
    session: Session, shift_id: UUID, promises: Promises, events: Iterable[StopEventIn]
) -> dict[UUID, Allocation]:
    """The shift's published allocations that these reports name, whichever plan they stand in."""
    ids = {line.allocation_id for event in events for line in event.lines}
    newest = {row.id: row for row in promises.rows.values() if row.id in ids}
    if older := ids - newest.keys():
        published = select(Allocation).where(Allocation.shift_id == shift_id, Allocation.published_at.is_not(None))
        newest |= {row.id: row for row in session.scalars(published.where(Allocation.id.in_(older)))}
    return newest


def route_is_over(session: Session, shift_id: UUID) -> bool:
    """Whether the driver has reported every stop of the shift; False also where nothing is published. The caller has
    the shift locked."""
    promised = promised_to(session, shift_id)
    known = known_with(session, shift_id, promised.promises, _events(session, shift_id))
    return bool(promised.stops) and _is_over(promised.stops, known)


def _is_over(stops: Iterable[Stop], known: Known) -> bool:
    """Whether every stop with something to do is behind the driver."""
    return all(known.stop(stop).state in ("done", "failed") for stop in stops if stop.kind in ("pickup", "drop_off"))


def _went_otherwise(stops: Iterable[Stop], before: Known, after: Known) -> bool:
    """Whether the new reports say something that the rest of the day cannot stay as it is with: a stop failed, food was
    left behind or refused, or is held back."""
    for stop in stops:
        was, now_is = before.stop(stop), after.stop(stop)
        if now_is.state == "failed" and (was.state, was.partial) != (now_is.state, now_is.partial):
            return True
    for row in after.promises.rows.values():
        was_there, is_there = (known.outcome(row).places() for known in (before, after))
        if any(is_there.get(place, 0) > was_there.get(place, 0) for place in ("offered", "refused")):
            return True
        if after.outcome(row).held and not before.outcome(row).held:
            return True
    return False


def _refuse_strangers(
    event: StopEventIn,
    position: int,
    promises: Promises,
    allocations: dict[UUID, Allocation],
) -> None:
    if event.stop_id not in promises.visits:
        raise not_found("stop")
    here = promises.stop(event.stop_id)
    for line in event.lines:
        allocation = allocations.get(line.allocation_id)
        if allocation is None or here not in (
            promises.stop(allocation.pickup_stop_id),
            promises.stop(allocation.drop_off_stop_id),
        ):
            raise refused("wrong_allocation", f"Event {position + 1} names food that is not handled at its stop.")


def _store(
    session: Session, shift: Shift, event: StopEventIn, known: dict[UUID, StopEvent], now: datetime
) -> EventResult:
    # Not the time: a page that is sent twice says a later one, and it is the same report. What was not signed has the
    # digest that it had before there were signatures.
    without = {"occurred_at"} if event.signature is not None else {"occurred_at", "signature"}
    content = json.dumps(event.model_dump(mode="json", exclude=without), sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()
    earlier = known.get(event.id)
    if earlier is not None:
        if earlier.digest == digest:
            return EventResult(id=event.id, status="already_stored")
        return EventResult(
            id=event.id,
            status="conflict",
            detail="This was reported before with other contents. Call the dispatcher.",
        )
    row = StopEvent(
        id=event.id,
        network_id=shift.network_id,
        shift_id=shift.id,
        stop_id=event.stop_id,
        kind=event.kind,
        lines=[
            {"allocation": str(line.allocation_id), "grams": line.kg, "celsius": line.celsius} for line in event.lines
        ],
        reason=event.reason,
        note=event.note,
        digest=digest,
        occurred_at=event.occurred_at,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    known[row.id] = row
    return EventResult(id=event.id, status="stored")
