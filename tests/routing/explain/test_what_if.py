"""Looking everywhere in machine code finds what looking everywhere in Python finds."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from routing import Load, Problem, TimeWindow
from routing.engine.warm import compile_engine
from routing.explain.what_if import Routes, WhatIf
from routing.insert import insert, search_place
from routing.problem import LockedRoute, Lot
from routing.retime import Cargo, Tour, Visit, retime, tours_of_plan
from routing.score import Left, worth_of
from routing.solve import solve
from tests.routing.builders import a_city, a_lot, a_need, a_problem, a_shift
from tests.routing.random_days import a_random_day

TWO_SETUPS = 2 * 900 * 1200 * 1000 // 3600  # which Python leaves out beside a stop at the same place
Days = list[tuple[Problem, tuple[Tour, ...]]]


def day(seed: int) -> tuple[Problem, tuple[Tour, ...]]:
    """A day with tours that leave much over: every other one is empty."""
    problem = a_random_day(seed) if seed % 3 else a_city(seed, lots=30, vans=3)
    tours = tours_of_plan(problem, solve(problem, iterations=5, seed=seed))
    return problem, tuple(tour if number % 2 else () for number, tour in enumerate(tours))


@pytest.fixture(scope="module")
def days() -> list[tuple[Problem, tuple[Tour, ...]]]:
    compile_engine()
    found = [day(seed) for seed in range(60)]
    return [(problem, tours) for problem, tours in found if problem.shifts and problem.lots and has_all_roads(problem)]


def has_all_roads(problem: Problem) -> bool:
    """Where roads are missing, the engine may overlook a place."""
    return all((matrix.seconds >= 0).all() for matrix in problem.travel.values())


def whole_lots(problem: Problem, tours: tuple[Tour, ...]) -> Iterator[Lot]:
    left = Left(problem, tours)
    for lot in problem.lots:
        if left.lots[lot.id] == lot.grams:
            yield replace(lot, splittable=False)


def test_a_place_is_found_where_python_finds_one_and_hardly_ever_costs_more(days: Days) -> None:
    """Both price a place before the route is timed anew, and count otherwise how much later a vehicle could leave: so
    Python's price is the lower of what it said and what came of it, and one place in twenty may be dearer."""
    compared = dearer = 0
    for problem, tours in days:
        routes, left = Routes(problem, tours), Left(problem, tours)
        for lot in whole_lots(problem, tours):
            fast, slow = routes.place(lot, lot.grams), search_place(problem, tours, lot, left).best
            if slow is None or (with_it := insert(problem, tours, lot, slow, 99)) is None:
                continue
            compared += 1
            assert fast is not None
            if not problem.promises:
                gain = min(slow.gain, worth_of(problem, with_it) - worth_of(problem, tours))
                dearer += fast.worth < gain - TWO_SETUPS
    assert compared > 100
    assert dearer <= compared / 20


def test_what_is_found_can_be_driven(days: Days) -> None:
    found = 0
    for problem, tours in days:
        routes = Routes(problem, tours)
        for lot in whole_lots(problem, tours):
            fit = routes.place(lot, lot.grams)
            if fit is not None:
                found += 1
                assert retime(problem, fit.shift, fit.tour) is not None
    assert found > 100


def test_asking_what_if_leaves_no_trace() -> None:
    problem = a_city(3, lots=40, vans=2)
    routes = Routes(problem, tours_of_plan(problem, solve(problem, iterations=100)))
    lots = [problem.lots[number] for number in routes.lots]
    before = [routes.place(lot, lot.grams) for lot in lots]
    for asked in (WhatIf(back_later=7200), WhatIf(out_earlier=7200), WhatIf(spare=True), WhatIf(any_length=True)):
        for lot in lots:
            routes.place(lot, lot.grams, asked)
    assert [routes.place(lot, lot.grams) for lot in lots] == before


def test_nothing_is_put_on_a_locked_route() -> None:
    problem = a_problem([a_lot()], [a_need()], [a_shift()], locked=(LockedRoute("van", ()),))
    assert Routes(problem, ((),)).place(problem.lots[0], 40_000) is None
    assert search_place(problem, ((),), problem.lots[0], Left(problem, ((),))).best is None


def test_pieces_that_travel_together_take_their_crates_once() -> None:
    window = TimeWindow(9 * 3600, 9 * 3600)
    lots = [a_lot(crates=4, window=window), a_lot("rolls", grams=10_000, crates=1, window=window)]
    problem = a_problem(lots, [a_need()], [a_shift(capacity=Load(500_000, 5))])
    parts = (Cargo("bread", "bank bread", 15_000, 1), Cargo("bread", "bank bread", 25_000, 2))
    tour = (Visit("pickup", "store", parts), Visit("drop_off", "bank", parts))
    assert Routes(problem, (tour,)).place(lots[1], 10_000) is not None


def test_a_route_that_the_engine_cannot_time_is_left_as_it_is_and_the_others_are_asked() -> None:
    early = a_lot(window=TimeWindow(0, 3600))
    problem = a_problem([early, a_lot("rolls")], [a_need()], [a_shift(), a_shift("car")])
    cargo = (Cargo("bread", "bank bread", 40_000),)
    too_early = (Visit("pickup", "store", cargo), Visit("drop_off", "bank", cargo))
    fit = Routes(problem, (too_early, ())).fit(problem.lots[1], 40_000)
    assert fit is not None
    assert fit.shift.id == "car"
    alone = replace(problem, shifts=problem.shifts[:1])
    assert Routes(alone, (too_early,)).fit(alone.lots[1], 40_000) is None
