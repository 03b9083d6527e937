"""What is measured: edits of a draft, proposals after a report, a minute of reports with somebody listening."""

import contextlib
import json
import queue
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from app.kit.clock import HandSetClock
from benchmarks.living_day.day import Office

PATIENCE_SECONDS = 60
LATE_OFFER_WAITS, LATE_OFFER_KEEPS = timedelta(hours=4), timedelta(days=3)
QUIET_SECONDS = 4  # before each report: what follows from a publication is done by then


@dataclass
class Times:
    """Seconds that one kind of thing took."""

    name: str
    seconds: list[float] = field(default_factory=list)

    def row(self) -> str:
        """As a row of the table: how often, median, ninth tenth, longest, in milliseconds."""
        if not self.seconds:
            return f"| {self.name} | 0 | | | |"
        ordered = sorted(self.seconds)
        median, tenth = statistics.median(ordered), ordered[int(0.9 * (len(ordered) - 1))]
        return f"| {self.name} | {len(ordered)} | {1000 * median:.0f} | {1000 * tenth:.0f} | {1000 * ordered[-1]:.0f} |"


def planned(office: Office, day: str) -> dict[str, Any]:
    """The day's plan."""
    run = office.post("/plan-runs", {"service_date": day})
    while run["state"] not in ("done", "failed"):
        time.sleep(0.2)
        run = office.get(f"/plan-runs/{run['id']}")
    if run["state"] == "failed":
        raise SystemExit(run["failure"])
    plan: dict[str, Any] = office.get(f"/plans/{run['plan_id']}")
    return plan


def edits(office: Office, plan: dict[str, Any], count: int) -> tuple[list[Times], int]:
    """Stops moved to another place and to another shift, each taken back; and the version at the end."""
    within, across, back = (
        Times("a stop moved on its route"),
        Times("a stop given to another shift"),
        Times("taken back"),
    )
    version, routes = plan["version"], [each for each in plan["routes"] if len(each["stops"]) > 5]
    for number in range(count):
        route, other = routes[number % len(routes)], routes[(number + 1) % len(routes)]
        stop = next(each for each in route["stops"] if each["kind"] == "pickup")
        ways = (
            (within, {"kind": "move_stop", "stop_id": stop["id"], "position": 2}),
            (across, {"kind": "move_stop", "stop_id": stop["id"], "shift_id": other["shift_id"]}),
        )
        for times, command in ways:
            begun = time.perf_counter()
            edited = office.post(f"/plans/{plan['id']}/edits", command, version)
            times.seconds.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            undone = office.post(f"/plans/{plan['id']}/undo", None, edited["plan"]["version"])
            back.seconds.append(time.perf_counter() - begun)
            version = undone["plan"]["version"]
            # The stops of an edited route have new names.
            fresh = office.get(f"/plans/{plan['id']}")
            routes = [each for each in fresh["routes"] if len(each["stops"]) > 5]
            route = next(each for each in routes if each["shift_id"] == route["shift_id"])
            stop = next(each for each in route["stops"] if each["kind"] == "pickup")
    return [within, across, back], version


def trials(office: Office, plan_id: str, count: int) -> tuple[list[Times], int]:
    """What a dispatcher sees while dragging a stop, and the edit that lets go of it; and the version at the end."""
    within, across, dropped = (
        Times("a stop tried elsewhere on its route"),
        Times("a stop tried on another shift"),
        Times("and then given to it"),
    )
    for number in range(count):
        plan = office.get(f"/plans/{plan_id}")
        routes = [each for each in plan["routes"] if len(each["stops"]) > 5]
        route, other = routes[-1 - number % len(routes)], routes[number % len(routes)]
        stop = [each for each in route["stops"] if each["kind"] == "pickup"][-1]
        there = {"kind": "move_stop", "stop_id": stop["id"], "shift_id": other["shift_id"]}
        for times, command in ((within, {"kind": "move_stop", "stop_id": stop["id"], "position": 2}), (across, there)):
            begun = time.perf_counter()
            office.post(f"/plans/{plan_id}/edits/try", command, plan["version"])
            times.seconds.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        edited = office.post(f"/plans/{plan_id}/edits", there, plan["version"])
        dropped.seconds.append(time.perf_counter() - begun)
        office.post(f"/plans/{plan_id}/undo", None, edited["plan"]["version"])
    return [within, across, dropped], office.get(f"/plans/{plan_id}")["version"]


