"""A route as somebody drew it: its times as they would be, and all that is wrong with it; and a plan of such routes."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from routing.openings import ANY_TIME, Intervals, first_begin, last_begin
from routing.pace import Pace, pace_of
from routing.plan import Allocation, Plan, Route, Unserved
from routing.problem import Problem, Shift
from routing.retime import (
    Tour,
    Visit,
    allocations_of,
    latest_start,
    loads_after,
    opening,
    opening_for,
    retime,
    route_of,
    times_of,
    tours_of_plan,
    work_seconds,
)

NO_DRIVE = (0, 0)


@dataclass(frozen=True)
class TourViolation:
    """A rule that the route breaks, named as in `routing.check`: at which stop of it (0 is the start), and by how many
    seconds, grams, crates, metres or stops, as the sentence says (0 where there is nothing to measure)."""

    rule: str
    sentence: str
    stop: int
    amount: int = 0


def violations_of_tour(
    problem: Problem, shift: Shift, tour: Sequence[Visit]
) -> tuple[Route, tuple[TourViolation, ...]]:
    """The route that drives these visits in this order whatever it breaks, and everything that it breaks: nothing if
    and only if `retime` accepts the tour. A visit that comes too late is begun at once, a missing road takes no time.
    What lies beyond one route (needs that get too much, lots given out twice) is for `routing.check`."""
    tour = tuple(tour)
    route = retime(problem, shift, tour)
    return (route, ()) if route is not None else violations_of_refused_tour(problem, shift, tour)


def violations_of_refused_tour(
    problem: Problem, shift: Shift, tour: Sequence[Visit]
) -> tuple[Route, tuple[TourViolation, ...]]:
    """The same for a tour that `retime` has refused: for whoever has asked it of many."""
    legs, missing = _legs(problem, shift, tour)
    openings = [opening(problem, visit) for visit in tour]
    work = [work_seconds(problem, visit) for visit in tour]
    pace = pace_of(problem)
    kept = _kept_openings(openings, work, legs, shift.window.earliest, pace)
    times = times_of(kept, work, legs, shift.window.earliest, pace) or []
    leave = max(shift.window.earliest, latest_start(kept, work, legs, times[-1][0], pace))
    times = times_of(kept, work, legs, leave, pace) or times
    route = route_of(shift, tour, legs, times, loads_after(problem, tour, shift))
    found = [
        *_order(problem, shift, tour),
        *_skills(problem, shift, tour),
        *missing,
        *_lateness(problem, tour, route, kept),
        *_breaks(shift, tour, route),
        *_loads(shift, route),
        *_limits(shift, route),
    ]
    return route, tuple(sorted(found, key=lambda each: each.stop))


def late_visits(problem: Problem, shift: Shift, tour: Sequence[Visit]) -> int:
    """How many visits and breaks come too late for what they are for: each of them breaks a rule. Far quicker to
    see than all that a tour breaks, for whoever looks for the tour that breaks the fewest."""
    openings = [opening(problem, visit) for visit in tour]
    work = [work_seconds(problem, visit) for visit in tour]
    kept = _kept_openings(openings, work, _legs(problem, shift, tour)[0], shift.window.earliest, pace_of(problem))
    return sum(intervals is ANY_LATER for intervals in kept)


def plan_by_hand(
    problem: Problem,
    before: Plan,
    tours: Sequence[Tour],
    unserved: Sequence[Unserved],
    tours_before: Sequence[Tour] | None = None,
) -> Plan:
    """The plan that drives these tours, one for each shift of the problem, whatever they break. A tour that is as it
    was keeps its route to the second. What the plan before said of its worth is not said of this one, and bounds only
    where it stays within them: they hold for plans that break nothing. tours_before: the tours of the plan before, for
    whoever has them."""
    routes: list[Route] = []
    allocations: list[Allocation] = []
    routes_before, carried_before = _by_shift(before)
    for shift, tour, was in zip(problem.shifts, tours, tours_before or tours_of_plan(problem, before), strict=True):
        if tour == was:
            routes += routes_before[shift.id]
            allocations += carried_before[shift.id]
        elif tour:
            routes.append(violations_of_tour(problem, shift, tour)[0])
            allocations += allocations_of(problem, shift, tour)
    grams = sum(each.grams for each in allocations)
    delivered: dict[str, int] = {}
    for each in allocations:
        organisation = problem.needs_by_id[each.need].organisation
        delivered[organisation] = delivered.get(organisation, 0) + each.grams
    return replace(
        before,
        problem_digest=problem.digest(),
        routes=tuple(routes),
        allocations=tuple(allocations),
        unserved=tuple(unserved),
        bound_grams=None if before.bound_grams is None or before.bound_grams < grams else before.bound_grams,
        tiers=None,
        attainable_grams={
            name: most for name, most in before.attainable_grams.items() if delivered.get(name, 0) <= most
        },
    )


def _by_shift(plan: Plan) -> tuple[Mapping[str, Sequence[Route]], Mapping[str, Sequence[Allocation]]]:
    """What a plan has each shift drive and carry."""
    routes, carried = defaultdict[str, list[Route]](list), defaultdict[str, list[Allocation]](list)
    for route in plan.routes:
        routes[route.shift].append(route)
    for each in plan.allocations:
        carried[each.shift].append(each)
    return routes, carried


def _legs(problem: Problem, shift: Shift, tour: Sequence[Visit]) -> tuple[list[tuple[int, int]], list[TourViolation]]:
    legs, missing = [], []
    sites = [shift.start_site, *(visit.site for visit in tour), shift.end_site]
    for number, (origin, destination) in enumerate(pairwise(sites), 1):
        leg = problem.leg(shift, origin, destination)
        legs.append(leg or NO_DRIVE)
        if leg is None:
            sentence = f"No road leads from {origin} to {destination}."
            missing.append(TourViolation("drives_take_their_time", sentence, number))
    return legs, missing


def _kept_openings(
    openings: Sequence[Intervals], work: Sequence[int], legs: Sequence[tuple[int, int]], leave: int, pace: Pace
) -> list[Intervals]:
    """The openings, but any time where the visit would be too late for all of them."""
    found = []
    for intervals, seconds, (drive, _) in zip(openings, work, legs, strict=False):
        arrive = pace.arrive(leave, drive)
        begin = first_begin(intervals, arrive)
        found.append(ANY_LATER if begin is None else intervals)
        leave = (arrive if begin is None else begin) + seconds
    return found


ANY_LATER: Intervals = ((0, 10 * ANY_TIME[0][1]),)


def _order(problem: Problem, shift: Shift, tour: Sequence[Visit]) -> Iterator[TourViolation]:
    """Everything collected is delivered afterwards, and the other way round, to somebody who may have it."""
    rule = "collected_then_delivered_at_the_right_places"
    collected = {cargo: stop for stop, visit in enumerate(tour, 1) if visit.kind == "pickup" for cargo in visit.cargo}
    delivered = {cargo: stop for stop, visit in enumerate(tour, 1) if visit.kind == "drop_off" for cargo in visit.cargo}
    for cargo, stop in collected.items():
        if cargo not in delivered:
            yield TourViolation(rule, f"The lot {cargo.lot} is collected and never delivered.", stop)
    for cargo, stop in delivered.items():
        lot = problem.lots_by_id[cargo.lot]
        if problem.deadline(cargo.lot, cargo.need) is None:
            sentence = f"The lot {cargo.lot} may not go to the need {cargo.need}."
            yield TourViolation("only_suitable_food", sentence, stop)
        if lot.on_board not in (None, shift.id):
            sentence = f"The lot {lot.id} is on board of the shift {lot.on_board}."
            yield TourViolation("food_on_board_stays_in_its_vehicle", sentence, stop)
        elif lot.on_board is not None and cargo in collected:
            sentence = f"The lot {lot.id} is on board from the start and not collected again."
            yield TourViolation("food_on_board_stays_in_its_vehicle", sentence, collected[cargo])
        elif lot.on_board is None and cargo not in collected:
            yield TourViolation(rule, f"The lot {cargo.lot} is delivered and never collected.", stop)
        elif collected.get(cargo, 0) > stop:
            yield TourViolation(rule, f"The lot {cargo.lot} is delivered before it is collected.", stop)


def _skills(problem: Problem, shift: Shift, tour: Sequence[Visit]) -> Iterator[TourViolation]:
    sites, lots = problem.sites_by_id, problem.lots_by_id
    for stop, visit in enumerate(tour, 1):
        if visit.kind == "break":
            continue
        if missing := _missing(sites[visit.site].skills, shift):
            yield TourViolation("skills_are_there", f"To stop at {visit.site} takes {missing}.", stop)
        for lot in dict.fromkeys([cargo.lot for cargo in visit.cargo if lots[cargo.lot].skills]):
            if missing := _missing(lots[lot].skills, shift):
                yield TourViolation("skills_are_there", f"To carry the lot {lot} takes {missing}.", stop)


def _missing(asked: Sequence[str], shift: Shift) -> str:
    return ", ".join(sorted(set(asked) - set(shift.skills))) if asked else ""


def _lateness(
    problem: Problem, tour: Sequence[Visit], route: Route, kept: Sequence[Intervals]
) -> Iterator[TourViolation]:
    """Every lot that is handled outside its times, by the seconds to the last time that would have been right."""
    for number, (visit, intervals) in enumerate(zip(tour, kept, strict=True), 1):
        if intervals is not ANY_LATER:
            continue  # it begins within the times of all that it handles
        begin = route.stops[number].begin
        for lot, need in dict.fromkeys((cargo.lot, cargo.need) for cargo in visit.cargo):
            times = opening_for(problem, visit.kind, lot, need)
            latest = last_begin(times, begin)
            if first_begin(times, begin) == begin:
                continue
            amount = 0 if latest is None else begin - latest
            yield _late(problem, visit, number, lot, need, begin, amount)


def _late(problem: Problem, visit: Visit, number: int, lot: str, need: str, begin: int, amount: int) -> TourViolation:
    if visit.kind == "pickup":
        sentence = f"The lot {lot} is collected at {clock(begin)}, {minutes(amount)} outside its pickup window."
        return TourViolation("collected_within_the_pickup_window", sentence, number, amount)
    deadline = problem.deadline(lot, need)
    if deadline is not None and begin > deadline:
        sentence = f"The lot {lot} is unloaded at {clock(begin)} and must be there by {clock(deadline)}."
        return TourViolation("delivered_in_time", sentence, number, begin - deadline)
    sentence = f"The lot {lot} is unloaded at {clock(begin)}, when the need {need} receives nothing."
    return TourViolation("delivered_within_receiving_hours", sentence, number, amount)


def _breaks(shift: Shift, tour: Sequence[Visit], route: Route) -> Iterator[TourViolation]:
    rule = "breaks_are_taken"
    taken = [(number, visit) for number, visit in enumerate(tour, 1) if visit.kind == "break"]
    if [visit.pause for _, visit in taken] != list(shift.breaks):
        missing = [pause for pause in shift.breaks if pause not in [visit.pause for _, visit in taken]]
        for pause in missing:
            sentence = f"The break from {clock(pause.window.earliest)} is not taken."
            yield TourViolation(rule, sentence, 0, pause.seconds)
        if not missing:
            yield TourViolation(rule, "These are not the shift's breaks in their order.", 0)
    for number, visit in taken:
        begin, stood = route.stops[number].begin, route.stops[number - 1].site
        if visit.pause is not None and begin > visit.pause.window.latest:
            late = begin - visit.pause.window.latest
            yield TourViolation(rule, f"The break begins {minutes(late)} late, at {clock(begin)}.", number, late)
        if visit.site != stood:
            yield TourViolation(rule, "A break is taken where the vehicle stands.", number)


def _loads(shift: Shift, route: Route) -> Iterator[TourViolation]:
    """Where more is on board than the vehicle takes, and more than at the stop before."""
    if all(stop.load_after.fits_in(shift.capacity) for stop in route.stops):
        return
    names = {"grams": "g", "crates": "crates", "chilled_grams": "g chilled", "frozen_grams": "g frozen",
             "hot_grams": "g hot"}  # fmt: skip
    for name, unit in names.items():
        before = 0
        for number, stop in enumerate(route.stops):
            over = getattr(stop.load_after, name) - getattr(shift.capacity, name)
            if over > max(0, before):
                sentence = f"There are {over} {unit} too much on board."
                yield TourViolation("vehicles_carry_what_they_can", sentence, number, over)
            before = over


def _limits(shift: Shift, route: Route) -> Iterator[TourViolation]:
    last = len(route.stops) - 1
    late = route.stops[last].leave - shift.window.latest
    if late > 0:
        sentence = f"The vehicle is back at {clock(route.stops[last].leave)}, {minutes(late)} after the shift."
        yield TourViolation("routes_stay_within_their_shift", sentence, last, late)
    rule = "routes_stay_within_their_limits"
    if shift.maximum_metres is not None and route.metres > shift.maximum_metres:
        over = route.metres - shift.maximum_metres
        yield TourViolation(rule, f"The route is {over} m too long.", last, over)
    stops = sum(stop.kind in ("pickup", "drop_off") for stop in route.stops)
    if shift.maximum_stops is not None and stops > shift.maximum_stops:
        over = stops - shift.maximum_stops
        yield TourViolation(rule, f"The route has {over} stops too many.", last, over)


def clock(second: int) -> str:
    """A second of the day as 13:05; past midnight the hours go on."""
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}"


def minutes(seconds: int) -> str:
    """A delay in minutes begun."""
    return f"{-(-seconds // 60)} min"
