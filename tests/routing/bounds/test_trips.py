"""All pairs of a day at once are judged as one pair alone is, and nothing that some route could bring is left out."""

from dataclasses import replace
from itertools import permutations

import pytest

from routing import Load, Problem, Shift, TimeWindow, TravelMatrix
from routing.bounds.trips import FEW_SITES, Pairs, allowed_pairs, possible_pairs
from routing.problem import END_OF_PLANNING
from routing.reach import failure_of_trip
from routing.reach import possible_pairs as judged_one_by_one
from routing.retime import Cargo, Tour, Visit, place_breaks, retime
from tests.routing.builders import a_city, a_lot, a_need, a_problem, a_shift
from tests.routing.random_days import a_random_day

THREE_PLACES = {"store": (0.0, 0.0), "bank": (5000.0, 0.0), "yard": (2500.0, 0.0)}


def named(problem: Problem, pairs: Pairs) -> set[tuple[str, str]]:
    return {
        (problem.lots[lot].id, problem.needs[need].id)
        for lot, need in zip(pairs.lots.tolist(), pairs.needs.tolist(), strict=True)
    }


@pytest.mark.parametrize("part", range(10))
def test_every_pair_is_judged_as_it_is_alone(part: int) -> None:
    for seed in range(part, 400, 10):
        problem = a_random_day(seed)
        assert named(problem, possible_pairs(problem)) == judged_one_by_one(problem), seed
    problem = a_city(part, lots=30, vans=3)
    assert named(problem, possible_pairs(problem)) == judged_one_by_one(problem)


def test_the_random_days_have_both_possible_pairs_and_every_kind_of_impossible_ones() -> None:
    failures: set[str | None] = set()
    for seed in range(400):
        problem = a_random_day(seed)
        failures |= {
            failure_of_trip(problem, shift, problem.lots_by_id[lot], problem.needs_by_id[need])
            for lot, need in problem.pairs()
            for shift in problem.shifts
        }
    assert {None, "no_vehicle_with_skills", "exceeds_every_vehicle", "unreachable_by_road"} < failures
    assert {"outside_every_shift", "no_receiving_window_in_time", "no_time_on_any_route"} < failures


@pytest.mark.parametrize("part", range(5))
def test_what_a_shift_can_really_drive_is_possible(part: int) -> None:
    """Each trip is driven by the clock of the routes, with breaks and all."""
    for seed in range(part, 150, 5):
        problem = a_random_day(seed)
        possible = named(problem, possible_pairs(problem))
        for lot, need in problem.pairs():
            tour = a_trip(problem, lot, need)
            if any(can_drive(problem, shift, tour) for shift in problem.shifts):
                assert (lot, need) in possible, seed


def a_trip(problem: Problem, lot_id: str, need_id: str) -> Tour:
    """The least of the lot, from store to food bank."""
    lot, need = problem.lots_by_id[lot_id], problem.needs_by_id[need_id]
    cargo = (Cargo(lot_id, need_id, 1 if lot.splittable and lot.on_board is None else lot.grams),)
    unload = Visit("drop_off", need.site, cargo)
    return (unload,) if lot.on_board is not None else (Visit("pickup", lot.site, cargo), unload)


def can_drive(problem: Problem, shift: Shift, tour: Tour) -> bool:
    placed = place_breaks(problem, shift, tour)
    return placed is not None and retime(problem, shift, placed) is not None


@pytest.mark.parametrize("seed", range(40))
def test_any_way_is_never_less_than_the_direct_way(seed: int) -> None:
    problem = a_random_day(seed)
    assert named(problem, possible_pairs(problem)) <= named(problem, possible_pairs(problem, by_any_way=True))


def test_a_way_over_another_site_counts_where_the_tables_make_it_faster() -> None:
    """Directly it takes two hours, over the yard twenty minutes."""
    seconds = [[0, 7200, 600], [7200, 0, 600], [600, 600, 0]]
    day = a_problem(
        [a_lot(window=TimeWindow(8 * 3600, 9 * 3600))],
        [a_need(windows=(TimeWindow(8 * 3600, 10 * 3600),))],
        [a_shift(start_site="yard")],
        places=THREE_PLACES,
    )
    day = replace(day, travel={"car": TravelMatrix(seconds, seconds)})
    assert named(day, possible_pairs(day)) == set()
    assert named(day, possible_pairs(day, by_any_way=True)) == {("bread", "bank bread")}


def test_on_days_of_too_many_sites_to_work_out_all_ways_none_is_reckoned_longer_than_it_is() -> None:
    far = {f"far {number}": (0.0, 90_000.0 + number) for number in range(FEW_SITES)}
    day = a_problem([a_lot()], [a_need()], [a_shift()], places={"store": (0.0, 0.0), "bank": (5000.0, 0.0)} | far)
    assert named(day, possible_pairs(day, by_any_way=True)) == {("bread", "bank bread")}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_first_window_in_time_counts_whatever_the_order_of_shifts(order: tuple[int, ...]) -> None:
    windows = (TimeWindow(7 * 3600, 8 * 3600), TimeWindow(10 * 3600, 10 * 3600 + 60))
    shifts = [
        a_shift("small", capacity=Load(0, 0, 0, 0, 0)),
        a_shift("late", window=TimeWindow(11 * 3600, 17 * 3600)),
        a_shift("good"),
    ]
    lot = a_lot(window=TimeWindow(8 * 3600, 9 * 3600))
    day = a_problem([lot], [a_need(windows=windows)], [shifts[number] for number in order])
    assert named(day, possible_pairs(day)) == {("bread", "bank bread")}
    without = replace(day, shifts=tuple(shift for shift in day.shifts if shift.id != "good"))
    assert named(without, possible_pairs(without)) == set()


def test_pairs_come_lot_by_lot_with_the_last_moment_to_unload() -> None:
    lots = [a_lot("a", deliver_by=40_000), a_lot("b")]
    day = replace(a_problem(lots, [a_need("x"), a_need("y")], [a_shift()]), eligibilities=None)
    pairs = allowed_pairs(day)
    assert (pairs.lots.tolist(), pairs.needs.tolist()) == ([0, 0, 1, 1], [0, 1, 0, 1])
    assert pairs.latest.tolist() == [40_000, 40_000, END_OF_PLANNING, END_OF_PLANNING]


@pytest.mark.parametrize("missing", ["lots", "needs", "shifts"])
def test_a_day_without_one_of_them_has_no_pairs(missing: str) -> None:
    day = a_problem(
        [] if missing == "lots" else [a_lot()],
        [] if missing == "needs" else [a_need()],
        [] if missing == "shifts" else [a_shift()],
    )
    assert named(day, possible_pairs(day)) == set()


@pytest.mark.parametrize(("back", "possible"), [(30_145, True), (30_144, False)])
def test_a_shift_that_is_back_on_the_last_second_is_in_time(back: int, possible: bool) -> None:
    """At the store at eight: two stops of 360 s with 625 s of driving between them."""
    day = a_problem([a_lot()], [a_need()], [a_shift(window=TimeWindow(25_200, back))])
    assert bool(named(day, possible_pairs(day))) is possible
    assert bool(judged_one_by_one(day)) is possible
