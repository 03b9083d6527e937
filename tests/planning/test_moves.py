"""Where nobody says a place, a stop goes where the route is the quickest, whatever of it is left unlooked at."""

from dataclasses import replace

import pytest

from app.planning.edits import moves
from routing import PaceStep, Problem, Route, Shift, solve
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
