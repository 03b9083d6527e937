"""Runs background jobs: beside the pages in one process, or alone on as many machines as wanted."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.jobs import open_jobs, work
from app.learning.jobs import learning_jobs
from app.offers.jobs import offer_jobs
from app.planning.run import Workshop, planning_jobs
from app.roads.import_job import Importing, import_jobs
from app.roads.imports import premises_in
from app.roads.streets import Streets
from app.roads.travel import TravelTables
from app.settings import Settings


def workshop_of(database: Database, streets: Streets, clock: Clock, settings: Settings) -> Workshop:
    """What a worker of this installation has at hand."""
    tables = TravelTables(database, streets, settings.data_folder / "travel")
    return Workshop(database, streets, tables, clock, settings.plan_seconds, settings.stalled_seconds)


def importing_of(database: Database, clock: Clock, settings: Settings) -> Importing:
    """What a worker of this installation has at hand for imports of regions."""
    premises = premises_in(settings.data_folder, settings.extract_hosts, settings.largest_extract)
    return Importing(database, clock, premises)


async def work_until_cancelled(workshop: Workshop, importing: Importing) -> None:
    """Take jobs until cancelled; a region's import, which can last, leaves room for a plan beside it."""
    blueprints = {
        "planning": planning_jobs(),
        "learning": learning_jobs(),
        "offers": offer_jobs(),
        "regions": import_jobs(),
    }
    async with open_jobs(workshop.database.url, blueprints) as app:
        context = {"workshop": workshop, "importing": importing}
        await work(app, context, stalled_seconds=workshop.stalled_seconds, concurrency=2)


@contextlib.asynccontextmanager
async def working_beside(workshop: Workshop, importing: Importing) -> AsyncIterator[None]:
    """Take jobs while the block runs."""
    task = asyncio.create_task(work_until_cancelled(workshop, importing))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
