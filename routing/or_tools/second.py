"""The routing library as a second engine on small days: it searches in a process of its own beside ours, and what it
finds is believed only after the checker has read it."""

import time
from collections.abc import Callable, Sequence

from routing.check import check
from routing.joint.select import least_worth
from routing.or_tools.apart import Apart, Search
from routing.or_tools.two_phase import solve_here
from routing.plan import Plan, Unserved
from routing.problem import Problem
from routing.retime import Tour, allocations_of, retime
from routing.score import Left, lowest_fill, worth_of

MOST_LOTS = 60  # beyond, it hardly ever finds anything better
LEAST_SECONDS = 2.0  # loading it takes one
GRACE_SECONDS = 0.5  # beyond its time


def is_small(problem: Problem) -> bool:
    """Whether a second opinion could be worth its processor."""
    return 0 < len(problem.lots) <= MOST_LOTS


def second_opinion(
    problem: Problem,
    *,
    seconds: float,
    seed: int,
    stopped: Callable[[], bool] = lambda: False,
    search: Search = solve_here,
) -> tuple[Tour, ...] | None:
    """Tours for all shifts that the routing library finds within the seconds; None where it finds none in time, or its
    process dies, or what it found does not stand. It is killed soon after its time, or when somebody wants the answer;
    then the last tours that it told of count."""
    until = time.monotonic() + seconds + GRACE_SECONDS
    with Apart(search, problem, seconds=seconds, seed=seed) as apart:
        while apart.next(lambda: stopped() or time.monotonic() > until) is not None:
            pass
        return standing(problem, apart.latest)


def the_better(
    problem: Problem,
    ours: Callable[[], tuple[Tour, ...]],
    finish: Callable[[tuple[Tour, ...]], tuple[Tour, ...]],
    *,
    seconds: float,
    seed: int,
    search: Search = solve_here,
) -> tuple[Tour, ...]:
    """The tours of our own engine, or, finished, those that the routing library has found until then if they are
    better."""
    if not is_small(problem) or seconds < LEAST_SECONDS:
        return ours()
    with Apart(search, problem, seconds=seconds, seed=seed) as apart:
        found = ours()
        other = standing(problem, apart.latest)
    return found if other is None or not is_better(problem, other, found) else finish(other)


def is_better(problem: Problem, other: Sequence[Tour], ours: Sequence[Tour]) -> bool:
    """Whether the others are worth more: by more than what ours may have given for a fuller emptiest food bank, if
    theirs is emptier."""
    more, worth = worth_of(problem, other), worth_of(problem, ours)
    return more > worth and (least_worth(more) > worth or lowest_fill(problem, other) >= lowest_fill(problem, ours))


def standing(problem: Problem, tours: Sequence[Tour] | None) -> tuple[Tour, ...] | None:
    """The tours, if the checker finds nothing wrong with them; None otherwise."""
    if tours is None or len(tours) != len(problem.shifts):
        return None
    driven = [(shift, tour) for shift, tour in zip(problem.shifts, tours, strict=True) if tour]
    routes = [retime(problem, shift, tour) for shift, tour in driven]
    if any(route is None for route in routes):
        return None
    plan = Plan(
        problem.digest(),
        tuple(route for route in routes if route is not None),
        tuple(each for shift, tour in driven for each in allocations_of(problem, shift, tour)),
        # The reasons are found when the plan is made; here it is only to be complete.
        tuple(Unserved(lot, grams, "detour_not_worth_it", {}) for lot, grams in Left(problem, tours).unserved.items()),
        "or-tools",
        0,
    )
    return None if check(problem, plan) else tuple(tours)
