"""Our engine and the routing library on the same days: both make plans that stand, measured by one and the same worth,
and on tiny days both are held against trying everything.

What the routing library cannot: CP-SAT tells it who gets what before any route is known, so on some tiny days it sends
food where it is not worth the drive. Told the best choice, it finds the best routes, but for stops of which the windows
have a single second in common: its model serves what is at one place one after the other.
"""

from dataclasses import replace

import pytest

from routing import Problem, check, solve
from routing.instances.city import instance
from routing.or_tools.route import route
from routing.or_tools.shipments import amounts_in, shipments_of
from routing.or_tools.two_phase import solve_here
from routing.retime import Tour
from routing.score import worth_of
from routing.solve import plan_of
from tests.routing.builders import a_city
from tests.routing.exhaustive import best_tours
from tests.routing.random_days import a_random_day

TINY_DAYS = range(40)
MISSED_BY_OURS = {7, 21, 29}
ONE_SECOND_IN_COMMON = {3}


def a_tiny_day(seed: int) -> Problem:
    """Three lots that stay whole, two food banks, two vans."""
    drawn = a_city(seed, lots=3, stores=3, banks=2, vans=2)
    return replace(drawn, lots=tuple(replace(lot, splittable=False) for lot in drawn.lots))


def by_or_tools(problem: Problem, seconds: float) -> tuple[Tour, ...]:
    return solve_here(problem, seconds=seconds, seed=1, stopped=lambda: False, report=lambda *_: None)


@pytest.fixture(scope="module")
def best() -> dict[int, tuple[Problem, tuple[Tour, ...]]]:
    days = {seed: a_tiny_day(seed) for seed in TINY_DAYS}
    return {seed: (day, best_tours(day)) for seed, day in days.items()}


@pytest.mark.parametrize("name", ["city-S-scarce-1", "city-S-plentiful-2", "city-S-scarce-3-split"])
def test_on_a_city_day_of_thirty_lots_they_are_close_to_each_other(name: str) -> None:
    problem = instance(name)
    ours = solve(problem, iterations=3_000)
    theirs = plan_of(problem, by_or_tools(problem, 3.0), 1, "or-tools")
    assert check(problem, ours) == check(problem, theirs) == ()
    assert ours.tiers is not None
    assert theirs.tiers is not None
    assert 0.9 < theirs.tiers.worth / ours.tiers.worth < 1.01


@pytest.mark.parametrize("part", range(5))
def test_on_every_random_day_the_plans_of_the_routing_library_stand(part: int) -> None:
    for seed in range(part, 100, 5):
        problem = a_random_day(seed)
        if problem.lots and problem.needs and problem.shifts:
            assert check(problem, plan_of(problem, by_or_tools(problem, 0.2), 1, "or-tools")) == (), seed


def test_no_engine_is_better_than_trying_everything_and_ours_is_nearly_always_as_good(
    best: dict[int, tuple[Problem, tuple[Tour, ...]]],
) -> None:
    missed = set()
    for seed, (day, tours) in best.items():
        plan = solve(day, iterations=1_000)
        assert plan.tiers is not None
        assert plan.tiers.worth <= worth_of(day, tours)
        assert worth_of(day, by_or_tools(day, 0.2)) <= worth_of(day, tours)
        if plan.tiers.worth < worth_of(day, tours):
            missed.add(seed)
    assert missed <= MISSED_BY_OURS


def test_told_who_gets_what_the_routing_library_finds_the_best_routes(
    best: dict[int, tuple[Problem, tuple[Tour, ...]]],
) -> None:
    missed = set()
    for seed, (day, tours) in best.items():
        shipments = shipments_of(day, amounts_in(tours))
        found = route(day, shipments, seconds=0.2, stopped=lambda: False)
        assert worth_of(day, found) <= worth_of(day, tours)
        if worth_of(day, found) < worth_of(day, tours):
            missed.add(seed)
    assert missed <= ONE_SECOND_IN_COMMON


def test_trying_everything_finds_what_can_be_said_without_it() -> None:
    day = a_tiny_day(4)
    dear = tuple(replace(shift, cents_per_use=900_000) for shift in day.shifts)
    assert best_tours(replace(day, shifts=dear)) == ((), ())
    free = tuple(replace(shift, cents_per_use=0, cents_per_km=0, cents_per_hour=0) for shift in day.shifts)
    cheap = replace(day, shifts=free)
    assert worth_of(cheap, best_tours(cheap)) > worth_of(day, best_tours(day)) > 0
    with pytest.raises(ValueError, match="split"):
        best_tours(a_city(4))
