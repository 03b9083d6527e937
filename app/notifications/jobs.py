"""The job that sends a notification, on the queue of what waits for others to answer."""

from uuid import UUID

from procrastinate import Blueprint, JobContext, RetryStrategy

from app.kit.jobs import POST
from app.notifications.newsroom import Newsroom
from app.notifications.sending import send

# What goes wrong on our side: what servers say is no failure of the job.
_AGAIN = RetryStrategy(max_attempts=10, exponential_wait=3)


async def send_notification(context: JobContext, network_id: str, notification_id: str, attempts: int) -> None:
    """Make one attempt of one notification."""
    newsroom: Newsroom = context.additional_context["newsroom"]
    await send(newsroom, UUID(network_id), UUID(notification_id), attempts)


def notification_jobs() -> Blueprint:
    """The jobs of notifications, for one queue."""
    found = Blueprint()
    found.task(name="send", queue=POST, pass_context=True, retry=_AGAIN)(send_notification)
    return found
