"""The job that compares a day with the same day alone: once nothing can be reported of it any more, or when asked for.

It solves the day of each food bank under each set of assumptions, in the solver's process, one day after the other.
"""

import asyncio
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import UUID

import structlog
from procrastinate import Blueprint, JobContext, RetryStrategy
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.driver_link import STORED_REPORTS
from app.kit.db import Database
from app.kit.jobs import AtHand, defer, waiting_among
from app.kit.tenancy import Scope
from app.models.events import StopEvent
from app.models.fleet import Shift
from app.models.plans import Plan
from app.models.together import TogetherDay
from app.planning.run import question_of
from app.planning.solver_process import compare_in_child
from app.reports.together import keeping
from app.reports.together.asked import Asked
from app.reports.together.reading import questions_of_day
from app.roads.travel import TravelTables

log = structlog.get_logger()
WORK_OUT = "together:work_out"
ONE_AT_A_TIME = "together"  # of the whole installation: a plan that somebody waits for always finds a place beside it
MOST_SECONDS = 15.0  # of the search for each day alone of a large network
LOOKS_BACK = timedelta(days=14)
EVERY = "17 * * * *"


class Workshop(AtHand, Protocol):
    """What the job needs of what a worker has at hand."""

    @property
    def tables(self) -> TravelTables:
        """The travel between sites."""
        ...

    @property
    def plan_seconds(self) -> float:
        """How long a day together is searched for."""
        ...


def work_out_later(session: Session, network_id: UUID, service_date: date) -> bool:
    """Queue the job within the running transaction; False when it waits already."""
    return defer(
        session,
        WORK_OUT,
        lock=ONE_AT_A_TIME,
        waits_once=_waits_once(network_id, service_date),
        network_id=str(network_id),
        service_date=service_date.isoformat(),
    )


def is_being_worked_out(session: Session, network_id: UUID, service_date: date) -> bool:
    """Whether the job of this day waits, or is being done."""
    return bool(waiting_among(session, WORK_OUT, [_waits_once(network_id, service_date)]))


def _waits_once(network_id: UUID, service_date: date) -> str:
    return f"{network_id}:{service_date}"


async def work_out(context: JobContext, network_id: str, service_date: str) -> None:
    """Compare one day, as planned and as recorded, where what it follows from has changed."""
    workshop: Workshop = context.additional_context["workshop"]
    await compare_day(workshop, UUID(network_id), date.fromisoformat(service_date))


async def compare_day(workshop: Workshop, network_id: UUID, service_date: date) -> None:
    """Compare the day and keep what was found."""
    now = workshop.clock()
    questions = await asyncio.to_thread(
        questions_of_day, workshop.database, workshop.tables, network_id, service_date, now
    )
    seconds = min(workshop.plan_seconds, MOST_SECONDS)
    for asked in questions:
        if await asyncio.to_thread(_known, workshop, network_id, asked):
            continue
        with tempfile.TemporaryDirectory(prefix="wasl-travel-") as folder:
            question = await asyncio.to_thread(question_of, asked.problem, Path(folder))
            wish = {
                "plan": asked.plan,
                "agreed": dict(asked.agreed),
                "there": None if asked.there is None else dict(asked.there),
                "early": None if asked.early is None else sorted(asked.early),
                "variants": [each.name for each in asked.variants],
            }
            said = await compare_in_child(question, wish, seconds, asked.seed)
        await asyncio.to_thread(keeping.keep, workshop.database, network_id, asked, said, seconds, workshop.clock())
        log.info("a day was compared with the day alone", network=str(network_id), kind=asked.kind, day=service_date)


def _known(workshop: Workshop, network_id: UUID, asked: Asked) -> bool:
    with workshop.database.transaction(Scope(network=network_id)) as session:
        return keeping.is_kept(session, network_id, asked)


async def work_out_closed_days(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Every hour: the days of all networks of which nothing can be reported any more."""
    workshop: Workshop = context.additional_context["workshop"]
    await asyncio.to_thread(ask_for_closed_days, workshop.database, workshop.clock())


def ask_for_closed_days(database: Database, now: datetime) -> int:
    """Queue the days that are over and not worked out, each network in a transaction of its own scope; how many."""
    since, ended = (now - LOOKS_BACK).date(), now - STORED_REPORTS
    with database.transaction(Scope()) as session:
        wanted = func.wasl_networks_with_days_to_compare(ended, STORED_REPORTS, since)
        networks = list(session.scalars(select(wanted)))
    found = 0
    for network_id in networks:
        with database.transaction(Scope(network=network_id)) as session:
            found += sum(
                work_out_later(session, network_id, day) for day in days_to_compare(session, network_id, ended, since)
            )
    return found


def days_to_compare(session: Session, network_id: UUID, ended: datetime, since: date) -> list[date]:
    """The published days whose last shift was over by then, and whose figures are missing, or too early to be all."""
    last = (
        select(Shift.service_date, func.max(Shift.ends_at))
        .where(Shift.network_id == network_id, Shift.service_date >= since)
        .group_by(Shift.service_date)
        .having(func.max(Shift.ends_at) <= ended)
    )
    over = {row[0]: row[1] for row in session.execute(last)}
    published = select(Plan.service_date).where(
        Plan.network_id == network_id, Plan.state == "published", Plan.service_date.in_(over)
    )
    reported = select(Shift.service_date).where(
        Shift.network_id == network_id,
        Shift.service_date.in_(over),
        Shift.id.in_(select(StopEvent.shift_id).where(StopEvent.network_id == network_id)),
    )
    kept = select(TogetherDay.service_date, TogetherDay.kind, func.max(TogetherDay.worked_out_at)).where(
        TogetherDay.network_id == network_id, TogetherDay.service_date.in_(over)
    )
    known = {(day, kind): at for day, kind, at in session.execute(kept.group_by("service_date", "kind"))}
    driven = set(session.scalars(reported))
    return [
        day
        for day in sorted(session.scalars(published))
        if (day, "planned") not in known
        or (day in driven and known.get((day, "recorded"), over[day]) < over[day] + STORED_REPORTS)
    ]


def together_jobs() -> Blueprint:
    """The jobs of comparing days, for one queue."""
    found = Blueprint()
    again = RetryStrategy(max_attempts=3, wait=60)
    found.task(name="work_out", queue="wasl", pass_context=True, retry=again)(work_out)
    task = found.task(
        name="work_out_closed_days", queue="wasl", queueing_lock="work_out_closed_days", pass_context=True
    )(work_out_closed_days)
    found.periodic(cron=EVERY)(task)
    return found
