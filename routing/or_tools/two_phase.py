"""The baseline of every benchmark: CP-SAT assigns, the routing library routes, an insertion fills up, and again."""

from collections.abc import Callable, Sequence

from routing.insert import fill_up
from routing.or_tools.allocate import allocate
from routing.or_tools.route import route, shipments_in, shipments_of
from routing.problem import Problem
from routing.reach import possible_pairs
from routing.retime import Tour
from routing.score import worth_of

FIRST_PART = 1_000_000  # pieces put in later never share a number with those cut before


def solve_or_tools(
    problem: Problem,
    *,
    seed: int,
    seconds: float,
    remaining: Callable[[], float],
    stopped: Callable[[], bool],
    filling_stopped: Callable[[], bool],
    report: Callable[[str, Sequence[Tour]], None],
) -> tuple[Tour, ...]:
    """Tours for all shifts, within about `seconds`."""
    nothing: tuple[Tour, ...] = tuple(() for _ in problem.shifts)
    report("choosing food banks", nothing)
    amounts = allocate(problem, possible_pairs(problem), seconds=seconds * 0.2, seed=seed, stopped=stopped)
    report("building routes", nothing)
    tours = route(problem, shipments_of(problem, amounts), seconds=remaining() * 0.5, stopped=stopped)
    tours = fill_up(problem, tours, first_part=FIRST_PART, stopped=filling_stopped)
    report("improving routes", tours)
    return _improved(problem, tours, remaining, stopped)


def _improved(
    problem: Problem, tours: tuple[Tour, ...], remaining: Callable[[], float], stopped: Callable[[], bool]
) -> tuple[Tour, ...]:
    """Route what the tours carry again, from where they are, as long as that helps and time remains."""
    part = 2 * FIRST_PART
    while remaining() > 0.5 and not stopped():
        shipments, order = shipments_in(problem, tours)
        if not shipments:
            return tours
        again = route(problem, shipments, seconds=remaining() * 0.9, stopped=stopped, start=order)
        again = fill_up(problem, again, first_part=part, stopped=stopped)
        if worth_of(problem, again) <= worth_of(problem, tours):
            return tours
        tours, part = again, part + FIRST_PART
    return tours
