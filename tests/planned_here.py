"""The product's planning without a worker: in the process of the test, at once, the same at every run."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest import mock
from uuid import UUID

from procrastinate import JobContext

from app.kit.clock import Clock
from app.kit.db import Database
from app.planning import run
from app.planning.solver_process import Listener, Question
from app.roads.streets import Streets
from app.roads.travel import TravelTables
from routing import plan_to_json, solve
from routing.child import request_from_json

ITERATIONS = 200
Solver = Callable[[Question, float, int, Listener], Awaitable[None]]


def workshop_of(database: Database, streets: Streets, clock: Clock, folder: Path) -> run.Workshop:
    """What a worker has at hand; travel tables are kept in the folder."""
    tables = TravelTables(database, streets, folder / "travel")
    return run.Workshop(database, streets, tables, clock, plan_seconds=1, stalled_seconds=20)


async def solve_here(question: Question, seconds: float, seed: int, listener: Listener) -> None:
    """What the solver's process does, by iterations instead of seconds, and without the day alone."""
    assert seconds > 0
    request = request_from_json(vars(question))
    await listener.plan(plan_to_json(solve(request.problem, seed=seed, iterations=ITERATIONS)))


def plan_here(
    workshop: run.Workshop, run_id: str, network_id: UUID, solver: Solver = solve_here, tries_before: int = 0
) -> None:
    """Do the job behind a planning run; `tries_before` says how often it has failed so far."""
    job = SimpleNamespace(attempts=tries_before)
    context: Any = SimpleNamespace(additional_context={"workshop": workshop}, job=job)
    with mock.patch.object(run, "solve_in_child", solver):
        asyncio.run(run.plan_day(cast(JobContext, context), run_id, str(network_id)))
