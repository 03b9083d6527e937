"""What a draft would be by a command that nobody has given yet: the new times and what it would break, while somebody
still holds the stop that they drag. Nothing is written, and nobody who edits waits for it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

import routing
from app.domain.service_date import instant_from_seconds
from app.kit.auth import Principal
from app.kit.identities import identity
from app.kit.language import LanguageCode
from app.models.plans import Stop
from app.planning.edits.changed import other_routes
from app.planning.edits.draft import following_of, look_at_draft, require_unchanged
from app.planning.edits.remembered import freed_problem_of
from app.planning.edits.schemas import Command, PlanTriedOut, TriedRouteOut, TriedStopOut
from app.planning.edits.violations import said_in, violations_of
from app.planning.queries import told_violations
from app.planning.snapshot import PlannedDay
from app.planning.store import Drawn


def try_edit(
    session: Session, principal: Principal, plan_id: UUID, command: Command, version: int, language: LanguageCode = "en"
) -> PlanTriedOut:
    """What the command would do to this version of a draft. Raises what the command itself would be refused with."""
    say = said_in(language)
    draft = look_at_draft(session, principal, plan_id, version)
    following = following_of(draft, command)
    plan, drawn = draft.plan, following.state.drawn
    other = other_routes(draft.state, following.state)
    rows = draft.rows.of([identity(shift) for shift in other])
    redrawn = [route for route in other.values() if route is not None]
    draft.day.sites.read(identity(stop.site) for route in redrawn for stop in route.stops)
    free = freed_problem_of(plan, draft.problem)
    broken = violations_of(draft.day, draft.problem, free, drawn, following.state.tours, plan.obeyed)
    require_unchanged(session, draft, version)
    return PlanTriedOut(
        sentence=say(following.command["kind"], following.details),
        version=version,
        kg_allocated=drawn.grams_allocated,
        metres=drawn.metres,
        seconds=drawn.seconds,
        metres_more=drawn.metres - plan.metres,
        seconds_more=drawn.seconds - plan.seconds,
        routes=list(_routes(draft.day, redrawn, following.state.locked, rows)),
        routes_gone=[route.id for route in rows.routes if other[str(route.shift_id)] is None],
        violations=told_violations(broken, say),
    )


def _routes(
    day: PlannedDay, redrawn: Iterable[routing.Route], locked: Collection[str], rows: Drawn
) -> Iterator[TriedRouteOut]:
    ids = {route.shift_id: route.id for route in rows.routes}
    stops = defaultdict[UUID, list[Stop]](list)
    for stop in rows.stops:
        stops[stop.shift_id].append(stop)
    names = {shift.id: day.vehicles[shift.vehicle_id].name for shift in day.shifts}
    for route in redrawn:
        shift = identity(route.shift)
        yield TriedRouteOut(
            route_id=ids.get(shift),
            shift_id=shift,
            vehicle_name=names[shift],
            metres=route.metres,
            seconds=route.seconds,
            driving_seconds=route.driving_seconds,
            locked=route.shift in locked,
            stops=list(_stops(day, route, stops[shift])),
        )


def _stops(day: PlannedDay, route: routing.Route, before: Sequence[Stop]) -> Iterator[TriedStopOut]:
    """The stops as they would be, each with the id that an edit would leave it: that of the stop of the same kind at
    the same place, the first of those with the first."""
    left = _ids_by_place(before)
    for number, stop in enumerate(route.stops):
        site = identity(stop.site)
        arrive, begin, leave = (
            instant_from_seconds(seconds, day.service_date, day.zone)
            for seconds in (stop.arrive, stop.begin, stop.leave)
        )
        yield TriedStopOut(
            stop_id=next(left.get((stop.kind, site), iter(())), None),
            sequence=number,
            kind=stop.kind,
            site_id=site,
            site_name=day.sites[site].name,
            arrive_at=arrive,
            begin_at=begin,
            leave_at=leave,
        )


def _ids_by_place(stops: Sequence[Stop]) -> Mapping[tuple[str, UUID], Iterator[UUID]]:
    found = defaultdict[tuple[str, UUID], list[UUID]](list)
    for stop in stops:
        found[stop.kind, stop.site_id].append(stop.id)
    return {place: iter(ids) for place, ids in found.items()}
