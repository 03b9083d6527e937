"""The clock of a route: given the order of visits on a shift, when each one happens and what is on board."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from routing.plan import Allocation, Plan, Route, Stop
from routing.problem import Break, Load, Problem, Shift
from routing.validate import LATEST_SECOND

Intervals = tuple[tuple[int, int], ...]
ANY_TIME: Intervals = ((0, LATEST_SECOND),)


@dataclass(frozen=True)
class Cargo:
    """Grams of one lot for one need on one shift; `part` tells equal pieces apart."""

    lot: str
    need: str
    grams: int
    part: int = 0


@dataclass(frozen=True)
class Visit:
    """One stop to be: what is collected or delivered at one site, or a `pause` where the vehicle then is. Food that is
    on board from the start appears only where it is delivered."""

    kind: str
    site: str
    cargo: tuple[Cargo, ...]
    pause: Break | None = None


Tour = tuple[Visit, ...]


def retime(problem: Problem, shift: Shift, tour: Sequence[Visit]) -> Route | None:
    """The route that drives these visits in this order, back as early as possible and out no earlier than
    that needs; None if windows, deadlines, loads, skills, breaks or limits forbid the order."""
    if not _is_fit_for(problem, shift, tour):
        return None
    loads = loads_after(problem, tour, shift)
    if not all(load.fits_in(shift.capacity) for load in loads):
        return None
    legs = _legs(problem, shift, tour)
    times = _times(problem, tour, legs, shift.window.earliest) if legs else None
    if legs is None or times is None or times[-1][0] > shift.window.latest:
        return None
    leave = _latest_start(problem, tour, legs, times[-1][0])
    times = _times(problem, tour, legs, leave) or times
    route = _route(shift, tour, legs, times, loads)
    stops = sum(visit.kind != "break" for visit in tour)
    if shift.maximum_metres is not None and route.metres > shift.maximum_metres:
        return None
    if shift.maximum_stops is not None and stops > shift.maximum_stops:
        return None
    return route


def join_neighbours(problem: Problem, shift: Shift, tour: Tour) -> Tour:
    """Make one visit of two in a row at the same place where the route gets no longer by it."""
    position = 0
    while position + 1 < len(tour):
        first, second = tour[position], tour[position + 1]
        if first.kind != "break" and (first.kind, first.site) == (second.kind, second.site):
            visit = Visit(first.kind, first.site, first.cargo + second.cargo)
            joined = (*tour[:position], visit, *tour[position + 2 :])
            if _better_joined(problem, shift, tour, joined, visit):
                tour = joined
                continue
        position += 1
    return tour


def with_breaks_in_place(tour: Sequence[Visit], start_site: str) -> Tour:
    """The tour with every break at the site of the stop before it."""
    found: list[Visit] = []
    for visit in tour:
        here = found[-1].site if found else start_site
        found.append(replace(visit, site=here) if visit.kind == "break" else visit)
    return tuple(found)


def place_breaks(problem: Problem, shift: Shift, tour: Tour) -> Tour | None:
    """The tour, so far without breaks, with those of the shift where they cost the least time; None if they fit
    nowhere. Breaks are placed one after the other, each at the best place that the ones before leave."""
    if not tour:
        return tour
    first = 0
    for pause in shift.breaks:
        best: tuple[int, Tour, int] | None = None
        for position in range(first, len(tour) + 1):
            visit = Visit("break", shift.start_site, (), pause)
            changed = with_breaks_in_place((*tour[:position], visit, *tour[position:]), shift.start_site)
            timed = retime(problem, replace(shift, breaks=tuple(v.pause for v in changed if v.pause)), changed)
            if timed is not None and (best is None or timed.seconds < best[0]):
                best = timed.seconds, changed, position + 1
        if best is None:
            return None
        _, tour, first = best
    return tour


def _is_fit_for(problem: Problem, shift: Shift, tour: Sequence[Visit]) -> bool:
    """Whether the tour has the shift's breaks, and only places and lots that the shift has the skills for."""
    if tuple(visit.pause for visit in tour if visit.kind == "break") != shift.breaks:
        return False
    return all(
        visit.kind == "break"
        or (
            problem.may_stop(shift, visit.site)
            and all(problem.may_carry(shift, problem.lots_by_id[cargo.lot]) for cargo in visit.cargo)
        )
        for visit in tour
    )


