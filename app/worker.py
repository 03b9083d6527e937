"""Runs background jobs: beside the pages in one process, or alone on as many machines as wanted."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.jobs import open_jobs, work
from app.learning.jobs import learning_jobs
from app.planning.run import Workshop, planning_jobs
from app.roads.streets import Streets
from app.roads.travel import TravelTables
from app.settings import Settings


def workshop_of(database: Database, streets: Streets, clock: Clock, settings: Settings) -> Workshop:
    """What a worker of this installation has at hand."""
    tables = TravelTables(database, streets, settings.data_folder / "travel")
    return Workshop(database, streets, tables, clock, settings.plan_seconds, settings.stalled_seconds)


async def work_until_cancelled(workshop: Workshop) -> None:
    """Take jobs until cancelled."""
    async with open_jobs(workshop.database.url, {"planning": planning_jobs(), "learning": learning_jobs()}) as app:
        await work(app, {"workshop": workshop}, stalled_seconds=workshop.stalled_seconds)


@contextlib.asynccontextmanager
async def working_beside(workshop: Workshop) -> AsyncIterator[None]:
    """Take jobs while the block runs."""
    task = asyncio.create_task(work_until_cancelled(workshop))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
