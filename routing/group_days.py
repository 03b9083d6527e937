"""What a group of food banks would pay to fetch by itself the very food that a plan brings it: the costs that the
shares of a day's cost are worked out from.

Assumptions, stated because shares of money stand on them (docs/decisions/0036):
- Every group fetches the same food as the plan brings it: the same grams of the same lots to the same needs, within the
  same windows. A day that costs less because it moves less food would be no saving.
- A group drives with the vans of its own organisations. Only where these cannot fetch all of its food does it hire any
  of the day's vans, those of other food banks, carriers and stores, at the rates of those vans. Nobody earns by owning
  the only van.
- Groups plan with the same search as the day, for so many steps each: where more steps would find a cheaper day, the
  group's cost is too high. What the plan's own routes cost without the stops of others is known to be possible, so no
  group that hires pays more than that.
- A route costs its kilometres, hours and use at the rates of its van, rounded to the cent.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from routing.plan import Plan, Route
from routing.problem import Eligibility, Lot, Problem, Shift
from routing.retime import Cargo, Tour, Visit, join_neighbours, place_breaks, retime, tours_of_plan
from routing.score import route_cost
from routing.solve import plan_of, solve

STEPS = 2_000  # of the search, for each group
CENTS_PER_KG = 100_000  # of a group's food: more than any detour costs, so that none is left

Vans = Literal["own", "hired", "planned"]


@dataclass(frozen=True)
class GroupDay:
    """The day of one group of food banks by itself.

    vans: `own`, `hired` where others' were needed, or `planned` where it did not get better than the plan's own routes
        without the stops of others.
    """

    group: frozenset[str]
    cents: int
    metres: int
    seconds: int
    vehicles: int
    vans: Vans


def who_shares(problem: Problem, plan: Plan) -> tuple[str, ...]:
    """The food banks that the plan brings anything, in the order of their needs: it was driven for them."""
    fed = {problem.needs_by_id[each.need].organisation for each in plan.allocations}
    return tuple(dict.fromkeys(need.organisation for need in problem.needs if need.organisation in fed))


def cents_of(shift: Shift, route: Route) -> int:
    """What a route costs, to the nearest cent."""
    return (route_cost(shift, route) + 500) // 1000


def driven_cents(problem: Problem, plan: Plan) -> dict[str, int]:
    """What the plan's vans cost, by the organisation whose van it is; together, what the day costs."""
    found: defaultdict[str, int] = defaultdict(int)
    for route in plan.routes:
        shift = problem.shifts_by_id[route.shift]
        found[shift.organisation] += cents_of(shift, route)
    return dict(found)


def without_rates(problem: Problem, plan: Plan) -> tuple[str, ...]:
    """The driven shifts whose van has no rate at all: as far as anybody knows, they cost nothing."""
    shifts = [problem.shifts_by_id[route.shift] for route in plan.routes]
    return tuple(each.id for each in shifts if not (each.cents_per_km or each.cents_per_hour or each.cents_per_use))


def group_days(
    problem: Problem,
    plan: Plan,
    groups: Iterable[frozenset[str]],
    *,
    steps: int = STEPS,
    seed: int = 1,
    whole_as_driven: bool = True,
) -> Iterator[GroupDay]:
    """The day of each of these groups by itself, one after the other, so that whoever asks may stop between them. The
    plan is one of this problem, or what was really driven of one. The same steps and seed give the same costs on every
    machine. whole_as_driven: all whom the plan brings anything cost what its routes cost; otherwise they too are asked
    what they would pay by themselves, which a food bank is that the vans brought its food alone, on a way for others.

    Raises ValueError where food was on board when the plan was made: what had been driven for it before is not known.
    """
    if any(lot.on_board is not None for lot in problem.lots):
        raise ValueError("A day that was under way when it was planned has no cost of its own.")
    tours = tours_of_plan(problem, plan)
    everybody = set(who_shares(problem, plan))
    for group in groups:
        if whole_as_driven and everybody <= group:
            yield _as_driven(problem, plan, group)
        else:
            yield _by_itself(problem, plan, tours, group, steps, seed)


