"""The jobs of webhooks: one per attempt, on a queue of their own, many at a time."""

import asyncio
from uuid import UUID

from procrastinate import Blueprint, JobContext, RetryStrategy

from app.kit.jobs import POST
from app.webhooks.deliver import AT_ONCE_TO_ONE, Postroom, attempt, put_off

# What goes wrong on our side: the receiver's own mishaps are no failures of the job.
_AGAIN = RetryStrategy(max_attempts=10, exponential_wait=3)


async def deliver(
    context: JobContext, delivery_id: str, endpoint_id: str, network_id: str, round: int, attempts: int
) -> None:
    """Make one attempt of one delivery, or come back to it where its receiver is busy with others."""
    postroom: Postroom = context.additional_context["postroom"]
    endpoint = UUID(endpoint_id)
    if postroom.under_way[endpoint] >= AT_ONCE_TO_ONE:
        await asyncio.to_thread(put_off, postroom, UUID(network_id), UUID(delivery_id))
        return
    postroom.under_way[endpoint] += 1
    try:
        await attempt(postroom, UUID(network_id), UUID(delivery_id), round, attempts)
    finally:
        postroom.under_way[endpoint] -= 1
        if not postroom.under_way[endpoint]:
            del postroom.under_way[endpoint]


def webhook_jobs() -> Blueprint:
    """The jobs of webhooks, for one queue."""
    found = Blueprint()
    found.task(name="deliver", queue=POST, pass_context=True, retry=_AGAIN)(deliver)
    return found
