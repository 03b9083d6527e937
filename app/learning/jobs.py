"""The job that learns: queued, once, when a route's last stop is reported, in the network that it belongs to."""

import asyncio
from uuid import UUID

from procrastinate import Blueprint, JobContext, RetryStrategy
from sqlalchemy.orm import Session

from app.kit.jobs import AtHand, defer
from app.kit.tenancy import Scope
from app.learning import service

LEARN = "learning:learn"


def learn_later(session: Session, network_id: UUID) -> bool:
    """Queue the job within the running transaction; False when it waits already."""
    return defer(session, LEARN, lock=f"learn:{network_id}", network_id=str(network_id))


async def learn(context: JobContext, network_id: str) -> None:
    """Learn from what the drivers of one network reported, in one transaction within its scope."""
    workshop: AtHand = context.additional_context["workshop"]
    await asyncio.to_thread(_learn, workshop, UUID(network_id))


def _learn(workshop: AtHand, network_id: UUID) -> None:
    with workshop.database.transaction(Scope(network=network_id)) as session:
        service.learn(session, network_id, workshop.clock())


def learning_jobs() -> Blueprint:
    """The jobs of learning, for one queue."""
    found = Blueprint()
    found.task(name="learn", queue="wasl", pass_context=True, retry=RetryStrategy(max_attempts=3, wait=10))(learn)
    return found
