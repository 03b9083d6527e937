"""What every rule looks at: a problem and a plan whose names all exist, with the plan's parts found quickly."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from routing.plan import Allocation, Plan, Route, Stop
from routing.problem import Load, Lot, Problem, Shift


@dataclass(frozen=True)
class Violation:
    """A broken rule: its name, a sentence for a person, and where in the plan."""

    rule: str
    sentence: str
    where: str


class Case:
    """A problem and a plan for it. Every allocation's shift has a route, with stops of those numbers.

    shifts: those whose routes and allocations are looked at one by one; None: all. `plan` is whole all the same.
    """

    def __init__(self, problem: Problem, plan: Plan, shifts: Collection[str] | None = None) -> None:
        self.problem = problem
        self.plan = plan
        self._shifts = shifts
        self.routes: dict[str, Route] = {}
        for route in plan.routes:
            self.routes.setdefault(route.shift, route)

    @cached_property
    def _handled(self) -> dict[tuple[str, int], list[Allocation]]:
        found: defaultdict[tuple[str, int], list[Allocation]] = defaultdict(list)
        for _, allocation in self.allocations():
            for position in {allocation.pickup_stop, allocation.drop_off_stop}:
                found[allocation.shift, position].append(allocation)
        return found

    @cached_property
    def _allocations(self) -> list[tuple[str, Allocation]]:
        # Most rules go through them: to write a place out takes longer than to look at what is there.
        return [
            (f"allocations[{number}]", allocation)
            for number, allocation in enumerate(self.plan.allocations)
            if self._shifts is None or allocation.shift in self._shifts
        ]

    def shift_of(self, route: Route) -> Shift:
        return self.problem.shifts_by_id[route.shift]

    def lot_of(self, allocation: Allocation) -> Lot:
        return self.problem.lots_by_id[allocation.lot]

    def stops_of(self, allocation: Allocation) -> tuple[Stop, Stop]:
        """Where it is collected, and where it is delivered."""
        stops = self.routes[allocation.shift].stops
        return stops[allocation.pickup_stop], stops[allocation.drop_off_stop]

    def handled_at(self, route: Route, position: int) -> list[Allocation]:
        """All that is collected or delivered at a stop."""
        return self._handled.get((route.shift, position), [])

    def numbered_routes(self) -> Iterator[tuple[int, Route]]:
        """Every route that is looked at with its number in the plan."""
        for number, route in enumerate(self.plan.routes):
            if self._shifts is None or route.shift in self._shifts:
                yield number, route

    def stops(self) -> Iterator[tuple[str, Route, int, Stop]]:
        """Every stop with its place in the plan, its route and its number."""
        for number, route in self.numbered_routes():
            for position, stop in enumerate(route.stops):
                yield f"routes[{number}].stops[{position}]", route, position, stop

    def allocations(self) -> Iterator[tuple[str, Allocation]]:
        """Every allocation with its place in the plan."""
        return iter(self._allocations)


Rule = Callable[[Case], Iterator[Violation]]


def is_visit(stop: Stop) -> bool:
    """Whether food is handled there."""
    return stop.kind in ("pickup", "drop_off")


def load_of(lot: Lot, grams: int) -> Load:
    """What this much of the lot takes up: a crate begun is a crate taken."""
    in_class: dict[str, Any] = {}
    if lot.temperature_class != "ambient":
        in_class[f"{lot.temperature_class}_grams"] = grams
    return Load(grams, crates_of(lot, grams), **in_class)


def crates_of(lot: Lot, grams: int) -> int:
    whole, rest = divmod(lot.crates * grams, lot.grams)
    return whole + (rest > 0)


def clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
