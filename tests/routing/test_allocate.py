"""Sharing out food: fairly, within all limits, the same for the same work, and ended by whoever wants the answer."""

import time
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from routing import Problem
from routing.limits import SMALLEST_PART_GRAMS
from routing.or_tools.allocate import UNIT_GRAMS, Amounts, allocate
from routing.reach import possible_pairs
from tests.routing.builders import a_city, a_lot, a_need, a_problem, a_shift

ASKED_AFTER = 1.0


def shared_out(problem: Problem, *, seconds: float = 10.0, work: float | None = 0.5) -> Amounts:
    return allocate(problem, possible_pairs(problem), seconds=seconds, seed=1, stopped=lambda: False, work=work)


def two_banks(grams: int, *, splittable: bool = True) -> Problem:
    needs = [a_need(grams=60_000), a_need("other bread", organisation="other", site="other", grams=60_000)]
    places = {"store": (0, 0), "bank": (3000, 0), "other": (6000, 0)}
    return a_problem([a_lot(grams=grams, splittable=splittable)], needs, [a_shift()], places=places)


def test_a_lot_is_shared_out_where_that_is_fairer() -> None:
    amounts = shared_out(two_banks(60_000))
    assert sum(amounts.values()) == 60_000
    assert min(amounts["bread", "bank bread"], amounts["bread", "other bread"]) >= 20_000


def test_a_lot_that_must_stay_whole_stays_whole() -> None:
    assert list(shared_out(two_banks(60_000, splittable=False)).values()) == [60_000]


def test_nothing_is_cut_so_small_that_nobody_would_stop_for_it() -> None:
    amounts = shared_out(two_banks(SMALLEST_PART_GRAMS + UNIT_GRAMS))
    assert list(amounts.values()) == [SMALLEST_PART_GRAMS + UNIT_GRAMS]


def test_without_time_the_greedy_answer_stands() -> None:
    assert shared_out(two_banks(50_000), seconds=0) == {("bread", "bank bread"): 50_000}


def test_the_same_work_gives_the_same_answer() -> None:
    problem = a_city(4, lots=40, stores=12, banks=6, vans=3)
    assert shared_out(problem) == shared_out(problem)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), lots=st.integers(0, 14), banks=st.integers(1, 4))
def test_no_lot_and_no_need_is_used_twice(seed: int, lots: int, banks: int) -> None:
    problem = a_city(seed, lots=lots, banks=banks)
    of_lot, of_need = Counter[str](), Counter[str]()
    for (lot, need), grams in shared_out(problem, work=0.05).items():
        of_lot[lot] += grams
        of_need[need] += grams
        assert problem.lots_by_id[lot].splittable or grams == problem.lots_by_id[lot].grams
    assert all(grams <= problem.lots_by_id[lot].grams for lot, grams in of_lot.items())
    assert all(grams <= problem.needs_by_id[need].grams for need, grams in of_need.items())


def test_a_stop_ends_the_choice_of_food_banks_long_before_its_time_is_up() -> None:
    problem = a_city(1, lots=120, stores=25, banks=20, vans=4)
    pairs, began = possible_pairs(problem), time.monotonic()
    amounts = allocate(problem, pairs, seconds=60, seed=1, stopped=lambda: time.monotonic() - began > ASKED_AFTER)
    assert time.monotonic() - began < ASKED_AFTER + 5
    assert amounts
