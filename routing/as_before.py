"""A day driven in the order of an earlier one: each shift comes to its places as it did then, as far as there is
something to do at them today. What has no place in that order is put in where that costs least; nothing is turned
round."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from routing.insert import fill_up, least_part
from routing.later import Pairs, without_pairs
from routing.locked import with_locked, without_locked
from routing.plan import Plan
from routing.problem import Lot, Problem, Shift
from routing.retime import Cargo, Tour, Visit, place_breaks, retime
from routing.score import Left, route_cost, value_per_kg
from routing.solve import plan_of

ENGINE = "as before"
TRIES = 8  # halvings when less of a lot than all fits
FIRST_OF_THE_REST = 2**40  # the numbers of the parts that are put in afterwards

Place = tuple[str, str]  # "pickup" or "drop_off", and the site
Order = Sequence[Place]


def plan_as_before(
    problem: Problem,
    orders: Mapping[str, Order],
    *,
    later: Pairs = (),
    seed: int = 1,
    until: float | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Plan:
    """The plan whose shifts keep to these orders of places, by shift; shifts without one drive what is put in.

    At a place with nothing to do today nobody stops. Locked routes stay as they are, and pairs in `later` get what is
    left over. until: the second of the monotonic clock until which smallest changes are looked for. stopped: whether
    somebody wants the answer now. The plan passes `routing.check`. Raises ProblemError for a locked route that cannot
    be driven.
    """
    free = without_locked(problem)
    sooner = without_pairs(free, later)
    tours = tours_in_order(sooner, orders, stopped)
    tours = fill_up(sooner, tours, first_part=FIRST_OF_THE_REST, stopped=stopped)
    if later:
        tours = fill_up(free, tours, first_part=2 * FIRST_OF_THE_REST, stopped=stopped)
    return plan_of(problem, with_locked(problem, free, tours), seed, ENGINE, until=until, stopped=stopped)


def tours_in_order(
    problem: Problem, orders: Mapping[str, Order], stopped: Callable[[], bool] = lambda: False
) -> tuple[Tour, ...]:
    """One tour for each shift of the problem: what can be carried between the places of its order, and nothing else.
    The most valuable lots are asked first, and each goes where the day is worth most with it."""
    left = Left(problem, ())
    shifts = [_OnOrder(problem, shift, tuple(orders.get(shift.id, ()))) for shift in problem.shifts]
    parts = count()
    lots = sorted(problem.lots, key=lambda lot: (-value_per_kg(problem, lot) * lot.grams, lot.id))
    for lot in lots:
        while lot.on_board is None and left.lots[lot.id] and not stopped():
            found = [option for each in shifts for option in each.options(lot, left, next(parts))]
            if not found:
                break
            best = max(found, key=lambda option: option.gain)
            best.by.take(best)
            left.take(problem, lot.id, best.cargo.need, best.cargo.grams)
    return tuple(each.tour for each in shifts)


@dataclass(frozen=True)
class _Option:
    """A lot collected at one place of an order and delivered at a later one, by numbers."""

    by: "_OnOrder"
    cargo: Cargo
    tour: Tour
    handled: Mapping[int, tuple[Cargo, ...]]
    gain: int


class _OnOrder:
    """One shift, and what it handles at which places of its order so far."""

    def __init__(self, problem: Problem, shift: Shift, order: Order) -> None:
        self._problem, self._shift, self._order = problem, shift, order
        self._handled: Mapping[int, tuple[Cargo, ...]] = {}
        self.tour: Tour = ()

    def take(self, option: _Option) -> None:
        """Do it."""
        self._handled, self.tour = option.handled, option.tour

    def options(self, lot: Lot, left: Left, part: int) -> Iterator[_Option]:
        """Every way to carry as much as possible of what is left of the lot, and enough for a stop."""
        problem = self._problem
        if not self._order or not problem.may_carry(self._shift, lot):
            return
        least = least_part(problem, lot, left) if lot.splittable else lot.grams
        for need in problem.needs_for(lot.id):
            site = problem.needs_by_id[need].site
            most = min(left.lots[lot.id], left.needs[need], left.room_at(site, lot.temperature_class))
            if most < least:
                continue
            for pickup, drop_off in self._between(lot.site, site):
                found = self._fitting(lot, Cargo(lot.id, need, most, part), least, (pickup, drop_off))
                if found is not None:
                    yield replace(found, gain=found.gain + self._worth(lot, left, found.cargo))

    def _between(self, store: str, bank: str) -> Iterator[tuple[int, int]]:
        for pickup, place in enumerate(self._order):
            if place == ("pickup", store):
                for drop_off in range(pickup + 1, len(self._order)):
                    if self._order[drop_off] == ("drop_off", bank):
                        yield pickup, drop_off

    def _worth(self, lot: Lot, left: Left, cargo: Cargo) -> int:
        need = self._problem.needs_by_id[cargo.need]
        return cargo.grams * value_per_kg(self._problem, lot) + left.fill.bonus_for(need, cargo.grams)

    def _fitting(self, lot: Lot, cargo: Cargo, least: int, between: tuple[int, int]) -> _Option | None:
        """With all of the cargo, or as much of it as the shift can drive; None where that is too little."""
        found = self._with(cargo, between)
        if found is not None or not lot.splittable:
            return found
        low, high = least, cargo.grams
        for _ in range(TRIES):
            if low >= high:
                break
            grams = (low + high) // 2
            tried = self._with(replace(cargo, grams=grams), between)
            found, low, high = (tried, grams + 1, high) if tried is not None else (found, low, grams)
        return found

    def _with(self, cargo: Cargo, between: tuple[int, int]) -> _Option | None:
        """None where the shift cannot drive that."""
        problem, shift = self._problem, self._shift
        handled = dict(self._handled)
        for place in between:
            handled[place] = (*handled.get(place, ()), cargo)
        visits = tuple(Visit(*self._order[place], cargo) for place, cargo in sorted(handled.items()))
        tour = place_breaks(problem, shift, visits)
        route = retime(problem, shift, tour) if tour else None
        if route is None or tour is None:
            return None
        before = retime(problem, shift, self.tour) if self.tour else None
        more = route_cost(shift, route) - (0 if before is None else route_cost(shift, before))
        return _Option(self, cargo, tour, handled, -more)