def _better_joined(problem: Problem, shift: Shift, apart: Tour, joined: Tour, visit: Visit) -> bool:
    before, after = retime(problem, shift, apart), retime(problem, shift, joined)
    if before is None and after is None:  # one setup less may be one of several that make the tour possible
        return bool(opening(problem, visit))
    return after is not None and (before is None or after.stops[-1].leave <= before.stops[-1].leave)


def allocations_of(problem: Problem, shift: Shift, tour: Sequence[Visit]) -> tuple[Allocation, ...]:
    """Who gets what on this route; pieces that travel together are one allocation."""
    return tuple(
        Allocation(lot, need, shift.id, total, problem.lots_by_id[lot].crates_for(total), pickup, drop_off)
        for (lot, need, pickup, drop_off), total in _grams_between_stops(tour).items()
    )


def tour_of(plan: Plan, route: Route, shift: Shift) -> Tour:
    """The visits of a shift's route in a plan, to be changed and retimed."""
    visits = []
    pauses = iter(shift.breaks)
    mine = [allocation for allocation in plan.allocations if allocation.shift == route.shift]
    for number, stop in enumerate(route.stops):
        if stop.kind in ("pickup", "drop_off"):
            cargo = tuple(
                Cargo(allocation.lot, allocation.need, allocation.grams, part)
                for part, allocation in enumerate(mine)
                if number in (allocation.pickup_stop, allocation.drop_off_stop)
            )
            visits.append(Visit(stop.kind, stop.site, cargo))
        elif stop.kind == "break":
            visits.append(Visit("break", stop.site, (), next(pauses, None)))
    return tuple(visits)


def tours_of_plan(problem: Problem, plan: Plan) -> tuple[Tour, ...]:
    """One tour for each shift of the problem, empty where the plan leaves it at home."""
    routes = {route.shift: route for route in plan.routes}
    return tuple(tour_of(plan, routes[shift.id], shift) if shift.id in routes else () for shift in problem.shifts)


def opening(problem: Problem, visit: Visit) -> Intervals:
    """When this visit may begin, given all it handles."""
    if visit.pause is not None:
        return ((visit.pause.window.earliest, visit.pause.window.latest),)
    intervals = ANY_TIME
    for cargo in visit.cargo:
        intervals = overlap(intervals, opening_for(problem, visit.kind, cargo.lot, cargo.need))
    return intervals


def opening_for(problem: Problem, kind: str, lot: str, need: str) -> Intervals:
    """When collecting this lot, or unloading it for this need, may begin."""
    if kind == "pickup":
        window = problem.lots_by_id[lot].window
        return ((window.earliest, window.latest),)
    latest = problem.deadline(lot, need)
    if latest is None:
        return ()
    return tuple(
        (window.earliest, min(window.latest, latest))
        for window in problem.needs_by_id[need].windows
        if window.earliest <= latest
    )


def overlap(some: Intervals, others: Intervals) -> Intervals:
    found = []
    for earliest, latest in some:
        for other_earliest, other_latest in others:
            low, high = max(earliest, other_earliest), min(latest, other_latest)
            if low <= high:
                found.append((low, high))
    return tuple(found)


def first_begin(intervals: Intervals, arrive: int) -> int | None:
    """The first second from arrival on that lies in one of the intervals."""
    for earliest, latest in intervals:
        if arrive <= latest:
            return max(arrive, earliest)
    return None


def last_begin(intervals: Intervals, bound: int) -> int | None:
    """The last second up to the bound that lies in one of the intervals."""
    for earliest, latest in reversed(intervals):
        if earliest <= bound:
            return min(latest, bound)
    return None


def work_seconds(problem: Problem, visit: Visit) -> int:
    if visit.pause is not None:
        return visit.pause.seconds
    site = problem.sites_by_id[visit.site]
    return site.setup_seconds + site.service_seconds * len({cargo.lot for cargo in visit.cargo})


