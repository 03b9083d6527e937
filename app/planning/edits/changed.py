"""Which routes of a plan are other than before, pure."""

from uuid import UUID

import routing
from app.kit.identities import identity
from app.planning.edits.remembered import State

type Driven = tuple[routing.Route, list[routing.Allocation]]


def by_shift(drawn: routing.Plan) -> dict[str, Driven]:
    """What each shift that has something to do drives and carries, in the order of the routes."""
    found: dict[str, Driven] = {
        route.shift: (route, []) for route in drawn.routes if any(stop.kind == "pickup" for stop in route.stops)
    }
    for each in drawn.allocations:
        if each.shift in found:
            found[each.shift][1].append(each)
    return found


def changed_shifts(before: State, after: State) -> frozenset[UUID] | None:
    """The shifts whose routes are other than before; None where a route is new or gone: all have other numbers then."""
    if list(by_shift(before.drawn)) != list(by_shift(after.drawn)):
        return None
    return frozenset(map(identity, other_routes(before, after)))


def other_routes(before: State, after: State) -> dict[str, routing.Route | None]:
    """The routes that are new or other than before, by shift, in their order; and None for each that is gone."""
    was, now = by_shift(before.drawn), by_shift(after.drawn)
    locked = before.locked ^ after.locked
    found: dict[str, routing.Route | None] = {
        shift: now[shift][0] for shift in now if now[shift] != was.get(shift) or shift in locked
    }
    return found | dict.fromkeys(shift for shift in was if shift not in now)
