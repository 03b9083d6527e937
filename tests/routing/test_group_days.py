"""What groups of food banks would pay to fetch by themselves what a plan brings them: by hand, by trying everything,
and on random days up to the shares."""

from collections import Counter
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from app.domain.cost_games import CostGame, all_groups, best_split, shapley
from app.domain.shares import split
from routing import Load, Plan, Problem, Shift, TimeWindow, driven_cents, group_days, solve, who_shares, without_rates
from routing.group_days import GroupDay, cents_of, day_of_group
from routing.problem import Break
from routing.retime import retime
from tests.routing.builders import a_city, a_lot, a_need, a_problem, a_shift
from tests.routing.exhaustive import best_tours

PLACES = {"store": (0, 0), "bank": (3000, 0), "far": (6000, 0), "near": (0, 1000)}


def by_kilometre(id: str, home: str, **fields: Any) -> Shift:
    """A van that costs one a kilometre, and nothing else."""
    costs = {"cents_per_km": 100, "cents_per_hour": 0, "cents_per_use": 0}
    return a_shift(id, **{"organisation": home, "start_site": home, "end_site": home, **costs, **fields})


def bread_for(*banks: str) -> list[Any]:
    return [a_need(f"bread for {bank}", organisation=bank, site=bank, grams=20_000) for bank in banks]


def a_day(banks: tuple[str, ...], shifts: list[Shift]) -> tuple[Problem, Plan]:
    problem = a_problem([a_lot(grams=20_000 * len(banks))], bread_for(*banks), shifts, places=PLACES)
    plan = solve(problem, iterations=500)
    assert plan.grams_unserved == 0
    return problem, plan


def days_of(problem: Problem, plan: Plan) -> dict[frozenset[str], GroupDay]:
    return {day.group: day for day in group_days(problem, plan, all_groups(who_shares(problem, plan)), steps=500)}


def cents(days: dict[frozenset[str], GroupDay], *group: str) -> int:
    return days[frozenset(group)].cents


def test_two_on_one_road_by_hand() -> None:
    """The store is at 0 km, one food bank at 3 km, one at 6 km. Alone they drive 6 and 12 km; together 12 km, since the
    nearer one lies on the way. The nearer one adds 6.00 to nobody, and nothing to the other; the farther one 12.00 and
    6.00: they pay 3.00 and 9.00."""
    problem, plan = a_day(("bank", "far"), [by_kilometre("a", "bank"), by_kilometre("b", "far")])
    days = days_of(problem, plan)
    assert (cents(days, "bank"), cents(days, "far"), cents(days, "bank", "far")) == (600, 1200, 1200)
    assert {day.vans for day in days.values()} == {"own", "planned"}
    game = CostGame(("bank", "far"), {group: day.cents for group, day in days.items()})
    shared = split(game, shapley(game))
    assert (shared.standing, shared.shares) == ("core", {"bank": 300, "far": 900})


def test_who_has_no_van_hires_one_at_its_rates_and_nobody_earns_by_owning_it() -> None:
    """The van of the one at 3 km would drive 3 + 6 + 3 km to serve the one at 6 km alone."""
    problem, plan = a_day(("bank", "far"), [by_kilometre("a", "bank")])
    days = days_of(problem, plan)
    assert (cents(days, "bank"), cents(days, "far"), cents(days, "bank", "far")) == (600, 1200, 1200)
    assert days[frozenset({"far"})].vans in ("hired", "planned")
    assert days[frozenset({"bank"})].vans == "own"


def test_a_carriers_van_is_hired_where_ones_own_is_too_small_and_only_there() -> None:
    small = by_kilometre("small", "bank", capacity=Load(10_000, 10), maximum_stops=2)
    lorry = by_kilometre("lorry", "near", organisation="carrier", cents_per_km=300)
    alone = frozenset({"bank"})
    assert days_of(*a_day(("bank", "far"), [small, lorry]))[alone].vans in ("hired", "planned")
    assert days_of(*a_day(("bank", "far"), [by_kilometre("large", "bank"), small, lorry]))[alone].vans == "own"


def test_a_van_too_small_for_one_way_drives_twice_before_another_is_hired() -> None:
    small = by_kilometre("small", "bank", capacity=Load(10_000, 10))
    lorry = by_kilometre("lorry", "near", organisation="carrier", cents_per_km=300)
    day = days_of(*a_day(("bank", "far"), [small, lorry]))[frozenset({"bank"})]
    assert (day.vans, day.cents) == ("own", 1200)


