"""The learnt pace on the clock of the day, also where a day lasts 23 or 25 hours."""

import math
from datetime import date
from itertools import pairwise

import pytest

import routing
from app.domain.pace import Leg, learn_pace
from app.models.partners import Network
from app.planning.snapshot import Day, learnt_told, pace_steps

HOUR = 3600
SLOW = learn_pace(
    Leg(weekday, hour, 1000, round(1000 * math.exp(0.02 * hour)))
    for weekday in range(1, 8)
    for hour in range(24)
    for _ in range(60)
)


def a_day(day: str, *, learnt: bool = True) -> Day:
    network = Network(time_zone="Europe/London")
    return Day(
        network=network,
        service_date=date.fromisoformat(day),
        offers=(),
        available={},
        needs=(),
        shifts=(),
        vehicles={},
        sites={},
        organisations={},
        pace=SLOW if learnt else None,
        service_times={},
    )


def begins(day: str) -> dict[int, int]:
    """When each percent begins, in hours from midnight."""
    return {step.percent: step.from_second // HOUR for step in pace_steps(a_day(day))}


def test_too_little_learnt_gives_the_solver_no_pace() -> None:
    day = a_day("2026-11-25", learnt=False)
    assert pace_steps(day) == ()
    assert learnt_told(day) == {"pace": None, "service_times": 0}


@pytest.mark.parametrize(("day", "noon"), [("2026-11-25", 12), ("2026-03-29", 11), ("2026-10-25", 13)])
def test_the_pace_of_twelve_begins_when_clocks_show_twelve(day: str, noon: int) -> None:
    weekday = date.fromisoformat(day).isoweekday()
    assert begins(day)[SLOW.cells[weekday, 12].percent] == noon


def test_steps_ascend_and_repeat_no_percent_and_a_problem_takes_them() -> None:
    for day in ("2026-11-25", "2026-03-29", "2026-10-25"):
        steps = pace_steps(a_day(day))
        assert len(steps) > 15
        assert all(a.from_second < b.from_second and a.percent != b.percent for a, b in pairwise(steps))
        assert all(isinstance(step, routing.PaceStep) for step in steps)