@dataclass(frozen=True)
class Driver:
    """A driver's phone, with the route as it was when the day began."""

    http: httpx.Client
    stops: Sequence[dict[str, Any]]

    @classmethod
    def signed_in(cls, http: httpx.Client) -> "Driver":
        """With the route as it is now."""
        route = http.get("/driver/route").json()["route"]
        return cls(http, [each for each in route["stops"] if each["allocations"]])

    def send(self, stop: dict[str, Any], kind: str, at: str, **more: Any) -> str:
        """Report one thing; the id of the report."""
        lines = [{"allocation_id": each["id"], "kg": each["kg"]} for each in stop["allocations"]]
        named = str(uuid4())
        event = {"id": named, "stop_id": stop["id"], "kind": kind, "occurred_at": at}
        event |= {"lines": [] if kind in ("arrived", "failed") else lines, **more}
        answered = self.http.post("/driver/stop-events", json={"events": [event]})
        if answered.is_error or answered.json()["results"][0]["status"] != "stored":
            raise SystemExit(answered.text[:500])
        return named


def drivers_of(office: Office, address: str, plan: dict[str, Any]) -> list[Driver]:
    """A phone for each route."""
    found = []
    for route in plan["routes"]:
        token = office.post(f"/shifts/{route['shift_id']}/driver-links")["token"]
        http = httpx.Client(base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=60)
        found.append(Driver.signed_in(http))
    return found


class Listening(threading.Thread):
    """The dispatcher's live view: what it heard of what, and when."""

    def __init__(self, address: str, key: str, kinds: str) -> None:
        super().__init__(daemon=True)
        self.heard: dict[tuple[str, str], float] = {}
        self.told: queue.Queue[tuple[str, float]] = queue.Queue()  # ids, in the order in which they were heard of
        self._open = threading.Event()
        self._kinds = kinds
        self._client = httpx.Client(
            base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=120
        )
        self.start()
        self._open.wait(PATIENCE_SECONDS)

    def run(self) -> None:
        """Until the server or the program ends."""
        with (
            contextlib.suppress(httpx.RemoteProtocolError),
            self._client.stream("GET", "/events", params={"kind": [self._kinds]}) as stream,
        ):
            for line in stream.iter_lines():
                if line.startswith(":"):
                    self._open.set()
                if line.startswith("data:"):
                    message, now = json.loads(line.removeprefix("data:")), time.perf_counter()
                    self.heard[message["kind"], message["subject"]["id"]] = now
                    self.told.put((message["subject"]["id"], now))


HAPPENS = ("nothing_there", "closed", "van_full", "late_offer")


def proposals(
    office: Office, drivers: Sequence[Driver], clock: HandSetClock, plans: Listening
) -> tuple[list[Times], list[tuple[int, int]]]:
    """After each thing that happens, in turn: a report of the first pickup (nothing there, closed, van full), or
    another offer at its store: until the dispatcher's live view hears of the proposal, and until that is published;
    with the stops that it moved and those that could not stay."""
    proposed, published, moved = Times("report to proposal"), Times("publication of the change"), []
    apart = {kind: Times(f"of these: {kind.replace('_', ' ')}") for kind in HAPPENS}
    stores = {line["id"]: offer["site_id"] for offer in office.every("/offers") for line in offer["lines"]}
    while not plans.told.empty():  # those of the morning
        plans.told.get()
    for number, driver in enumerate(drivers):
        time.sleep(QUIET_SECONDS)
        kind = HAPPENS[number % len(HAPPENS)]
        stop = next(each for each in driver.stops if each["kind"] == "pickup")
        clock.set(max(clock(), datetime.fromisoformat(stop["arrive_at"])))
        begun = time.perf_counter()
        if kind == "late_offer":
            office.post("/offers", _late_offer(stop, stores[stop["allocations"][0]["offer_line_id"]], clock()))
        else:
            driver.send(stop, "failed", stop["arrive_at"], reason=kind)
        identity, heard = plans.told.get(timeout=PATIENCE_SECONDS)
        proposed.seconds.append(heard - begun)
        apart[kind].seconds.append(heard - begun)
        found = office.get(f"/plans/{identity}")
        moved.append((found["stops_moved"], found["stops_forced"]))
        begun = time.perf_counter()
        office.post(f"/plans/{found['id']}/publish", None, found["version"])
        published.seconds.append(time.perf_counter() - begun)
    return [proposed, *apart.values(), published], moved


