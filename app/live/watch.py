"""One look at the database for all who listen at this process, ten times a second and only while somebody listens: each
stream that asked for itself would have to ask seldom, and hear late."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from uuid import UUID

from sqlalchemy import text
from starlette.concurrency import run_in_threadpool

from app.kit.db import Database
from app.kit.outbox import number_messages
from app.kit.tenancy import Scope

LOOK_SECONDS = 0.1

type Positions = Mapping[UUID, int]


def newest_positions(database: Database) -> Positions:
    """The position of each network's newest message; those without a position are given theirs first."""
    with database.transaction(Scope()) as session:
        number_messages(session)
        found = session.execute(text("SELECT network, newest FROM wasl_newest_positions()"))
        return {row.network: row.newest for row in found}


class Watch:
    """Wakes whoever waits for news of a network. For one event loop."""

    def __init__(self, look: Callable[[], Positions], every_seconds: float = LOOK_SECONDS) -> None:
        self._look, self._every_seconds = look, every_seconds
        self._newest: Positions = {}
        self._changed = asyncio.Event()
        self._waiting = 0
        self._looking: asyncio.Task[None] | None = None

    def newest(self, network: UUID) -> int:
        """How far the network's messages had come when it was last looked at."""
        return self._newest.get(network, 0)

    async def beyond(self, network: UUID, position: int, patience_seconds: float) -> None:
        """Return when the network has a message behind this position, or after so many seconds."""
        self._waiting += 1
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience_seconds):
                    while self.newest(network) <= position:
                        if self._looking is None or self._looking.done():
                            self._looking = asyncio.create_task(self._keep_looking())
                        await self._changed.wait()
        finally:
            self._waiting -= 1

    async def _keep_looking(self) -> None:
        while self._waiting:
            # Whoever waits asks for itself after a while: it hears then what is wrong with the database.
            with contextlib.suppress(Exception):
                found = await run_in_threadpool(self._look)
                if found != self._newest:
                    self._newest = found
                    self._changed.set()
                    self._changed = asyncio.Event()
            await asyncio.sleep(self._every_seconds)
