"""The clock of a route: given the order of visits on a shift, when each one happens and what is on board."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, combinations_with_replacement, pairwise

from routing.openings import ANY_TIME, Intervals, first_begin, last_begin, overlap
from routing.pace import Pace, pace_of
from routing.plan import Allocation, Plan, Route, Stop
from routing.problem import Break, Load, Problem, Shift

Carried = dict[tuple[str, str, int, int], int]  # grams by lot, need, stop of pickup and stop of drop-off


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
    that needs; None if windows, deadlines, loads, skills, breaks or limits forbid it, or food is not collected and
    then delivered."""
    if not _is_fit_for(problem, shift, tour):
        return None
    carried = _grams_between_stops(tour)
    if not _is_in_order(problem, tour, carried):
        return None
    loads = _loads(problem, carried, len(tour), shift)
    if not all(load.fits_in(shift.capacity) for load in loads):
        return None
    legs = _legs(problem, shift, tour)
    if legs is None:
        return None
    openings = [opening(problem, visit) for visit in tour]
    work = [work_seconds(problem, visit) for visit in tour]
    pace = pace_of(problem)
    times = times_of(openings, work, legs, shift.window.earliest, pace)
    if times is None or times[-1][0] > shift.window.latest:
        return None
    leave = latest_start(openings, work, legs, times[-1][0], pace)
    times = times_of(openings, work, legs, leave, pace) or times
    route = route_of(shift, tour, legs, times, loads)
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
    nowhere. Each break takes the best place that the ones before leave; only where that leads nowhere is every
    combination of places tried."""
    if not tour or not shift.breaks:
        return tour
    found, first = tour, 0
    for number, pause in enumerate(shift.breaks):
        so_far = replace(shift, breaks=shift.breaks[: number + 1])
        places = range(first, len(found) + 1)
        tried = [(_with_break(found, place, pause, shift.start_site), place + 1) for place in places]
        timed = [(route.seconds, each) for each in tried if (route := retime(problem, so_far, each[0])) is not None]
        if not timed:
            return _place_breaks_anywhere(problem, shift, tour) if number else None
        found, first = min(timed, key=lambda each: each[0])[1]
    return found


def _place_breaks_anywhere(problem: Problem, shift: Shift, tour: Tour) -> Tour | None:
    best: tuple[int, Tour] | None = None
    for places in combinations_with_replacement(range(len(tour) + 1), len(shift.breaks)):
        changed = tour
        for number, (place, pause) in enumerate(zip(places, shift.breaks, strict=True)):
            changed = _with_break(changed, place + number, pause, shift.start_site)
        route = retime(problem, shift, changed)
        if route is not None and (best is None or route.seconds < best[0]):
            best = route.seconds, changed
    return None if best is None else best[1]


def _with_break(tour: Tour, place: int, pause: Break, start_site: str) -> Tour:
    visit = Visit("break", start_site, (), pause)
    return with_breaks_in_place((*tour[:place], visit, *tour[place:]), start_site)


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


def _is_in_order(problem: Problem, tour: Sequence[Visit], carried: Carried) -> bool:
    """Whether all that is delivered was collected before (on board from the start: was not), and all collected is
    delivered."""
    collected = sum(cargo.grams for visit in tour if visit.kind == "pickup" for cargo in visit.cargo)
    for (lot, _, pickup, drop_off), grams in carried.items():
        if pickup >= drop_off or (pickup > 0) != (problem.lots_by_id[lot].on_board is None):
            return False
        if pickup:
            collected -= grams
    return collected == 0


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
    return _tour_of(route, shift, [each for each in plan.allocations if each.shift == route.shift])


def tours_of_plan(problem: Problem, plan: Plan) -> tuple[Tour, ...]:
    """One tour for each shift of the problem, empty where the plan leaves it at home."""
    routes = {route.shift: route for route in plan.routes}
    carried: defaultdict[str, list[Allocation]] = defaultdict(list)
    for each in plan.allocations:
        carried[each.shift].append(each)
    return tuple(
        _tour_of(routes[shift.id], shift, carried[shift.id]) if shift.id in routes else () for shift in problem.shifts
    )


def _tour_of(route: Route, shift: Shift, carried: Sequence[Allocation]) -> Tour:
    cargo: defaultdict[int, list[Cargo]] = defaultdict(list)
    for part, each in enumerate(carried):
        piece = Cargo(each.lot, each.need, each.grams, part)
        for place in {each.pickup_stop, each.drop_off_stop}:
            cargo[place].append(piece)
    visits = []
    pauses = iter(shift.breaks)
    for number, stop in enumerate(route.stops):
        if stop.kind in ("pickup", "drop_off"):
            visits.append(Visit(stop.kind, stop.site, tuple(cargo[number])))
        elif stop.kind == "break":
            visits.append(Visit("break", stop.site, (), next(pauses, None)))
    return tuple(visits)


def opening(problem: Problem, visit: Visit) -> Intervals:
    """When this visit may begin, given all it handles."""
    if visit.pause is not None:
        return ((visit.pause.window.earliest, visit.pause.window.latest),)
    intervals = before = ANY_TIME
    for cargo in visit.cargo:
        these = opening_for(problem, visit.kind, cargo.lot, cargo.need)
        if these is not before:
            intervals = these if intervals is ANY_TIME else overlap(intervals, these)
            before = these
    return intervals


def opening_for(problem: Problem, kind: str, lot: str, need: str) -> Intervals:
    """When collecting this lot, or unloading it for this need, may begin."""
    key = (lot, "" if kind == "pickup" else need)
    found = problem.openings.get(key)
    if found is None:
        found = problem.openings[key] = _opening_of(problem, kind, lot, need)
    return found


def _opening_of(problem: Problem, kind: str, lot: str, need: str) -> Intervals:
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


def work_seconds(problem: Problem, visit: Visit) -> int:
    if visit.pause is not None:
        return visit.pause.seconds
    site = problem.sites_by_id[visit.site]
    lots = 1 if len(visit.cargo) == 1 else len({cargo.lot for cargo in visit.cargo})
    return site.setup_seconds + site.service_seconds * lots


def loads_after(problem: Problem, tour: Sequence[Visit], shift: Shift) -> list[Load]:
    """What is on board after the start and after each visit. Pieces that are collected and delivered together count
    as one, since a crate begun is a crate taken; lots on board from the start count from there, and what of them is
    not delivered counts to the end."""
    return _loads(problem, _grams_between_stops(tour), len(tour), shift)


_CLASS_COLUMNS = {"chilled": 2, "frozen": 3, "hot": 4}  # of a load's numbers; ambient food is in the total alone


def _loads(problem: Problem, carried: Carried, visits: int, shift: Shift) -> list[Load]:
    left = {lot.id: lot.grams for lot in problem.lots_on_board.get(shift.id, ())}
    # In plain numbers: this is done for every tour that is tried, and a load is slow to add to another.
    change = [[0] * 5 for _ in range(visits + 1)]

    def put(lot_id: str, grams: int, stop: int, sign: int) -> None:
        lot, numbers = problem.lots_by_id[lot_id], change[stop]
        numbers[0] += sign * grams
        numbers[1] += sign * lot.crates_for(grams)
        column = _CLASS_COLUMNS.get(lot.temperature_class)
        if column is not None:
            numbers[column] += sign * grams

    for (lot_id, _, pickup, drop_off), grams in carried.items():
        put(lot_id, grams, pickup, 1)
        put(lot_id, grams, drop_off, -1)
        if lot_id in left:
            left[lot_id] -= grams
    for lot_id, grams in left.items():
        if grams > 0:
            put(lot_id, grams, 0, 1)
    return [Load(*numbers) for numbers in zip(*map(accumulate, zip(*change, strict=True)), strict=True)]


def _grams_between_stops(tour: Sequence[Visit]) -> Carried:
    """Grams by lot, need, number of the pickup stop (0 if on board from the start) and number of the drop-off stop."""
    collected = {cargo: stop for stop, visit in enumerate(tour, 1) if visit.kind == "pickup" for cargo in visit.cargo}
    grams: Carried = {}
    for stop, visit in enumerate(tour, 1):
        if visit.kind == "drop_off":
            for cargo in visit.cargo:
                key = (cargo.lot, cargo.need, collected.get(cargo, 0), stop)
                grams[key] = grams.get(key, 0) + cargo.grams
    return grams


def _legs(problem: Problem, shift: Shift, tour: Sequence[Visit]) -> list[tuple[int, int]] | None:
    """Seconds and metres of each drive, or None if a road is missing."""
    matrix, numbers = problem.travel[shift.profile], problem.site_numbers
    sites = [numbers[shift.start_site], *(numbers[visit.site] for visit in tour), numbers[shift.end_site]]
    roads = []
    for origin, destination in pairwise(sites):
        leg = matrix.leg(origin, destination)
        if leg is None:
            return None
        roads.append(leg)
    return roads


def times_of(
    openings: Sequence[Intervals], work: Sequence[int], legs: Sequence[tuple[int, int]], leave: int, pace: Pace
) -> list[tuple[int, int, int]] | None:
    """Arrival, begin and leaving of start, visits and end when leaving the start at this second. `openings` and `work`
    (seconds) are those of the visits, `legs` (seconds of the travel tables, metres) one more. None if a visit would be
    late."""
    times = [(leave, leave, leave)]
    for intervals, seconds, (drive, _) in zip(openings, work, legs, strict=False):
        arrive = pace.arrive(leave, drive)
        begin = first_begin(intervals, arrive)
        if begin is None:
            return None
        leave = begin + seconds
        times.append((arrive, begin, leave))
    back = pace.arrive(leave, legs[-1][0])
    return [*times, (back, back, back)]


def latest_start(
    openings: Sequence[Intervals], work: Sequence[int], legs: Sequence[tuple[int, int]], back: int, pace: Pace
) -> int:
    """The latest second to leave the start and still be back then: waiting at home beats waiting outside."""
    for number in range(len(openings) - 1, -1, -1):
        bound = pace.latest_leave(back, legs[number + 1][0]) - work[number]
        latest = last_begin(openings[number], bound)
        back = bound if latest is None else latest
    return pace.latest_leave(back, legs[0][0])


def route_of(
    shift: Shift,
    tour: Sequence[Visit],
    legs: list[tuple[int, int]],
    times: list[tuple[int, int, int]],
    loads: list[Load],
) -> Route:
    """The route of a tour whose legs (seconds of the travel tables, metres), times and loads are known. What a drive
    really takes is read from the times."""
    kinds = ["start", *(visit.kind for visit in tour), "end"]
    sites = [shift.start_site, *(visit.site for visit in tour), shift.end_site]
    lefts = [times[0][0], *(leave for _, _, leave in times[:-1])]
    stops = tuple(
        Stop(kind, site, arrive, begin, leave, metres, arrive - left, load)
        for kind, site, (arrive, begin, leave), left, (_, metres), load in zip(
            kinds, sites, times, lefts, [(0, 0), *legs], [*loads, loads[-1]], strict=True
        )
    )
    return Route(
        shift.id,
        stops,
        metres=sum(stop.metres_from_previous for stop in stops),
        driving_seconds=sum(stop.seconds_from_previous for stop in stops),
        seconds=stops[-1].leave - stops[0].leave,
    )
