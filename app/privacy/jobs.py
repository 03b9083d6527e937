"""The job that forgets: once a day, network by network, what the rules of retention say."""

import asyncio

import structlog
from procrastinate import Blueprint, JobContext, RetryStrategy

from app.kit.jobs import AtHand
from app.privacy.forgetting import forget, networks_of

DAILY = "17 3 * * *"
log = structlog.get_logger()


async def forget_everywhere(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Do what is due in every network; each batch is a transaction of its own, so a job that dies loses nothing."""
    workshop: AtHand = context.additional_context["workshop"]
    for network_id in await asyncio.to_thread(networks_of, workshop.database):
        touched = await asyncio.to_thread(forget, workshop.database, network_id, workshop.clock())
        log.info("forgotten", network=str(network_id), rows=touched)


def privacy_jobs() -> Blueprint:
    """The jobs of forgetting, for one queue."""
    found = Blueprint()
    again = RetryStrategy(max_attempts=3, wait=600)
    task = found.task(
        name="forget", queue="wasl", queueing_lock="forget", lock="forget", pass_context=True, retry=again
    )
    found.periodic(cron=DAILY)(task(forget_everywhere))
    return found
