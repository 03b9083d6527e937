"""The day alone: each food bank for itself, first come, first served, by the same clock and figures."""

from collections import Counter

import pytest

from routing import Problem, Promise, TimeWindow, alone, check, figures_of_plan, solve
from routing.alone import in_turn, own_days, without_claimed
from routing.problem import LockedRoute, Storage
from tests.routing.builders import a_city, a_lot, a_need, a_problem, a_shift

PLACES = {"store": (0, 0), "bank": (3000, 0), "other": (6000, 0)}


def two_banks(*, second_has_a_van: bool = True) -> Problem:
    shifts = [a_shift()]
    if second_has_a_van:
        shifts.append(a_shift("second", organisation="other", start_site="other", end_site="other"))
    needs = [a_need(), a_need("other bread", organisation="other", site="other")]
    return a_problem([a_lot(grams=60_000)], needs, shifts, places=PLACES)


def test_who_comes_second_finds_it_taken_and_has_driven_all_the_same() -> None:
    problem = two_banks()
    day = alone(problem, seconds=2)
    assert day.figures.grams_delivered == 60_000
    assert day.figures.duplicate_visits == 1
    assert day.figures.vehicles == 2
    assert day.figures.lowest_fill_rate == 0.0


def test_together_the_same_food_needs_fewer_visits_and_reaches_both() -> None:
    problem = two_banks()
    together = figures_of_plan(problem, solve(problem, seconds=2))
    by_themselves = alone(problem, seconds=2).figures
    assert together.grams_delivered >= by_themselves.grams_delivered
    assert together.metres < by_themselves.metres
    assert together.lowest_fill_rate > by_themselves.lowest_fill_rate


def test_without_a_vehicle_of_its_own_a_food_bank_gets_nothing_alone() -> None:
    problem = two_banks(second_has_a_van=False)
    assert set(own_days(problem)) == {"bank"}
    assert alone(problem, seconds=1).figures.lowest_fill_rate == 0.0


def test_a_carriers_van_stays_at_home_alone() -> None:
    problem = a_problem([a_lot()], [a_need()], [a_shift(organisation="carrier")])
    assert own_days(problem) == {}
    assert alone(problem, seconds=1).figures.grams_delivered == 0


def test_aware_of_each_other_they_claim_nothing_twice() -> None:
    day = alone(two_banks(), seconds=2, aware=True)
    assert day.figures.grams_delivered == 60_000
    assert (day.figures.vehicles, day.figures.duplicate_visits) == (1, 0)  # the second knows that nothing is left


def test_aware_of_each_other_they_deliver_all_that_they_planned() -> None:
    problem = a_city(1, lots=16, banks=3, vans=3)
    day = alone(problem, seconds=1, aware=True)
    claimed: Counter[str] = Counter()
    for plan in day.plans:
        claimed.update({each.lot: 0 for each in plan.allocations})
        for each in plan.allocations:
            claimed[each.lot] += each.grams
    assert day.figures.grams_delivered == sum(claimed.values()) > 0
    assert all(grams <= problem.lots_by_id[lot].grams for lot, grams in claimed.items())


def test_whose_shift_begins_first_plans_first_and_the_name_decides_a_tie() -> None:
    early = TimeWindow(6 * 3600, 17 * 3600)
    problem = a_problem(
        [a_lot()],
        [a_need(), a_need("other bread", organisation="other", site="other")],
        [a_shift(), a_shift("second", organisation="other", window=early)],
        places=PLACES,
    )
    assert in_turn(own_days(problem)) == ["other", "bank"]
    assert in_turn(own_days(two_banks())) == ["bank", "other"]


@pytest.mark.parametrize(("splittable", "left"), [(True, [10_000]), (False, [])])
def test_of_what_is_claimed_only_the_rest_is_there(splittable: bool, left: list[int]) -> None:
    whole = a_problem(
        [a_lot(splittable=splittable)], [a_need()], [a_shift()], sites={"bank": {"storage": Storage(50_000)}}
    )
    part = a_problem([a_lot(grams=30_000)], [a_need()], [a_shift()])
    day = without_claimed(whole, [solve(part, iterations=10)])
    assert [lot.grams for lot in day.lots] == left
    assert day.sites_by_id["bank"].storage.ambient_grams == 20_000


def test_a_day_with_promises_locks_and_food_on_board_can_be_played_alone() -> None:
    problem = a_problem(
        [a_lot(), a_lot("soup", on_board="van", grams=5_000)],
        [a_need(), a_need("other bread", organisation="other", site="other")],
        [a_shift(), a_shift("second", organisation="other", start_site="other", end_site="other")],
        places=PLACES,
        promises=(Promise("bread", "other bread", "van"),),
        locked=(LockedRoute("second", ()),),
    )
    days = own_days(problem)
    assert [lot.id for lot in days["other"].lots] == ["bread"]
    played = alone(problem, seconds=1)
    assert all(check(day, plan) == () for day, plan in zip(days.values(), played.plans, strict=True))
    assert played.figures.grams_delivered == 45_000


def test_food_banks_by_themselves_are_spared_the_bounds_and_changes_that_nobody_reads() -> None:
    day = alone(a_city(3), seconds=1.0)
    assert all(plan.bound_grams is None and not plan.attainable_grams for plan in day.plans)
    left = [unserved for plan in day.plans for unserved in plan.unserved]
    assert left
    assert all(unserved.reason and unserved.change is None for unserved in left)
