"""Which additions are worth the search on a day: a cheap look at what a plan leaves and where it touches a limit,
before anything is solved. What is not named here could hardly have helped."""

from collections import Counter
from collections.abc import Collection, Iterator

from routing.additions import KINDS, Addition, median_store, shifts_of
from routing.plan import Plan, Route
from routing.problem import Problem, Shift

MOST_STARTS, MOST_OPENINGS, MOST_BOXES, MOST_HOURS = 2, 6, 3, 3
MOST_OF_KIND = {
    "vehicle": MOST_STARTS,
    "cooled_vehicle": MOST_STARTS,
    "opens_earlier": MOST_OPENINGS // 2,
    "closes_later": MOST_OPENINGS // 2,
    "chilled_box": MOST_BOXES,
    "driver_hour": MOST_HOURS,
    "food_bank": 1,
    "store": 1,
}
CLOSE_SECONDS = 900  # of an end, within which a stop or a shift counts as held back by it
FULL_PERCENT = 90  # of a compartment


def worth_trying(problem: Problem, plan: Plan, kinds: Collection[str] = KINDS) -> tuple[Addition, ...]:
    """The additions of these kinds that may bring more food on this day, by kind and then the likeliest first; the plan
    is one of the problem.

    Where nothing is left, only more food can be rescued: one more store. Starts are those from which most shifts drive.
    Hours of opening are tried at sites that what stays is said to wait for, or where the plan comes in the last quarter
    of an hour, or waits for the door; boxes in vehicles without room for chilled food or whose room is full; driver's
    hours on shifts that are back in the last quarter of an hour.
    """
    found: list[Addition] = []
    for kind in KINDS:
        if kind in kinds and (plan.unserved or kind == "store"):
            found += [Addition(kind, each) for each in _subjects(problem, plan, kind)][: MOST_OF_KIND[kind]]
    return tuple(found)


def most_searches(kinds: Collection[str]) -> int:
    """How many additions of these kinds a day can have at most."""
    return sum(MOST_OF_KIND[kind] for kind in set(kinds))


def _subjects(problem: Problem, plan: Plan, kind: str) -> list[str]:
    match kind:
        case "vehicle":
            return starts(problem)
        case "cooled_vehicle":
            return starts(problem) if _chilled_left(problem, plan) else []
        case "opens_earlier" | "closes_later":
            return _doors(problem, plan, later=kind == "closes_later")
        case "chilled_box":
            return _boxes(problem, plan) if _chilled_left(problem, plan) else []
        case "driver_hour":
            return _full_shifts(problem, plan)
        case "food_bank":
            return [place_of_need(problem, plan)] if problem.needs else []
        case _:
            return (
                [median_store(problem)] if problem.needs and any(lot.on_board is None for lot in problem.lots) else []
            )


def starts(problem: Problem) -> list[str]:
    """The places that vehicles begin at, those of most shifts first."""
    return [site for site, _ in Counter(shift.start_site for shift in problem.shifts).most_common()]


def _chilled_left(problem: Problem, plan: Plan) -> bool:
    return any(problem.lots_by_id[each.lot].temperature_class == "chilled" for each in plan.unserved)


def place_of_need(problem: Problem, plan: Plan) -> str:
    """The site, of all that the day knows, from which what is left is fetched soonest: seconds of the usual streets,
    each kilogram counting; a site without a road to any of it is the last choice."""
    left: Counter[str] = Counter()
    for each in plan.unserved:
        left[problem.lots_by_id[each.lot].site] += each.grams
    profile = Counter(shift.profile for shift in problem.shifts).most_common(1)[0][0] if problem.shifts else ""
    table = problem.travel.get(profile) or next(iter(problem.travel.values()), None)

    def far(site: str) -> int:
        total = 0
        for store, grams in left.items():
            leg = table.leg(problem.site_numbers[store], problem.site_numbers[site]) if table else None
            total += grams * (10**7 if leg is None else leg[0])
        return total

    return min((site.id for site in problem.sites), key=far)


def _doors(problem: Problem, plan: Plan, *, later: bool) -> list[str]:
    """Sites by the grams that wait for their door, then those that the plan's stops are held back by."""
    waiting: Counter[str] = Counter()
    for each in plan.unserved:
        for site in _named(problem, each.lot, each.reason, each.change.kind if each.change else "", later):
            waiting[site] += each.grams
    for route in plan.routes:
        for site in _touched(problem, route, later=later):
            waiting[site] += 1
    return [site for site, _ in waiting.most_common()]


def _named(problem: Problem, lot: str, reason: str, change: str, later: bool) -> Iterator[str]:
    """Whose door a lot that stays is said to wait for: of the places that may have it, and of its own store."""
    if reason == "no_receiving_window_in_time" or change == "receiving_window":
        yield from dict.fromkeys(problem.needs_by_id[need].site for need in problem.needs_for(lot))
    too_late = change == "pickup_window" or reason in ("no_time_on_any_route", "outside_every_shift")
    if later and too_late and problem.lots_by_id[lot].on_board is None:
        yield problem.lots_by_id[lot].site


def _touched(problem: Problem, route: Route, *, later: bool) -> Iterator[str]:
    for stop in route.stops:
        if stop.kind == "drop_off":
            windows = [window for need in problem.needs if need.site == stop.site for window in need.windows]
        elif stop.kind == "pickup" and later:
            windows = [lot.window for lot in problem.lots if lot.site == stop.site]
        else:
            continue
        if later and any(0 <= window.latest - stop.begin <= CLOSE_SECONDS for window in windows):
            yield stop.site
        if not later and stop.begin > stop.arrive and any(stop.begin == window.earliest for window in windows):
            yield stop.site


def _boxes(problem: Problem, plan: Plan) -> list[str]:
    """Vehicles that drive, without room for chilled food first, then those whose room is full."""
    routes = {route.shift: route for route in plan.routes}
    found: list[tuple[int, str]] = []
    for shift in problem.shifts:
        room, whole = shift.capacity.chilled_grams, shift.capacity.grams
        route = routes.get(shift.id)
        fullest = max((stop.load_after.chilled_grams for stop in route.stops), default=0) if route else 0
        if route is not None and room < whole and fullest * 100 >= room * FULL_PERCENT:
            found.append((room, shift.vehicle))
    return list(dict.fromkeys(vehicle for _, vehicle in sorted(found, key=lambda each: each[0])))


def _full_shifts(problem: Problem, plan: Plan) -> list[str]:
    """Vehicles whose last shift is back just before its end, the one with least time left first."""
    slack: list[tuple[int, str]] = []
    for route in plan.routes:
        shift: Shift = problem.shifts_by_id[route.shift]
        left = shift.window.latest - route.stops[-1].arrive
        if left <= CLOSE_SECONDS and shifts_of(problem, shift.vehicle)[-1] is shift:
            slack.append((left, shift.vehicle))
    return [vehicle for _, vehicle in sorted(slack)]
