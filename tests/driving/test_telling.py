"""Donor and receiver hear what becomes of their food, each of its own, as often as the truth changes and no oftener."""

from pathlib import Path
from typing import Any

import pytest

from app.kit.db import Database
from app.settings import Settings
from tests.feeds.test_api import Partners, partners
from tests.hand_made_plan import Ride, draft
from tests.service_client import ServiceClient, an_event, kilograms, report

__all__ = ["partners"]


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


def told(client: ServiceClient, *kinds: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/events/list", **({"kind": kinds} if kinds else {})).json()["items"]
    return found


def kinds(client: ServiceClient) -> list[str]:
    """What was told of plans and of the road, not of how partnership and offer came to be."""
    families = ("allocations.", "delivery.", "stop.", "food.")
    return [message["kind"] for message in told(client) if message["kind"].startswith(families)]


@pytest.fixture
def published(network: ServiceClient, partners: Partners, database: Database) -> dict[str, Any]:
    return network.published(
        draft(
            database, network, partners.shift,
            Ride(partners.bread, partners.need, 62_000, "09:00", "11:00"),
            Ride(partners.milk, partners.need, 20_000, "09:30", "11:00"),
        )
    )  # fmt: skip


def test_a_published_plan_tells_each_partner_its_own_food_and_a_newer_one_takes_it_back(
    network: ServiceClient, partners: Partners, database: Database, published: dict[str, Any]
) -> None:
    [mine] = [each["data"] for each in told(partners.of_lidl, "allocations.published")]
    assert (mine["kg"], mine["service_date"], mine["number"]) == ("62", "2026-11-25", 1)
    [food] = mine["allocations"]
    assert (food["kg"], food["receiver_name"], food["at"]) == ("62", "Pantry", "2026-11-25T09:00:00+00:00")
    assert "Tesco" not in str(mine)
    [brought] = told(partners.of_bank, "delivery.scheduled")
    assert brought["data"]["kg"] == "82"
    assert [each["donor_name"] for each in brought["data"]["allocations"]] == [
        partners.lidl["name"], partners.tesco["name"],
    ]  # fmt: skip
    assert [each["data"]["number"] for each in told(network, "plan.published")] == [1]
    network.published(
        draft(database, network, partners.shift, Ride(partners.bread, partners.need, 50_000, "09:00", "11:00"))
    )
    assert kinds(partners.of_tesco) == ["allocations.published", "allocations.cancelled"]
    assert kinds(partners.of_lidl) == ["allocations.published", "allocations.published"]
    assert kinds(partners.of_bank) == ["delivery.scheduled", "delivery.scheduled"]


def test_the_receipt_tells_donor_and_receiver_line_kilograms_and_time(
    network: ServiceClient, partners: Partners, published: dict[str, Any]
) -> None:
    with network.driver(partners.shift) as driver:
        stops = driver.get("/driver/route").json()["route"]["stops"]
        _, lidl, tesco, bank, _ = stops
        bread, milk = lidl["allocations"][0], tesco["allocations"][0]
        arrived = an_event(lidl, "arrived")
        report(driver, arrived)
        report(driver, arrived, an_event(lidl, "collected", kilograms(bread, "60")))
        report(driver, an_event(tesco, "failed", reason="closed"))
        handed = an_event(bank, "delivered", kilograms(bread, "55"), occurred_at="2026-11-25T11:05:00+00:00")
        report(driver, handed, an_event(bank, "refused", kilograms(bread, "5"), reason="refused_at_the_door"))
        report(driver, handed)
    assert kinds(partners.of_lidl)[1:] == ["stop.arrived", "food.collected", "food.delivered", "food.refused"]
    assert kinds(partners.of_tesco)[1:] == ["stop.failed"]
    assert kinds(partners.of_bank)[1:] == ["food.collected", "stop.failed", "food.delivered", "food.refused"]
    for client in (partners.of_lidl, partners.of_bank):
        [receipt] = [each["data"] for each in told(client, "food.delivered")]
        assert receipt["offer_line_id"] == partners.bread["lines"][0]["id"]
        assert (receipt["description"], receipt["kg"], receipt["kg_planned"]) == ("Loaves", "55", "62")
        assert (receipt["at"], receipt["corrected"]) == ("2026-11-25T11:05:00+00:00", False)
        [refused] = [each["data"] for each in told(client, "food.refused")]
        assert (refused["kg"], refused["reason"]) == ("5", "refused_at_the_door")
    [failed] = [each["data"] for each in told(partners.of_tesco, "stop.failed")]
    assert (failed["kg"], failed["reason"], failed["stop_kind"]) == ("20", "closed", "pickup")
    assert failed["allocation_ids"] == [milk["id"]]


def test_a_correction_is_told_as_one_and_a_late_report_that_changes_nothing_is_not(
    network: ServiceClient, partners: Partners, published: dict[str, Any]
) -> None:
    with network.driver(partners.shift) as driver:
        lidl = driver.get("/driver/route").json()["route"]["stops"][1]
        bread = lidl["allocations"][0]
        for kg, minute in (("60", 10), ("58", 20), ("61", 5)):
            event = an_event(lidl, "collected", kilograms(bread, kg), occurred_at=f"2026-11-25T09:{minute:02}:00+00:00")
            report(driver, event)
    found = [each["data"] for each in told(partners.of_lidl, "food.collected")]
    assert [(each["kg"], each["corrected"]) for each in found] == [("60", False), ("58", True)]
