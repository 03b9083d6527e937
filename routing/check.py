"""Judge a plan: every rule recomputed from the problem alone, in plain Python, sharing no code with whatever
made the plan. No violation means the plan can be driven as it stands."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from routing.plan import REASONS, STOP_KINDS, Allocation, Plan, Route, Stop
from routing.problem import Load, Problem, Shift


@dataclass(frozen=True)
class Violation:
    """A broken rule: its name, a sentence for a person, and where in the plan."""

    rule: str
    sentence: str
    where: str


def check(problem: Problem, plan: Plan) -> tuple[Violation, ...]:
    """Everything that is wrong with this plan as an answer to this problem; empty means good."""
    if plan.problem_digest != problem.digest():
        return (Violation("same_problem", "The plan was made for another problem.", "problem_digest"),)
    unreadable = tuple(_everything_named_exists(problem, plan))
    if unreadable:  # the other rules look these things up
        return unreadable
    return tuple(violation for rule in _RULES for violation in rule(problem, plan))


def _everything_named_exists(problem: Problem, plan: Plan) -> Iterator[Violation]:
    rule = "everything_named_exists"
    driven = {route.shift: route for route in plan.routes}
    for number, route in enumerate(plan.routes):
        where = f"routes[{number}]"
        if route.shift not in problem.shifts_by_id:
            yield Violation(rule, f"There is no shift {route.shift}.", where)
        for position, stop in enumerate(route.stops):
            if stop.site not in problem.sites_by_id:
                yield Violation(rule, f"There is no site {stop.site}.", f"{where}.stops[{position}]")
            if stop.kind not in STOP_KINDS:
                yield Violation(rule, f"There is no kind of stop {stop.kind}.", f"{where}.stops[{position}]")
    for number, allocation in enumerate(plan.allocations):
        where = f"allocations[{number}]"
        if allocation.lot not in problem.lots_by_id:
            yield Violation(rule, f"There is no lot {allocation.lot}.", where)
        if allocation.need not in problem.needs_by_id:
            yield Violation(rule, f"There is no need {allocation.need}.", where)
        if allocation.shift not in driven:
            yield Violation(rule, f"The shift {allocation.shift} has no route.", where)
            continue
        stops = range(len(driven[allocation.shift].stops))
        if allocation.pickup_stop not in stops or allocation.drop_off_stop not in stops:
            yield Violation(rule, "The route has no stop of this number.", where)
    for number, unserved in enumerate(plan.unserved):
        if unserved.lot not in problem.lots_by_id:
            yield Violation(rule, f"There is no lot {unserved.lot}.", f"unserved[{number}]")


def _one_route_per_shift(_: Problem, plan: Plan) -> Iterator[Violation]:
    for shift, routes in Counter(route.shift for route in plan.routes).items():
        if routes > 1:
            yield Violation("one_route_per_shift", f"The shift {shift} has {routes} routes.", shift)


def _every_gram_is_accounted(problem: Problem, plan: Plan) -> Iterator[Violation]:
    rule = "every_gram_is_accounted"
    grams: dict[str, int] = defaultdict(int)
    for number, allocation in enumerate(plan.allocations):
        grams[allocation.lot] += allocation.grams
        if allocation.grams <= 0:
            yield Violation(rule, "An allocation should be more than nothing.", f"allocations[{number}]")
    for number, unserved in enumerate(plan.unserved):
        grams[unserved.lot] += unserved.grams
        if unserved.grams <= 0:
            yield Violation(rule, "What stays unserved should be more than nothing.", f"unserved[{number}]")
    for lot in problem.lots:
        if grams[lot.id] != lot.grams:
            sentence = f"Of {lot.grams} g, the plan accounts for {grams[lot.id]} g."
            yield Violation(rule, sentence, lot.id)


def _unserved_has_one_reason(_: Problem, plan: Plan) -> Iterator[Violation]:
    rule = "unserved_has_one_reason"
    for lot, times in Counter(unserved.lot for unserved in plan.unserved).items():
        if times > 1:
            yield Violation(rule, f"The lot {lot} is listed as unserved {times} times.", lot)
    for number, unserved in enumerate(plan.unserved):
        if unserved.reason not in REASONS:
            yield Violation(rule, f"There is no reason {unserved.reason}.", f"unserved[{number}]")


def _only_suitable_food(problem: Problem, plan: Plan) -> Iterator[Violation]:
    for number, allocation in enumerate(plan.allocations):
        if problem.deadline(allocation.lot, allocation.need) is None:
            sentence = f"The lot {allocation.lot} may not go to the need {allocation.need}."
            yield Violation("only_suitable_food", sentence, f"allocations[{number}]")


def _no_more_than_needed(problem: Problem, plan: Plan) -> Iterator[Violation]:
    grams: dict[str, int] = defaultdict(int)
    for allocation in plan.allocations:
        grams[allocation.need] += allocation.grams
    for need, total in grams.items():
        wanted = problem.needs_by_id[need].grams
        if total > wanted:
            sentence = f"The need {need} can take {wanted} g and would get {total} g."
            yield Violation("no_more_than_needed", sentence, need)


def _whole_lots_stay_whole(problem: Problem, plan: Plan) -> Iterator[Violation]:
    for number, allocation in enumerate(plan.allocations):
        lot = problem.lots_by_id[allocation.lot]
        if not lot.splittable and allocation.grams != lot.grams:
            sentence = f"The lot {lot.id} must stay whole."
            yield Violation("whole_lots_stay_whole", sentence, f"allocations[{number}]")


def _crates_follow_the_weight(problem: Problem, plan: Plan) -> Iterator[Violation]:
    for number, allocation in enumerate(plan.allocations):
        lot = problem.lots_by_id[allocation.lot]
        crates = -(-lot.crates * allocation.grams // lot.grams)
        if allocation.crates != crates:
            sentence = f"{allocation.grams} g of the lot {lot.id} fill {crates} crates, not {allocation.crates}."
            yield Violation("crates_follow_the_weight", sentence, f"allocations[{number}]")


def _collected_then_delivered_at_the_right_places(problem: Problem, plan: Plan) -> Iterator[Violation]:
    rule = "collected_then_delivered_at_the_right_places"
    for number, allocation in enumerate(plan.allocations):
        where = f"allocations[{number}]"
        pickup, drop_off = _stops(plan, allocation)
        if allocation.pickup_stop >= allocation.drop_off_stop:
            yield Violation(rule, "The food is delivered before it is collected.", where)
        if pickup.kind != "pickup" or pickup.site != problem.lots_by_id[allocation.lot].site:
            yield Violation(rule, "The food is collected where it is not.", where)
        if drop_off.kind != "drop_off" or drop_off.site != problem.needs_by_id[allocation.need].site:
            yield Violation(rule, "The food is delivered where it is not needed.", where)


def _collected_within_the_pickup_window(problem: Problem, plan: Plan) -> Iterator[Violation]:
    for number, allocation in enumerate(plan.allocations):
        window = problem.lots_by_id[allocation.lot].window
        begin = _stops(plan, allocation)[0].begin
        if not window.earliest <= begin <= window.latest:
            sentence = f"Collecting begins at {_clock(begin)}, outside the pickup window."
            yield Violation("collected_within_the_pickup_window", sentence, f"allocations[{number}]")


def _delivered_within_receiving_hours(problem: Problem, plan: Plan) -> Iterator[Violation]:
    for number, allocation in enumerate(plan.allocations):
        begin = _stops(plan, allocation)[1].begin
        windows = problem.needs_by_id[allocation.need].windows
        if not any(window.earliest <= begin <= window.latest for window in windows):
            sentence = f"Unloading begins at {_clock(begin)}, when nobody receives."
            yield Violation("delivered_within_receiving_hours", sentence, f"allocations[{number}]")


def _delivered_in_time(problem: Problem, plan: Plan) -> Iterator[Violation]:
    for number, allocation in enumerate(plan.allocations):
        begin = _stops(plan, allocation)[1].begin
        latest = problem.deadline(allocation.lot, allocation.need)
        if latest is not None and begin > latest:
            sentence = f"Unloading begins at {_clock(begin)}; this food must be there by {_clock(latest)}."
            yield Violation("delivered_in_time", sentence, f"allocations[{number}]")


def _routes_stay_within_their_shift(problem: Problem, plan: Plan) -> Iterator[Violation]:
    rule = "routes_stay_within_their_shift"
    for number, route in enumerate(plan.routes):
        shift, where = problem.shifts_by_id[route.shift], f"routes[{number}]"
        kinds = [stop.kind for stop in route.stops]
        if len(kinds) < 2 or kinds[0] != "start" or kinds[-1] != "end" or {"start", "end"} & set(kinds[1:-1]):
            yield Violation(rule, "A route begins with its start and finishes with its end.", where)
            continue
        first, last = route.stops[0], route.stops[-1]
        if first.site != shift.start_site or last.site != shift.end_site:
            yield Violation(rule, "The route begins or ends at another place than its shift.", where)
        if first.arrive < shift.window.earliest:
            yield Violation(rule, f"The route begins at {_clock(first.arrive)}, before the shift.", where)
        if last.leave > shift.window.latest:
            yield Violation(rule, f"The route ends at {_clock(last.leave)}, after the shift.", where)


def _drives_take_their_time(problem: Problem, plan: Plan) -> Iterator[Violation]:
    rule = "drives_take_their_time"
    for number, route in enumerate(plan.routes):
        shift = problem.shifts_by_id[route.shift]
        if route.stops and (route.stops[0].seconds_from_previous or route.stops[0].metres_from_previous):
            yield Violation(rule, "There is no drive before the start.", f"routes[{number}].stops[0]")
        for position in range(1, len(route.stops)):
            before, stop = route.stops[position - 1], route.stops[position]
            where = f"routes[{number}].stops[{position}]"
            leg = _leg(problem, shift, before.site, stop.site)
            if leg is None:
                yield Violation(rule, f"No road leads from {before.site} to {stop.site}.", where)
            elif leg != (stop.seconds_from_previous, stop.metres_from_previous):
                sentence = f"The drive takes {leg[0]} s and {leg[1]} m, not what the stop says."
                yield Violation(rule, sentence, where)
            if stop.arrive != before.leave + stop.seconds_from_previous:
                yield Violation(rule, "The arrival does not follow from the stop before.", where)


def _stops_take_their_time(problem: Problem, plan: Plan) -> Iterator[Violation]:
    rule = "stops_take_their_time"
    for number, route in enumerate(plan.routes):
        for position, stop in enumerate(route.stops):
            where = f"routes[{number}].stops[{position}]"
            if stop.begin < stop.arrive:
                yield Violation(rule, "Work begins before the vehicle is there.", where)
            needed = 0
            if stop.kind in ("pickup", "drop_off"):
                lots = {allocation.lot for allocation in _handled(plan, route, position)}
                site = problem.sites_by_id[stop.site]
                needed = site.setup_seconds + site.service_seconds * len(lots)
            if stop.leave - stop.begin < needed:
                yield Violation(rule, f"The work at this stop takes {needed} s.", where)


def _no_stop_for_nothing(_: Problem, plan: Plan) -> Iterator[Violation]:
    for number, route in enumerate(plan.routes):
        for position, stop in enumerate(route.stops):
            idle = stop.kind in ("pickup", "drop_off") and not any(_handled(plan, route, position))
            if idle:
                where = f"routes[{number}].stops[{position}]"
                yield Violation("no_stop_for_nothing", "Nothing is collected or delivered here.", where)


def _vehicles_carry_what_they_can(problem: Problem, plan: Plan) -> Iterator[Violation]:
    rule = "vehicles_carry_what_they_can"
    for number, route in enumerate(plan.routes):
        capacity = problem.shifts_by_id[route.shift].capacity
        on_board = Load()
        for position, stop in enumerate(route.stops):
            where = f"routes[{number}].stops[{position}]"
            for allocation in _handled(plan, route, position):
                load = _load(problem, allocation)
                on_board = on_board + load if allocation.pickup_stop == position else on_board - load
            if stop.load_after != on_board:
                yield Violation(rule, "The load on board is not what the stops before add up to.", where)
            if not on_board.fits_in(capacity):
                yield Violation(rule, "The vehicle cannot carry this much.", where)


def _food_keeps_its_temperature(problem: Problem, plan: Plan) -> Iterator[Violation]:
    for number, allocation in enumerate(plan.allocations):
        wanted = problem.lots_by_id[allocation.lot].temperature_class
        if problem.shifts_by_id[allocation.shift].capacity.grams_for(wanted) < allocation.grams:
            sentence = f"The vehicle has too little room for {wanted} food."
            yield Violation("food_keeps_its_temperature", sentence, f"allocations[{number}]")


def _routes_stay_within_their_limits(problem: Problem, plan: Plan) -> Iterator[Violation]:
    rule = "routes_stay_within_their_limits"
    for number, route in enumerate(plan.routes):
        shift = problem.shifts_by_id[route.shift]
        metres = sum(stop.metres_from_previous for stop in route.stops)
        stops = sum(stop.kind in ("pickup", "drop_off") for stop in route.stops)
        if shift.maximum_metres is not None and metres > shift.maximum_metres:
            yield Violation(rule, f"The route is {metres} m long.", f"routes[{number}]")
        if shift.maximum_stops is not None and stops > shift.maximum_stops:
            yield Violation(rule, f"The route has {stops} stops.", f"routes[{number}]")


def _totals_add_up(_: Problem, plan: Plan) -> Iterator[Violation]:
    for number, route in enumerate(plan.routes):
        metres = sum(stop.metres_from_previous for stop in route.stops)
        driving = sum(stop.seconds_from_previous for stop in route.stops)
        seconds = route.stops[-1].leave - route.stops[0].arrive if route.stops else 0
        if (route.metres, route.driving_seconds, route.seconds) != (metres, driving, seconds):
            sentence = "The route's totals are not the sums of its stops."
            yield Violation("totals_add_up", sentence, f"routes[{number}]")
    if plan.bound_grams is not None and plan.bound_grams < plan.grams_allocated:
        sentence = "The plan delivers more than it says any plan could."
        yield Violation("totals_add_up", sentence, "bound_grams")


_RULES = (
    _one_route_per_shift,
    _every_gram_is_accounted,
    _unserved_has_one_reason,
    _only_suitable_food,
    _no_more_than_needed,
    _whole_lots_stay_whole,
    _crates_follow_the_weight,
    _collected_then_delivered_at_the_right_places,
    _collected_within_the_pickup_window,
    _delivered_within_receiving_hours,
    _delivered_in_time,
    _routes_stay_within_their_shift,
    _drives_take_their_time,
    _stops_take_their_time,
    _no_stop_for_nothing,
    _vehicles_carry_what_they_can,
    _food_keeps_its_temperature,
    _routes_stay_within_their_limits,
    _totals_add_up,
)


def _stops(plan: Plan, allocation: Allocation) -> tuple[Stop, Stop]:
    route = next(route for route in plan.routes if route.shift == allocation.shift)
    return route.stops[allocation.pickup_stop], route.stops[allocation.drop_off_stop]


def _handled(plan: Plan, route: Route, position: int) -> Iterator[Allocation]:
    for allocation in plan.allocations:
        here = position in (allocation.pickup_stop, allocation.drop_off_stop)
        if allocation.shift == route.shift and here:
            yield allocation


def _load(problem: Problem, allocation: Allocation) -> Load:
    grams = allocation.grams
    by_class = {problem.lots_by_id[allocation.lot].temperature_class: grams}
    return Load(
        grams,
        allocation.crates,
        chilled_grams=by_class.get("chilled", 0),
        frozen_grams=by_class.get("frozen", 0),
        hot_grams=by_class.get("hot", 0),
    )


def _leg(problem: Problem, shift: Shift, origin: str, destination: str) -> tuple[int, int] | None:
    matrix = problem.travel[shift.profile]
    return matrix.leg(problem.site_numbers[origin], problem.site_numbers[destination])


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
