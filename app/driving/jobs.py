"""The job that forgets where vans were: every minute, those whose shift has ended."""

import asyncio
from datetime import datetime
from typing import Protocol

from procrastinate import Blueprint, JobContext
from sqlalchemy import text

from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.jobs import POST
from app.kit.tenancy import Scope

EVERY = "* * * * *"


class Workshop(Protocol):
    """What the job needs of what a worker has at hand."""

    @property
    def database(self) -> Database:
        """Where it forgets."""
        ...

    @property
    def clock(self) -> Clock:
        """What time it is."""
        ...


async def forget_positions(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Leave nothing of shifts that are over."""
    workshop: Workshop = context.additional_context["workshop"]
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
