"""Why does this lot go to this need, and not to another? What the allocation is worth, what the lot would be worth
anywhere else with everything else standing, and why it can go nowhere else. Plain Python: `retime`, `insert` and
`score` have the last word, and each claim can be driven again (`Instead.tours`)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from routing.insert import Line, Place, insert, least_part, lines_of, search_place
from routing.plan import Allocation, Plan, Tiers
from routing.problem import Lot, Need, Problem, Shift
from routing.reach import STAGES, failure_of_trip, kinds_of_shifts
from routing.retime import Tour, Visit, retime, tours_of_plan, with_breaks_in_place
from routing.score import Fill, Left, broken_promises, route_cost, value_per_kg

MOST_OTHERS = 8  # needs for which the best place is worked out, those first that could be worth most
CANNOT = (
    "may_not_have_it",
    "asks_for_nothing_more",
    "asks_for_less_than_a_stop",
    "no_room_to_store",
    *STAGES[:-1],
    "no_vehicle_has_time",
    "no_vehicle_has_room",
    "route_is_locked",
)


class NotDrivable(ValueError):
    """The plan's routes break rules, so nothing can be said of what would be better."""


@dataclass(frozen=True)
class Share:
    """Of what a food bank could have, over the weeks before and today, how much it has had; in grams."""

    had: int
    wanted: int


@dataclass(frozen=True)
class Instead:
    """The lot, or `grams` of it, at another need, everything else standing. `costs`: by how much the day is worth less
    for it, tier by tier and with driving and moves as costs, in thousandths of a cent; below nothing if it is better.
    `share`: of the other food bank as the plan leaves it. `tours`: the day with it, to be driven again."""

    need: str
    shift: str
    grams: int
    costs: Tiers
    metres_more: int
    seconds_more: int
    begin: int
    share: Share
    tours: tuple[Tour, ...]

    @property
    def worth_less(self) -> int:
        """What it would cost in all."""
        return self.costs.food + self.costs.fairness + self.costs.driving + self.costs.moves


@dataclass(frozen=True)
class Cannot:
    """A need of the lot's category that the lot cannot go to instead: why (`CANNOT`), and how much of it there is room
    for where that is the reason."""

    need: str
    reason: str
    grams: int = 0


@dataclass(frozen=True)
class Why:
    """All about one allocation. `adds`: what the day is worth more with it than without. `others`: the places
    where it could go instead, the one that costs least first; `no_better`: how many needs more were left out, since
    even the shortest way there would make the day worth no more than one of these."""

    allocation: Allocation
    adds: Tiers
    metres: int
    seconds: int
    begin: int
    share_before: Share
    share_after: Share
    others: tuple[Instead, ...]
    cannot: tuple[Cannot, ...]
    no_better: int = 0


def why_there(problem: Problem, plan: Plan, allocation: Allocation, *, most_others: int = MOST_OTHERS) -> Why:
    """Why this allocation of the plan is where it is. The same every time.

    Raises NotDrivable where the route of the allocation breaks rules, or cannot be driven without it.
    """
    return _Case(problem, plan, allocation).why(most_others)


@dataclass(frozen=True)
class _Option:
    """A shift that may bring the lot to a need, and the most that this could be worth: without waiting, and over the
    shortest detours whatever the time."""

    number: int
    most: int


