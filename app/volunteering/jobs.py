"""The job that reminds people of what they have taken, and records what is known of shifts that are over: every five
minutes, network by network, each place in a transaction of its own."""

import asyncio
from datetime import datetime
from uuid import UUID

from procrastinate import Blueprint, JobContext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.driver_link import link_ends
from app.domain.volunteering import DAY_BEFORE, Told, reminder_due
from app.kit.clock import Clock
from app.kit.db import ROW_LOCK, Database
from app.kit.jobs import POST, AtHand
from app.kit.tenancy import Scope
from app.models.volunteers import Task, TaskSignUp
from app.privacy.forgetting import networks_of
from app.volunteering.attendance import settle_driven
from app.volunteering.tasks import tell

EVERY = "*/5 * * * *"


async def look(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Remind, and record, in every network."""
    workshop: AtHand = context.additional_context["workshop"]
    await asyncio.to_thread(look_everywhere, workshop.database, workshop.clock)


def look_everywhere(database: Database, clock: Clock) -> int:
    """How many were reminded or recorded, over all networks. One that goes wrong keeps no other from its turn; what
    went wrong is raised in the end, as an ExceptionGroup."""
    now, done = clock(), 0
    wrong: list[Exception] = []
    for network_id in networks_of(database):
        with database.transaction(Scope(network=network_id)) as session:
            near = _near(session, network_id, now)
        for sign_up_id in near:
            try:
                with database.transaction(Scope(network=network_id)) as session:
                    done += remind(session, sign_up_id, now) or settle_driven(session, sign_up_id, now)
            except Exception as error:
                wrong.append(error)
    if wrong:
        raise ExceptionGroup("what could not be looked at", wrong)
    return done


def _near(session: Session, network_id: UUID, now: datetime) -> list[UUID]:
    """The places that are taken of what begins within a day, and of shifts that are over."""
    query = (
        select(TaskSignUp.id, Task.kind, Task.starts_at, Task.ends_at)
        .join(Task, Task.id == TaskSignUp.task_id)
        .where(TaskSignUp.network_id == network_id, TaskSignUp.state == "taken", Task.starts_at <= now + DAY_BEFORE)
    )
    return [
        row.id
        for row in session.execute(query)
        if row.starts_at > now or (row.kind == "drive" and link_ends(row.ends_at) <= now)
    ]


def remind(session: Session, sign_up_id: UUID, now: datetime) -> bool:
    """Announce the reminder that is due, if one is; it is written down in the same transaction, so it comes once."""
    row = session.get_one(TaskSignUp, sign_up_id, with_for_update=ROW_LOCK)
    task = session.get_one(Task, row.task_id)
    due = reminder_due(task.starts_at, row.taken_at, Told(row.told_day_at, row.told_hours_at), now)
    if row.state != "taken" or due is None:
        return False
    if due == "day":
        row.told_day_at = now
    else:
        row.told_hours_at = now
    session.flush()
    tell(session, task, "task.reminder", [row.person_id], now)
    return True


def volunteering_jobs() -> Blueprint:
    """The job, in the queue of the post, where no long plan is in its way."""
    found = Blueprint()
    task = found.task(name="look", queue=POST, queueing_lock="volunteering", pass_context=True)(look)
    found.periodic(cron=EVERY)(task)
    return found
