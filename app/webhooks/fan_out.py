"""From messages to deliveries: one per message and endpoint, in the order in which the messages were numbered."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.outbox_kinds import TEST_KIND, wanted
from app.kit.outbox_following import Follower, look_again_and_again
from app.models.system import OutboxMessage
from app.models.webhooks import OutboxProgress, WebhookEndpoint
from app.webhooks.deliver import Postroom, first_delivery


async def tell_on(postroom: Postroom) -> None:
    """Look for news until cancelled."""
    await look_again_and_again(partial(fan_out, postroom), "messages could not be told on")


def fan_out(postroom: Postroom) -> int:
    """Make the deliveries of all that happened since the last look; how many."""

    def deliveries_of(session: Session, network_id: UUID, messages: Sequence[OutboxMessage]) -> int:
        endpoints = session.scalars(
            select(WebhookEndpoint).where(WebhookEndpoint.network_id == network_id, WebhookEndpoint.state != "disabled")
        ).all()
        now = postroom.clock()
        return sum(
            first_delivery(session, message, endpoint, now)
            for message in messages
            for endpoint in endpoints
            if was_there(endpoint, message) and hears(endpoint, message)
        )

    follower = Follower("wasl_networks_with_untold", OutboxProgress.told_position, deliveries_of)
    return follower.follow(postroom.database)


def was_there(endpoint: WebhookEndpoint, message: OutboxMessage) -> bool:
    """Whether the endpoint was made when this was announced, both by the application's clock. What is older may still
    wait to be told on; it is sent only where somebody asks for it by a replay.
    """
    return message.at >= endpoint.created_at


def hears(endpoint: WebhookEndpoint, message: OutboxMessage) -> bool:
    """Whether this message is for this endpoint: the organisation may hear of it, and asked for its kind."""
    if message.network_id != endpoint.network_id:
        return False
    if message.kind == TEST_KIND:
        return message.subject_id == endpoint.id
    mine = endpoint.whole_network or endpoint.organisation_id in message.organisation_ids
    return mine and wanted(endpoint.kinds, message.kind)
