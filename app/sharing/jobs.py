"""The jobs of shares: every hour those of days that are over, and one day's when it is asked for."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Protocol
from uuid import UUID

import structlog
from procrastinate import Blueprint, JobContext, RetryStrategy

import routing
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.jobs import PLANS, AtHand
from app.kit.tenancy import Scope
from app.reports.together.recorded import BooksDisagree
from app.roads.travel import TravelTables
from app.sharing import keeping, service
from app.sharing.group_process import GroupsFailed, group_days_in_child
from app.sharing.recorded_day import read_driven, recorded_question
from app.sharing.working_out import DayRead, DayShares, shared

log = structlog.get_logger()
EVERY = "20 * * * *"


class Workshop(AtHand, Protocol):
    """What the job needs of what a worker has at hand."""

    @property
    def tables(self) -> TravelTables:
        """The travel between sites."""
        ...

    @property
    def share_groups(self) -> int:
        """About how many groups are asked where there are too many for all."""
        ...


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
    """Work out and keep the shares of one day, as it was planned and, once nothing can be reported any more, as it was
    recorded. One that cannot be read, whose books disagree, or whose groups cannot be planned, has none."""
    workshop: Workshop = context.additional_context["workshop"]
    network, day = UUID(network_id), date.fromisoformat(service_date)
    for read in (_planned, _recorded):
        try:
            await _share(workshop, network, day, read)
        except (routing.ProblemError, GroupsFailed, BooksDisagree) as error:
            log.error("no shares of a day's cost", network=network_id, day=service_date, cause=str(error))


type Reading = Callable[[Workshop, UUID, date], DayRead | None]


async def _share(workshop: Workshop, network: UUID, day: date, reading: Reading) -> None:
    read = await asyncio.to_thread(reading, workshop, network, day)
    if read is None or await asyncio.to_thread(_known, workshop, network, day, read):
        return
    asked = read.asked
    days: list[routing.GroupDay] = []
    if asked.groups:
        days = await group_days_in_child(
            asked.problem, asked.plan, asked.groups, service.SEED, whole_as_driven=asked.whole_as_driven
        )
    found = await asyncio.to_thread(shared, asked, days)
    await asyncio.to_thread(_keep, workshop, network, day, read, found)


def _planned(workshop: Workshop, network_id: UUID, service_date: date) -> DayRead | None:
    with workshop.database.transaction(Scope(network=network_id)) as session:
        return service.read_day(session, network_id, service_date, workshop.share_groups)


def _recorded(workshop: Workshop, network_id: UUID, service_date: date) -> DayRead | None:
    now = workshop.clock()
    with workshop.database.transaction(Scope(network=network_id)) as session:
        driven = read_driven(session, network_id, service_date, now)
    if driven is None:
        return None
    return recorded_question(driven, workshop.tables, now, service.SEED, workshop.share_groups)


def _known(workshop: Workshop, network_id: UUID, service_date: date, read: DayRead) -> bool:
    with workshop.database.transaction(Scope(network=network_id)) as session:
        return keeping.is_kept(session, network_id, service_date, read)


def _keep(workshop: Workshop, network_id: UUID, day: date, read: DayRead, found: DayShares) -> None:
    with workshop.database.transaction(Scope(network=network_id)) as session:
        keeping.keep_shares(session, network_id, day, read, found, workshop.clock())


def sharing_jobs() -> Blueprint:
    """The jobs of shares, for one queue."""
    found = Blueprint()
    task = found.task(name="ask", queue=PLANS, queueing_lock="shares", pass_context=True)(ask)
    found.periodic(cron=EVERY)(task)
    retry = RetryStrategy(max_attempts=3, wait=30)
    found.task(name="share_day", queue=PLANS, pass_context=True, retry=retry)(share_day)
    return found
