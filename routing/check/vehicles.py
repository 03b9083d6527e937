"""Rules about vehicles and drivers: what they can carry, cold enough, and where they may go."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import astuple

from routing.check.case import Case, Violation, crates_of, is_visit, load_of
from routing.plan import Route
from routing.problem import Load

COLD_OR_HOT = ("chilled", "frozen", "hot")  # as a load has them, behind grams and crates


def vehicles_carry_what_they_can(case: Case) -> Iterator[Violation]:
    rule = "vehicles_carry_what_they_can"
    stays = _stays_on_board(case)
    for number, route in case.numbered_routes():
        capacity = case.shift_of(route).capacity
        counted = list(astuple(stays.get(route.shift, Load())))
        for position, stop in enumerate(route.stops):
            where = f"routes[{number}].stops[{position}]"
            _count(case, route, position, counted)
            on_board = Load(*counted)
            if stop.load_after != on_board:
                yield Violation(rule, "The load on board is not what the stops before add up to.", where)
            if not on_board.fits_in(capacity):
                yield Violation(rule, "The vehicle cannot carry this much.", where)


def _count(case: Case, route: Route, position: int, counted: list[int]) -> None:
    """Add what a stop puts into the vehicle, and take off what it takes out: the numbers of a load, in their order."""
    for allocation in case.handled_at(route, position):
        lot, sign = case.lot_of(allocation), 1 if allocation.pickup_stop == position else -1
        counted[0] += sign * allocation.grams
        counted[1] += sign * crates_of(lot, allocation.grams)
        if lot.temperature_class != "ambient":
            counted[2 + COLD_OR_HOT.index(lot.temperature_class)] += sign * allocation.grams


def _stays_on_board(case: Case) -> dict[str, Load]:
    """By shift, what it has on board from the start and does not deliver: that takes room all day."""
    delivered: defaultdict[str, int] = defaultdict(int)
    for allocation in case.plan.allocations:  # whichever route has it
        delivered[allocation.lot] += allocation.grams
    found: defaultdict[str, Load] = defaultdict(Load)
    for lot in case.problem.lots:
        if lot.on_board is not None:
            found[lot.on_board] += load_of(lot, max(0, lot.grams - delivered[lot.id]))
    return found


def food_keeps_its_temperature(case: Case) -> Iterator[Violation]:
    for where, allocation in case.allocations():
        wanted = case.lot_of(allocation).temperature_class
        if case.problem.shifts_by_id[allocation.shift].capacity.grams_for(wanted) < allocation.grams:
            sentence = f"The vehicle has too little room for {wanted} food."
            yield Violation("food_keeps_its_temperature", sentence, where)


def skills_are_there(case: Case) -> Iterator[Violation]:
    """Every place and every lot gets a shift with all the skills that it asks for."""
    rule = "skills_are_there"
    for where, route, _, stop in case.stops():
        wanted = case.problem.sites_by_id[stop.site].skills
        missing = set(wanted) - set(case.shift_of(route).skills) if wanted and is_visit(stop) else ()
        if missing:
            yield Violation(rule, f"To stop at {stop.site} takes {', '.join(sorted(missing))}.", where)
    for where, allocation in case.allocations():
        wanted = case.lot_of(allocation).skills
        missing = set(wanted) - set(case.problem.shifts_by_id[allocation.shift].skills) if wanted else ()
        if missing:
            yield Violation(rule, f"To carry the lot {allocation.lot} takes {', '.join(sorted(missing))}.", where)
