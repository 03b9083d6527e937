"""The job of funding: every hour what the routes of days cost that are over and were reported."""

import asyncio
from datetime import date, timedelta
from uuid import UUID

from procrastinate import Blueprint, JobContext
from sqlalchemy import func, select

from app.funding.recording import record_day
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.jobs import PLANS, AtHand
from app.kit.tenancy import Scope

EVERY = "35 * * * *"
REPORTS_TAKE = timedelta(hours=24)  # of a phone that had no connection
MOST_LATE = timedelta(days=31)  # what is older stays as it was told


async def cost(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Work out the days that wait."""
    workshop: AtHand = context.additional_context["workshop"]
    await asyncio.to_thread(cost_everywhere, workshop.database, workshop.clock)


def cost_everywhere(database: Database, clock: Clock) -> int:
    """How many days were worked out, over all networks; each in a transaction of its own."""
    now = clock()
    with database.transaction(Scope()) as session:
        asked = func.wasl_days_to_cost(now, REPORTS_TAKE, (now - MOST_LATE).date())
        days = asked.table_valued("network_id", "service_date")
        found: list[tuple[UUID, date]] = [
            (network_id, day) for network_id, day in session.execute(select(days.c.network_id, days.c.service_date))
        ]
    for network_id, day in found:
        with database.transaction(Scope(network=network_id)) as session:
            record_day(session, network_id, day, now)
    return len(found)


def funding_jobs() -> Blueprint:
    """The job of funding, for one queue."""
    found = Blueprint()
    task = found.task(name="cost", queue=PLANS, queueing_lock="funding", pass_context=True)(cost)
    found.periodic(cron=EVERY)(task)
    return found
