"""From messages to deliveries: one per message and endpoint, in the order in which the messages were numbered.

Messages are numbered when they are committed, one numbering at a time, so nothing that ends late slips past. How far
it came is written in the transaction that makes the deliveries and their jobs: a worker that dies has done all or
nothing, and the next look goes on from there.
"""

import asyncio
from uuid import UUID

import structlog
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.domain.outbox_kinds import TEST_KIND, wanted
from app.kit.outbox import number_messages
from app.kit.tenancy import Scope
from app.models.system import OutboxMessage
from app.models.webhooks import OutboxProgress, WebhookEndpoint
from app.webhooks.deliver import Postroom, first_delivery

log = structlog.get_logger()
LOOK_SECONDS = 1.0
AT_ONCE = 100


async def tell_on(postroom: Postroom) -> None:
    """Look for news until cancelled; a database that is away for a while is asked again."""
    while True:
        try:
            await asyncio.to_thread(fan_out, postroom)
        except Exception as error:
            log.warning("messages could not be told on", cause=type(error).__name__)
        await asyncio.sleep(LOOK_SECONDS)


def fan_out(postroom: Postroom) -> int:
    """Make the deliveries of all that happened since the last look; how many."""
    with postroom.database.transaction(Scope()) as session:
        number_messages(session)
        networks = session.scalars(text("SELECT wasl_networks_with_untold()")).all()
    made = 0
    for network_id in networks:
        more = True
        while more:
            with postroom.database.transaction(Scope(network=network_id)) as session:
                made_now, more = _fan_out(session, postroom, network_id)
            made += made_now
    return made


def _fan_out(session: Session, postroom: Postroom, network_id: UUID) -> tuple[int, bool]:
    """One batch of one network's messages; whether there may be more."""
    progress = session.scalars(
        select(OutboxProgress)
        .where(OutboxProgress.network_id == network_id)
        .with_for_update(skip_locked=True, key_share=True)
    ).first()
    if progress is None:  # another worker is at it
        return 0, False
    messages = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.network_id == network_id, OutboxMessage.position > progress.told_position)
        .order_by(OutboxMessage.position)
        .limit(AT_ONCE)
    ).all()
    endpoints = session.scalars(
        select(WebhookEndpoint).where(WebhookEndpoint.network_id == network_id, WebhookEndpoint.state != "disabled")
    ).all()
    now = postroom.clock()
    made = sum(
        first_delivery(session, message, endpoint, now)
        for message in messages
        for endpoint in endpoints
        if was_there(endpoint, message) and hears(endpoint, message)
    )
    if messages:
        progress.told_position = messages[-1].position or progress.told_position
    else:
        progress.told_position = progress.newest_position
    return made, len(messages) == AT_ONCE


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
