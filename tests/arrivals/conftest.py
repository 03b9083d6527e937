"""A published day of two stores and a food bank, without a worker: the tests look at shifts themselves."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.alarms.jobs import watch_everywhere
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.settings import Settings
from tests.feeds.test_api import Partners, partners
from tests.hand_made_plan import Ride, draft
from tests.service_client import DAY, ServiceClient

__all__ = ["partners"]

Look = Callable[[str | datetime], int]


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


def the_hour(clock: str) -> datetime:
    """A time of day of the day that is driven."""
    return datetime.fromisoformat(f"{DAY}T{clock}:00").replace(tzinfo=UTC)


@pytest.fixture
def published(network: ServiceClient, partners: Partners, database: Database) -> dict[str, Any]:
    """Out at eight; 62 kg at Lidl's at nine, 20 kg at Tesco's at half past nine, both at the pantry at eleven."""
    return network.published(
        draft(
            database, network, partners.shift,
            Ride(partners.bread, partners.need, 62_000, "09:00", "11:00"),
            Ride(partners.milk, partners.need, 20_000, "09:30", "11:00"),
        )
    )  # fmt: skip


@pytest.fixture
def look(database: Database, clock: HandSetClock) -> Look:
    """Let it be that time, and the job come round; how many alarms it changed."""

    def at(time: str | datetime) -> int:
        clock.set(the_hour(time) if isinstance(time, str) else time)
        return watch_everywhere(database, clock)

    return at
