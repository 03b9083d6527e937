"""Fuller emptiest food banks for hardly any worth."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from routing import FairnessStep, Policy, Problem, check, solve
from routing.joint.lift import EXTRA_CENTS, TRIES, lift, paying_extra
from routing.joint.select import least_worth
from routing.limits import MOST_CENTS
from routing.retime import Tour
from routing.score import lowest_fill, worth_of
from tests.routing.builders import a_city, a_lot, a_need, a_problem, a_shift
from tests.routing.joint.test_select import brings

PLACES = {"store": (0, 0), "bank": (3000, 0), "far": (3000, 500)}


def a_day() -> Problem:
    needs = [a_need("near", grams=80_000), a_need("away", organisation="other", site="far", grams=80_000)]
    return a_problem([a_lot("bread"), a_lot("rolls")], needs, [a_shift("first"), a_shift("second")], places=PLACES)


UNFAIR = (brings("bread", "near", "bank"), brings("rolls", "near", "bank"))
FAIR = (brings("bread", "near", "bank"), brings("rolls", "away", "far"))


def test_what_lifts_the_emptiest_is_told_and_what_does_not_is_dropped() -> None:
    answers: list[tuple[Tour, ...]] = [UNFAIR, FAIR, UNFAIR, FAIR]

    def search(day: Problem, tours: Sequence[Tour], number: int) -> tuple[Tour, ...]:
        return answers[number]

    assert list(lift(a_day(), UNFAIR, search)) == [FAIR]


def test_a_plan_that_costs_too_much_is_dropped() -> None:
    nothing: tuple[Tour, ...] = ((), ())
    assert list(lift(a_day(), FAIR, lambda day, tours, number: nothing)) == []


def test_each_try_begins_where_the_last_one_got_to() -> None:
    begun: list[tuple[Tour, ...]] = []

    def search(day: Problem, tours: Sequence[Tour], number: int) -> tuple[Tour, ...]:
        begun.append(tuple(tours))
        return FAIR

    list(lift(a_day(), UNFAIR, search))
    assert begun == [UNFAIR] + [FAIR] * (TRIES - 1)


@pytest.mark.parametrize(
    ("until", "steps"),
    [
        (20, [(20, 120 + EXTRA_CENTS), (35, 120), (65, 60)]),
        (35, [(35, 120 + EXTRA_CENTS), (65, 60)]),
        (50, [(35, 120 + EXTRA_CENTS), (50, 60 + EXTRA_CENTS), (65, 60)]),
        (80, [(35, 120 + EXTRA_CENTS), (65, 60 + EXTRA_CENTS), (80, EXTRA_CENTS)]),
    ],
)
def test_the_extra_is_paid_up_to_the_fill_aimed_at(until: int, steps: list[tuple[int, int]]) -> None:
    assert paying_extra(a_day(), until).policy.fairness == tuple(FairnessStep(*step) for step in steps)


def test_the_engine_lifts_the_emptiest_within_half_a_percent() -> None:
    from routing.joint.budget import Budget
    from routing.joint.engine import improve_tours
    from routing.joint.filling import candidates_of, finish
    from routing.joint.last_step import last_step
    from routing.joint.pool import Pool

    budget, lifted = Budget(60, 4_000, 1, lambda: False, lambda phase, tours: None, lambda found: None), 0
    for seed in range(5):
        problem, pool = a_city(seed, lots=40, stores=14, banks=6, vans=3), Pool()
        candidates, nothing = candidates_of(problem), ((),) * len(problem.shifts)
        before = finish(problem, improve_tours(problem, nothing, candidates, budget, 1.0, pool), 1)
        after = last_step(problem, before, candidates, budget, pool)
        assert worth_of(problem, after) >= least_worth(worth_of(problem, before))
        lifted += lowest_fill(problem, after) > lowest_fill(problem, before)
    assert lifted > 0


def test_with_iterations_the_last_step_too_gives_the_same_plan_again() -> None:
    problem = a_city(11, lots=30, stores=10, banks=5, vans=3)
    plans = [solve(problem, iterations=600, seed=5) for _ in range(2)]
    assert plans[0] == plans[1]
    assert check(problem, plans[0]) == ()


def test_another_seed_gives_another_plan_of_the_same_day() -> None:
    """The twin: it is the seed that makes two runs one."""
    problem = a_city(11, lots=30, stores=10, banks=5, vans=3)
    routes = [solve(problem, iterations=60, seed=seed).routes for seed in range(4)]
    assert any(each != routes[0] for each in routes)


def test_extra_pay_stays_within_what_a_policy_may_pay() -> None:
    dear = replace(a_day(), policy=Policy(fairness=(FairnessStep(50, MOST_CENTS), FairnessStep(80, MOST_CENTS))))
    for until in (20, 50, 90):
        assert max(step.cents_per_kg for step in paying_extra(dear, until).policy.fairness) == MOST_CENTS
