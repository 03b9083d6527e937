"""The same day with every food bank on its own: the baseline of what coordination is worth.

Assumptions, stated because the comparison stands on them:
- Each organisation that has needs and vehicles plans its own day with the same solver, for its own needs and with
  its own shifts alone. Organisations without a vehicle collect nothing; vehicles of organisations without needs stay
  at home. What a vehicle has on board is its own; promises and locked routes are of the common plan and do not count.
- Unaware of each other (the usual case), each plans with everything on offer that it could take, or at the stores that
  `routing.own_stores` gives it. The days are then played against each other in time order: whoever begins first at a
  store takes what it planned of a lot, as far as it is still there; who comes later finds less or nothing.
- A vehicle that finds an empty shelf drives all the same as planned, to every stop and at the planned times: its driver
  cannot know better. So its kilometres and hours count, and it is not sent elsewhere.
- Aware of each other (the control), they plan one after another, in the order in which their first shifts begin (then
  by name), or the other way round, each with what the ones before have left over. Nothing is claimed twice, so no shelf
  is empty; what is still missing is that one vehicle may serve several of them.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from routing.figures import DrivenRoute, Figures, PartnerFigures, StoreVisit, day_figures, figures_of_day
from routing.locked import lot_left, site_left
from routing.plan import Allocation, Plan
from routing.problem import Problem
from routing.solve import solve


@dataclass(frozen=True)
class AloneDay:
    """What each food bank planned for itself, and what the day was when all of them drove at once. delivered: grams
    by need."""

    plans: tuple[Plan, ...]
    figures: Figures
    partners: Mapping[str, PartnerFigures]
    delivered: Mapping[str, int]


def alone(
    problem: Problem,
    *,
    seconds: float = 10.0,
    seed: int = 1,
    stop: Callable[[], bool] | None = None,
    aware: bool = False,
    last_first: bool = False,
    iterations: int | None = None,
    stores: Mapping[str, Collection[str]] | None = None,
    there: Mapping[str, int] | None = None,
) -> AloneDay:
    """Every food bank by itself; the time is shared out by how much each could choose from.

    aware: each knows what those before it have claimed, and plans without that; last_first: in the reverse order.
    iterations: steps of each search instead of seconds, and the same days on every machine.
    stores: by food bank the sites that it goes to; all of them for one that is not named.
    there: by lot the grams that are really there, where that is not what was offered: only who comes finds out.
    """
    days = own_days(problem, stores)
    choices = {bank: max(1, sum(1 for _ in day.pairs())) for bank, day in days.items()}
    total = sum(choices.values())
    plans: dict[str, Plan] = {}
    turns = in_turn(days) if aware else list(days)
    for bank in reversed(turns) if last_first else turns:
        day = without_claimed(days[bank], plans.values()) if aware else days[bank]
        share = seconds * choices[bank] / total
        plans[bank] = solve(day, seconds=share, seed=seed, iterations=iterations, stop=stop, figures_alone=True)
    routes, visits, delivered = _played(problem, plans, there)
    whole = day_figures(problem, routes, visits, delivered)
    return AloneDay(tuple(plans.values()), whole.figures, whole.partners, dict(delivered))


def in_turn(days: Mapping[str, Problem]) -> list[str]:
    """The order in which food banks that know of each other plan: whose first shift begins first, then by name."""
    return sorted(days, key=lambda bank: (min(shift.window.earliest for shift in days[bank].shifts), bank))


def without_claimed(day: Problem, plans: Iterable[Plan]) -> Problem:
    """The day of one food bank with what the plans of others leave of its lots and of the storage at its sites."""
    claimed: defaultdict[str, int] = defaultdict(int)
    stored: defaultdict[tuple[str, str], int] = defaultdict(int)
    for plan in plans:
        sites = {(route.shift, number): stop.site for route in plan.routes for number, stop in enumerate(route.stops)}
        for each in plan.allocations:
            claimed[each.lot] += each.grams
            if each.lot in day.lots_by_id:
                lot = day.lots_by_id[each.lot]
                stored[sites[each.shift, each.drop_off_stop], lot.temperature_class] += each.grams
    lots = tuple(rest for lot in day.lots if (rest := lot_left(lot, claimed[lot.id])) is not None)
    kept, pairs = {lot.id for lot in lots}, day.eligibilities
    return replace(
        day,
        sites=tuple(site_left(site, stored) for site in day.sites),
        lots=lots,
        eligibilities=None if pairs is None else tuple(pair for pair in pairs if pair.lot in kept),
    )


def own_days(problem: Problem, stores: Mapping[str, Collection[str]] | None = None) -> dict[str, Problem]:
    """The day of each organisation with needs and shifts, as it sees it alone: of the stores that it goes to."""
    days = {}
    for bank in dict.fromkeys(need.organisation for need in problem.needs):
        shifts = tuple(shift for shift in problem.shifts if shift.organisation == bank)
        needs = tuple(need for need in problem.needs if need.organisation == bank)
        mine = {need.id for need in needs}
        pairs = None
        if problem.eligibilities is not None:
            pairs = tuple(pair for pair in problem.eligibilities if pair.need in mine)
        wanted = {lot for lot, need in problem.pairs() if need in mine}
        mine_too = None if stores is None else stores.get(bank)
        driving = {shift.id for shift in shifts}
        lots = tuple(
            lot
            for lot in problem.lots
            if lot.id in wanted
            and (lot.on_board is None or lot.on_board in driving)
            and (lot.on_board is not None or mine_too is None or lot.site in mine_too)
        )
        if pairs is not None:
            offered = {lot.id for lot in lots}
            pairs = tuple(pair for pair in pairs if pair.lot in offered)
        if shifts:
            days[bank] = replace(
                problem, shifts=shifts, needs=needs, eligibilities=pairs, lots=lots, locked=(), promises=()
            )
    return days


def play(problem: Problem, plans: Mapping[str, Plan], there: Mapping[str, int] | None = None) -> Figures:
    """Drive all plans at once: first come, first served at each store, of what is `there`: grams by lot."""
    return figures_of_day(problem, *_played(problem, plans, there))


def _played(
    problem: Problem, plans: Mapping[str, Plan], really: Mapping[str, int] | None
) -> tuple[list[DrivenRoute], list[StoreVisit], dict[str, int]]:
    at_first = {lot.id: lot.grams if really is None else really.get(lot.id, lot.grams) for lot in problem.lots}
    there = dict(at_first)
    delivered: defaultdict[str, int] = defaultdict(int)
    visits = []
    for each in (each for plan in plans.values() for each in plan.allocations):
        if problem.lots_by_id[each.lot].on_board is not None:
            delivered[each.need] += each.grams
    for begin, bank, site, allocations in _pickups(plans):
        taken = 0
        for each in allocations:
            grams = min(each.grams, there[each.lot])
            if not problem.lots_by_id[each.lot].splittable and there[each.lot] < at_first[each.lot]:
                grams = 0  # it goes whole, and has gone
            there[each.lot] -= grams
            delivered[each.need] += grams
            taken += grams
        visits.append(StoreVisit(site, begin, bank, taken))
    routes = [DrivenRoute(route.shift, route.metres, route.seconds) for plan in plans.values() for route in plan.routes]
    return routes, visits, delivered


def _pickups(plans: Mapping[str, Plan]) -> list[tuple[int, str, str, list[Allocation]]]:
    """Begin, organisation, store and planned allocations of every pickup of all plans, in time order."""
    found = []
    for bank, plan in plans.items():
        for route in plan.routes:
            for number, stop in enumerate(route.stops):
                if stop.kind == "pickup":
                    here = [a for a in plan.allocations if (a.shift, a.pickup_stop) == (route.shift, number)]
                    found.append((stop.begin, bank, stop.site, here))
    return sorted(found, key=lambda each: each[:3])