def test_every_group_fetches_what_the_plan_brings_it_to_the_gram() -> None:
    problem = a_city(3, lots=30, stores=6, banks=4, vans=4)
    plan = solve(problem, iterations=1000)
    bank_of = {need.id: need.organisation for need in problem.needs}
    brought: Counter[tuple[str, str]] = Counter()
    for each in plan.allocations:
        brought[each.lot, each.need] += each.grams
    for group in all_groups(who_shares(problem, plan)):
        day = day_of_group(problem, plan, group, problem.shifts)
        asked = {pair: grams for pair, grams in brought.items() if bank_of[pair[1]] in group}
        assert Counter(lot.grams for lot in day.lots) == Counter(asked.values())
        assert sum(need.grams for need in day.needs) == sum(asked.values())
        assert len(day.eligibilities or ()) == len(day.lots)
        assert (day.locked, day.promises, day.policy.fairness) == ((), (), ())


@pytest.mark.parametrize("seed", range(4))
def test_a_groups_day_costs_what_trying_everything_finds(seed: int) -> None:
    problem = a_city(seed, lots=5, stores=3, banks=3, vans=3)
    problem = replace(problem, lots=tuple(replace(lot, splittable=False) for lot in problem.lots))
    plan = solve(problem, iterations=1000)
    for group, found in days_of(problem, plan).items():
        if found.vans == "planned":
            continue
        shifts = [each for each in problem.shifts if found.vans == "hired" or each.organisation in group]
        day = day_of_group(problem, plan, group, tuple(shifts))
        timed = [
            (shift, retime(day, shift, tour)) for shift, tour in zip(day.shifts, best_tours(day), strict=True) if tour
        ]
        assert found.cents == sum(cents_of(shift, route) for shift, route in timed if route is not None)


@pytest.mark.parametrize("seed", range(5))
def test_on_random_days_shares_add_up_and_nobody_pays_more_than_alone(seed: int) -> None:
    problem = a_city(seed, lots=18, stores=5, banks=4, vans=3)
    plan = solve(problem, iterations=1000)
    partners = who_shares(problem, plan)
    days = days_of(problem, plan)
    game = best_split(CostGame(partners, {group: day.cents for group, day in days.items()}))
    assert game.whole == sum(driven_cents(problem, plan).values())
    shared = split(game, shapley(game))
    assert sum(shared.shares.values()) + shared.network_carries == game.whole
    assert all(shared.shares[each] <= cents(days, each) for each in partners)


def test_the_same_steps_and_seed_cost_the_same_and_groups_are_worked_out_one_by_one() -> None:
    problem = a_city(2, lots=20, stores=5, banks=4, vans=3)
    plan = solve(problem, iterations=1000)
    pairs = [frozenset(pair) for pair in combinations(who_shares(problem, plan), 2)]
    assert list(group_days(problem, plan, pairs, steps=200)) == list(group_days(problem, plan, pairs, steps=200))
    assert next(group_days(problem, plan, iter(pairs), steps=200)).group == pairs[0]


def test_a_break_is_taken_on_a_groups_day_too() -> None:
    pause = Break(TimeWindow(8 * 3600, 9 * 3600), 1800)
    vans = [by_kilometre("a", "bank", breaks=(pause,), cents_per_hour=1200), by_kilometre("b", "far", breaks=(pause,))]
    problem, plan = a_day(("bank", "far"), vans)
    for day in days_of(problem, plan).values():
        assert day.seconds > 1800


def test_a_food_bank_that_is_brought_nothing_shares_nothing() -> None:
    problem, plan = a_day(("bank",), [by_kilometre("a", "bank")])
    problem = replace(problem, needs=(*problem.needs, *bread_for("far")))
    assert who_shares(problem, plan) == ("bank",)


def test_vans_without_any_rate_are_named() -> None:
    free = by_kilometre("free", "bank", cents_per_km=0)
    assert without_rates(*a_day(("bank",), [free])) == ("free",)
    assert without_rates(*a_day(("bank",), [by_kilometre("a", "bank")])) == ()


def test_a_day_that_was_under_way_has_no_cost_of_its_own() -> None:
    problem = a_problem([a_lot(on_board="van")], [a_need()], [a_shift()])
    plan = solve(problem, iterations=10)
    with pytest.raises(ValueError, match="under way"):
        next(group_days(problem, plan, [frozenset({"bank"})]))
