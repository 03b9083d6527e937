"""The last step: the best choice of all routes seen, never worse than the plans that are there already."""

from collections.abc import Sequence
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from routing import Problem, check, solve
from routing.joint.select import least_worth, select
from routing.retime import Cargo, Tour, Visit, tours_of_plan
from routing.score import Left, lowest_fill, worth_of
from routing.solve import plan_of
from tests.routing.builders import a_city, a_lot, a_need, a_problem, a_shift

PLACES = {"store": (0, 0), "bank": (3000, 0), "far": (9000, 0)}


def brings(lot: str, to: str, site: str, grams: int = 40_000) -> Tour:
    cargo = (Cargo(lot, to, grams, 0),)
    return Visit("pickup", "store", cargo), Visit("drop_off", site, cargo)


def chosen(
    problem: Problem, pool: Sequence[tuple[int, Tour]], incumbent: Sequence[Tour], *others: Sequence[Tour]
) -> tuple[Tour, ...]:
    return select(problem, pool, incumbent, others, seconds=30, seed=1, stopped=lambda: False, work=0.5)


def two_vans() -> Problem:
    needs = [a_need("near", grams=80_000), a_need("away", organisation="other", site="far", grams=80_000)]
    lots = [a_lot("bread"), a_lot("rolls")]
    return a_problem(lots, needs, [a_shift("first"), a_shift("second")], places=PLACES)


def test_routes_of_different_plans_are_put_together() -> None:
    problem = two_vans()
    pool = [(0, brings("bread", "near", "bank")), (1, brings("rolls", "near", "bank"))]
    found = chosen(problem, pool, [brings("bread", "near", "bank"), ()])
    assert found == (pool[0][1], pool[1][1])


def test_no_lot_is_delivered_twice_and_no_need_overfilled() -> None:
    problem = two_vans()
    pool = [(0, brings("bread", "near", "bank")), (1, brings("bread", "near", "bank"))]
    found = chosen(problem, pool, [(), ()])
    assert sum(bool(tour) for tour in found) == 1


def test_the_emptiest_food_bank_is_lifted_for_at_most_half_a_percent_of_the_worth() -> None:
    problem = two_vans()
    near, away = brings("rolls", "near", "bank"), brings("rolls", "away", "far")
    bread = brings("bread", "near", "bank")
    found = chosen(problem, [(1, near), (1, away)], [bread, near])
    worths = {each: worth_of(problem, (bread, each)) for each in (near, away)}
    dear = worths[away] < least_worth(worths[near])
    assert found == (bread, near if dear and worths[near] > worths[away] else away)


def test_a_tour_that_cannot_be_driven_is_left_out() -> None:
    problem = a_problem([a_lot(grams=900_000)], [a_need(grams=900_000)], [a_shift()])
    assert chosen(problem, [(0, brings("bread", "bank bread", "bank", 900_000))], [()]) == ((),)


def test_stopped_before_it_begins_the_best_whole_plan_stands() -> None:
    problem = two_vans()
    plans = [(brings("bread", "near", "bank"), ()), (brings("bread", "near", "bank"), brings("rolls", "near", "bank"))]
    pool = [(number, tour) for number, tour in enumerate(plans[1])]
    assert select(problem, pool, plans[0], plans[1:], seconds=30, seed=1, stopped=lambda: True) == plans[1]
    assert select(problem, pool, plans[0], seconds=30, seed=1, stopped=lambda: True) == plans[0]


def may_be_driven_together(problem: Problem, tours: Sequence[Tour]) -> bool:
    left = Left(problem, tours)
    return min(*left.lots.values(), *left.needs.values()) >= 0


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000))
def test_of_the_routes_of_two_plans_it_chooses_as_well_as_trying_all(seed: int) -> None:
    problem = a_city(seed, lots=8, vans=2)
    plans = [tours_of_plan(problem, solve(problem, iterations=30, seed=number)) for number in (1, 2)]
    pool = [(number, tour) for tours in plans for number, tour in enumerate(tours) if tour]
    found = chosen(problem, pool, plans[0])
    choices = [[(), *(tour for number, tour in pool if number == shift)] for shift in range(len(problem.shifts))]
    worths = [worth_of(problem, tours) for tours in product(*choices) if may_be_driven_together(problem, tours)]
    best = max(worths)
    assert check(problem, plan_of(problem, found, 1)) == ()
    assert worth_of(problem, found) >= least_worth(best)
    assert lowest_fill(problem, found) >= lowest_fill(problem, plans[0]) or worth_of(problem, found) > worth_of(
        problem, plans[0]
    )
