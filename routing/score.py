"""What a day is worth under the network's policy, in thousandths of a cent: food delivered, fairly, less the
driving. Grams times cents per kg and metres times cents per km are both in that unit."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy

from routing.plan import Route, Tiers
from routing.problem import CLASSES, Lot, Need, Problem, Shift
from routing.retime import Tour, retime

NO_LIMIT = 2**60


def value_per_kg(problem: Problem, lot: Lot) -> int:
    return lot.value_per_kg or problem.policy.value_per_kg


class Fill:
    """How full each food bank is, over the weeks before and today, and what more food for it is worth: the emptier,
    the more. Full means all that could come to it today, not all that it asked for."""

    def __init__(self, problem: Problem) -> None:
        self._steps = problem.policy.fairness
        self.wanted: dict[str, int] = defaultdict(int)
        self.delivered: dict[str, int] = defaultdict(int)
        self.priority: dict[str, int] = defaultdict(int)
        attainable = problem.attainable_grams
        for need in problem.needs:
            bank = need.organisation
            self.wanted[bank] += attainable[need.id] + need.delivered_grams + need.past_wanted_grams
            self.delivered[bank] += need.delivered_grams + need.past_delivered_grams
            self.priority[bank] = max(self.priority[bank], need.priority_percent)

    def copy(self) -> "Fill":
        """Another one, to be changed."""
        other = copy(self)
        other.delivered = self.delivered.copy()
        return other

    def add(self, need: Need, grams: int) -> None:
        self.delivered[need.organisation] += grams

    def bonus_for(self, need: Need, grams: int) -> int:
        """What these grams add to the fairness of the day."""
        before = self.delivered[need.organisation]
        return self._bonus(need.organisation, before + grams) - self._bonus(need.organisation, before)

    def steps_left(self, organisation: str) -> list[tuple[int, int]]:
        """Grams still to go on each step, with the cents that a kg on it is worth."""
        found, low = [], self.delivered[organisation]
        for step in self._steps:
            high = self.wanted[organisation] * step.until_percent // 100
            if high > low:
                found.append((high - low, step.cents_per_kg * self.priority[organisation] // 100))
                low = high
        return found

    def _bonus(self, organisation: str, delivered: int) -> int:
        total = low = 0
        for step in self._steps:
            high = self.wanted[organisation] * step.until_percent // 100
            cents = step.cents_per_kg * self.priority[organisation] // 100
            total += max(0, min(delivered, high) - low) * cents
            low = high
        return total


def cost_of(shift: Shift, metres: int, seconds: int) -> int:
    return metres * shift.cents_per_km + seconds * shift.cents_per_hour * 1000 // 3600


def tiers_of(problem: Problem, tours: Sequence[Tour]) -> Tiers:
    """What these tours, one for each shift, are worth, tier by tier."""
    fill, food, fairness, driving = Fill(problem), 0, 0, 0
    carried: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for shift, tour in zip(problem.shifts, tours, strict=True):
        if not tour:
            continue
        route = retime(problem, shift, tour)
        if route is None:
            raise ValueError(f"The shift {shift.id} cannot drive this tour.")
        driving += route_cost(shift, route)
        for visit in tour:
            if visit.kind == "drop_off":
                for cargo in visit.cargo:
                    need = problem.needs_by_id[cargo.need]
                    food += cargo.grams * value_per_kg(problem, problem.lots_by_id[cargo.lot])
                    fairness += fill.bonus_for(need, cargo.grams)
                    fill.add(need, cargo.grams)
                    carried[cargo.lot].add((cargo.need, shift.id))
    return Tiers(food, fairness, driving, broken_promises(problem, carried) * problem.policy.move_cents * 1000)


def broken_promises(problem: Problem, carried: Mapping[str, set[tuple[str, str]]]) -> int:
    """Promises that are not kept: nothing of the lot goes to that need with that shift."""
    return sum((promise.need, promise.shift) not in carried.get(promise.lot, set()) for promise in problem.promises)


def lowest_fill(problem: Problem, tours: Iterable[Tour]) -> float:
    """Of all food banks that anything could come to today, the fill of the emptiest; 1 if there is none."""
    fill = Left(problem, tours).fill
    reached = {need.organisation for need in problem.needs if problem.attainable_grams[need.id]}
    return min((min(1.0, fill.delivered[bank] / fill.wanted[bank]) for bank in reached), default=1.0)


def worth_of(problem: Problem, tours: Sequence[Tour]) -> int:
    """What these tours, one for each shift, are worth."""
    return tiers_of(problem, tours).worth


def route_cost(shift: Shift, route: Route) -> int:
    return cost_of(shift, route.metres, route.seconds) + shift.cents_per_use * 1000


class Left:
    """What of each lot, and of each need, the tours leave over."""

    def __init__(self, problem: Problem, tours: Iterable[Tour]) -> None:
        self.lots = {lot.id: lot.grams for lot in problem.lots}
        self.needs = {need.id: need.grams for need in problem.needs}
        self.fill = Fill(problem)
        self._room = {
            (site.id, name): limit
            for site in problem.sites
            for name in CLASSES
            if (limit := site.storage.limit_for(name)) is not None
        }
        for tour in tours:
            for visit in tour:
                if visit.kind == "drop_off":
                    for cargo in visit.cargo:
                        self.take(problem, cargo.lot, cargo.need, cargo.grams)

    def take(self, problem: Problem, lot: str, need: str, grams: int) -> None:
        self.lots[lot] -= grams
        self.needs[need] -= grams
        room = problem.needs_by_id[need].site, problem.lots_by_id[lot].temperature_class
        if room in self._room:
            self._room[room] -= grams
        self.fill.add(problem.needs_by_id[need], grams)

    def room_at(self, site: str, temperature_class: str) -> int:
        """Grams of this class that the site can still put away."""
        return self._room.get((site, temperature_class), NO_LIMIT)

    @property
    def unserved(self) -> Mapping[str, int]:
        return {lot: grams for lot, grams in self.lots.items() if grams}
