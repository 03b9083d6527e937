"""What a day is worth under the network's policy, in thousandths of a cent: food delivered, fairly, less the
driving. Grams times cents per kg and metres times cents per km are both in that unit."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from routing.plan import Route
from routing.problem import Lot, Need, Problem, Shift
from routing.retime import Tour, retime


def value_per_kg(problem: Problem, lot: Lot) -> int:
    return lot.value_per_kg or problem.policy.value_per_kg


class Fill:
    """How full each food bank is, and what more food for it is worth: the emptier, the more."""

    def __init__(self, problem: Problem) -> None:
        self._steps = problem.policy.fairness
        self.wanted: dict[str, int] = defaultdict(int)
        self.delivered: dict[str, int] = defaultdict(int)
        for need in problem.needs:
            self.wanted[need.organisation] += need.grams + need.delivered_grams
            self.delivered[need.organisation] += need.delivered_grams

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
                found.append((high - low, step.cents_per_kg))
                low = high
        return found

    def _bonus(self, organisation: str, delivered: int) -> int:
        total = low = 0
        for step in self._steps:
            high = self.wanted[organisation] * step.until_percent // 100
            total += max(0, min(delivered, high) - low) * step.cents_per_kg
            low = high
        return total


def cost_of(shift: Shift, metres: int, seconds: int) -> int:
    return metres * shift.cents_per_km + seconds * shift.cents_per_hour * 1000 // 3600


def worth_of(problem: Problem, tours: Sequence[Tour]) -> int:
    """What these tours, one for each shift, are worth."""
    fill, total = Fill(problem), 0
    for shift, tour in zip(problem.shifts, tours, strict=True):
        if not tour:
            continue
        route = retime(problem, shift, tour)
        if route is None:
            raise ValueError(f"The shift {shift.id} cannot drive this tour.")
        total -= route_cost(shift, route)
        for visit in tour:
            if visit.kind == "drop_off":
                for cargo in visit.cargo:
                    need = problem.needs_by_id[cargo.need]
                    total += cargo.grams * value_per_kg(problem, problem.lots_by_id[cargo.lot])
                    total += fill.bonus_for(need, cargo.grams)
                    fill.add(need, cargo.grams)
    return total


def route_cost(shift: Shift, route: Route) -> int:
    return cost_of(shift, route.metres, route.seconds) + shift.cents_per_use * 1000


class Left:
    """What of each lot, and of each need, the tours leave over."""

    def __init__(self, problem: Problem, tours: Iterable[Tour]) -> None:
        self.lots = {lot.id: lot.grams for lot in problem.lots}
        self.needs = {need.id: need.grams for need in problem.needs}
        self.fill = Fill(problem)
        for tour in tours:
            for visit in tour:
                if visit.kind == "drop_off":
                    for cargo in visit.cargo:
                        self.take(problem, cargo.lot, cargo.need, cargo.grams)

    def take(self, problem: Problem, lot: str, need: str, grams: int) -> None:
        self.lots[lot] -= grams
        self.needs[need] -= grams
        self.fill.add(problem.needs_by_id[need], grams)

    @property
    def unserved(self) -> Mapping[str, int]:
        return {lot: grams for lot, grams in self.lots.items() if grams}