class _Case:
    """One allocation of a plan, the tours with it and without it."""

    def __init__(self, problem: Problem, plan: Plan, allocation: Allocation) -> None:
        self.problem, self.allocation = problem, allocation
        self.lot, self.need = problem.lots_by_id[allocation.lot], problem.needs_by_id[allocation.need]
        self.tours = tours_of_plan(problem, plan)
        self.own = next(number for number, each in enumerate(problem.shifts) if each.id == allocation.shift)
        self.part = 1 + max((cargo.part for tour in self.tours for visit in tour for cargo in visit.cargo), default=0)
        self.locked = any(route.shift == allocation.shift for route in problem.locked)
        self.less = _without(problem.shifts[self.own], self.tours[self.own], _part_of(plan, allocation))
        self.before = tuple(self.less if number == self.own else tour for number, tour in enumerate(self.tours))
        self.driven = [self._route_figures(number, self.tours[number]) for number in range(len(self.tours))]
        self.figures = list(self.driven)
        self.figures[self.own] = self._route_figures(self.own, self.less)
        if self.driven[self.own] is None or self.figures[self.own] is None:
            raise NotDrivable(allocation.shift)
        self.left = Left(problem, self.before)
        self.left.lots[self.lot.id] = allocation.grams
        self.fill = Left(problem, self.tours).fill
        self.lines: Mapping[int, Line] = lines_of(
            problem, self.before, [number for number, each in enumerate(self.figures) if each is None]
        )

    def _route_figures(self, number: int, tour: Tour) -> tuple[int, int, int] | None:
        """Cost, metres and seconds of a tour; None if it cannot be driven."""
        if not tour:
            return 0, 0, 0
        shift = self.problem.shifts[number]
        route = retime(self.problem, shift, tour)
        return None if route is None else (route_cost(shift, route), route.metres, route.seconds)

    def why(self, most_others: int) -> Why:
        fill, grams = self.left.fill, self.allocation.grams
        without = self.figures[self.own] or (0, 0, 0)
        cost, metres, seconds = (a - b for a, b in zip(self.driven[self.own] or without, without, strict=True))
        cannot, options = self._sorted_out()
        others, no_better = self._others(options, cannot, most_others)
        return Why(
            self.allocation,
            Tiers(
                food=grams * value_per_kg(self.problem, self.lot),
                fairness=fill.bonus_for(self.need, grams),
                driving=cost,
                moves=self._broken(self.tours) - self._broken(self.before),
            ),
            metres,
            seconds,
            self._begin(self.tours, self.own, self.need.id),
            _share(fill, self.need),
            _share(self.fill, self.need),
            tuple(sorted(others, key=lambda each: (each.worth_less, each.need))),
            tuple(sorted(cannot.values(), key=lambda each: (CANNOT.index(each.reason), each.need))),
            no_better,
        )

    def _sorted_out(self) -> tuple[dict[str, Cannot], dict[str, list[_Option]]]:
        """The other needs of the category: those that cannot have it whatever the routes, and for the rest by which
        shifts it could come, the one that could be worth most first."""
        cannot: dict[str, Cannot] = {}
        options: dict[str, list[_Option]] = {}
        allowed = set(self.problem.needs_for(self.lot.id))
        cheapest = {number: _Cheapest(line, self.lot) for number, line in self.lines.items()}
        kinds = kinds_of_shifts(self.problem)
        for need in self.problem.needs:
            if need.id == self.need.id or (need.category != self.lot.category and need.id not in allowed):
                continue
            found = self._cannot(need, kinds) if need.id in allowed else Cannot(need.id, "may_not_have_it")
            if found is None and self.locked:
                found = Cannot(need.id, "route_is_locked")
            if found is not None:
                cannot[need.id] = found
            else:
                options[need.id] = sorted(
                    (self._option(number, cheapest[number], need) for number in self.lines),
                    key=lambda each: (-each.most, each.number),
                )
        return cannot, options

    def _room(self, need: Need) -> tuple[int, str]:
        """Grams of the lot that the need can still take, and what keeps it from more."""
        wants, stores = self.left.needs[need.id], self.left.room_at(need.site, self.lot.temperature_class)
        if stores < wants:
            return max(0, stores), "no_room_to_store"
        return max(0, wants), "asks_for_less_than_a_stop" if wants > 0 else "asks_for_nothing_more"

    def _cannot(self, need: Need, kinds: Sequence[Shift]) -> Cannot | None:
        """Why the lot cannot go there, whatever else the vehicles do."""
        room, reason = self._room(need)
        if min(room, self.allocation.grams) < self._least():
            return Cannot(need.id, reason, room)
        failures = [failure_of_trip(self.problem, shift, self.lot, need) for shift in kinds]
        if None in failures or "unreachable_by_road" in failures:  # by way of another stop there may be a road
            return None
        furthest = max((STAGES.index(each) for each in failures if each is not None), default=0)
        return Cannot(need.id, STAGES[furthest] if furthest < len(STAGES) - 1 else "no_vehicle_has_time")

    def _least(self) -> int:
        """The fewest grams that are worth a stop; a lot that stays whole goes whole."""
        least = least_part(self.problem, self.lot, self.left)
        return least if self.lot.splittable else max(least, self.allocation.grams)

    def _option(self, number: int, cheapest: "_Cheapest", need: Need) -> _Option:
        room, _ = self._room(need)
        grams, shift = min(room, self.allocation.grams), self.problem.shifts[number]
        worth = grams * value_per_kg(self.problem, self.lot) + max(0, self.left.fill.bonus_for(need, grams))
        use = 0 if self.before[number] else shift.cents_per_use * 1000
        kept = self.problem.policy.move_cents * 1000 * sum(each.lot == self.lot.id for each in self.problem.promises)
        return _Option(number, worth + kept - cheapest.metres(need) * shift.cents_per_km - use)

    def _others(
        self, options: dict[str, list[_Option]], cannot: dict[str, Cannot], most_others: int
    ) -> tuple[list[Instead], int]:
        """The best place at each need, those first that could be worth most; and how many needs were left out since
        they can be worth no more than what was found."""
        found: list[Instead] = []
        order = sorted(options, key=lambda each: (-options[each][0].most if options[each] else 0, each))
        for looked_at, need in enumerate(order):
            best = max((self._worth(each) for each in found), default=None)
            if len(found) >= most_others and best is not None and options[need][0].most <= best:
                return found, len(order) - looked_at
            place = self._best_at(self.problem.needs_by_id[need], options[need])
            if isinstance(place, Cannot):
                cannot[need] = place
            else:
                found.append(place)
        return found, 0

    def _worth(self, other: Instead) -> int:
        """What the other place adds to the day without the allocation."""
        without = self.figures[self.own] or (0, 0, 0)
        own = (self.driven[self.own] or without)[0] - without[0]
        adds = self.allocation.grams * value_per_kg(self.problem, self.lot)
        adds += self.left.fill.bonus_for(self.need, self.allocation.grams) - own
        kept = self._broken(self.before) - self._broken(self.tours)
        return adds + kept - other.worth_less

    def _best_at(self, need: Need, options: Sequence[_Option]) -> Instead | Cannot:
        best: Instead | None = None
        in_time = False
        for option in options:
            if best is not None and option.most <= self._worth(best):
                break
            search = search_place(
                self.problem,
                self.before,
                self.lot,
                self.left,
                [need.id],
                lines={option.number: self.lines[option.number]},
            )
            in_time = in_time or search.time_found
            found = self._driven(need, search.best)
            if found is not None and (best is None or found.worth_less < best.worth_less):
                best = found
        if best is not None:
            return best
        return Cannot(need.id, "no_vehicle_has_room" if in_time else "no_vehicle_has_time")

    def _driven(self, need: Need, place: Place | None) -> Instead | None:
        """The lot in this place, if it can be driven and is enough for a stop."""
        if place is None or place.grams < self._least():
            return None
        tours = insert(self.problem, self.before, self.lot, place, self.part)
        if tours is None:
            return None
        costs = [0, 0, 0]
        for number in {self.own, place.shift}:
            was, becomes = self.driven[number], self._route_figures(number, tours[number])
            if was is None or becomes is None:
                return None
            costs = [so_far + b - a for so_far, a, b in zip(costs, was, becomes, strict=True)]
        fill, value = self.left.fill, value_per_kg(self.problem, self.lot)
        return Instead(
            need.id,
            self.problem.shifts[place.shift].id,
            place.grams,
            Tiers(
                food=(self.allocation.grams - place.grams) * value,
                fairness=fill.bonus_for(self.need, self.allocation.grams) - fill.bonus_for(need, place.grams),
                driving=costs[0],
                moves=self._broken(tours) - self._broken(self.tours),
            ),
            costs[1],
            costs[2],
            self._begin(tours, place.shift, need.id),
            _share(self.left.fill, need),
            tours,
        )

    def _broken(self, tours: Sequence[Tour]) -> int:
        """What the promises about the lot cost that these tours break."""
        if not any(each.lot == self.lot.id for each in self.problem.promises):
            return 0
        carried: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        for shift, tour in zip(self.problem.shifts, tours, strict=True):
            for visit in tour:
                if visit.kind == "drop_off":
                    for cargo in visit.cargo:
                        carried[cargo.lot].add((cargo.need, shift.id))
        return broken_promises(self.problem, carried) * self.problem.policy.move_cents * 1000

    def _begin(self, tours: Sequence[Tour], number: int, need: str) -> int:
        """When unloading the lot for the need begins."""
        route = retime(self.problem, self.problem.shifts[number], tours[number])
        if route is None:
            raise NotDrivable(self.problem.shifts[number].id)
        return next(
            stop.begin
            for stop, visit in zip(route.stops[1:], tours[number], strict=False)
            if visit.kind == "drop_off" and any((each.lot, each.need) == (self.lot.id, need) for each in visit.cargo)
        )


