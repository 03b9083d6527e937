"""The job of a report on additions: one day after the other, each a job of its own, so that others have their turn."""

import asyncio
import time
from collections.abc import Coroutine
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

import structlog
from procrastinate import Blueprint, JobContext, RetryStrategy
from sqlalchemy import func, select

import routing
from app.kit.jobs import PLANS, AtHand
from app.kit.tenancy import Scope
from app.models.additions import AdditionDay, AdditionReport
from app.reports.additions import keeping
from app.reports.additions.keeping import NextDay, Said
from app.reports.additions.search_process import SearchFailed, search_in_child
from app.reports.additions.service import UNDER_WAY
from app.reports.together.asked import Asked
from app.reports.together.reading import questions_of_day
from app.reports.together.recorded import BooksDisagree
from app.roads.travel import TravelTables

log = structlog.get_logger()
SECONDS_BETWEEN_LOOKS = 2.0  # whether somebody has ended the report


class Workshop(AtHand, Protocol):
    """What the job needs of what a worker has at hand."""

    @property
    def tables(self) -> TravelTables:
        """The travel between sites."""
        ...


class Ended(Exception):
    """Somebody has ended the report while it was searched."""


async def work_out(context: JobContext, network_id: str, report_id: str) -> None:
    """Search one day of the report, and queue the next."""
    workshop: Workshop = context.additional_context["workshop"]
    await next_day_of(workshop, UUID(network_id), UUID(report_id))


async def next_day_of(workshop: Workshop, network_id: UUID, report_id: UUID) -> bool:
    """Search the next day and keep it; False where there is none, or where the report was ended."""
    day = await asyncio.to_thread(_next, workshop, network_id, report_id)
    if day is None:
        return False
    asked: Asked | None = None
    try:
        asked = await asyncio.to_thread(_question, workshop, network_id, day.service_date)
        why = None if asked is not None else "nothing_published"
    except BooksDisagree:
        why = "books_disagree"
    except routing.ProblemError as error:
        log.error(
            "a day cannot be searched again", network=str(network_id), day=str(day.service_date), cause=str(error)
        )
        why = "unreadable"
    now = workshop.clock()
    if asked is None:
        row = keeping.left_out(network_id, report_id, day.service_date, why or "", now)
        await asyncio.to_thread(keeping.keep_day, workshop.database, network_id, report_id, row, [], now)
        return True
    try:
        await _searched(workshop, network_id, report_id, day, asked)
    except Ended:
        return False
    except SearchFailed as error:
        log.error(
            "a day cannot be searched again", network=str(network_id), day=str(day.service_date), cause=str(error)
        )
        row = keeping.left_out(network_id, report_id, day.service_date, "unreadable", now)
        await asyncio.to_thread(keeping.keep_day, workshop.database, network_id, report_id, row, [], now)
    return True


def _next(workshop: Workshop, network_id: UUID, report_id: UUID) -> NextDay | None:
    with workshop.database.transaction(Scope(network=network_id)) as session:
        return keeping.next_day(session, report_id)


def _question(workshop: Workshop, network_id: UUID, service_date: date) -> Asked | None:
    """The day as it was recorded, or else as it was planned; None where no plan is published. Raises BooksDisagree and
    routing.ProblemError."""
    found = questions_of_day(workshop.database, workshop.tables, network_id, service_date, workshop.clock())
    return found[-1] if found else None


async def _searched(workshop: Workshop, network_id: UUID, report_id: UUID, day: NextDay, asked: Asked) -> None:
    """Search the day and keep it. Raises Ended and SearchFailed."""
    done, days_left = await asyncio.to_thread(_so_far, workshop, network_id, report_id)
    began, here = time.monotonic(), 0

    async def told(said: Said) -> None:
        nonlocal here
        here += 1
        arguments = (workshop.database, network_id, report_id, done + here, int(said["to_come"]), days_left)
        if not await asyncio.to_thread(keeping.progress, *arguments):
            raise Ended

    said = await _unless_ended(workshop, network_id, report_id, search_in_child(keeping.request_of(asked, day), told))
    now: datetime = workshop.clock()
    row = keeping.day_of(network_id, report_id, asked, said, time.monotonic() - began, now)
    gains = keeping.gains_of(row, said)
    await asyncio.to_thread(keeping.keep_day, workshop.database, network_id, report_id, row, gains, now)


async def _unless_ended(
    workshop: Workshop, network_id: UUID, report_id: UUID, searching: Coroutine[Any, Any, list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """What the search says; it is ended soon after its report is, also while it says nothing. Raises Ended."""
    task = asyncio.create_task(searching)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=SECONDS_BETWEEN_LOOKS)
            if not task.done() and not await asyncio.to_thread(_is_under_way, workshop, network_id, report_id):
                raise Ended
        return task.result()
    finally:
        if task.cancel():
            await asyncio.wait({task})


def _is_under_way(workshop: Workshop, network_id: UUID, report_id: UUID) -> bool:
    with workshop.database.transaction(Scope(network=network_id)) as session:
        return session.get_one(AdditionReport, report_id).state in UNDER_WAY


def _so_far(workshop: Workshop, network_id: UUID, report_id: UUID) -> tuple[int, int]:
    """Searches done, and days left behind the next one."""
    with workshop.database.transaction(Scope(network=network_id)) as session:
        kept = select(func.count(), func.coalesce(func.sum(AdditionDay.searches), 0)).where(
            AdditionDay.report_id == report_id
        )
        days, searches = session.execute(kept).one()
        report = session.get_one(AdditionReport, report_id)
        return int(searches), len(report.days) - int(days) - 1


def addition_jobs() -> Blueprint:
    """The job of reports on additions, for one queue."""
    found = Blueprint()
    again = RetryStrategy(max_attempts=3, wait=60)
    found.task(name="work_out", queue=PLANS, pass_context=True, retry=again)(work_out)
    return found
