"""The product's planning without a worker: in the process of the test, at once, the same at every run."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
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
from app.planning.store import PlanRows, Way
from app.planning.store_change import Change, RowsAtHand, change_rows
from app.planning.under_way import DayUnderWay
from app.roads.streets import Streets
from app.roads.travel import TravelTables
from routing import Plan, plan_as_before, plan_to_json, replan, solve
from routing.alone import alone
from routing.child import Request, figures_out, request_from_json
from routing.figures import figures_of_plan
from routing.own_stores import own_stores
from tests.service_client import ServiceClient

ITERATIONS = 200
Solver = Callable[[Question, float, int, Listener], Awaitable[None]]
Again = Callable[[Question, float, int], Awaitable[dict[str, Any]]]
Mender = Callable[[Question, float, int], Awaitable[dict[str, Any]]]


def workshop_of(database: Database, streets: Streets, clock: Clock, folder: Path) -> run.Workshop:
    """What a worker has at hand; travel tables are kept in the folder."""
    tables = TravelTables(database, streets, folder / "travel")
    return run.Workshop(database, streets, tables, clock, plan_seconds=1, stalled_seconds=20)


async def solve_here(question: Question, seconds: float, seed: int, listener: Listener) -> None:
    """What the solver's process does, by iterations instead of seconds, and without the day alone."""
    assert seconds > 0
    request = request_from_json(vars(question))
    await listener.plan(plan_to_json(planned(request, seed)))


def planned(request: Request, seed: int) -> Plan:
    """The plan of a request, in steps of the search instead of seconds."""
    if request.orders is not None:
        return plan_as_before(request.problem, request.orders, later=request.later, seed=seed)
    start, later = request.start, request.later
    return solve(request.problem, seed=seed, iterations=ITERATIONS, start=start, later=later)


async def solve_again_here(question: Question, seconds: float, seed: int) -> dict[str, Any]:
    """What the solver's process answers where only the plan is asked for."""
    assert seconds > 0
    return plan_to_json(planned(request_from_json(vars(question)), seed))


def price_here(workshop: run.Workshop, plan_id: str, network_id: UUID, again: Again = solve_again_here) -> None:
    """Do the job behind a plan's prices."""
    context: Any = SimpleNamespace(additional_context={"workshop": workshop})
    with mock.patch.object(run, "solve_again_in_child", again):
        asyncio.run(run.price_plan(cast(JobContext, context), plan_id, str(network_id)))


async def change_in_here(question: Question, seconds: float, seed: int) -> dict[str, Any]:
    """What the solver's process answers when a published plan is to be changed."""
    assert seconds > 0
    request = request_from_json(vars(question))
    assert request.plan is not None
    assert request.news is not None
    found = replan(request.problem, request.plan, request.news, seed=seed, iterations=ITERATIONS, later=request.later)
    return {"plan": plan_to_json(found.plan), "moved": asdict(found.moved), "forced": found.forced}


def change_rows_at_hand_and_afresh(under_way: DayUnderWay, change: Change, way: Way, at_hand: RowsAtHand) -> PlanRows:
    """The rows of a change, which are what they would be with nothing at hand, but for their own ids."""
    afresh = change_rows(under_way, change, way, RowsAtHand(at_hand.plan_id, {}))
    found = change_rows(under_way, change, way, at_hand)
    assert _told(found) == _told(afresh)
    return found


def _told(rows: PlanRows) -> list[dict[str, Any]]:
    """What the rows of routes say, with a number in the place of each id that was given here."""
    told = [vars(row) for row in (*rows.routes, *rows.stops, *rows.allocations)]
    numbers = {row["id"]: number for number, row in enumerate(told)}
    return [
        {
            name: numbers.get(value, value) if isinstance(value, UUID) else value
            for name, value in row.items()
            if name != "_sa_instance_state"
        }
        for row in told
    ]


def plan_here(
    workshop: run.Workshop,
    run_id: str,
    network_id: UUID,
    solver: Solver = solve_here,
    tries_before: int = 0,
    mender: Mender = change_in_here,
) -> None:
    """Do the job behind a planning run; `tries_before` says how often it has failed so far."""
    job = SimpleNamespace(attempts=tries_before)
    context: Any = SimpleNamespace(additional_context={"workshop": workshop}, job=job)
    with (
        mock.patch.object(run, "solve_in_child", solver),
        mock.patch.object(run, "change_in_child", mender),
        mock.patch.object(run, "change_rows", change_rows_at_hand_and_afresh),
    ):
        asyncio.run(run.plan_day(cast(JobContext, context), run_id, str(network_id)))


@contextmanager
def worker_solves_here() -> Iterator[None]:
    """Meanwhile the worker beside the pages solves what it is asked itself, in steps of the search: for days that are
    where a test begins and not what it is about. A process for each loads for a second and searches for two."""

    async def solve_beside(question: Question, seconds: float, seed: int, listener: Listener) -> None:
        request = request_from_json(vars(question))
        plan = await asyncio.to_thread(planned, request, seed)
        await listener.plan(plan_to_json(plan))
        mine = own_stores(request.problem, agreed=request.agreed)
        alone_day = await asyncio.to_thread(alone, request.problem, seconds=seconds / 10, seed=seed, stores=mine)
        together, apart = figures_of_plan(request.problem, plan), alone_day.figures
        await listener.comparison({"coordinated": figures_out(together), "alone": figures_out(apart)})

    with (
        mock.patch.object(run, "solve_in_child", solve_beside),
        mock.patch.object(run, "solve_again_in_child", solve_again_here),
        mock.patch.object(run, "change_in_child", change_in_here),
    ):
        yield


def changed_here(
    network: ServiceClient,
    workshop: run.Workshop,
    plan: dict[str, Any],
    mender: Mender = change_in_here,
    **wish: Any,
) -> dict[str, Any]:
    """The smallest change of a published plan, as the API shows it."""
    asked = network.ok(f"/plans/{plan['id']}/changes", wish)
    plan_here(workshop, asked["id"], network.network_id(), mender=mender)
    over = network.get(f"/plan-runs/{asked['id']}").json()
    assert over["state"] == "done", over
    found: dict[str, Any] = network.get(f"/plans/{over['plan_id']}").json()
    return found
