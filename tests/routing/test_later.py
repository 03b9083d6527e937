"""Pairs that wait get what a search leaves over; and what would become of a plan if more were allowed."""

import json
from dataclasses import replace

import pytest

from routing import ProblemError, check, problem_to_json, solve, who_could_take, without_pairs, worth_of_plan
from routing.child import request_from_json
from tests.routing.builders import a_lot, a_need, a_problem, a_shift
from tests.routing.random_days import a_random_day

BOTH = [a_need("ours", grams=15_000), a_need("theirs", organisation="others", site="other bank")]
PLACES: dict[str, tuple[float, float]] = {"store": (0, 0), "bank": (5000, 0), "other bank": (200, 0)}
WAITS = {("bread", "theirs")}


def test_only_what_the_search_leaves_over_goes_to_a_pair_that_waits() -> None:
    day = a_problem([a_lot()], BOTH, [a_shift()], places=PLACES)
    plan = solve(day, iterations=200, later=WAITS)
    assert {each.need: each.grams for each in plan.allocations} == {"ours": 15_000, "theirs": 25_000}
    assert check(day, plan) == ()
    enough = a_problem([a_lot()], [replace(BOTH[0], grams=90_000), BOTH[1]], [a_shift()], places=PLACES)
    assert {each.need for each in solve(enough, iterations=200, later=WAITS).allocations} == {"ours"}


@pytest.mark.parametrize("seed", range(25))
def test_on_any_day_pairs_that_wait_take_nothing_from_the_others(seed: int) -> None:
    day = a_random_day(seed)
    later = [pair for number, pair in enumerate(day.pairs()) if number % 2]
    alone, plan = (solve(each, iterations=100, seed=seed, later=waits) for each, waits in
                   ((without_pairs(day, later), ()), (day, later)))  # fmt: skip
    assert check(day, plan) == ()
    assert plan.grams_allocated >= alone.grams_allocated
    firm = sum(each.grams for each in plan.allocations if (each.lot, each.need) not in set(later))
    assert firm >= alone.grams_allocated


@pytest.mark.parametrize("seed", range(15))
def test_a_search_begins_with_a_plan_in_which_pairs_that_wait_have_food(seed: int) -> None:
    day = a_random_day(seed)
    later = [pair for number, pair in enumerate(day.pairs()) if number % 2]
    start = solve(day, iterations=100, seed=seed)
    assert check(day, solve(day, iterations=100, seed=seed, later=later, start=start)) == ()


def test_without_pairs_keeps_all_others_with_their_deadlines() -> None:
    day = a_random_day(3)
    assert without_pairs(day, ()) is day
    few = without_pairs(day, list(day.pairs())[:1])
    assert list(few.pairs()) == list(day.pairs())[1:]
    assert all(few.deadline(*pair) == day.deadline(*pair) for pair in few.pairs())


def test_who_could_take_what_stays_is_proven_by_driving_it() -> None:
    day = a_problem([a_lot()], BOTH, [a_shift()], places=PLACES)
    plan = solve(without_pairs(day, WAITS), iterations=200)
    assert plan.grams_unserved == 25_000
    assert who_could_take(day, plan, "bread", {"theirs"}) == "theirs"
    assert who_could_take(day, plan, "bread", set()) is None
    closed = a_problem([a_lot()], [BOTH[0], replace(BOTH[1], windows=())], [a_shift()], places=PLACES)
    assert who_could_take(closed, plan, "bread", {"theirs"}) is None
    assert worth_of_plan(day, plan) < worth_of_plan(day, solve(day, iterations=200))


def test_a_child_can_be_asked_for_it() -> None:
    day = json.loads(json.dumps(problem_to_json(a_problem([a_lot()], BOTH, [a_shift()], places=PLACES))))
    order = [["pickup", "store"], ["drop_off", "bank"]]
    read = request_from_json({"problem": day, "later": [["bread", "theirs"]], "orders": {"van": order}})
    assert read.later == frozenset(WAITS)
    assert read.orders == {"van": [("pickup", "store"), ("drop_off", "bank")]}
    for fault in ({"later": [["bread"]]}, {"later": "x"}, {"orders": []}, {"orders": {"van": [[1, 2]]}}):
        with pytest.raises(ProblemError):
            request_from_json({"problem": day, **fault})
