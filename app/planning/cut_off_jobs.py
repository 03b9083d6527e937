"""The jobs of the cut-off time: every minute for the networks that have set one, and soon after an offer came late."""

import asyncio
from datetime import date
from uuid import UUID

from procrastinate import Blueprint, JobContext, RetryStrategy

from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.jobs import PLANS, AtHand
from app.kit.tenancy import Scope
from app.planning import cut_off

EVERY = "* * * * *"


async def ask(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Ask for the plans whose cut-off is over."""
    workshop: AtHand = context.additional_context["workshop"]
    await asyncio.to_thread(ask_everywhere, workshop.database, workshop.clock)


def ask_everywhere(database: Database, clock: Clock) -> int:
    """For how many days a plan was asked for, over all networks; each in a transaction of its own.

    A network that cannot be asked for keeps no other waiting: what went wrong is raised in the end, as an
    ExceptionGroup, and tried again in a minute.
    """
    now = clock()
    with database.transaction(Scope()) as session:
        networks = cut_off.networks_with_cut_off(session)
    asked = 0
    wrong: list[Exception] = []
    for network_id in networks:
        try:
            with database.transaction(Scope(network=network_id)) as session:
                days = cut_off.days_to_ask_for(session, network_id, now)
            for day in days:
                with database.transaction(Scope(network=network_id)) as session:
                    asked += cut_off.ask_at_cut_off(session, network_id, day, now) is not None
        except Exception as error:
            wrong.append(error)
    if wrong:
        raise ExceptionGroup("networks whose cut-off could not be kept", wrong)
    return asked


async def plan_anew(context: JobContext, network_id: str, service_date: str) -> None:
    """The job behind a late offer: the day's plan, if it was made by itself, is made anew."""
    workshop: AtHand = context.additional_context["workshop"]
    await asyncio.to_thread(_plan_anew, workshop, UUID(network_id), date.fromisoformat(service_date))


def _plan_anew(workshop: AtHand, network_id: UUID, service_date: date) -> None:
    with workshop.database.transaction(Scope(network=network_id)) as session:
        cut_off.plan_anew(session, network_id, service_date, workshop.clock())


def cut_off_jobs() -> Blueprint:
    """The jobs of the cut-off time, for one queue."""
    found = Blueprint()
    task = found.task(name="ask", queue=PLANS, queueing_lock="cut_off", pass_context=True)(ask)
    found.periodic(cron=EVERY)(task)
    retry = RetryStrategy(max_attempts=5, wait=5)
    found.task(name="plan_anew", queue=PLANS, pass_context=True, retry=retry)(plan_anew)
    return found
