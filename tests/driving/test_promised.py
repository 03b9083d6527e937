"""What a shift has been promised is read when something was published for it, and not at every report."""

from typing import Any
from uuid import UUID

import pytest

from app.driving import promised
from app.kit.auth import authenticate
from app.kit.db import Database
from app.kit.shelf import Shelf
from tests.conftest import MORNING
from tests.service_client import ServiceClient, an_event, kilograms, report, stops_of


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promised, "_remembered", Shelf(8))


def test_the_second_report_of_a_shift_reads_no_promises(
    network: ServiceClient, shift: dict[str, Any], tables_read: list[str]
) -> None:
    with network.driver(shift) as driver:
        pickup, drop_off, food = stops_of(driver)
        tables_read.clear()
        report(driver, an_event(pickup, "collected", kilograms(food)))
        assert {"stops", "allocations"} <= set(tables_read)
        tables_read.clear()
        report(driver, an_event(drop_off, "delivered", kilograms(food)))
        assert not {"stops", "allocations"} & set(tables_read)
    assert network.get("/reports/day", service_date="2026-11-25").json()["actuals"]["kg_delivered"] == "30"


def handed_over_by_a_plan_that_was_published_since(
    network: ServiceClient, shift: dict[str, Any], database: Database
) -> str:
    """The kilograms that are delivered where the promises of the plan before were read already."""
    with network.driver(shift) as driver:
        secret = driver.http.headers["Authorization"].removeprefix("Bearer ")
        with database.transaction(authenticate(database, secret, MORNING).scope) as session:
            before = promised.promised_to(session, UUID(shift["id"]))
        plan = network.get("/plans", service_date="2026-11-25").json()["items"][0]
        network.published(network.ok(f"/plans/{plan['id']}/copy"))
        pickup, drop_off, food = stops_of(driver)
        assert UUID(pickup["id"]) not in before.promises.visits
        collected = driver.post("/driver/stop-events", {"events": [an_event(pickup, "collected", kilograms(food))]})
        delivered = driver.post("/driver/stop-events", {"events": [an_event(drop_off, "delivered", kilograms(food))]})
        assert {collected.status_code, delivered.status_code} <= {200, 404}
    found: str = network.get("/reports/day", service_date="2026-11-25").json()["actuals"]["kg_delivered"]
    return found


def test_what_is_published_meanwhile_is_read(network: ServiceClient, shift: dict[str, Any], database: Database) -> None:
    assert handed_over_by_a_plan_that_was_published_since(network, shift, database) == "30"


def test_without_a_look_at_what_was_published_nobody_would_know_the_stops(
    network: ServiceClient, shift: dict[str, Any], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(promised, "_state", lambda *_: (None, frozenset()))
    assert handed_over_by_a_plan_that_was_published_since(network, shift, database) == "0"


def test_an_older_draft_that_is_published_after_a_newer_one_is_read_too(
    network: ServiceClient, shift: dict[str, Any], database: Database
) -> None:
    plan = network.get("/plans", service_date="2026-11-25").json()["items"][0]
    older, newer = (network.ok(f"/plans/{plan['id']}/copy") for _ in range(2))
    with network.driver(shift) as driver:
        secret = driver.http.headers["Authorization"].removeprefix("Bearer ")
        for draft in (newer, older):
            network.published(draft)
            with database.transaction(authenticate(database, secret, MORNING).scope) as session:
                promised.promised_to(session, UUID(shift["id"]))
        pickup, drop_off, food = stops_of(driver)
        events = [an_event(pickup, "collected", kilograms(food)), an_event(drop_off, "delivered", kilograms(food))]
        assert report(driver, *events) == ["stored", "stored"]
    assert network.get("/reports/day", service_date="2026-11-25").json()["actuals"]["kg_delivered"] == "30"
