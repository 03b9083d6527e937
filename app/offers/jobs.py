"""The jobs that post standing offers: every few minutes for all networks, and at once where one was changed."""

import asyncio
from uuid import UUID

import structlog
from procrastinate import Blueprint, JobContext, RetryStrategy
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kit.errors import WaslError
from app.kit.jobs import AtHand, defer
from app.kit.tenancy import Scope
from app.offers import standing

log = structlog.get_logger()
POST_DUE = "offers:post_due"
EVERY_FIVE_MINUTES = "*/5 * * * *"


def post_due_soon(session: Session, network_id: UUID) -> bool:
    """Queue the posting of what is due in one network, within the running transaction; False when it waits already."""
    return defer(session, POST_DUE, lock=f"post_due:{network_id}", network_id=str(network_id))


async def post_due(context: JobContext, network_id: str) -> None:
    """Post what is due of one network's standing offers."""
    workshop: AtHand = context.additional_context["workshop"]
    await asyncio.to_thread(_post_due, workshop, UUID(network_id))


def _post_due(workshop: AtHand, network_id: UUID) -> None:
    with workshop.database.transaction(Scope(network=network_id)) as session:
        standing.post_due(session, network_id, workshop.clock())


async def post_due_everywhere(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Post what is due in every network; one network's trouble keeps no other from its food."""
    workshop: AtHand = context.additional_context["workshop"]
    await asyncio.to_thread(post_everywhere, workshop)


def post_everywhere(workshop: AtHand) -> None:
    """Post what is due in every network that has standing offers."""
    with workshop.database.transaction(Scope()) as session:
        networks = session.scalars(select(func.wasl_networks_with_standing_offers())).all()
    for network_id in networks:
        try:
            _post_due(workshop, network_id)
        except WaslError as error:
            log.error("standing offers could not be posted", network=str(network_id), cause=str(error))


def offer_jobs() -> Blueprint:
    """The jobs of offers, for one queue."""
    found = Blueprint()
    retry = RetryStrategy(max_attempts=3, wait=10)
    found.task(name="post_due", queue="wasl", pass_context=True, retry=retry)(post_due)
    everywhere = found.task(name="post_due_everywhere", queue="wasl", queueing_lock="post_due", pass_context=True)(
        post_due_everywhere
    )
    found.periodic(cron=EVERY_FIVE_MINUTES)(everywhere)
    return found
