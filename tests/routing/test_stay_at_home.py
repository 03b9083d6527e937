"""No route is driven that the day would be worth more without."""

from dataclasses import replace

import pytest

from routing import Policy, Problem, TimeWindow, check, solve
from routing.problem import Promise
from routing.retime import Cargo, Tour, Visit
from routing.score import worth_of
from routing.stay_at_home import worth_driving
from tests.routing.builders import a_city, a_lot, a_need, a_problem, a_shift
from tests.routing.random_days import a_random_day

CARGO = (Cargo("bread", "bank bread", 40_000),)
TOUR: Tour = (Visit("pickup", "store", CARGO), Visit("drop_off", "bank", CARGO))


def a_day(**shift: int) -> Problem:
    return a_problem([a_lot(value_per_kg=100)], [a_need()], [a_shift(**shift)])


def test_a_tour_that_costs_more_than_it_brings_stays_at_home() -> None:
    assert worth_driving(a_day(), (TOUR,)) == (TOUR,)
    assert worth_driving(a_day(cents_per_use=900_000), (TOUR,)) == ((),)


def test_fairness_and_a_promise_are_reasons_to_drive() -> None:
    dear = a_day(cents_per_use=4_500)  # 40 for the food and 24 for fairness against some 58
    assert worth_driving(dear, (TOUR,)) == (TOUR,)
    unfair = replace(dear, policy=Policy(fairness=()))
    assert worth_driving(unfair, (TOUR,)) == ((),)
    promised = replace(
        unfair, promises=(Promise("bread", "bank bread", "van"),), policy=Policy(fairness=(), move_cents=9_000)
    )
    assert worth_driving(promised, (TOUR,)) == (TOUR,)


def test_a_wait_that_costs_more_than_the_food_is_worth_is_not_waited() -> None:
    """The food bank opens in the evening, and the driver is paid for the whole day."""
    need = a_need(windows=(TimeWindow(16 * 3600, 17 * 3600),))
    day = a_problem([a_lot(value_per_kg=100)], [need], [a_shift(cents_per_hour=5_000)])
    plan = solve(day, iterations=50)
    assert check(day, plan) == ()
    assert (plan.grams_allocated, [each.reason for each in plan.unserved]) == (0, ["detour_not_worth_it"])


@pytest.mark.parametrize("seed", range(40))
def test_no_plan_is_worth_less_without_one_of_its_routes(seed: int) -> None:
    for problem in (a_city(seed, lots=4, banks=2), a_random_day(seed)):
        plan = solve(problem, iterations=50, seed=seed)
        assert plan.tiers is not None
        assert check(problem, plan) == ()
        idle = worth_of(problem, tuple(() for _ in problem.shifts))
        assert plan.tiers.worth >= idle
