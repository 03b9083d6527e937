"""Planning an invented day as a dispatcher would: ask, wait, read, publish."""

import time
from collections.abc import Callable
from typing import Any

from app.demo.caller import Caller, DemoStopped

Say = Callable[[str], None]


def plan_and_publish(office: Caller, day: str, say: Say, *, at_once: bool = False) -> dict[str, Any]:
    """The day's plan, published; `at_once`: the first plan that the search finds is good enough."""
    plan = _planned(office, day, say, at_once=at_once)
    published: dict[str, Any] = office.post(f"/plans/{plan['id']}/publish", version=plan["version"])
    say(f"Plan {published['number']} is published.")
    return plan


def _planned(office: Caller, day: str, say: Say, *, at_once: bool) -> dict[str, Any]:
    run = office.post("/plan-runs", {"service_date": day})
    said = ""
    while run["state"] not in ("done", "failed"):
        phase = run["progress"].get("phase", "waiting")
        if at_once and run["progress"].get("grams_allocated"):  # it has found a plan
            _end(office, run["id"])
            at_once = False
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


def _end(office: Caller, run_id: str) -> None:
    """Take the best plan so far, unless the search has just ended by itself."""
    try:
        office.post(f"/plan-runs/{run_id}/end-search")
    except DemoStopped as stopped:
        if stopped.code != "run_has_ended":
            raise


def _so_far(progress: dict[str, Any]) -> str:
    """What the best plan so far delivers, and the most that any plan could."""
    most = progress.get("bound_grams")
    return "" if most is None else f", {progress['grams_allocated'] / 1000:,.0f} kg of at most {most / 1000:,.0f} kg"
