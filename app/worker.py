"""Runs background jobs: beside the pages in one process, or alone on as many machines as wanted."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from procrastinate import Blueprint

from app.alarms.jobs import alarm_jobs
from app.driving.jobs import driving_jobs
from app.escalation.jobs import escalation_jobs
from app.funding.jobs import funding_jobs
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.jobs import PLANS, POST, open_jobs, work
from app.learning.jobs import learning_jobs
from app.ledger.jobs import ledger_jobs
from app.notifications.jobs import notification_jobs
from app.notifications.making import tell_people
from app.notifications.newsroom import Newsroom, newsroom_of
from app.offers.jobs import offer_jobs
from app.people.mail_jobs import Mailroom, mail_jobs, mailroom_of
from app.planning.cut_off_jobs import cut_off_jobs
from app.planning.run import Workshop, planning_jobs
from app.planning.solver_process import solver_at_hand
from app.privacy.jobs import privacy_jobs
from app.reports.additions.jobs import addition_jobs
from app.reports.together.jobs import together_jobs
from app.roads.import_job import Importing, import_jobs
from app.roads.imports import premises_in
from app.roads.streets import Streets
from app.roads.travel import TravelTables
from app.settings import Settings
from app.sharing.jobs import sharing_jobs
from app.volunteering.jobs import volunteering_jobs
from app.webhooks.addresses import Guard
from app.webhooks.deliver import Postroom
from app.webhooks.fan_out import tell_on
from app.webhooks.jobs import webhook_jobs

POSTS_AT_ONCE = 20


@dataclass(frozen=True)
class Workrooms:
    """What a worker of this installation has at hand for each kind of job."""

    workshop: Workshop
    importing: Importing
    mailroom: Mailroom
    postroom: Postroom
    newsroom: Newsroom


def workrooms_of(database: Database, streets: Streets, clock: Clock, settings: Settings) -> Workrooms:
    """All of it over an open database."""
    tables = TravelTables(database, streets, settings.data_folder / "travel")
    maps = premises_in(settings.data_folder, settings.extract_hosts, settings.largest_extract)
    return Workrooms(
        Workshop(
            database,
            streets,
            tables,
            clock,
            settings.plan_seconds,
            settings.stalled_seconds,
            solver_at_hand=settings.solver_at_hand == "on",
            share_groups=settings.share_groups,
        ),
        Importing(database, clock, maps),
        mailroom_of(database, clock, settings),
        Postroom(database, clock, Guard(settings.webhooks_to_loopback)),
        newsroom_of(database, clock, settings),
    )


def blueprints() -> dict[str, Blueprint]:
    """All jobs that a worker knows, by what they are about."""
    return {
        "planning": planning_jobs(),
        "learning": learning_jobs(),
        "offers": offer_jobs(),
        "regions": import_jobs(),
        "mail": mail_jobs(),
        "privacy": privacy_jobs(),
        "ledger": ledger_jobs(),
        "webhooks": webhook_jobs(),
        "alarms": alarm_jobs(),
        "driving": driving_jobs(),
        "cut_off": cut_off_jobs(),
        "escalation": escalation_jobs(),
        "notifications": notification_jobs(),
        "sharing": sharing_jobs(),
        "funding": funding_jobs(),
        "together": together_jobs(),
        "additions": addition_jobs(),
        "volunteering": volunteering_jobs(),
    }


async def work_until_cancelled(rooms: Workrooms) -> None:
    """Take jobs until cancelled; a region's import, which can last, leaves room for a plan beside it, and webhooks
    wait for their receivers in a queue of their own.
    """
    workshop = rooms.workshop
    hand = solver_at_hand() if workshop.solver_at_hand else contextlib.nullcontext()
    async with hand, open_jobs(workshop.database.url, blueprints()) as app, asyncio.TaskGroup() as tasks:
        context = vars(rooms)
        for queue, concurrency in ((PLANS, 2), (POST, POSTS_AT_ONCE)):
            tasks.create_task(
                work(app, context, stalled_seconds=workshop.stalled_seconds, concurrency=concurrency, queue=queue)
            )
        tasks.create_task(tell_on(rooms.postroom))
        tasks.create_task(tell_people(rooms.newsroom))


@contextlib.asynccontextmanager
async def working_beside(rooms: Workrooms) -> AsyncIterator[None]:
    """Take jobs while the block runs."""
    task = asyncio.create_task(work_until_cancelled(rooms))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
