"""The day itself: every driver opens the link and reports stop by stop, with the small troubles that days have."""

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from app.demo.caller import Caller
from app.kit.clock import HandSetClock

Say = Callable[[str], None]
SHORT_OF_PLAN = 0.12  # of the lines weigh a little less than was posted
NOT_THERE = 0.03  # of the pickups find nothing
# How the invented day differs from the street table: percent by local hour, and how one drive or stop strays.
SLOWER_AT = {7: 112, 8: 130, 9: 118, 10: 106, 15: 108, 16: 122, 17: 126}
USUAL_PERCENT = 102
DRIVES_STRAY, STOPS_STRAY, SITES_STRAY = 0.16, 0.2, 0.15  # standard deviations of logarithms
NO_TAP = 0.08  # of the arrivals nobody reports


@dataclass(frozen=True)
class Truth:
    """When a stop really began and ended in the invented day."""

    arrived: datetime
    ended: datetime


def drive(
    office: Caller, shifts: list[dict[str, Any]], clock: HandSetClock, seed: int, zone: ZoneInfo, say: Say
) -> int:
    """Drive all published routes in the order of their clocks; the number of reports."""
    rng, roads = random.Random(seed), random.Random(f"{seed} on the road")
    slow: dict[str, float] = {}
    reports: list[tuple[datetime, int, Caller, dict[str, Any]]] = []
    drivers: list[Caller] = []
    driven = {route["shift_id"] for route in _published(office, shifts)["routes"]}
    for shift in shifts:
        if shift["id"] not in driven:
            continue
        driver = office.another(office.post(f"/shifts/{shift['id']}/driver-links")["token"])
        drivers.append(driver)
        route = driver.get("/driver/route")["route"]
        for event in _events(_really(route, roads, slow, zone), rng, roads):
            reports.append((datetime.fromisoformat(event["occurred_at"]), len(reports), driver, event))
    for moment, _, driver, event in sorted(reports, key=lambda report: report[:2]):
        clock.set(max(clock(), moment))
        driver.post("/driver/stop-events", {"events": [event]})
    for driver in drivers:
        driver.close()
    say(f"{len(drivers)} drivers have reported {len(reports)} times.")
    return len(reports)


def _published(office: Caller, shifts: list[dict[str, Any]]) -> dict[str, Any]:
    plans = office.get("/plans", service_date=shifts[0]["service_date"])
    published = next(plan for plan in plans["items"] if plan["state"] == "published")
    found: dict[str, Any] = office.get(f"/plans/{published['id']}")
    return found


def _really(
    route: dict[str, Any], roads: random.Random, slow: dict[str, float], zone: ZoneInfo
) -> Iterator[tuple[dict[str, Any], Truth]]:
    """Each stop with its invented truth: drives are slower at some hours, some sites take longer or shorter."""
    gone = None
    for stop in route["stops"]:
        arrive, begin, leave = (datetime.fromisoformat(stop[name]) for name in ("arrive_at", "begin_at", "leave_at"))
        if gone is None:
            gone_as_planned, gone = leave, leave
            continue
        stray = math.exp(roads.gauss(0, DRIVES_STRAY))
        percent = SLOWER_AT.get(gone.astimezone(zone).hour, USUAL_PERCENT)
        arrived = gone + whole_seconds((arrive - gone_as_planned) * stray * percent / 100)
        site = slow.setdefault(stop["site_name"], math.exp(roads.gauss(0, SITES_STRAY)))
        stay = whole_seconds((leave - begin) * site * math.exp(roads.gauss(0, STOPS_STRAY)))
        opening = begin if begin > arrive else arrived
        gone_as_planned, gone = leave, max(arrived, opening) + stay
        yield stop, Truth(arrived, gone)


def whole_seconds(length: timedelta) -> timedelta:
    """The length without its fraction of a second."""
    return timedelta(seconds=round(length.total_seconds()))


def _events(
    truths: Iterator[tuple[dict[str, Any], Truth]],
    rng: random.Random,
    roads: random.Random,
) -> list[dict[str, Any]]:
    """What the driver of a route reports, when it really happened."""
    on_board: dict[str, float] = {}
    events = []
    refusal = rng.random() < 0.35  # one receiver on every third route refuses one line
    for stop, truth in truths:
        if stop["kind"] not in ("pickup", "drop_off"):
            continue
        if roads.random() >= NO_TAP:
            events.append(event_of(stop, "arrived", truth.arrived, []))
        if stop["kind"] == "pickup":
            events.append(_pickup(stop, truth, on_board, rng))
        else:
            events += _drop_off(stop, truth, on_board, refuse=refusal)
            refusal = False
    return events


def _pickup(stop: dict[str, Any], truth: Truth, on_board: dict[str, float], rng: random.Random) -> dict[str, Any]:
    if rng.random() < NOT_THERE:
        return event_of(stop, "failed", truth.ended, [], reason="nothing_there")
    lines = []
    for food in stop["allocations"]:
        kg = float(food["kg"])
        if rng.random() < SHORT_OF_PLAN:
            kg = round(kg * rng.uniform(0.7, 0.98), 1)
        on_board[food["id"]] = kg
        lines.append(_line(food, kg))
    return event_of(stop, "collected", truth.ended, lines)


def _drop_off(stop: dict[str, Any], truth: Truth, on_board: dict[str, float], *, refuse: bool) -> list[dict[str, Any]]:
    there = [food for food in stop["allocations"] if on_board.get(food["id"])]
    refused = there[:1] if refuse else []
    taken = [food for food in there if food not in refused]
    events = []
    if taken:
        lines = [_line(food, on_board[food["id"]]) for food in taken]
        events.append(event_of(stop, "delivered", truth.ended, lines))
    if refused:
        lines = [_line(food, on_board[food["id"]]) for food in refused]
        events.append(event_of(stop, "refused", truth.ended, lines, reason="refused_at_the_door"))
    return events


def _line(food: dict[str, Any], kg: float) -> dict[str, Any]:
    celsius = {"chilled": 4.0, "frozen": -19.0}.get(food["temperature_class"])
    return {"allocation_id": food["id"], "kg": f"{kg:g}", "celsius": celsius}


def event_of(
    stop: dict[str, Any],
    kind: str,
    at: datetime,
    lines: list[dict[str, Any]],
    *,
    reason: str | None = None,
    identity: UUID | None = None,
) -> dict[str, Any]:
    """A report as the phone sends it; `identity`: its id, else a fresh one."""
    return {
        "id": str(identity or uuid4()),
        "stop_id": stop["id"],
        "kind": kind,
        "occurred_at": at.isoformat(),
        "lines": lines,
        "reason": reason,
    }
