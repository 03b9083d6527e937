"""Shares of what was really driven and brought, by hand and for any reports of random days: to the cent, nobody more
than alone, groups for the very food that came."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.cost_games import CostGame, best_split, shapley
from app.domain.funding import Rates, route_cents
from app.reports.together.recorded import Brought
from app.sharing.as_driven import brought_problem, driven_plan_of
from app.sharing.working_out import DayShares, asked, shared
from routing import DrivenRoute, GroupDay, Plan, Problem, Stop, group_days, solve
from routing.group_days import day_of_group
from tests.routing.builders import a_city
from tests.routing.test_group_days import PLACES, a_day, by_kilometre

STEPS = 60


@cache
def planned(seed: int) -> tuple[Problem, Plan]:
    problem = a_city(seed, lots=10, stores=4, banks=3, vans=3)
    return problem, solve(problem, iterations=300)


def all_of(plan: Plan) -> list[Brought]:
    """What a day brings where all goes to plan."""
    return [
        Brought(each.lot, each.need, each.shift, each.grams, each.pickup_stop, each.drop_off_stop)
        for each in plan.allocations
    ]


def stops_of(plan: Plan) -> dict[str, tuple[Stop, ...]]:
    return {route.shift: route.stops for route in plan.routes}


def as_recorded(
    problem: Problem, plan: Plan, brought: list[Brought], late: dict[str, int] | None = None
) -> tuple[Problem, Plan]:
    """What was driven of a plan: these routes, or all, each so many seconds longer than planned."""
    longer = {route.shift: 0 for route in plan.routes} if late is None else late
    routes = [
        DrivenRoute(route.shift, route.metres, route.seconds + longer[route.shift])
        for route in plan.routes
        if route.shift in longer
    ]
    kept = [each for each in brought if each.shift in longer]
    found = brought_problem(problem, problem, kept, {})
    return found, driven_plan_of(found, routes, stops_of(plan), kept, engine="joint", seed=1)


def shares_of(problem: Problem, plan: Plan, *, as_planned: bool = False) -> tuple[DayShares, list[GroupDay]]:
    day = asked(problem, plan, seed=1, as_planned=as_planned)
    asking = {"steps": STEPS, "whole_as_driven": day.whole_as_driven}
    days = list(group_days(problem, plan, day.groups, **asking)) if day.groups else []
    return shared(day, days), days


def test_where_all_went_to_plan_the_recorded_shares_are_the_planned_ones() -> None:
    problem, plan = a_day(("bank", "far"), [by_kilometre("a", "bank"), by_kilometre("b", "far")])
    found, _ = shares_of(*as_recorded(problem, plan, all_of(plan)))
    expected, _ = shares_of(problem, plan, as_planned=True)
    assert found == expected
    assert {each.organisation: each.cents for each in found.shares} == {"bank": 300, "far": 900}


def test_by_hand_who_refused_the_food_pays_nothing_and_the_detour_is_the_networks() -> None:
    """The van of the one at 3 km went 12 km, to the one at 6 km too, who refused: of the 12.00 the nearer one pays the
    6.00 that fetching its food would have cost it."""
    problem, plan = a_day(("bank", "far"), [by_kilometre("a", "bank")])
    brought = [each for each in all_of(plan) if each.need == "bread for bank"]
    found, _ = shares_of(*as_recorded(problem, plan, brought))
    assert (found.cents, found.standing, found.network_carries) == (1200, "dearer", 600)
    assert [(each.organisation, each.cents, each.alone) for each in found.shares] == [("bank", 600, 600)]
    assert (found.left_out, found.grams) == ({"far": "nothing_brought"}, {"bank": 20_000})


def test_by_hand_an_hour_of_waiting_is_shared_as_long_as_nobody_pays_more_than_alone() -> None:
    """12 km and an hour at 2.00: 14.00 of at most 6.00 and 12.00, so that each saves 2.00 of what it pays alone."""
    vans = [by_kilometre("a", "bank", cents_per_hour=200), by_kilometre("b", "far")]
    problem, plan = a_day(("bank", "far"), vans)
    [route] = plan.routes
    free = replace(problem, shifts=tuple(replace(each, cents_per_hour=0) for each in problem.shifts))
    recorded, driven = as_recorded(free, plan, all_of(plan))
    priced = replace(
        recorded, shifts=tuple(replace(each, cents_per_use=200 * (each.id == route.shift)) for each in recorded.shifts)
    )
    found, days = shares_of(priced, driven)
    alone = {next(iter(day.group)): day.cents for day in days if len(day.group) == 1}
    beyond = sum(alone.values()) - found.cents
    assert found.cents == 1400
    assert {each.organisation: each.alone - each.cents for each in found.shares} == dict.fromkeys(alone, beyond // 2)


def test_a_stop_that_the_route_has_no_more_makes_nothing_cheaper() -> None:
    """Where food came from is not known any more: what the van drove is what fetching it costs at most."""
    problem, plan = a_day(("bank", "far"), [by_kilometre("a", "bank")])
    brought = [replace(each, pickup=0) for each in all_of(plan)]
    found, days = shares_of(*as_recorded(problem, plan, brought))
    assert found.cents == 1200
    assert max(day.cents for day in days) <= 1200


def test_what_the_day_began_with_has_the_last_word_on_windows_and_rates() -> None:
    problem, plan = a_day(("bank", "far"), [by_kilometre("a", "bank")])
    changed = replace(
        problem,
        shifts=tuple(replace(each, cents_per_km=999) for each in problem.shifts),
        needs=tuple(replace(each, windows=()) for each in problem.needs),
    )
    found = brought_problem(changed, problem, all_of(plan), {})
    assert (found.shifts, found.needs, found.lots) == (problem.shifts, problem.needs, problem.lots)
    later = replace(by_kilometre("late", "far"), cents_per_km=0)
    more = replace(changed, shifts=(*changed.shifts, later))
    rated = brought_problem(more, problem, all_of(plan), {"late": Rates(50, 60, 70)}).shifts[-1]
    assert (rated.cents_per_km, rated.cents_per_hour, rated.cents_per_use) == (50, 60, 70)


@st.composite
def reported(draw: st.DrawFn) -> tuple[Problem, Plan, list[Brought], dict[str, int]]:
    """Any reports of a random day: routes that nobody reported, delays, food that was not brought or only in part."""
    problem, plan = planned(draw(st.integers(0, 3)))
    late = {
        route.shift: draw(st.integers(-route.seconds // 2, 2 * route.seconds))
        for route in plan.routes
        if draw(st.booleans()) or draw(st.booleans())
    }
    brought = [replace(each, grams=each.grams * draw(st.integers(0, 4)) // 4) for each in all_of(plan)]
    return problem, plan, [each for each in brought if each.grams], late


@settings(max_examples=30, deadline=None)
@given(reported())
def test_for_any_reports_shares_add_up_to_what_was_driven_and_nobody_pays_more_than_alone(
    day: tuple[Problem, Plan, list[Brought], dict[str, int]],
) -> None:
    problem, plan, brought, late = day
    recorded, driven = as_recorded(problem, plan, brought, late)
    found, days = shares_of(recorded, driven)
    # What was driven, counted apart from the search: the cost of each reported route by the rule that sponsors go by.
    whole = 0
    for route in plan.routes:
        if route.shift in late:
            shift = problem.shifts_by_id[route.shift]
            rates = Rates(shift.cents_per_km, shift.cents_per_hour, shift.cents_per_use)
            whole += route_cents(route.metres, route.seconds + late[route.shift], rates)
    assert sum(each.cents for each in found.shares) + found.network_carries == found.cents == whole
    assert all(each.cents <= each.alone for each in found.shares)
    by_bank: Counter[str] = Counter()
    for each in brought:
        if each.shift in late:
            by_bank[problem.needs_by_id[each.need].organisation] += each.grams
    assert found.grams == dict(by_bank)
    assert {each.organisation for each in found.shares} == (set(by_bank) if days else set())
    for group in (each.group for each in days):
        fetched = day_of_group(recorded, driven, group, recorded.shifts)
        assert sum(lot.grams for lot in fetched.lots) == sum(by_bank[bank] for bank in group)
    if days:
        alone = sum(each.alone for each in found.shares)
        assert (found.standing == "dearer") == (whole > alone)
        assert found.network_carries == max(0, whole - alone)
        _as_a_small_computation_has_it(found, days)


def _as_a_small_computation_has_it(found: DayShares, days: list[GroupDay]) -> None:
    """Shapley by going through every order, and the core by asking every group."""
    if len(found.shares) == 1:
        [one] = found.shares
        assert one.cents == one.fair == min(found.cents, one.alone)
        return
    game = best_split(CostGame(tuple(sorted(each.organisation for each in found.shares)), {
        day.group: day.cents for day in days
    }))  # fmt: skip
    orders = list(permutations(game.partners))
    added = dict.fromkeys(game.partners, Fraction())
    for order in orders:
        for place, partner in enumerate(order):
            before = game.costs[frozenset(order[:place])] if place else 0
            added[partner] += Fraction(game.costs[frozenset(order[: place + 1])] - before, len(orders))
    assert added == shapley(game)
    assert {each.organisation: each.fair for each in found.shares} == {
        partner: round(value) for partner, value in added.items()
    }
    shares = {each.organisation: each.cents for each in found.shares}
    gains = [sum(shares[each] for each in group) - game.costs[group] for group in game.groups]
    assert found.most_to_gain == max(0, *gains, 0)
    if found.standing == "core":
        assert found.most_to_gain <= len(shares)  # cents of rounding
        if all(sum(added[each] for each in group) <= cost for group, cost in game.costs.items()):
            assert all(abs(shares[partner] - value) < 1 for partner, value in added.items())


def test_the_places_by_hand_are_those_of_the_tests_of_groups() -> None:
    assert PLACES["far"] == (6000, 0)


@pytest.mark.parametrize("seed", range(4))
def test_the_random_days_bring_food_to_more_than_one(seed: int) -> None:
    problem, plan = planned(seed)
    assert len({problem.needs_by_id[each.need].organisation for each in plan.allocations}) >= 2
