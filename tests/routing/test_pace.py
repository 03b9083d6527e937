"""The pace: exact, first in first out, and the same alone, in tables, in the engine and in the checker."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import PaceStep, Plan, Problem, ProblemError, check, problem_from_json, problem_to_json, solve
from routing.check.drives import arrival as arrival_in_check
from routing.engine import drives
from routing.engine.layout import NEVER, NO_CLOCK
from routing.engine.prepare import clock_rows
from routing.pace import ClockTable, Pace
from tests.routing.builders import a_city, a_lot, a_need, a_problem, a_shift

HOUR = 3600
FIRST, LAST = -2 * HOUR, 6 * HOUR


@st.composite
def steps(draw: st.DrawFn) -> tuple[PaceStep, ...]:
    begins = draw(st.lists(st.integers(0, 4 * HOUR), max_size=6, unique=True))
    return tuple(PaceStep(begin, draw(st.integers(25, 400))) for begin in sorted(begins))


seconds_of_day = st.integers(-HOUR, 5 * HOUR)
stretches = st.integers(0, 3 * HOUR)


def driven_until(pace: Sequence[PaceStep], second: int) -> Fraction:
    """The free-flow clock, by adding up every step."""
    edges = [FIRST, *(step.from_second for step in pace), 10**9]
    percents = [100, *(step.percent for step in pace)]
    return sum(
        (
            Fraction(100 * (min(second, edges[n + 1]) - edges[n]), percent)
            for n, percent in enumerate(percents)
            if second > edges[n]
        ),
        Fraction(0),
    )


@given(steps(), seconds_of_day, stretches)
def test_an_arrival_is_the_first_second_at_which_the_stretch_is_driven(
    pace: tuple[PaceStep, ...], leave: int, stretch: int
) -> None:
    arrive = Pace(pace).arrive(leave, stretch)
    wanted = driven_until(pace, leave) + stretch
    assert driven_until(pace, arrive) >= wanted
    assert arrive == leave or driven_until(pace, arrive - 1) < wanted


@given(steps(), seconds_of_day, stretches, st.integers(0, 600), st.integers(0, 600))
def test_whoever_leaves_later_or_drives_further_never_arrives_earlier(
    pace: tuple[PaceStep, ...], leave: int, stretch: int, later: int, further: int
) -> None:
    timed = Pace(pace)
    assert timed.arrive(leave, 0) == leave
    assert timed.arrive(leave, stretch) <= timed.arrive(leave + later, stretch + further)


@given(steps(), seconds_of_day, stretches)
def test_the_latest_leaving_is_the_last_that_is_in_time(pace: tuple[PaceStep, ...], by: int, stretch: int) -> None:
    timed = Pace(pace)
    leave = timed.latest_leave(by, stretch)
    assert timed.arrive(leave, stretch) <= by < timed.arrive(leave + 1, stretch)


@given(st.lists(st.integers(0, 86_400), max_size=5, unique=True), st.integers(-HOUR, 10**6), st.integers(0, 10**7))
def test_at_a_hundred_per_cent_a_drive_takes_what_the_table_says(begins: list[int], second: int, stretch: int) -> None:
    timed = Pace([PaceStep(begin, 100) for begin in sorted(begins)])
    assert timed.arrive(second, stretch) == second + stretch
    assert timed.latest_leave(second, stretch) == second - stretch


@given(steps(), seconds_of_day, stretches)
def test_the_checker_comes_to_the_same_arrival_by_itself(pace: tuple[PaceStep, ...], leave: int, stretch: int) -> None:
    assert arrival_in_check(pace, leave, stretch) == Pace(pace).arrive(leave, stretch)


@settings(max_examples=60, deadline=None)
@given(steps().filter(bool), st.lists(st.tuples(st.integers(FIRST - 9, LAST + 9), stretches), min_size=1, max_size=30))
def test_tables_and_the_engine_say_the_same_to_the_second(
    pace: tuple[PaceStep, ...], asked: list[tuple[int, int]]
) -> None:
    timed, table = Pace(pace), ClockTable(Pace(pace), FIRST, LAST)
    rows = clock_rows(table)
    leaves, stretch = np.array(asked, dtype=np.int64).T
    for (leave, seconds), found in zip(asked, table.arrive(leaves, stretch, -1).tolist(), strict=True):
        known = FIRST <= leave <= LAST
        arrive, latest = timed.arrive(leave, seconds), timed.latest_leave(leave, seconds)
        in_table = known and arrive <= LAST
        assert found == (arrive if in_table else -1)
        assert drives.arrival(rows, float(leave), float(seconds)) == (arrive if in_table else NEVER)
        assert drives.leaving(rows, float(leave), float(seconds)) == (latest if known and latest >= FIRST else -NEVER)
        assert drives.slowness(rows, float(leave)) == (timed.percent_at(leave) / 100 if known else 1.0)


def test_without_a_pace_the_engine_adds_and_a_missing_road_is_never_driven() -> None:
    assert drives.arrival(NO_CLOCK, 100.0, 60.0) == 160.0
    assert drives.leaving(NO_CLOCK, 100.0, 60.0) == 40.0
    assert (drives.arrival(None, 100.0, 60.0), drives.leaving(None, 100.0, 60.0)) == (160.0, 40.0)
    assert drives.slowness(None, 100.0) == drives.slowness(NO_CLOCK, 100.0) == 1.0
    rows = clock_rows(ClockTable(Pace([PaceStep(0, 130)]), FIRST, LAST))
    assert drives.arrival(rows, 100.0, NEVER) == NEVER
    assert drives.leaving(rows, 100.0, NEVER) == -NEVER


def test_the_extremes_between_two_seconds_are_of_all_that_holds_there() -> None:
    timed = Pace([PaceStep(HOUR, 70), PaceStep(2 * HOUR, 200), PaceStep(3 * HOUR, 150)])
    assert (timed.fastest(0, HOUR - 1), timed.slowest(0, HOUR - 1)) == (100, 100)
    assert (timed.fastest(0, HOUR), timed.slowest(HOUR, 5 * HOUR)) == (70, 200)
    assert (timed.fastest(3 * HOUR, 4 * HOUR), timed.slowest(3 * HOUR, 4 * HOUR)) == (150, 150)


SLOW_MORNING = (PaceStep(0, 150), PaceStep(10 * HOUR, 110))


def a_day(pace: tuple[PaceStep, ...] = ()) -> Problem:
    return replace(a_problem([a_lot()], [a_need()], [a_shift()]), pace=pace)


def violated(problem: Problem, plan: Plan) -> set[str]:
    return {violation.rule for violation in check(problem, replace(plan, problem_digest=problem.digest()))}


@pytest.mark.parametrize("engine", ["joint", "or-tools"])
def test_a_plan_is_timed_by_the_pace_and_one_made_without_it_is_refused(engine: str) -> None:
    """The twin: each plan stands on its own day and falls on the other."""
    without, with_it = a_day(), a_day(SLOW_MORNING)
    plans = {day.pace: solve(day, seconds=1, iterations=200, engine=engine) for day in (without, with_it)}
    assert violated(without, plans[()]) == violated(with_it, plans[SLOW_MORNING]) == set()
    assert plans[()].routes
    assert plans[SLOW_MORNING].routes
    assert "drives_take_their_time" in violated(with_it, plans[()])
    assert "drives_take_their_time" in violated(without, plans[SLOW_MORNING])
    assert plans[SLOW_MORNING].driving_seconds > plans[()].driving_seconds


@pytest.mark.parametrize("seed", range(4))
def test_a_slower_pace_can_break_windows_and_is_planned_around(seed: int) -> None:
    day = a_city(seed)
    slow = replace(day, pace=(PaceStep(7 * HOUR, 400), PaceStep(9 * HOUR, 25), PaceStep(12 * HOUR, 317)))
    plan = solve(slow, iterations=500)
    assert check(slow, plan) == ()
    assert violated(slow, solve(day, iterations=500)) != set()


def test_a_day_of_a_hundred_per_cent_has_the_plan_of_a_day_without_a_pace() -> None:
    day = a_city(3)
    same = replace(day, pace=(PaceStep(0, 100), PaceStep(9 * HOUR, 100)))
    plan = solve(day, iterations=2_000)
    assert replace(solve(same, iterations=2_000), problem_digest=plan.problem_digest) == plan


def test_a_pace_is_written_only_where_there_is_one() -> None:
    assert "pace" not in problem_to_json(a_day())
    document = problem_to_json(a_day(SLOW_MORNING))
    assert document["pace"] == [{"from_second": 0, "percent": 150}, {"from_second": 36_000, "percent": 110}]
    assert problem_from_json(document) == a_day(SLOW_MORNING)
    assert a_day(SLOW_MORNING).digest() != a_day().digest()


@pytest.mark.parametrize(
    ("pace", "path"),
    [
        ((PaceStep(0, 24),), "pace[0].percent"),
        ((PaceStep(0, 401),), "pace[0].percent"),
        ((PaceStep(-1, 100),), "pace[0].from_second"),
        ((PaceStep(0, 100), PaceStep(0, 120)), "pace[1].from_second"),
        ((PaceStep(60, 100), PaceStep(0, 120)), "pace[1].from_second"),
    ],
)
def test_a_pace_that_makes_no_sense_is_refused(pace: tuple[PaceStep, ...], path: str) -> None:
    with pytest.raises(ProblemError) as caught:
        a_day(pace)
    assert (caught.value.path, caught.value.code) == (path, "out_of_range")
