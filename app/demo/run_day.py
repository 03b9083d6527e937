"""The whole day, from nobody to the balance: bring in, plan, publish, drive, count."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from app.demo import drive, partners, story
from app.demo.caller import Caller, DemoStopped
from app.kit.clock import HandSetClock

Say = Callable[[str], None]
SEED = 2026


@dataclass(frozen=True)
class DemoResult:
    """The JSON document, the story for a terminal, and where to look."""

    document: dict[str, Any]
    story: tuple[str, ...]
    pages: tuple[str, ...]


def run_day(address: str, key: str, clock: HandSetClock, say: Say, seed: int = SEED) -> DemoResult:
    """Run the day that the clock stands on, early in the morning.

    Raises DemoStopped with one sentence when the service refuses something.
    """
    with Caller(address, key) as office:
        network = office.get("/me")["network"]
        zone = ZoneInfo(network["time_zone"])
        day = clock().astimezone(zone).date()
        say(
            f"The day is {day:%A %d %B %Y}. Places and streets are real; food, needs, vehicles and people are invented."
        )
        taking_part = partners.bring_in(office, day, zone, seed, say)
        plan = _planned(office, day.isoformat(), say)
        published = office.post(f"/plans/{plan['id']}/publish", version=plan["version"])
        say(f"Plan {published['number']} is published.")
        drive.drive(office, taking_part.shifts, clock, seed, zone, say)
        plan = office.get(f"/plans/{plan['id']}")
        report = office.get("/reports/day", service_date=day.isoformat())
        arrivals = office.get("/reports/arrivals", **{"from": day.isoformat(), "until": day.isoformat()})
        learnt = office.post("/learnt")
        links = _links(office, plan)
    return DemoResult(
        document=story.document(network, day.isoformat(), taking_part.offers, plan, report)
        | story.travel_document(arrivals, learnt),
        story=(*story.lines(plan, report), *story.travel_lines(arrivals, learnt)),
        pages=tuple(story.pages(address, day.isoformat(), taking_part.sign_ins, links)),
    )


def _planned(office: Caller, day: str, say: Say) -> dict[str, Any]:
    run = office.post("/plan-runs", {"service_date": day})
    said = ""
    while run["state"] not in ("done", "failed"):
        phase = run["progress"].get("phase", "waiting")
        if phase != said:
            say(f"Planning: {phase}{_so_far(run['progress'])}.")
            said = phase
        time.sleep(0.5)
        run = office.get(f"/plan-runs/{run['id']}")
    if run["state"] == "failed":
        raise DemoStopped(run["failure"])
    plan: dict[str, Any] = office.get(f"/plans/{run['plan_id']}")
    say(
        f"The plan: {len(plan['routes'])} routes, {float(plan['kg_allocated']):,.0f} kg,"
        f" {plan['metres'] / 1000:.1f} km; {len(plan['unserved'])} lines stay, each with a reason."
    )
    return plan


def _so_far(progress: dict[str, Any]) -> str:
    """What the best plan so far delivers, and the most that any plan could."""
    most = progress.get("bound_grams")
    return "" if most is None else f", {progress['grams_allocated'] / 1000:,.0f} kg of at most {most / 1000:,.0f} kg"


def _links(office: Caller, plan: dict[str, Any]) -> list[tuple[str, str]]:
    """A fresh link for the driver of each route, to look at on a phone."""
    return [
        (route["vehicle_name"], office.post(f"/shifts/{route['shift_id']}/driver-links")["url"])
        for route in plan["routes"][:2]
    ]
