"""The worker's jobs on a clock that is set by hand: what would wait for real seconds waits for the simulated ones.

The jobs, their queue and the code that runs them are the product's. Only time is not: what a job that is deferred "in
two seconds" waits for, and the minute, five minutes or day of a periodic job, pass as the simulated clock is set.
"""

import asyncio
from collections.abc import Collection
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

import croniter  # type: ignore[import-untyped]
import psycopg
from procrastinate import App

from app.kit.clock import Clock
from app.kit.jobs import PLANS, POST, conninfo, give_back, open_jobs
from app.planning.solver_process import solver_at_hand
from app.worker import Workrooms, blueprints

RESCUE = "upkeep:rescue"  # of workers that died: there is one, and it does not
WAITING = "SELECT id, task_name, scheduled_at, now() FROM procrastinate_jobs WHERE status = 'todo'"
RELEASE = "UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE id = ANY(%s) AND status = 'todo'"


class Works:
    """Runs what is due, in the caller's thread, whenever it is told that time has passed."""

    def __init__(self, rooms: Workrooms, clock: Clock, never: Collection[str] = ()) -> None:
        """never: names of jobs that nobody does, and of periodic ones that nobody begins."""
        self._rooms, self._clock, self._never = rooms, clock, frozenset(never)
        self._loop, self._open = asyncio.Runner(), AsyncExitStack()
        self._due: dict[int, datetime] = {}
        self._last = clock()
        self._crons: list[tuple[Any, str]] = []

    def __enter__(self) -> Self:
        self._loop.run(self._begin())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._loop.run(self._open.aclose())
        self._loop.close()

    async def _begin(self) -> None:
        url = self._rooms.workshop.database.url
        if self._rooms.workshop.solver_at_hand:
            await self._open.enter_async_context(solver_at_hand())
        self._jobs: App = await self._open.enter_async_context(open_jobs(url, blueprints()))
        # Taken out of the queue's own hands, which would go by the real clock.
        periodic = self._jobs.periodic_registry.periodic_tasks
        left_out = {RESCUE, *self._never}
        self._crons = [(each.task, each.cron) for each in periodic.values() if each.task.name not in left_out]
        periodic.clear()
        self._connection = psycopg.connect(conninfo(url), autocommit=True)
        await give_back(self._jobs, 0)  # of a run that was ended in the middle of something: nobody else is here

    def pass_time(self) -> None:
        """Have the periodic jobs done that have become due since the last time, each once, and all that waits."""
        now = self._clock()
        due = [task for task, cron in self._crons if croniter.croniter(cron, self._last).get_next(datetime) <= now]
        self._last = now
        self._loop.run(self._defer(due, now))
        self.settle()

    async def _defer(self, tasks: list[Any], now: datetime) -> None:
        for task in tasks:
            await task.defer_async(timestamp=int(now.timestamp()))

    def settle(self) -> None:
        """Do what may run now, and what follows from it."""
        while self._ready():
            self._loop.run(self._work())

    def next_due(self) -> datetime | None:
        """When the first of the jobs that wait may run."""
        self._ready(release=False)
        return min(self._due.values(), default=None)

    def _ready(self, *, release: bool = True) -> bool:
        now, ready, waiting = self._clock(), [], {}
        for number, name, scheduled, real in self._connection.execute(WAITING).fetchall():
            if name in self._never:
                continue
            wait = timedelta() if scheduled is None else scheduled - real
            waiting[number] = self._due.get(number, now + max(wait, timedelta()))
            if waiting[number] <= now:
                ready.append(number)
        self._due = waiting
        if ready and release:
            self._connection.execute(RELEASE, (ready,))
        return bool(ready)

    async def _work(self) -> None:
        await self._jobs.run_worker_async(
            queues=[PLANS, POST],
            wait=False,
            listen_notify=False,
            install_signal_handlers=False,
            delete_jobs="never",
            additional_context={
                **vars(self._rooms),
                "stalled_seconds": self._rooms.workshop.stalled_seconds,
            },
        )
