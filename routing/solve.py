"""The pipeline on one screen: allocate, route, fill up, route again from there, explain."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from routing.explain import explain
from routing.insert import fill_up
from routing.or_tools.allocate import allocate
from routing.or_tools.route import route, shipments_in, shipments_of
from routing.plan import Allocation, Plan, Route
from routing.problem import Problem
from routing.reach import possible_pairs
from routing.retime import Tour, allocations_of, retime
from routing.score import Left, worth_of

ENGINE = "or-tools two-phase"
GRACE_SECONDS = 1.0  # of filling up after a stop, less than whoever asks is patient
FIRST_PART = 1_000_000  # pieces put in later never share a number with those cut before


@dataclass(frozen=True)
class Progress:
    """How far the search is; figures are those of the best plan so far."""

    phase: str
    elapsed_seconds: float
    grams_allocated: int
    metres: int
    lots_unserved: int


def solve(
    problem: Problem,
    *,
    seconds: float = 10.0,
    seed: int = 1,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Plan:
    """Decide the day within about `seconds`; with `stop` the best plan so far is given at once.

    The plan always passes `routing.check`. An empty problem has an empty plan.
    """
    began = time.monotonic()

    def remaining() -> float:
        return seconds - (time.monotonic() - began)

    def stopped() -> bool:
        return remaining() <= 0 or (stop is not None and stop())

    def report(phase: str, tours: Sequence[Tour]) -> None:
        if progress is not None:
            progress(_progress(problem, phase, time.monotonic() - began, tours))

    nothing: tuple[Tour, ...] = tuple(() for _ in problem.shifts)
    report("choosing food banks", nothing)
    amounts = allocate(problem, possible_pairs(problem), seconds=seconds * 0.2, seed=seed, stopped=stopped)
    report("building routes", nothing)
    tours = route(problem, shipments_of(problem, amounts), seconds=remaining() * 0.5, stopped=stopped)
    tours = fill_up(problem, tours, first_part=FIRST_PART, stopped=_a_little_after(stop))
    report("improving routes", tours)
    tours = _improved(problem, tours, remaining, stopped)
    report("explaining what stays", tours)
    return plan_of(problem, tours, seed)


def _a_little_after(stop: Callable[[], bool] | None) -> Callable[[], bool]:
    """Filling up ends by itself and needs little time, so it may still do its work when somebody wants the answer:
    otherwise an early stop would have an empty plan, with reasons that are not true."""
    asked: list[float] = []

    def over() -> bool:
        if stop is not None and not asked and stop():
            asked.append(time.monotonic())
        return bool(asked) and time.monotonic() - asked[0] > GRACE_SECONDS

    return over


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


def plan_of(problem: Problem, tours: Sequence[Tour], seed: int, engine: str = ENGINE) -> Plan:
    """The plan that drives these tours, with its reasons for all that stays."""
    routes: list[Route] = []
    allocations: list[Allocation] = []
    for shift, tour in zip(problem.shifts, tours, strict=True):
        timed = retime(problem, shift, tour) if tour else None
        if timed is not None:
            routes.append(timed)
            allocations.extend(allocations_of(problem, shift, tour))
    return Plan(problem.digest(), tuple(routes), tuple(allocations), explain(problem, tours), engine, seed)


def _progress(problem: Problem, phase: str, elapsed: float, tours: Sequence[Tour]) -> Progress:
    left = Left(problem, tours)
    timed = [retime(problem, shift, tour) for shift, tour in zip(problem.shifts, tours, strict=True) if tour]
    return Progress(
        phase,
        round(elapsed, 2),
        sum(lot.grams for lot in problem.lots) - sum(left.unserved.values()),
        sum(each.metres for each in timed if each is not None),
        len(left.unserved),
    )
