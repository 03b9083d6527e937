"""A service of its own for a benchmark: a database with its disk, Newport's streets, a worker, a network; all gone
afterwards."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from app.kit.clock import HandSetClock
from app.kit.collector import search_seldom
from app.kit.database_access import open_database
from app.kit.db import Database
from app.kit.live_server import LiveServer
from app.kit.migrate import upgrade
from app.main import create_app
from app.partners.founding import NewNetwork, found
from app.roads.region import import_region
from app.roads.streets import Streets
from app.settings import Settings

CITY = Path(__file__).resolve().parents[1] / "data" / "newport"
DAY = date(2026, 11, 25)
MORNING = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Served:
    """Where the service answers, the key of its network's administrator, and the clock it goes by."""

    address: str
    key: str
    clock: HandSetClock


@contextmanager
def served(plan_seconds: float) -> Iterator[Served]:
    """The service as `serve` runs it, at four on the morning of the day, with a network that has nothing yet.

    plan_seconds: how long it searches for each plan.
    """
    with tempfile.TemporaryDirectory() as folder:
        config = Settings(data_folder=Path(folder), plan_seconds=plan_seconds, worker="on", request_log="off")
        import_region(CITY / "newport.osm.pbf", "newport", config.data_folder / "regions", profiles=["car"])
        with open_database(config) as access:
            upgrade(access.owner_url or access.service_url)
            database, streets = Database(access.service_url), Streets(config.data_folder / "regions")
            clock = HandSetClock(MORNING)
            network = NewNetwork("Benchmark", "newport", "Europe/London", "GBP", "Office", demonstration=True)
            key = found(database, network, clock()).key
            with LiveServer(create_app(database, streets, clock, config)) as server:
                search_seldom()  # as `serve` does
                yield Served(server.address, key, clock)
            streets.close()
            database.close()
