"""The second engine searches in a process of its own: dead or late, it costs nothing but its time, and its tours are
believed only when the checker has read them."""

import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from multiprocessing import active_children

import pytest

from routing import Plan, Policy, Problem, check, solve
from routing.insert import fill_up
from routing.or_tools import second
from routing.or_tools.apart import Apart
from routing.or_tools.second import is_better, second_opinion, standing, the_better
from routing.retime import Cargo, Tour, Visit
from routing.score import worth_of
from routing.solve import Progress
from tests.routing.builders import a_city, a_lot, a_need, a_problem, a_shift

NOTHING: tuple[Tour, ...] = ((),)
DAY = a_problem([a_lot()], [a_need()], [a_shift()])
Tell = Callable[[str, Sequence[Tour]], None]


# These run in the process of the second engine.
def never_ends(problem: Problem, *, seconds: float, seed: int, stopped: object, report: Tell) -> tuple[Tour, ...]:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    time.sleep(600)
    return ((),)


def tells_and_never_ends(
    problem: Problem, *, seconds: float, seed: int, stopped: object, report: Tell
) -> tuple[Tour, ...]:
    report("building routes", ((),))
    return never_ends(problem, seconds=seconds, seed=seed, stopped=stopped, report=report)


def kills_itself(problem: Problem, *, seconds: float, seed: int, stopped: object, report: Tell) -> tuple[Tour, ...]:
    os.kill(os.getpid(), signal.SIGKILL)
    return ((),)


def is_gone(pid: int | None) -> bool:
    assert pid is not None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_it_finds_tours_that_stand() -> None:
    problem = a_city(5, lots=20)
    tours = second_opinion(problem, seconds=8, seed=1)
    assert tours is not None
    assert worth_of(problem, tours) > 0
    assert standing(problem, tours) == tours
    assert active_children() == []


def test_it_answers_before_its_time_when_somebody_wants_the_answer() -> None:
    began = time.monotonic()
    found = second_opinion(a_city(5), seconds=60, seed=1, stopped=lambda: time.monotonic() - began > 6)
    assert found is not None
    assert time.monotonic() - began < 12


def test_a_late_one_is_killed_and_leaves_no_process() -> None:
    began = time.monotonic()
    assert second_opinion(DAY, seconds=1, seed=1, search=never_ends) is None
    assert time.monotonic() - began < 5
    assert active_children() == []


def test_of_a_late_one_the_last_tours_that_it_told_of_count() -> None:
    assert second_opinion(DAY, seconds=2, seed=1, search=tells_and_never_ends) == NOTHING
    assert active_children() == []


def test_a_dead_one_is_no_opinion_and_nobody_waits_for_it() -> None:
    began = time.monotonic()
    assert second_opinion(DAY, seconds=60, seed=1, search=kills_itself) is None
    assert time.monotonic() - began < 20


def test_killed_midway_it_leaves_what_was_found_by_then() -> None:
    with Apart(tells_and_never_ends, DAY, seconds=60, seed=1) as apart:
        assert apart.next(lambda: False) == NOTHING
        assert apart.pid is not None
        os.kill(apart.pid, signal.SIGKILL)
        assert apart.next(lambda: False) is None
        assert apart.latest == NOTHING
    assert is_gone(apart.pid)


def test_it_ends_with_the_block_though_it_would_go_on() -> None:
    with Apart(never_ends, DAY, seconds=60, seed=1) as apart:
        assert not is_gone(apart.pid)
    assert is_gone(apart.pid)


def test_what_does_not_stand_is_not_believed() -> None:
    (tour,) = fill_up(DAY, NOTHING, first_part=1, stopped=lambda: False)
    assert standing(DAY, (tour,)) == (tour,)
    assert standing(DAY, ()) is None
    assert standing(DAY, (tour[:1],)) is None  # collected and never delivered
    assert standing(replace(DAY, needs=(a_need(grams=39_999),)), (tour,)) is None
    assert standing(replace(DAY, eligibilities=()), (tour,)) is None


def good_tours(problem: Problem, *, seconds: float, seed: int, stopped: object, report: Tell) -> tuple[Tour, ...]:
    return fill_up(problem, tuple(() for _ in problem.shifts), first_part=1, stopped=lambda: False)


def after_it(tours: tuple[Tour, ...]) -> tuple[Tour, ...]:
    """Our own engine, which ends some time after the other has."""
    while active_children():
        time.sleep(0.05)
    time.sleep(0.5)
    return tours


