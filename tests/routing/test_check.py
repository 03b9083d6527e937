"""The checker finds every damage that is done to a good plan, and nothing in a good one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from routing import Plan, Problem, Stop, check, solve
from tests.routing.builders import a_city, a_lot, a_need, a_problem, a_shift


@pytest.fixture(scope="module")
def good() -> tuple[Problem, Plan]:
    """Two lots for one food bank by one van, with a third that nobody asked for."""
    problem = a_problem(
        [a_lot("bread"), a_lot("rolls", splittable=False, grams=20_000), a_lot("cake", category="cake")],
        [a_need(grams=70_000)],
        [a_shift()],
    )
    return problem, solve(problem, seconds=1)


def allocation(plan: Plan, **fields: Any) -> Plan:
    return replace(plan, allocations=(replace(plan.allocations[0], **fields), *plan.allocations[1:]))


def stop(plan: Plan, number: int, **fields: Any) -> Plan:
    route = plan.routes[0]
    stops = (*route.stops[:number], replace(route.stops[number], **fields), *route.stops[number + 1 :])
    return replace(plan, routes=(replace(route, stops=stops),))


def route(plan: Plan, **fields: Any) -> Plan:
    return replace(plan, routes=(replace(plan.routes[0], **fields),))


def second(plan: Plan) -> Stop:
    return plan.routes[0].stops[1]


DAMAGES: dict[str, Callable[[Plan], Plan]] = {
    "made for another problem": lambda p: replace(p, problem_digest="0" * 64),
    "an unknown lot": lambda p: allocation(p, lot="nothing"),
    "an unknown need": lambda p: allocation(p, need="nobody"),
    "an unknown shift": lambda p: allocation(p, shift="nowhere"),
    "an unknown site": lambda p: stop(p, 1, site="nowhere"),
    "an unknown kind of stop": lambda p: stop(p, 1, kind="party"),
    "a stop that is not there": lambda p: allocation(p, drop_off_stop=99),
    "a route twice": lambda p: replace(p, routes=(p.routes[0], p.routes[0])),
    "grams that vanish": lambda p: allocation(p, grams=p.allocations[0].grams - 1),
    "grams from nowhere": lambda p: allocation(p, grams=p.allocations[0].grams + 1),
    "nothing allocated": lambda p: allocation(p, grams=0),
    "an allocation twice": lambda p: replace(p, allocations=(*p.allocations, p.allocations[0])),
    "a lot forgotten": lambda p: replace(p, unserved=()),
    "a lot unserved twice": lambda p: replace(p, unserved=(*p.unserved, *p.unserved)),
    "a reason that is none": lambda p: replace(p, unserved=(replace(p.unserved[0], reason="bad luck"),)),
    "food that is not allowed": lambda p: allocation(p, lot="cake"),
    "crates that do not follow": lambda p: allocation(p, crates=p.allocations[0].crates + 1),
    "delivered before it is collected": lambda p: allocation(
        p, pickup_stop=p.allocations[0].drop_off_stop, drop_off_stop=p.allocations[0].pickup_stop
    ),
    "collected elsewhere": lambda p: stop(p, 1, site="bank"),
    "too early at the store": lambda p: stop(p, 1, begin=3600),
    "work left out": lambda p: stop(p, 1, leave=second(p).begin),
    "an arrival before the drive is over": lambda p: stop(p, 1, arrive=second(p).arrive - 60),
    "a shorter road than there is": lambda p: stop(p, 1, metres_from_previous=1),
    "a load that is wrong": lambda p: stop(p, 1, load_after=replace(second(p).load_after, grams=1)),
    "metres that do not add up": lambda p: route(p, metres=p.routes[0].metres + 1),
    "seconds that do not add up": lambda p: route(p, seconds=p.routes[0].seconds + 1),
    "no start": lambda p: route(p, stops=p.routes[0].stops[1:]),
    "no end": lambda p: route(p, stops=p.routes[0].stops[:-1]),
}


def test_a_good_plan_has_no_violation(good: tuple[Problem, Plan]) -> None:
    problem, plan = good
    assert check(problem, plan) == ()
    assert len(plan.allocations) == 2


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_damage_is_found(good: tuple[Problem, Plan], damage: str) -> None:
    problem, plan = good
    found = check(problem, DAMAGES[damage](plan))
    assert found
    assert all(violation.sentence.endswith(".") and violation.rule for violation in found)


def test_a_van_that_is_too_small_for_the_same_plan_is_found(good: tuple[Problem, Plan]) -> None:
    problem, plan = good
    small = replace(problem.shifts[0], capacity=replace(problem.shifts[0].capacity, grams=50_000))
    smaller = replace(problem, shifts=(small,))
    assert check(smaller, replace(plan, problem_digest=smaller.digest()))


def test_a_need_that_is_too_small_for_the_same_plan_is_found(good: tuple[Problem, Plan]) -> None:
    problem, plan = good
    smaller = replace(problem, needs=(replace(problem.needs[0], grams=10_000),))
    assert check(smaller, replace(plan, problem_digest=smaller.digest()))


@pytest.mark.parametrize("seed", range(6))
def test_a_plan_of_one_day_is_no_plan_of_another(seed: int) -> None:
    plan = solve(a_city(seed), seconds=0.3)
    assert check(a_city(seed + 100), plan)
