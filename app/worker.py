"""Runs background jobs: beside the pages in one process, or alone on as many machines as wanted."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.jobs import PLANS, POST, open_jobs, work
from app.learning.jobs import learning_jobs
from app.planning.run import Workshop, planning_jobs
from app.roads.import_job import Importing, import_jobs
from app.roads.imports import premises_in
from app.roads.streets import Streets
from app.roads.travel import TravelTables
from app.settings import Settings
from app.webhooks.addresses import Guard
from app.webhooks.deliver import Postroom
from app.webhooks.fan_out import tell_on
from app.webhooks.jobs import webhook_jobs

POSTS_AT_ONCE = 20


def workshop_of(database: Database, streets: Streets, clock: Clock, settings: Settings) -> Workshop:
    """What a worker of this installation has at hand."""
    tables = TravelTables(database, streets, settings.data_folder / "travel")
    return Workshop(database, streets, tables, clock, settings.plan_seconds, settings.stalled_seconds)


def importing_of(database: Database, clock: Clock, settings: Settings) -> Importing:
    """What a worker of this installation has at hand for imports of regions."""
    premises = premises_in(settings.data_folder, settings.extract_hosts, settings.largest_extract)
    return Importing(database, clock, premises)


def postroom_of(database: Database, clock: Clock, settings: Settings) -> Postroom:
    """What a worker of this installation has at hand for webhooks."""
    return Postroom(database, clock, Guard(settings.webhooks_to_loopback))


async def work_until_cancelled(workshop: Workshop, importing: Importing, postroom: Postroom) -> None:
    """Take jobs until cancelled; a region's import, which can last, leaves room for a plan beside it, and webhooks
    wait for their receivers in a queue of their own.
    """
    blueprints = {
        "planning": planning_jobs(),
        "learning": learning_jobs(),
        "regions": import_jobs(),
        "webhooks": webhook_jobs(),
    }
    async with open_jobs(workshop.database.url, blueprints) as app, asyncio.TaskGroup() as tasks:
        context = {"workshop": workshop, "importing": importing, "postroom": postroom}
        for queue, concurrency in ((PLANS, 2), (POST, POSTS_AT_ONCE)):
            tasks.create_task(
                work(app, context, stalled_seconds=workshop.stalled_seconds, concurrency=concurrency, queue=queue)
            )
        tasks.create_task(tell_on(postroom))


@contextlib.asynccontextmanager
async def working_beside(workshop: Workshop, importing: Importing, postroom: Postroom) -> AsyncIterator[None]:
    """Take jobs while the block runs."""
    task = asyncio.create_task(work_until_cancelled(workshop, importing, postroom))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
