"""The jobs of shares: every hour those of days that are over, and one day's when it is asked for."""

import asyncio
from datetime import date
from uuid import UUID

import structlog
from procrastinate import Blueprint, JobContext, RetryStrategy

import routing
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.jobs import PLANS, AtHand
from app.kit.tenancy import Scope
from app.sharing import service
from app.sharing.group_process import GroupsFailed, group_days_in_child
from app.sharing.working_out import DayShares, shared

log = structlog.get_logger()
EVERY = "20 * * * *"


async def ask(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Queue the days that are over and not shared yet."""
    workshop: AtHand = context.additional_context["workshop"]
    await asyncio.to_thread(ask_everywhere, workshop.database, workshop.clock)


def ask_everywhere(database: Database, clock: Clock) -> int:
    """How many days were queued, over all networks; each in a transaction of its own."""
    with database.transaction(Scope()) as session:
        days = service.days_to_share(session, clock())
    queued = 0
    for network_id, day in days:
        with database.transaction(Scope(network=network_id)) as session:
            queued += service.share_later(session, network_id, day)
    return queued


async def share_day(context: JobContext, network_id: str, service_date: str) -> None:
    """Work out and keep the shares of one day; one that cannot be read, or whose groups cannot be planned, has none."""
    workshop: AtHand = context.additional_context["workshop"]
    network, day = UUID(network_id), date.fromisoformat(service_date)
    try:
        read = await asyncio.to_thread(_read, workshop, network, day)
        if read is None:
            return
        asked = read.asked
        days = await group_days_in_child(asked.problem, asked.plan, asked.groups, service.SEED) if asked.groups else []
    except (routing.ProblemError, GroupsFailed) as error:
        log.error("no shares of a day's cost", network=network_id, day=service_date, cause=str(error))
        return
    found = await asyncio.to_thread(shared, asked, days)
    await asyncio.to_thread(_keep, workshop, network, day, read, found)


def _read(workshop: AtHand, network_id: UUID, service_date: date) -> service.DayRead | None:
    with workshop.database.transaction(Scope(network=network_id)) as session:
        return service.read_day(session, network_id, service_date)


def _keep(workshop: AtHand, network_id: UUID, day: date, read: service.DayRead, found: DayShares) -> None:
    with workshop.database.transaction(Scope(network=network_id)) as session:
        service.keep_shares(session, network_id, day, read, found, workshop.clock())


def sharing_jobs() -> Blueprint:
    """The jobs of shares, for one queue."""
    found = Blueprint()
    task = found.task(name="ask", queue=PLANS, queueing_lock="shares", pass_context=True)(ask)
    found.periodic(cron=EVERY)(task)
    retry = RetryStrategy(max_attempts=3, wait=30)
    found.task(name="share_day", queue=PLANS, pass_context=True, retry=retry)(share_day)
    return found
