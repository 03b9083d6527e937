"""The same day with every food bank on its own: the baseline of what coordination is worth.

Assumptions, stated because the comparison stands on them:
- Each organisation that has needs and vehicles plans its own day with the same solver, for its own needs and with
  its own shifts alone. Organisations without a vehicle collect nothing; vehicles of organisations without needs stay
  at home.
- They plan unaware of each other, each with everything on offer that it could take, and drive what they planned.
- The days are played against each other in time order. Whoever begins first at a store takes what it planned of a
  lot, as far as it is still there; who comes later finds less or nothing, and has driven all the same.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace

from routing.figures import DrivenRoute, Figures, StoreVisit, figures_of_day
from routing.plan import Allocation, Plan
from routing.problem import Problem
from routing.solve import solve


@dataclass(frozen=True)
class AloneDay:
    """What each food bank planned for itself, and what the day was when all of them drove at once."""

    plans: tuple[Plan, ...]
    figures: Figures


def alone(
    problem: Problem, *, seconds: float = 10.0, seed: int = 1, stop: Callable[[], bool] | None = None
) -> AloneDay:
    """Every food bank by itself; the time is shared out by how much each could choose from."""
    days = own_days(problem)
    choices = {bank: max(1, sum(1 for _ in day.pairs())) for bank, day in days.items()}
    total = sum(choices.values())
    plans = {
        bank: solve(day, seconds=seconds * choices[bank] / total, seed=seed, stop=stop) for bank, day in days.items()
    }
    return AloneDay(tuple(plans.values()), play(problem, plans))


def own_days(problem: Problem) -> dict[str, Problem]:
    """The day of each organisation with needs and shifts, as it sees it alone."""
    days = {}
    for bank in dict.fromkeys(need.organisation for need in problem.needs):
        shifts = tuple(shift for shift in problem.shifts if shift.organisation == bank)
        needs = tuple(need for need in problem.needs if need.organisation == bank)
        mine = {need.id for need in needs}
        pairs = None
        if problem.eligibilities is not None:
            pairs = tuple(pair for pair in problem.eligibilities if pair.need in mine)
        wanted = {lot for lot, need in problem.pairs() if need in mine}
        lots = tuple(lot for lot in problem.lots if lot.id in wanted)
        if shifts:
            days[bank] = replace(problem, shifts=shifts, needs=needs, eligibilities=pairs, lots=lots)
    return days


def play(problem: Problem, plans: dict[str, Plan]) -> Figures:
    """Drive all plans at once: first come, first served at each store."""
    there = {lot.id: lot.grams for lot in problem.lots}
    delivered: defaultdict[str, int] = defaultdict(int)
    visits = []
    for begin, bank, site, allocations in _pickups(plans):
        taken = 0
        for each in allocations:
            grams = min(each.grams, there[each.lot])
            if not problem.lots_by_id[each.lot].splittable and grams < each.grams:
                grams = 0
            there[each.lot] -= grams
            delivered[each.need] += grams
            taken += grams
        visits.append(StoreVisit(site, begin, bank, taken))
    routes = [DrivenRoute(route.shift, route.metres, route.seconds) for plan in plans.values() for route in plan.routes]
    return figures_of_day(problem, routes, visits, delivered)


def _pickups(plans: dict[str, Plan]) -> list[tuple[int, str, str, list[Allocation]]]:
    """Begin, organisation, store and planned allocations of every pickup of all plans, in time order."""
    found = []
    for bank, plan in plans.items():
        for route in plan.routes:
            for number, stop in enumerate(route.stops):
                if stop.kind == "pickup":
                    here = [a for a in plan.allocations if (a.shift, a.pickup_stop) == (route.shift, number)]
                    found.append((stop.begin, bank, stop.site, here))
    return sorted(found, key=lambda each: each[:3])
