"""One look wakes all who wait for news of a network, and nobody looks while nobody waits."""

import asyncio
import time
from collections.abc import Callable
from uuid import UUID, uuid4

from app.kit.db import Database
from app.live.watch import Positions, Watch, newest_positions
from tests.service_client import ServiceClient
from tests.webhooks.conftest import Happens

OURS, THEIRS = uuid4(), uuid4()
EVERY = 0.01


class Told:
    """What each look finds, and how often it was looked."""

    def __init__(self, find: Callable[[int], Positions]) -> None:
        self.looks, self._find = 0, find

    def __call__(self) -> Positions:
        self.looks += 1
        return self._find(self.looks)


def waited(watch: Watch, network: UUID, position: int, patience: float) -> float:
    """Seconds until the wait was over."""
    begun = time.monotonic()
    asyncio.run(watch.beyond(network, position, patience))
    return time.monotonic() - begun


def test_whoever_waits_is_woken_by_the_first_message_behind_its_own() -> None:
    told = Told(lambda looks: {OURS: 7 if looks < 3 else 8, THEIRS: 100 + looks})
    watch = Watch(told, EVERY)
    assert waited(watch, OURS, 7, patience=30) < 10
    assert (told.looks, watch.newest(OURS)) == (3, 8)


def test_news_of_another_network_wake_nobody_here_and_patience_ends() -> None:
    watch = Watch(Told(lambda looks: {THEIRS: looks}), EVERY)
    assert waited(watch, OURS, 0, patience=0.2) >= 0.2


def test_one_look_is_for_all_and_nobody_looks_while_nobody_waits() -> None:
    told = Told(lambda looks: {OURS: looks // 4})

    async def all_of_them() -> int:
        watch = Watch(told, EVERY)
        await asyncio.gather(*(watch.beyond(OURS, 0, patience_seconds=30) for _ in range(20)))
        looks = told.looks
        await asyncio.sleep(20 * EVERY)
        return looks

    looks = asyncio.run(all_of_them())
    assert looks == 4
    assert told.looks <= looks + 1


def test_a_look_that_fails_is_made_again() -> None:
    def find(looks: int) -> Positions:
        if looks < 3:
            raise OSError("the database is away")
        return {OURS: 1}

    assert waited(Watch(Told(find), EVERY), OURS, 0, patience=30) < 10


def test_the_newest_position_rises_with_every_message_of_the_network(
    network: ServiceClient, happens: Happens, database: Database
) -> None:
    here = network.network_id()
    happens("food.delivered", n=1)
    before = newest_positions(database)
    happens("food.delivered", n=2)
    after = newest_positions(database)
    assert after == before | {here: before[here] + 1}
