"""The job that forgets where vans were: every minute, those whose shift has ended."""

import asyncio
from datetime import datetime

from procrastinate import Blueprint, JobContext
from sqlalchemy import text

from app.kit.db import Database
from app.kit.jobs import POST, AtHand
from app.kit.tenancy import Scope

EVERY = "* * * * *"


async def forget_positions(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Leave nothing of shifts that are over."""
    workshop: AtHand = context.additional_context["workshop"]
    await asyncio.to_thread(forget_ended, workshop.database, workshop.clock())


def forget_ended(database: Database, now: datetime) -> int:
    """How many places of vans were forgotten, over all networks: the database's own function, which tells no more."""
    with database.transaction(Scope()) as session:
        return int(session.scalar(text("SELECT wasl_forget_positions(:now)"), {"now": now}) or 0)


def driving_jobs() -> Blueprint:
    """The jobs of driving, for one queue: that of the post, where no long plan is in their way."""
    found = Blueprint()
    task = found.task(name="forget_positions", queue=POST, queueing_lock="forget_positions", pass_context=True)
    found.periodic(cron=EVERY)(task(forget_positions))
    return found