def loads_after(problem: Problem, tour: Sequence[Visit], shift: Shift) -> list[Load]:
    """What is on board after the start and after each visit. Pieces that are collected and delivered together count
    as one, since a crate begun is a crate taken; lots on board from the start count whole until they are delivered."""
    on_board = Load()
    for lot in problem.lots_on_board.get(shift.id, ()):
        on_board += lot.load_for(lot.grams)
    loads = [on_board]
    change = [Load()] * (len(tour) + 1)
    for (lot_id, _, pickup, drop_off), grams in _grams_between_stops(tour).items():
        load = problem.lots_by_id[lot_id].load_for(grams)
        if pickup:
            change[pickup] += load
        change[drop_off] -= load
    for stop in range(1, len(tour) + 1):
        on_board += change[stop]
        loads.append(on_board)
    return loads


def _grams_between_stops(tour: Sequence[Visit]) -> dict[tuple[str, str, int, int], int]:
    """Grams by lot, need, number of the pickup stop (0 if on board from the start) and number of the drop-off stop."""
    collected = {cargo: stop for stop, visit in enumerate(tour, 1) if visit.kind == "pickup" for cargo in visit.cargo}
    grams: dict[tuple[str, str, int, int], int] = {}
    for stop, visit in enumerate(tour, 1):
        if visit.kind == "drop_off":
            for cargo in visit.cargo:
                key = (cargo.lot, cargo.need, collected.get(cargo, 0), stop)
                grams[key] = grams.get(key, 0) + cargo.grams
    return grams


def _legs(problem: Problem, shift: Shift, tour: Sequence[Visit]) -> list[tuple[int, int]] | None:
    """Seconds and metres of each drive, or None if a road is missing."""
    sites = [shift.start_site, *(visit.site for visit in tour), shift.end_site]
    legs = [problem.leg(shift, origin, destination) for origin, destination in pairwise(sites)]
    roads = [leg for leg in legs if leg is not None]
    return roads if len(roads) == len(legs) else None


def _times(
    problem: Problem, tour: Sequence[Visit], legs: list[tuple[int, int]], leave: int
) -> list[tuple[int, int, int]] | None:
    """Arrival, begin and leaving of start, visits and end when leaving the start at this second."""
    times = [(leave, leave, leave)]
    for visit, (seconds, _) in zip(tour, legs, strict=False):
        arrive = leave + seconds
        begin = first_begin(opening(problem, visit), arrive)
        if begin is None:
            return None
        leave = begin + work_seconds(problem, visit)
        times.append((arrive, begin, leave))
    back = leave + legs[-1][0]
    return [*times, (back, back, back)]


def _latest_start(problem: Problem, tour: Sequence[Visit], legs: list[tuple[int, int]], back: int) -> int:
    """The latest second to leave the start and still be back then: waiting at home beats waiting outside."""
    for visit, (seconds, _) in zip(reversed(tour), reversed(legs), strict=False):
        bound = back - seconds - work_seconds(problem, visit)
        latest = last_begin(opening(problem, visit), bound)
        back = bound if latest is None else latest
    return back - legs[0][0]


def _route(
    shift: Shift,
    tour: Sequence[Visit],
    legs: list[tuple[int, int]],
    times: list[tuple[int, int, int]],
    loads: list[Load],
) -> Route:
    kinds = ["start", *(visit.kind for visit in tour), "end"]
    sites = [shift.start_site, *(visit.site for visit in tour), shift.end_site]
    stops = tuple(
        Stop(kind, site, arrive, begin, leave, metres, seconds, load)
        for kind, site, (arrive, begin, leave), (seconds, metres), load in zip(
            kinds, sites, times, [(0, 0), *legs], [*loads, loads[-1]], strict=True
        )
    )
    return Route(
        shift.id,
        stops,
        metres=sum(stop.metres_from_previous for stop in stops),
        driving_seconds=sum(stop.seconds_from_previous for stop in stops),
        seconds=stops[-1].leave - stops[0].leave,
    )
