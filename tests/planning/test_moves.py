"""Where nobody says a place, a stop goes where the route is the quickest, whatever of it is left unlooked at."""

from dataclasses import replace

import pytest

from app.planning.edits import moves
from routing import PaceStep, Problem, Route, Shift, late_visits, solve, violations_of_tour
from routing.retime import Tour, retime, tours_of_plan
from tests.routing.random_days import a_random_day

SEEDS = 120
FAST = (PaceStep(0, 40),)  # drives take less than the tables say


def quickest(problem: Problem, shift: Shift, tours: list[Tour]) -> Tour | None:
    """The first of the quickest of all, each of them timed."""
    routes = [(retime(problem, shift, tour), tour) for tour in tours]
    timed = [(route.seconds, tour) for route, tour in routes if route is not None]
    return min(timed, key=lambda each: each[0])[1] if timed else None


def test_the_place_that_is_chosen_is_the_quickest_of_all_places(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Tour] = []

    def counted(problem: Problem, shift: Shift, tour: Tour) -> Route | None:
        asked.append(tour)
        return retime(problem, shift, tour)

    monkeypatch.setattr(moves, "retime", counted)
    looked = there = 0
    for seed in range(SEEDS):
        problem = a_random_day(seed)
        problem = replace(problem, pace=FAST) if seed % 2 else problem
        plan = solve(problem, seconds=0.05, seed=seed)
        for shift, tour in zip(problem.shifts, tours_of_plan(problem, plan), strict=True):
            for place, visit in enumerate(tour):
                placed = list(moves._places((*tour[:place], *tour[place + 1 :]), visit))
                asked.clear()
                chosen, _ = moves._best(problem, shift, placed)
                expected = quickest(problem, shift, [moves.finished(shift, each) for each, _ in placed])
                assert expected in (None, chosen), seed
                looked, there = looked + len(asked), there + len(placed)
    assert there > 300
    assert looked < there


def test_where_every_place_breaks_something_the_one_that_breaks_least_is_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judged: list[Tour] = []
    cost = moves._cost

    def counted(problem: Problem, shift: Shift, tour: Tour) -> moves.Cost:
        judged.append(tour)
        return cost(problem, shift, tour)

    monkeypatch.setattr(moves, "_cost", counted)
    looked = there = 0
    for seed in range(SEEDS):
        problem = a_random_day(seed)
        plan = solve(problem, seconds=0.05, seed=seed)
        problem = replace(problem, pace=(PaceStep(0, 400),))  # everybody comes late
        for shift, tour in zip(problem.shifts, tours_of_plan(problem, plan), strict=True):
            for place, visit in enumerate(tour):
                rest = (*tour[:place], *tour[place + 1 :])
                tours = [moves.finished(shift, each) for each, _ in moves._places(rest, visit)]
                if quickest(problem, shift, tours) is not None:
                    continue
                judged.clear()
                chosen, _ = moves._best(problem, shift, moves._places(rest, visit))
                assert chosen == min(tours, key=lambda each: cost(problem, shift, each)), seed
                looked, there = looked + len(judged), there + len(tours)
    assert there > 300
    assert looked < there


def test_no_tour_breaks_fewer_rules_than_it_has_late_visits() -> None:
    late = 0
    for seed in range(SEEDS):
        problem = a_random_day(seed)
        plan = solve(problem, seconds=0.05, seed=seed)
        slow = replace(problem, pace=(PaceStep(0, 250),))
        for shift, tour in zip(problem.shifts, tours_of_plan(problem, plan), strict=True):
            assert late_visits(problem, shift, tour) == 0
            found = late_visits(slow, shift, tour)
            assert found <= len(violations_of_tour(slow, shift, tour)[1]), seed
            late += found
    assert late > 20
