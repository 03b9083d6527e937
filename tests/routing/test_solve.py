"""Every plan can be driven, accounts for every gram, and says truly why something stays."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import Load, Promise, Storage, TimeWindow, check, solve
from routing.solve import Progress
from tests.routing.builders import END_OF_DAY, WORKDAY, a_city, a_lot, a_need, a_problem, a_shift
from tests.routing.test_random_days import locked_as_driven


@settings(max_examples=20)
@given(seed=st.integers(0, 10_000), lots=st.integers(0, 14), banks=st.integers(1, 4), vans=st.integers(0, 3))
def test_every_plan_of_a_random_day_passes_the_checker(seed: int, lots: int, banks: int, vans: int) -> None:
    problem = a_city(seed, lots=lots, banks=banks, vans=vans)
    plan = solve(problem, seconds=0.4, seed=seed)
    assert check(problem, plan) == ()
    assert plan.grams_allocated + plan.grams_unserved == sum(lot.grams for lot in problem.lots)


def test_an_empty_problem_has_an_empty_plan() -> None:
    plan = solve(a_problem(), seconds=0.2)
    assert (plan.routes, plan.allocations, plan.unserved) == ((), (), ())


def test_what_can_be_served_is_served() -> None:
    problem = a_problem([a_lot()], [a_need()], [a_shift()])
    plan = solve(problem, seconds=1)
    assert check(problem, plan) == ()
    assert (plan.grams_allocated, plan.unserved) == (40_000, ())
    assert plan.metres == 10_000


def test_a_lot_is_split_between_needs_that_are_too_small_for_it() -> None:
    needs = [a_need("a", grams=25_000), a_need("b", grams=15_000, organisation="other")]
    plan = solve(a_problem([a_lot()], needs, [a_shift()]), seconds=1)
    assert sorted(each.grams for each in plan.allocations) == [15_000, 25_000]


FULL = a_shift(capacity=Load(100_000, 100, 100_000, 0, 0), window=TimeWindow(7 * 3600, 9 * 3600))
REASONS = {
    "no_eligible_need": a_problem([a_lot(category="cake")], [a_need()], [a_shift()]),
    "no_need_left": a_problem([a_lot(splittable=False)], [a_need(grams=1_000)], [a_shift()]),
    "storage_full": a_problem([a_lot()], [a_need()], [a_shift()], sites={"bank": {"storage": Storage(0)}}),
    "no_vehicle_with_skills": a_problem([a_lot(skills=("tail lift",))], [a_need()], [a_shift()]),
    "no_vehicle_for_temperature_class": a_problem([a_lot(temperature_class="frozen")], [a_need()], [a_shift()]),
    "exceeds_every_vehicle": a_problem([a_lot(splittable=False, grams=600_000)], [a_need(grams=900_000)], [a_shift()]),
    "outside_every_shift": a_problem(
        [a_lot(window=TimeWindow(18 * 3600, 19 * 3600))], [a_need(windows=(TimeWindow(0, END_OF_DAY),))], [a_shift()]
    ),
    "no_receiving_window_in_time": a_problem(
        [a_lot()], [a_need(windows=(TimeWindow(7 * 3600, 8 * 3600),))], [a_shift()]
    ),
    "detour_not_worth_it": a_problem(
        [a_lot(grams=200, value_per_kg=1)], [a_need()], [a_shift()], places={"store": (0, 0), "bank": (60_000, 0)}
    ),
}


@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_is_given_where_it_is_true(reason: str) -> None:
    plan = solve(REASONS[reason], seconds=1)
    assert [unserved.reason for unserved in plan.unserved] == [reason]
    assert plan.grams_allocated == 0


def test_no_vehicle_full_but_for_a_larger_one() -> None:
    lots = [a_lot("first", grams=300_000, splittable=False), a_lot("second", grams=300_000, splittable=False)]
    narrow = TimeWindow(9 * 3600, 9 * 3600 + 600)
    lots = [a_lot(each.id, grams=each.grams, splittable=False, window=narrow) for each in lots]
    problem = a_problem(lots, [a_need(grams=900_000)], [a_shift()])
    plan = solve(problem, seconds=1)
    assert check(problem, plan) == ()
    assert [unserved.reason for unserved in plan.unserved] == ["vehicles_full"]


def test_progress_is_reported_and_a_stop_gives_the_best_so_far() -> None:
    said: list[Progress] = []
    problem = a_city(3)
    plan = solve(problem, seconds=30, progress=said.append, stop=lambda: len(said) >= 3)
    assert check(problem, plan) == ()
    assert said[-1].elapsed_seconds < 20
    assert [step.phase for step in said][:2] == ["building routes", "choosing food banks"]


def test_a_shift_longer_than_needed_is_not_driven_longer() -> None:
    plan = solve(a_problem([a_lot()], [a_need()], [a_shift(window=WORKDAY)]), seconds=1)
    assert plan.routes[0].seconds < 3600


def test_stopped_at_once_it_still_brings_what_a_quick_look_finds_and_tells_the_truth_about_the_rest() -> None:
    problem = a_problem([a_lot()], [a_need()], [a_shift()])
    plan = solve(problem, seconds=30, stop=lambda: True)
    assert check(problem, plan) == ()
    assert (plan.grams_allocated, plan.unserved) == (40_000, ())


def test_food_on_board_goes_where_it_can_though_its_store_would_open_later() -> None:
    """The store's window says when the rest of the lot is ready; what is on board need not wait for it."""
    soup = a_lot("soup", on_board="van", window=TimeWindow(16 * 3600, 17 * 3600))
    need = a_need(windows=(TimeWindow(9 * 3600, 12 * 3600),))
    day = a_problem([soup, a_lot("rolls")], [need], [a_shift()])
    plan = solve(day, iterations=100)
    assert check(day, plan) == ()
    assert {each.lot for each in plan.allocations} == {"soup", "rolls"}
    assert plan.bound_grams == plan.grams_allocated


def test_reports_measure_the_whole_day_with_its_locked_routes_and_promises() -> None:
    first = a_city(5)
    planned = solve(first, iterations=300)
    route = planned.routes[0]
    locked = locked_as_driven(planned, route.shift)
    promises = tuple(dict.fromkeys(Promise(each.lot, each.need, each.shift) for each in planned.allocations))
    day = replace(first, locked=(locked,), promises=promises, policy=replace(first.policy, move_cents=50_000))
    told: list[Progress] = []
    plan = solve(day, iterations=2_000, progress=told.append)
    assert check(day, plan) == ()
    assert plan.tiers is not None
    searched = [each for each in told if each.lots_unserved is None]
    assert searched
    assert max(each.worth for each in told) == plan.tiers.worth
    assert max(each.worth for each in searched) == pytest.approx(plan.tiers.worth, rel=0.1)  # then gaps are filled
    assert max(each.grams_allocated for each in searched) <= plan.bound_grams
    metres = sum(each.metres for each in plan.routes)
    assert searched[-1].metres == pytest.approx(metres, rel=0.1)
    assert route.metres < metres
