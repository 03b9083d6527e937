"""The day itself: every driver opens the link and reports stop by stop, with the small troubles that days have."""

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

from app.demo.caller import Caller
from app.kit.clock import HandSetClock

Say = Callable[[str], None]
SHORT_OF_PLAN = 0.12  # of the lines weigh a little less than was posted
NOT_THERE = 0.03  # of the pickups find nothing


def drive(office: Caller, shifts: list[dict[str, Any]], clock: HandSetClock, seed: int, say: Say) -> int:
    """Drive all published routes in the order of their clocks; the number of reports."""
    rng = random.Random(seed)
    reports: list[tuple[datetime, int, Caller, dict[str, Any]]] = []
    drivers: list[Caller] = []
    driven = {route["shift_id"] for route in _published(office, shifts)["routes"]}
    for shift in shifts:
        if shift["id"] not in driven:
            continue
        driver = office.another(office.post(f"/shifts/{shift['id']}/driver-links")["token"])
        drivers.append(driver)
        for event in _events(driver.get("/driver/route")["route"], rng):
            reports.append((datetime.fromisoformat(event["occurred_at"]), len(reports), driver, event))
    for moment, _, driver, event in sorted(reports, key=lambda report: report[:2]):
        clock.set(max(clock(), moment))
        driver.post("/driver/stop-events", {"events": [event]})
    for driver in drivers:
        driver.__exit__(None, None, None)
    say(f"{len(drivers)} drivers have reported {len(reports)} times.")
    return len(reports)


def _published(office: Caller, shifts: list[dict[str, Any]]) -> dict[str, Any]:
    plans = office.get("/plans", service_date=shifts[0]["service_date"])
    published = next(plan for plan in plans if plan["state"] == "published")
    found: dict[str, Any] = office.get(f"/plans/{published['id']}")
    return found


def _events(route: dict[str, Any], rng: random.Random) -> list[dict[str, Any]]:
    """What the driver of a route reports."""
    on_board: dict[str, float] = {}
    events = []
    refusal = rng.random() < 0.35  # one receiver on every third route refuses one line
    for stop in route["stops"]:
        if stop["kind"] == "pickup":
            events += [_event(stop, "arrived", "arrive_at", []), _pickup(stop, on_board, rng)]
        elif stop["kind"] == "drop_off":
            events.append(_event(stop, "arrived", "arrive_at", []))
            events += _drop_off(stop, on_board, refuse=refusal)
            refusal = False
    return events


def _pickup(stop: dict[str, Any], on_board: dict[str, float], rng: random.Random) -> dict[str, Any]:
    if rng.random() < NOT_THERE:
        return _event(stop, "failed", "leave_at", [], reason="nothing_there")
    lines = []
    for food in stop["allocations"]:
        kg = float(food["kg"])
        if rng.random() < SHORT_OF_PLAN:
            kg = round(kg * rng.uniform(0.7, 0.98), 1)
        on_board[food["id"]] = kg
        lines.append(_line(food, kg))
    return _event(stop, "collected", "leave_at", lines)


def _drop_off(stop: dict[str, Any], on_board: dict[str, float], *, refuse: bool) -> list[dict[str, Any]]:
    there = [food for food in stop["allocations"] if on_board.get(food["id"])]
    refused = there[:1] if refuse else []
    taken = [food for food in there if food not in refused]
    events = []
    if taken:
        lines = [_line(food, on_board[food["id"]]) for food in taken]
        events.append(_event(stop, "delivered", "leave_at", lines))
    if refused:
        lines = [_line(food, on_board[food["id"]]) for food in refused]
        events.append(_event(stop, "refused", "leave_at", lines, reason="refused_at_the_door"))
    return events


def _line(food: dict[str, Any], kg: float) -> dict[str, Any]:
    celsius = {"chilled": 4.0, "frozen": -19.0}.get(food["temperature_class"])
    return {"allocation_id": food["id"], "kg": f"{kg:g}", "celsius": celsius}


def _event(
    stop: dict[str, Any],
    kind: str,
    at: str,
    lines: list[dict[str, Any]],
    *,
    reason: str | None = None,
) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "stop_id": stop["id"],
        "kind": kind,
        "occurred_at": stop[at],
        "lines": lines,
        "reason": reason,
    }
