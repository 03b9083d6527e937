"""A worker that kills itself at a named point of its work: exactly there, every time, without a word to anybody."""

import asyncio
import functools
import inspect
import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.context import ForkServerProcess
from typing import Any
from uuid import UUID

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.planning import asking, run, solver_process, store
from app.roads.streets import Streets
from app.settings import Settings
from app.worker import work_until_cancelled, workrooms_of
from tests.conftest import MORNING


@dataclass(frozen=True)
class Point:
    """Where it dies: before a function is called, or as soon as it has returned, be it within a transaction."""

    owner: Any
    function: str
    after: bool = True


CLAIMING: dict[str, Point] = {
    "before the run is claimed": Point(run, "_claim", after=False),
    "after the run is claimed": Point(run, "_claim"),
    "after it has said that it reads the day": Point(run, "_report"),
}
OF_A_CHANGE: dict[str, Point] = {
    **CLAIMING,
    "in the transaction that reads the day": Point(run, "read_under_way"),
    "after the day is read": Point(run, "_read_rest"),
    "while the solver computes": Point(solver_process.asyncio, "create_subprocess_exec"),
    "before the answer is checked": Point(run, "change_in_child"),
    "after the answer is checked": Point(run, "_checked"),
    "in the transaction that stores the change": Point(store, "save"),
    "after the change is stored": Point(run, "_store_change"),
    "in the transaction that ends the run": Point(run, "tell_ready"),
    "after the run has ended": Point(run, "_finish"),
}
OF_NEWS: dict[str, Point] = {
    "in the transaction that asks for a change": Point(asking, "change_by_itself"),
    "after a change was asked for": Point(run, "_change_by_itself"),
}
OF_A_PLAN: dict[str, Point] = {
    "in the transaction that stores the plan": Point(store, "save"),
    "after the plan is stored": Point(run, "_store"),
    "after it is compared with the day alone": Point(run, "_compare"),
}
POINTS = {**OF_A_CHANGE, **OF_NEWS, **OF_A_PLAN}


FORGETFUL = "it never looks for what a worker before it has stored"


def start_worker(url: str, config: Settings, point: str | None = None) -> ForkServerProcess:
    """A worker process on that database; it dies at the point, if one is named, or is FORGETFUL and lives. To be killed
    by whoever started it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])  # what a worker imports takes seconds: once for all of them
    process = context.Process(target=_work, args=(url, config, point), daemon=True)
    process.start()
    return process


def _work(url: str, config: Settings, point: str | None) -> None:
    if point == FORGETFUL:
        _forget()
    elif point is not None:
        _die_at(POINTS[point])
    database, streets = Database(url), Streets(config.data_folder / "regions")
    asyncio.run(work_until_cancelled(workrooms_of(database, streets, HandSetClock(MORNING), config)))


def _forget() -> None:
    real = run._claim

    def claim(workshop: run.Workshop, run_id: UUID, network_id: UUID) -> run.Claim | None:
        found = real(workshop, run_id, network_id)
        return None if found is None else replace(found, plan_id=None)

    run._claim = claim


def _die_at(point: Point) -> None:
    real = getattr(point.owner, point.function)
    setattr(point.owner, point.function, (_dying_later if inspect.iscoroutinefunction(real) else _dying)(real, point))


def _dying(real: Callable[..., Any], point: Point) -> Callable[..., Any]:
    @functools.wraps(real)
    def until_then(*arguments: Any, **named: Any) -> Any:
        if point.after:
            real(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return until_then


def _dying_later(real: Callable[..., Any], point: Point) -> Callable[..., Any]:
    @functools.wraps(real)
    async def until_then(*arguments: Any, **named: Any) -> Any:
        if point.after:
            await real(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return until_then