def _late_offer(stop: dict[str, Any], site_id: str, now: datetime) -> dict[str, Any]:
    """What a store finds after all: as much again of the first line that was to be fetched there."""
    line = stop["allocations"][0]
    return {
        "site_id": site_id,
        "pickup_from": now.isoformat(),
        "pickup_until": (now + LATE_OFFER_WAITS).isoformat(),
        "lines": [
            {
                "category": line["category"],
                "description": line["category"],
                "kg": line["kg"],
                "crates": max(1, line["crates"]),
                "temperature_class": line["temperature_class"],
                "date_mark": "best_before",
                "mark_date": (now.date() + LATE_OFFER_KEEPS).isoformat(),
            }
        ],
    }


def minute_of_reports(
    address: str, key: str, drivers: Sequence[Driver], clock: HandSetClock, a_minute: int, seconds: float
) -> list[Times]:
    """Reports of all drivers at a steady pace, whether the ones before are answered or not; each arrival is listened
    for."""
    taken, heard = Times("report taken in"), Times("report to the live view")
    listening = Listening(address, key, "stop.*")
    sent: dict[str, float] = {}
    # A published change gives stops new names; phones read their route again, too.
    drivers = [Driver.signed_in(driver.http) for driver in drivers]
    todo = _in_turns(drivers)
    clock.set(max(datetime.fromisoformat(each["arrive_at"]) for driver in drivers for each in driver.stops))
    begun, threads = time.perf_counter(), []
    for number, (driver, stop, kind) in enumerate(todo[: int(a_minute * seconds / 60)]):
        time.sleep(max(0.0, begun + number * 60 / a_minute - time.perf_counter()))

        def report(driver: Driver = driver, stop: dict[str, Any] = stop, kind: str = kind) -> None:
            at = time.perf_counter()
            if kind == "arrived":
                sent[stop["id"]] = at
            driver.send(stop, kind, stop["arrive_at"])
            taken.seconds.append(time.perf_counter() - at)

        threads.append(threading.Thread(target=report))
        threads[-1].start()
    for thread in threads:
        thread.join()
    until = time.monotonic() + 10
    while time.monotonic() < until and any(("stop.arrived", each) not in listening.heard for each in sent):
        time.sleep(0.1)
    heard.seconds += [
        listening.heard["stop.arrived", each] - at
        for each, at in sent.items()
        if ("stop.arrived", each) in listening.heard
    ]
    if len(heard.seconds) < len(sent):
        print(f"{len(sent) - len(heard.seconds)} of {len(sent)} arrivals were not heard of")
    return [taken, heard]


def _in_turns(drivers: Sequence[Driver]) -> list[tuple[Driver, dict[str, Any], str]]:
    """Each driver's next report in turn: arrived, then collected or delivered."""
    own = [
        [
            (driver, stop, kind)
            for stop in driver.stops
            for kind in ("arrived", "collected" if stop["kind"] == "pickup" else "delivered")
        ]
        for driver in drivers
    ]
    longest = max(map(len, own))
    return [reports[number] for number in range(longest) for reports in own if number < len(reports)]
