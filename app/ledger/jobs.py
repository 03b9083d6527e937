"""The job that closes the day's offers: every few minutes, for each network that has food whose pickup is over."""

import asyncio

from procrastinate import Blueprint, JobContext

from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.jobs import AtHand
from app.kit.tenancy import Scope
from app.ledger import closing

EVERY = "*/5 * * * *"


async def expire_offers(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Book what nobody fetched as expired, each network in a transaction of its own scope."""
    workshop: AtHand = context.additional_context["workshop"]
    await asyncio.to_thread(expire_everywhere, workshop.database, workshop.clock)


def expire_everywhere(database: Database, clock: Clock) -> int:
    """How many offers were booked, over all networks; first, what nobody reports on any more is on offer again."""
    now = clock()
    with database.transaction(Scope()) as session:
        silent = closing.networks_with_unreported(session, now)
    for network_id in silent:
        with database.transaction(Scope(network=network_id)) as session:
            closing.release_unreported(session, network_id, now)
    with database.transaction(Scope()) as session:
        networks = closing.networks_with_late_offers(session, now)
    found = 0
    for network_id in networks:
        with database.transaction(Scope(network=network_id)) as session:
            found += closing.expire_offers(session, network_id, now)
    return found


def ledger_jobs() -> Blueprint:
    """The jobs of the ledger, for one queue."""
    found = Blueprint()
    task = found.task(name="expire_offers", queue="wasl", queueing_lock="expire_offers", pass_context=True)(
        expire_offers
    )
    found.periodic(cron=EVERY)(task)
    return found
