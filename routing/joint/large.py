"""Days of more than some hundred lots: a first plan by groups, then round after round of groups, in one process or
several."""

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process

from routing.engine.meter import Meter
from routing.engine.prepare import Candidates
from routing.engine.search import Heat
from routing.joint.budget import Budget
from routing.joint.groups import Divider, Group, Searched, search_group
from routing.joint.pool import Pool
from routing.problem import Problem
from routing.retime import Tour

LARGE_LOTS = 700  # from here on, groups do better than one search of the whole
GROUP_SECONDS = 1.5
GROUP_ITERATIONS = 2_000
COOLEST = 0.1  # of the first round's heat, in the last

Search = Callable[[Sequence[Group], float, int | None, Heat], Iterable[Searched]]


def is_large(problem: Problem) -> bool:
    """Whether the day is searched in groups."""
    return len(problem.lots) > LARGE_LOTS


def solve_large(
    problem: Problem,
    candidates: Candidates,
    budget: Budget,
    workers: int,
    start: Sequence[Tour] | None = None,
    *,
    fill_up: Callable[[Sequence[Tour]], tuple[Tour, ...]],
    part: float,
    pool: Pool,
) -> tuple[Tour, ...]:
    """Tours for all shifts, from `start` where given, in a part of the time. After each round, `fill_up` puts in what
    no group had a place for; the pool is given what the groups find."""
    divider = Divider(problem, candidates)
    tours = tuple(start) if start is not None else _first(problem, divider, budget.seed)
    budget.report("building routes", tours)
    meter, number = budget.meter(part), 0
    with _searches(workers) as search:
        while not budget.stopped() and meter.part() < 1.0:
            number += 1
            drawn = divider.draw(tours, budget.seed + 1000 * number)
            heat = Heat().cooled(1.0 - (1.0 - COOLEST) * min(1.0, meter.part()))
            for first in range(0, len(drawn.middles), workers):
                if budget.stopped() or meter.part() >= 1.0:
                    break
                members = range(first, min(first + workers, len(drawn.middles)))
                groups = divider.groups(drawn, members, tours)
                try:
                    found = list(search(groups, *_share(meter), heat))
                except BrokenExecutor:  # a process died, perhaps for want of memory: go on in this one
                    search = _here
                    continue
                tours = _with(tours, found)
                pool.add(tours)
                meter.count(max(1, sum(each.iterations for each in found)), 0.0)
            tours = fill_up(tours)
            budget.report("improving routes", tours)
    return tours


def _share(meter: Meter) -> tuple[float, int | None]:
    """Seconds and iterations for one group."""
    if meter.iterations is None:
        return max(0.05, min(GROUP_SECONDS, (1.0 - meter.part()) * meter.seconds)), None
    return GROUP_SECONDS, max(1, min(GROUP_ITERATIONS, meter.iterations - meter.done))


def _first(problem: Problem, divider: Divider, seed: int) -> tuple[Tour, ...]:
    """Everything put in greedily, group by group: what is left of the needs is there for the next."""
    tours: tuple[Tour, ...] = tuple(() for _ in problem.shifts)
    drawn = divider.draw(tours, seed)
    for number in range(len(drawn.middles)):
        tours = _with(tours, _here(divider.groups(drawn, [number], tours), 0.0, None, Heat()))
    return tours


def _with(tours: Sequence[Tour], found: Iterable[Searched]) -> tuple[Tour, ...]:
    changed = list(tours)
    for each in found:
        for shift, tour in zip(each.shifts, each.tours, strict=True):
            changed[shift] = tour
    return tuple(changed)


def _here(groups: Sequence[Group], seconds: float, iterations: int | None, heat: Heat) -> Iterator[Searched]:
    return (search_group(group, seconds, iterations, heat) for group in groups)


@contextmanager
def _searches(workers: int) -> Iterator[Search]:
    """A search over several groups: here, or in so many processes."""
    if workers <= 1:
        yield _here
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_enter) as processes:
        yield lambda *arguments: _there(processes, *arguments)


def _enter() -> None:
    """A process of ours leaves stopping to the one that started it, which ends with a plan, and does not outlive it."""
    for number in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C, and some service managers, tell every process
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _there(
    processes: Executor, groups: Sequence[Group], seconds: float, iterations: int | None, heat: Heat
) -> Iterator[Searched]:
    count = len(groups)
    return processes.map(search_group, groups, [seconds] * count, [iterations] * count, [heat] * count)
