"""The baseline of every benchmark: CP-SAT assigns, the routing library routes, an insertion fills up, and again."""

import time
from collections.abc import Callable, Sequence

from routing.insert import fill_up
from routing.or_tools.allocate import allocate
from routing.or_tools.apart import Apart
from routing.or_tools.route import route
from routing.or_tools.shipments import shipments_in, shipments_of
from routing.problem import Problem
from routing.reach import possible_pairs
from routing.retime import Tour
from routing.score import worth_of
from routing.stay_at_home import worth_driving

FIRST_PART = 1_000_000  # pieces put in later never share a number with those cut before
FILLING_SECONDS = 1.0  # that filling up the last tours may take beyond the time limit
LEAST_SECONDS = 0.5  # for another round
SECONDS_BETWEEN_REPORTS = 1.0
ASSIGN_PART, ROUTE_PART, AGAIN_PART = 0.2, 0.5, 0.9  # the first of all the time, the others of what is left

Tell = Callable[[str, Sequence[Tour]], None]


def solve_or_tools(
    problem: Problem,
    *,
    seed: int,
    remaining: Callable[[], float],
    stopped: Callable[[], bool],
    filling_stopped: Callable[[], bool],
    report: Tell,
) -> tuple[Tour, ...]:
    """Tours for all shifts, within the seconds remaining. The search runs in a process of its own, since its time
    limits are soft; a plan put in greedily stands until it has found a better one, and if it never does."""
    with Apart(solve_here, problem, seconds=remaining(), seed=seed) as apart:
        best = _first(problem, apart, lambda: filling_stopped() or remaining() <= 0, report)
        if not apart.started:  # inside a process that may start none
            here = solve_here(problem, seconds=remaining(), seed=seed, stopped=stopped, report=report)
            best = _better(problem, best, here)
        while (found := apart.next(lambda: stopped() or remaining() <= 0)) is not None:
            best = _better(problem, best, found)
            report("improving routes", best)

    def over() -> bool:
        return filling_stopped() or remaining() < -FILLING_SECONDS

    return fill_up(problem, best, first_part=2**40, stopped=over)


def _first(problem: Problem, apart: Apart, over: Callable[[], bool], report: Tell) -> tuple[Tour, ...]:
    """Everything put in greedily, told of every second, until the search has found something better."""
    best: tuple[Tour, ...] = tuple(() for _ in problem.shifts)
    part = 3 * FIRST_PART
    while True:
        until = time.monotonic() + SECONDS_BETWEEN_REPORTS

        def stopped(until: float = until) -> bool:
            return over() or time.monotonic() > until

        filled, part = fill_up(problem, best, first_part=part, stopped=stopped), part + FIRST_PART
        report("building routes", filled)
        if filled == best or over() or (apart.latest and _better(problem, filled, apart.latest) is not filled):
            return filled
        best = filled


def _better(problem: Problem, tours: tuple[Tour, ...], others: tuple[Tour, ...]) -> tuple[Tour, ...]:
    return max(tours, others, key=lambda each: worth_of(problem, each))


def solve_here(
    problem: Problem, *, seconds: float, seed: int, stopped: Callable[[], bool], report: Tell
) -> tuple[Tour, ...]:
    """Tours for all shifts, within about `seconds`, which the routing library may overrun. `report` is told of all that
    it finds on the way."""
    until = time.monotonic() + seconds

    def remaining() -> float:
        return until - time.monotonic()

    def over() -> bool:
        return stopped() or remaining() <= 0

    pairs = possible_pairs(problem)
    amounts = allocate(problem, pairs, seconds=seconds * ASSIGN_PART, seed=seed, stopped=over)
    tours = route(
        problem,
        shipments_of(problem, amounts),
        seconds=remaining() * ROUTE_PART,
        seed=seed,
        stopped=over,
        found=lambda found: report("building routes", found),
    )
    tours = worth_driving(problem, fill_up(problem, tours, first_part=FIRST_PART, stopped=over))
    report("improving routes", tours)
    return _improved(problem, tours, seed, remaining, over, report)


def _improved(
    problem: Problem,
    tours: tuple[Tour, ...],
    seed: int,
    remaining: Callable[[], float],
    over: Callable[[], bool],
    report: Tell,
) -> tuple[Tour, ...]:
    """Route what the tours carry again, from where they are, as long as that helps and time remains."""
    part = 2 * FIRST_PART
    while remaining() > LEAST_SECONDS and not over():
        shipments, order = shipments_in(problem, tours)
        if not shipments:
            return tours
        again = route(
            problem,
            shipments,
            seconds=remaining() * AGAIN_PART,
            seed=seed,
            stopped=over,
            start=order,
            found=lambda found: report("improving routes", found),
        )
        again = worth_driving(problem, fill_up(problem, again, first_part=part, stopped=over))
        if worth_of(problem, again) <= worth_of(problem, tours):
            return tours
        tours, part = again, part + FIRST_PART
        report("improving routes", tours)
    return tours
