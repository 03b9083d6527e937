"""Those who tell messages on: each works through every network's messages in the order of their numbers.

How far one came is written in the transaction that makes what it tells: a worker that dies has done all or nothing,
and the next look goes on from there. Messages are numbered when they are committed, one numbering at a time, so
nothing that ends late slips past.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.kit.db import Database
from app.kit.outbox import number_messages
from app.kit.tenancy import Scope
from app.models.system import OutboxMessage
from app.models.webhooks import OutboxProgress

log = structlog.get_logger()
LOOK_SECONDS = 1.0
AT_ONCE = 100


@dataclass(frozen=True)
class Follower:
    """One who tells messages on.

    behind: the database's function that names the networks with messages it has not come to. came_to: where it is
    kept how far it came. tell: makes what is told of some messages of one network, and says how much that is.
    """

    behind: str
    came_to: InstrumentedAttribute[int]
    tell: Callable[[Session, UUID, Sequence[OutboxMessage]], int]

    def follow(self, database: Database) -> int:
        """Tell on all that was said since the last look; how much was made."""
        with database.transaction(Scope()) as session:
            number_messages(session)
            networks = session.scalars(text(f"SELECT {self.behind}()")).all()
        made = 0
        for network_id in networks:
            more = True
            while more:
                with database.transaction(Scope(network=network_id)) as session:
                    made_now, more = self._one_batch(session, network_id)
                made += made_now
        return made

    def _one_batch(self, session: Session, network_id: UUID) -> tuple[int, bool]:
        """Some of one network's messages; whether there may be more."""
        progress = session.scalars(
            select(OutboxProgress)
            .where(OutboxProgress.network_id == network_id)
            .with_for_update(skip_locked=True, key_share=True)
        ).first()
        if progress is None:  # another worker is at it
            return 0, False
        messages = session.scalars(
            select(OutboxMessage)
            .where(
                OutboxMessage.network_id == network_id,
                OutboxMessage.position > getattr(progress, self.came_to.key),
            )
            .order_by(OutboxMessage.position)
            .limit(AT_ONCE)
        ).all()
        made = self.tell(session, network_id, messages) if messages else 0
        newest = messages[-1].position if messages else progress.newest_position
        if newest:
            setattr(progress, self.came_to.key, newest)
        return made, len(messages) == AT_ONCE


async def look_again_and_again(look: Callable[[], object], complaint: str) -> None:
    """Look for news until cancelled; a database that is away for a while is asked again, after the complaint."""
    while True:
        try:
            await asyncio.to_thread(look)
        except Exception as error:
            log.warning(complaint, cause=type(error).__name__)
        await asyncio.sleep(LOOK_SECONDS)
