"""Measure the living day: `.venv/bin/python -m benchmarks.living_day [--size L] [--seed 1] [--plan-seconds 30]`.

The whole service on this machine: embedded database with its disk, real streets, worker beside the pages, solver in its
process, callers over HTTP. Times are wall times at the caller.
"""

import argparse
import platform
import statistics
import time
from datetime import UTC, datetime

from app.kit.clock import HandSetClock
from benchmarks.living_day.day import Invented, Office
from benchmarks.living_day.measure import Listening, drivers_of, edits, minute_of_reports, planned, proposals, trials
from benchmarks.served import DAY, served
from routing.instances.city import city_day


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
    with served(wish.plan_seconds) as service:
        _measure(service.address, service.key, service.clock, wish)


def _measure(address: str, key: str, clock: HandSetClock, wish: argparse.Namespace) -> None:
    office = Office(address, key)
    begun = time.perf_counter()
    Invented(office, city_day(wish.size, wish.fleet, wish.seed), wish.seed, DAY).bring_in()
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
