"""Measure the living day: `.venv/bin/python -m benchmarks.living_day [--size L] [--seed 1] [--plan-seconds 30]`.

The whole service on this machine: embedded database with its disk, real streets, worker beside the pages, solver in its
process, callers over HTTP. Times are wall times at the caller.
"""

import argparse
import platform
import statistics
import tempfile
import time
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
from benchmarks.living_day.day import Invented, Office
from benchmarks.living_day.measure import Listening, drivers_of, edits, minute_of_reports, planned, proposals, trials

CITY = Path(__file__).resolve().parents[2] / "data" / "newport"
DAY = date(2026, 11, 25)
MORNING = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


def main() -> None:
    """Print the tables of docs/benchmarks.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="L", choices=("S", "M", "L"))
    parser.add_argument("--fleet", default="plentiful", choices=("plentiful", "scarce"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plan-seconds", type=float, default=30)
    parser.add_argument("--edits", type=int, default=20)
    parser.add_argument("--events", type=int, default=12)
    parser.add_argument("--a-minute", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60)
    wish = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = Settings(data_folder=Path(folder), plan_seconds=wish.plan_seconds, worker="on", request_log="off")
        import_region(CITY / "newport.osm.pbf", "newport", config.data_folder / "regions", profiles=["car"])
        with open_database(config) as access:
            upgrade(access.owner_url or access.service_url)
            database, streets = Database(access.service_url), Streets(config.data_folder / "regions")
            clock = HandSetClock(MORNING)
            network = NewNetwork("Benchmark", "newport", "Europe/London", "GBP", "Office", demonstration=True)
            key = found(database, network, clock()).key
            with LiveServer(create_app(database, streets, clock, config)) as server:
                search_seldom()  # as `serve` does
                _measure(server.address, key, clock, wish)
            streets.close()
            database.close()


def _measure(address: str, key: str, clock: HandSetClock, wish: argparse.Namespace) -> None:
    office = Office(address, key)
    begun = time.perf_counter()
    Invented(office, wish.size, wish.fleet, wish.seed, DAY).bring_in()
    print(f"The day is posted after {time.perf_counter() - begun:.0f} s.", flush=True)
    plan = planned(office, DAY.isoformat())
    print(f"It is planned after {time.perf_counter() - begun:.0f} s.", flush=True)
    stops = sum(len(route["stops"]) - 2 for route in plan["routes"])
    print(f"{datetime.now(UTC):%Y-%m-%d}; {platform.machine()}, Python {platform.python_version()}; seed {wish.seed}.")
    print(
        f"{len(plan['routes'])} routes, {stops} stops, {plan['kg_allocated']} kg, {len(plan['unserved'])} lines left."
    )
    rows, version = edits(office, plan, wish.edits)
    tried, version = trials(office, plan["id"], wish.edits)
    rows += tried
    print(f"It is edited after {time.perf_counter() - begun:.0f} s.", flush=True)
    office.post(f"/plans/{plan['id']}/publish", None, version)
    plan = office.get(f"/plans/{plan['id']}")
    drivers = drivers_of(office, address, plan)
    with_pickup = [each for each in drivers if any(stop["kind"] == "pickup" for stop in each.stops)]
    plans = Listening(address, key, "plan.ready")
    changed, moved = proposals(office, with_pickup[: wish.events], clock, plans)
    beyond = [made - forced for made, forced in moved]
    rows += changed
    rows += minute_of_reports(address, key, with_pickup[wish.events :], clock, wish.a_minute, wish.seconds)
    print("\n| what | times | median ms | 90 % within ms | longest ms |\n| --- | --- | --- | --- | --- |")
    for row in rows:
        print(row.row())
    print(f"\nStops moved by a change: median {statistics.median(made for made, _ in moved)}, beyond the forced ones")
    print(f"{statistics.median(beyond)} (most {max(made for made, _ in moved)} and {max(beyond)}).")


if __name__ == "__main__":
    main()
