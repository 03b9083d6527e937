"""Bounds that no plan exceeds, and that are met where nothing but needs and supply is in the way."""

import pytest

from routing import solve
from routing.bounds.grams import Bounds
from routing.problem import Storage, TimeWindow
from tests.routing.builders import a_city, a_lot, a_need, a_problem, a_shift
from tests.routing.random_days import a_random_day


@pytest.mark.parametrize("seed", range(20))
def test_no_plan_delivers_more_than_the_bound(seed: int) -> None:
    problem = a_city(seed, lots=25, vans=5)
    plan = solve(problem, iterations=200, seed=seed)
    assert plan.grams_allocated <= Bounds(problem).grams()
    delivered: dict[str, int] = {}
    for each in plan.allocations:
        bank = problem.needs_by_id[each.need].organisation
        delivered[bank] = delivered.get(bank, 0) + each.grams
    attainable = Bounds(problem).attainable_grams()
    assert all(grams <= attainable[bank] for bank, grams in delivered.items())


@pytest.mark.parametrize("seed", range(40))
def test_the_bound_holds_on_days_that_use_every_field(seed: int) -> None:
    problem = a_random_day(seed)
    assert solve(problem, iterations=60, seed=seed).grams_allocated <= Bounds(problem).grams()


def test_the_bound_is_what_the_needs_can_take() -> None:
    lots = [a_lot("a", grams=50_000), a_lot("b", grams=80_000)]
    assert Bounds(a_problem(lots, [a_need(grams=70_000)], [a_shift()])).grams() == 70_000


def test_the_bound_is_what_the_storage_can_take() -> None:
    sites = {"bank": {"storage": Storage(ambient_grams=25_000)}}
    assert Bounds(a_problem([a_lot()], [a_need()], [a_shift()], sites=sites)).grams() == 25_000


def test_food_that_no_vehicle_can_bring_in_time_does_not_count() -> None:
    early = a_need(windows=(TimeWindow(0, 8 * 3600 + 300),))
    assert Bounds(a_problem([a_lot()], [early], [a_shift()])).grams() == 0
    assert Bounds(a_problem([a_lot(temperature_class="frozen")], [a_need()], [a_shift()])).grams() == 0


def test_what_one_food_bank_could_have_does_not_depend_on_the_others() -> None:
    needs = [a_need("mine", grams=30_000), a_need("theirs", grams=100_000, organisation="other")]
    assert Bounds(a_problem([a_lot()], needs, [a_shift()])).attainable_grams() == {"bank": 30_000, "other": 40_000}


def test_nothing_offered_is_nothing_bound() -> None:
    assert Bounds(a_problem([], [a_need()], [a_shift()])).grams() == 0
