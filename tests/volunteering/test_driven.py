"""What was recorded of a shift that somebody took says whether it is done: driven, with its hours, or not driven though
food was planned for it. Its route is theirs to hear of, whichever organisation they help."""

from datetime import datetime
from typing import Any

import pytest

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.volunteering.jobs import look_everywhere
from tests.arrivals.conftest import the_hour
from tests.feeds.test_api import Partners, partners
from tests.hand_made_plan import Ride, draft
from tests.people.builders import entered, signed_in
from tests.service_client import ServiceClient, an_event, report
from tests.volunteering.conftest import config

__all__ = ["config", "partners"]
NEXT_DAY = datetime.fromisoformat("2026-11-26T07:00:00+00:00")


@pytest.fixture
def amal(network: ServiceClient) -> dict[str, Any]:
    """Somebody of a community group."""
    return entered(network, network.organisation("community_group", "Hands"), "volunteer", name="Amal")


@pytest.fixture
def taken(network: ServiceClient, partners: Partners, amal: dict[str, Any], database: Database) -> dict[str, Any]:
    """The task of a shift, which she drives; its route is published."""
    path = f"/shifts/{partners.shift['id']}"
    assert network.http.patch(path, json={"driver_name": ""}, headers={"If-Match": '"1"'}).is_success
    task = network.ok("/tasks", {"kind": "drive", "shift_id": partners.shift["id"]})
    signed_in(network, amal).ok(f"/tasks/{task['id']}/sign-ups")
    ride = Ride(partners.bread, partners.need, 62_000, "09:00", "11:00")
    network.published(draft(database, network, partners.shift, ride))
    return task


def state(network: ServiceClient, task: dict[str, Any]) -> tuple[str, int | None]:
    [row] = network.get(f"/tasks/{task['id']}/sign-ups").json()["items"]
    return row["state"], row["minutes"]


def test_the_route_is_told_to_whoever_took_the_shift(
    network: ServiceClient, taken: dict[str, Any], amal: dict[str, Any]
) -> None:
    found = network.get("/events/list").json()["items"]
    [told] = [each for each in found if each["kind"] == "route.published"]
    assert told["data"]["driver_ids"] == [amal["id"]]


def test_driven_it_is_done_from_its_begin_to_the_last_report(
    network: ServiceClient, taken: dict[str, Any], partners: Partners, database: Database, clock: HandSetClock
) -> None:
    clock.set(the_hour("09:30"))
    with network.driver(partners.shift) as driver:
        stop = driver.get("/driver/route").json()["route"]["stops"][1]
        report(driver, an_event(stop, "failed", reason="closed", occurred_at=the_hour("09:30").isoformat()))
    clock.set(the_hour("23:00"))
    assert look_everywhere(database, clock) == 0
    assert state(network, taken) == ("taken", None)
    clock.set(NEXT_DAY)
    assert look_everywhere(database, clock) == 1
    assert state(network, taken) == ("done", 90)
    assert look_everywhere(database, clock) == 0


def test_not_driven_though_food_was_planned_for_it_it_is_a_no_show(
    network: ServiceClient, taken: dict[str, Any], database: Database, clock: HandSetClock
) -> None:
    clock.set(NEXT_DAY)
    assert look_everywhere(database, clock) == 1
    assert state(network, taken) == ("no_show", None)
