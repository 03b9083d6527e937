"""Rules about routes: from the shift's start to its end, in the time that roads and work take."""

from collections import Counter
from collections.abc import Iterator

from routing.check.case import Case, Violation, clock, is_visit
from routing.check.drives import arrival


def one_route_per_shift(case: Case) -> Iterator[Violation]:
    for shift, routes in Counter(route.shift for route in case.plan.routes).items():
        if routes > 1:
            yield Violation("one_route_per_shift", f"The shift {shift} has {routes} routes.", shift)


def routes_stay_within_their_shift(case: Case) -> Iterator[Violation]:
    rule = "routes_stay_within_their_shift"
    for number, route in case.numbered_routes():
        shift, where = case.shift_of(route), f"routes[{number}]"
        kinds = [stop.kind for stop in route.stops]
        if len(kinds) < 2 or kinds[0] != "start" or kinds[-1] != "end" or {"start", "end"} & set(kinds[1:-1]):
            yield Violation(rule, "A route begins with its start and finishes with its end.", where)
            continue
        first, last = route.stops[0], route.stops[-1]
        if first.site != shift.start_site or last.site != shift.end_site:
            yield Violation(rule, "The route begins or ends at another place than its shift.", where)
        if first.arrive < shift.window.earliest:
            yield Violation(rule, f"The route begins at {clock(first.arrive)}, before the shift.", where)
        if last.leave > shift.window.latest:
            yield Violation(rule, f"The route ends at {clock(last.leave)}, after the shift.", where)


def drives_take_their_time(case: Case) -> Iterator[Violation]:
    rule = "drives_take_their_time"
    numbers = case.problem.site_numbers
    for where, route, position, stop in case.stops():
        if position == 0:
            if stop.seconds_from_previous or stop.metres_from_previous:
                yield Violation(rule, "There is no drive before the start.", where)
            continue
        before = route.stops[position - 1]
        roads = case.problem.travel[case.shift_of(route).profile]
        leg = roads.leg(numbers[before.site], numbers[stop.site])
        if leg is None:
            yield Violation(rule, f"No road leads from {before.site} to {stop.site}.", where)
        else:
            drive = arrival(case.problem.pace, before.leave, leg[0]) - before.leave, leg[1]
            if drive != (stop.seconds_from_previous, stop.metres_from_previous):
                yield Violation(rule, f"The drive takes {drive[0]} s and {drive[1]} m, not what the stop says.", where)
        if stop.arrive != before.leave + stop.seconds_from_previous:
            yield Violation(rule, "The arrival does not follow from the stop before.", where)


def stops_take_their_time(case: Case) -> Iterator[Violation]:
    rule = "stops_take_their_time"
    for where, route, position, stop in case.stops():
        if stop.begin < stop.arrive:
            yield Violation(rule, "Work begins before the vehicle is there.", where)
        needed = 0
        if is_visit(stop):
            lots = {allocation.lot for allocation in case.handled_at(route, position)}
            site = case.problem.sites_by_id[stop.site]
            needed = site.setup_seconds + site.service_seconds * len(lots)
        if stop.leave - stop.begin < needed:
            yield Violation(rule, f"The work at this stop takes {needed} s.", where)


def no_stop_for_nothing(case: Case) -> Iterator[Violation]:
    for where, route, position, stop in case.stops():
        if is_visit(stop) and not case.handled_at(route, position):
            yield Violation("no_stop_for_nothing", "Nothing is collected or delivered here.", where)


def routes_stay_within_their_limits(case: Case) -> Iterator[Violation]:
    rule = "routes_stay_within_their_limits"
    for number, route in case.numbered_routes():
        shift = case.shift_of(route)
        metres = sum(stop.metres_from_previous for stop in route.stops)
        visits = sum(map(is_visit, route.stops))
        if shift.maximum_metres is not None and metres > shift.maximum_metres:
            yield Violation(rule, f"The route is {metres} m long.", f"routes[{number}]")
        if shift.maximum_stops is not None and visits > shift.maximum_stops:
            yield Violation(rule, f"The route has {visits} stops.", f"routes[{number}]")