def test_the_better_of_both_goes_on_and_is_finished() -> None:
    finished: list[tuple[Tour, ...]] = []

    def finish(tours: tuple[Tour, ...]) -> tuple[Tour, ...]:
        finished.append(tours)
        return tours

    best = fill_up(DAY, NOTHING, first_part=1, stopped=lambda: False)
    assert the_better(DAY, lambda: after_it(NOTHING), finish, seconds=60, seed=1, search=good_tours) == best
    assert finished == [best]
    assert the_better(DAY, lambda: after_it(best), finish, seconds=60, seed=1, search=good_tours) is best
    assert the_better(DAY, lambda: after_it(NOTHING), finish, seconds=60, seed=1, search=kills_itself) is NOTHING
    assert len(finished) == 1
    assert active_children() == []


def test_a_fairer_plan_stays_for_half_a_percent() -> None:
    needs = [a_need("full"), a_need("empty", organisation="other")]

    def brought(grams: int, to_empty: int) -> tuple[Tour, ...]:
        cargo = tuple(Cargo("bread", need, size) for need, size in (("full", grams - to_empty), ("empty", to_empty)))
        cargo = tuple(each for each in cargo if each.grams)
        return ((Visit("pickup", "store", cargo), Visit("drop_off", "bank", cargo)),)

    day = a_problem([a_lot()], needs, [a_shift()], policy=Policy(fairness=()))
    ours = brought(39_900, 10_000)
    assert is_better(day, brought(40_000, 10_000), ours)
    assert not is_better(day, ours, ours)
    assert not is_better(day, brought(40_000, 0), ours)
    assert is_better(day, brought(40_000, 0), brought(30_000, 10_000))


def test_with_two_workers_a_small_day_has_both_engines_and_a_plan_that_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = second.Apart

    class Seen(real):  # type: ignore[misc, valid-type]
        def __init__(self, *arguments: object, **named: object) -> None:
            super().__init__(*arguments, **named)
            asked.append(self.pid)

    monkeypatch.setattr(second, "Apart", Seen)
    problem = a_city(5)
    assert check(problem, solve(problem, seconds=3, workers=2)) == ()
    assert len(asked) == 1
    assert is_gone(asked[0])
    plans = [solve(problem, iterations=50, workers=2), solve(problem, seconds=3, workers=1)]
    plans.append(solve(problem, seconds=3, workers=2, start=plans[0]))
    assert all(check(problem, plan) == () for plan in plans)
    assert len(asked) == 1


def test_our_plan_stands_when_the_second_engine_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = second.Apart

    class Doomed(real):  # type: ignore[misc, valid-type]
        def __init__(self, *arguments: object, **named: object) -> None:
            super().__init__(*arguments, **named)
            threading.Timer(1.0, os.kill, (self.pid, signal.SIGKILL)).start()

    monkeypatch.setattr(second, "Apart", Doomed)
    problem = a_city(5)
    plan = solve(problem, seconds=3, workers=2)
    assert check(problem, plan) == ()
    assert plan.grams_allocated > 0


@pytest.mark.parametrize("seconds", [0.05, 3])
def test_alone_it_keeps_to_its_time_and_tells_of_a_first_plan_early(seconds: float) -> None:
    problem, said, began = a_city(7, lots=40, vans=4), list[Progress](), time.monotonic()
    plan = solve(problem, engine="or-tools", seconds=seconds, progress=said.append)
    assert check(problem, plan) == ()
    assert said[0].phase == "building routes"
    assert said[0].grams_allocated > 0 or seconds < 1
    assert said[-1].elapsed_seconds < seconds + 2
    assert time.monotonic() - began < seconds + 10  # with the reasons for what stays
    assert active_children() == []


def test_alone_and_stopped_at_once_it_brings_what_a_quick_look_finds() -> None:
    plan: Plan = solve(DAY, engine="or-tools", seconds=60, stop=lambda: True)
    assert (plan.grams_allocated, plan.unserved) == (40_000, ())


def test_alone_it_gives_what_it_has_when_somebody_wants_it() -> None:
    problem, began = a_city(7, lots=40, vans=4), time.monotonic()
    said: list[Progress] = []
    plan = solve(
        problem,
        engine="or-tools",
        seconds=120,
        progress=said.append,
        stop=lambda: time.monotonic() - began > 4,
    )
    assert check(problem, plan) == ()
    assert said[-1].elapsed_seconds < 8
    assert plan.tiers is not None
    assert plan.tiers.worth >= said[0].worth