def day_of_group(problem: Problem, plan: Plan, group: frozenset[str], shifts: tuple[Shift, ...]) -> Problem:
    """The food that the plan brings the group, to be fetched with these shifts: a lot for each lot and need."""
    grams: defaultdict[tuple[str, str], int] = defaultdict(int)
    for each in plan.allocations:
        if problem.needs_by_id[each.need].organisation in group:
            grams[each.lot, each.need] += each.grams
    wanted: defaultdict[str, int] = defaultdict(int)
    lots, pairs = [], []
    for (lot, need), part in grams.items():
        lots.append(_part_of(problem.lots_by_id[lot], need, part))
        pairs.append(Eligibility(lots[-1].id, need, problem.deadline(lot, need) or 0))
        wanted[need] += part
    return replace(
        problem,
        lots=tuple(lots),
        needs=tuple(replace(need, grams=wanted[need.id]) for need in problem.needs if need.id in wanted),
        eligibilities=tuple(pairs),
        shifts=shifts,
        policy=replace(problem.policy, fairness=(), value_per_kg=CENTS_PER_KG),
        locked=(),
        promises=(),
    )


def _part_of(lot: Lot, need: str, grams: int) -> Lot:
    return replace(lot, id=_name(lot.id, need), grams=grams, crates=lot.crates_for(grams), value_per_kg=CENTS_PER_KG)


def _name(lot: str, need: str) -> str:
    return f"{lot} for {need}"


def _as_driven(problem: Problem, plan: Plan, group: frozenset[str]) -> GroupDay:
    """The whole day: it costs what its routes cost."""
    return _told(group, problem, plan.routes, "planned")


def _by_itself(
    problem: Problem, plan: Plan, tours: tuple[Tour, ...], group: frozenset[str], steps: int, seed: int
) -> GroupDay:
    own = tuple(shift for shift in problem.shifts if shift.organisation in group)
    if own:
        day = day_of_group(problem, plan, group, own)
        if (routes := _searched(day, _without_others(problem, day, tours), steps, seed)) is not None:
            return _told(group, day, routes, "own")
    day = day_of_group(problem, plan, group, problem.shifts)
    kept = _without_others(problem, day, tours)
    found = _searched(day, kept, steps, seed)
    hired = None if found is None else _told(group, day, found, "hired")
    planned = _as_planned(problem, plan, day, kept, group)
    return planned if hired is None or planned.cents <= hired.cents else hired


def _without_others(problem: Problem, day: Problem, tours: tuple[Tour, ...]) -> dict[str, Tour | None]:
    """The plan's tours of the day's shifts without the stops for others, by shift; None where one cannot be driven
    without them."""
    found: dict[str, Tour | None] = {}
    for shift, tour in zip(problem.shifts, tours, strict=True):
        if shift.id in day.shifts_by_id and tour:
            visits = tuple(kept for visit in tour if (kept := _kept(day, visit)) is not None)
            placed = place_breaks(day, shift, join_neighbours(day, replace(shift, breaks=()), visits))
            found[shift.id] = placed if placed is not None and (not placed or retime(day, shift, placed)) else None
    return found


def _kept(day: Problem, visit: Visit) -> Visit | None:
    """The visit with the group's cargo alone; None without any, and for a break, which finds its place anew."""
    named = (replace(each, lot=_name(each.lot, each.need)) for each in visit.cargo)
    cargo: tuple[Cargo, ...] = tuple(each for each in named if each.lot in day.lots_by_id)
    return replace(visit, cargo=cargo) if cargo else None


def _searched(day: Problem, kept: dict[str, Tour | None], steps: int, seed: int) -> tuple[Route, ...] | None:
    """The routes of the best plan found, beginning with what is kept of the plan's; None where food is left."""
    begin = plan_of(day, [kept.get(shift.id) or () for shift in day.shifts], seed, figures_alone=True)
    plan = solve(day, iterations=steps, seed=seed, start=begin, figures_alone=True)
    return plan.routes if plan.grams_allocated == sum(lot.grams for lot in day.lots) else None


def _as_planned(
    problem: Problem, plan: Plan, day: Problem, kept: dict[str, Tour | None], group: frozenset[str]
) -> GroupDay:
    """The plan's routes for the group without the stops of others; the whole route where it cannot be driven so."""
    whole = {route.shift: route for route in plan.routes}
    routes = []
    for shift, tour in kept.items():
        timed = retime(day, day.shifts_by_id[shift], tour) if tour else None
        if timed is not None or tour is None:
            routes.append(timed or whole[shift])
    return _told(group, problem, tuple(routes), "planned")


def _told(group: frozenset[str], problem: Problem, routes: tuple[Route, ...], vans: Vans) -> GroupDay:
    shifts = [problem.shifts_by_id[route.shift] for route in routes]
    return GroupDay(
        group,
        sum(cents_of(shift, route) for shift, route in zip(shifts, routes, strict=True)),
        sum(route.metres for route in routes),
        sum(route.seconds for route in routes),
        len({shift.vehicle for shift in shifts}),
        vans,
    )