class _Cheapest:
    """The shortest detours of a tour for a lot, whatever the time."""

    def __init__(self, line: Line, lot: Lot) -> None:
        self._line, self._lot = line, lot
        places = range(len(line.tour) + 1)
        self._pickup = 0 if lot.on_board is not None else min(line.detour(each, lot.site) for each in places)

    def metres(self, need: Need) -> int:
        """At least so many metres more does the tour have with the lot for the need; 0 where that is not known."""
        line = self._line
        apart = self._pickup + min(line.detour(each, need.site) for each in range(len(line.tour) + 1))
        if self._lot.on_board is not None:
            return apart
        between = line.leg(self._lot.site, need.site)[1]
        together = min(
            line.leg(a, self._lot.site)[1] + between + line.leg(need.site, b)[1] - line.leg(a, b)[1]
            for a, b in pairwise(line.sites)
        )
        return min(apart, together)


def _share(fill: Fill, need: Need) -> Share:
    return Share(fill.delivered[need.organisation], fill.wanted[need.organisation])


def _part_of(plan: Plan, allocation: Allocation) -> int:
    """The number of the allocation among those of its shift: its cargo's part in the tours of the plan."""
    mine = [each for each in plan.allocations if each.shift == allocation.shift]
    return mine.index(allocation)


def _without(shift: Shift, tour: Tour, part: int) -> Tour:
    """The tour without the cargo of this part, and without the stops that were for it alone."""

    def still() -> Iterator[Visit]:
        for visit in tour:
            cargo = tuple(each for each in visit.cargo if each.part != part)
            if visit.kind == "break" or cargo:
                yield replace(visit, cargo=cargo)

    left = with_breaks_in_place(tuple(still()), shift.start_site)
    return left if any(visit.kind != "break" for visit in left) else ()
