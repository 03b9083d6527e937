"""Shifts that nobody drove are counted for their organisation, seen by it, and followed up by the network."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser

from app.kit.clock import HandSetClock
from app.kit.db import Database
from tests.arrivals.conftest import config as config
from tests.arrivals.conftest import the_hour
from tests.browser.visit import DESK, PHONE, Visit
from tests.feeds.test_api import Partners, partners
from tests.hand_made_plan import Ride, draft
from tests.people.builders import entered, own
from tests.service_client import DAY, FOOD_BANK, ServiceClient, an_event, report
from tests.web.test_pages import Reader

__all__ = ["partners"]
NEXT_DAY = datetime.fromisoformat("2026-11-26T07:00:00+00:00")


@pytest.fixture
def published(network: ServiceClient, partners: Partners, database: Database) -> dict[str, Any]:
    """The food bank's own van was to fetch two stores' food."""
    depot = partners.of_bank.site(FOOD_BANK, "Yard", kind="depot")
    office = network.client_of({"id": partners.bank["organisation_id"]}, "fleet")
    shift = office.vehicle_and_shift(depot, name="Red van")
    rides = (Ride(partners.bread, partners.need, 62_000), Ride(partners.milk, partners.need, 20_000, "09:30"))
    network.published(draft(database, network, shift, *rides))
    return shift


def lines(client: ServiceClient) -> list[dict[str, Any]]:
    answer = client.get("/reliability/shifts")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["organisations"]
    return found


def test_a_shift_of_which_nothing_was_ever_reported_is_counted_for_its_organisation(
    network: ServiceClient, partners: Partners, published: dict[str, Any], clock: HandSetClock
) -> None:
    clock.set(the_hour("23:00"))
    assert lines(network) == []  # a phone without a connection may still deliver what it kept
    clock.set(NEXT_DAY)
    [line] = lines(network)
    assert (line["organisation_name"], line["shifts"], line["not_driven"]) == ("Duffryn", 1, 1)
    assert line["no_shows"] == [{"service_date": DAY, "kg": "82", "stops": 3}]
    assert line["to_follow_up"] is True
    said = network.get("/reliability/shifts").text
    assert "Driver" not in said
    assert "Red van" not in said


def test_a_shift_of_which_anything_was_reported_is_driven(
    network: ServiceClient, partners: Partners, published: dict[str, Any], clock: HandSetClock
) -> None:
    clock.set(the_hour("09:30"))
    with network.driver(published) as driver:
        stop = driver.get("/driver/route").json()["route"]["stops"][1]
        report(driver, an_event(stop, "failed", reason="closed"))
    clock.set(NEXT_DAY)
    [line] = lines(network)
    assert (line["shifts"], line["not_driven"], line["to_follow_up"]) == (1, 0, False)
    answer = network.post(
        f"/reliability/shifts/{line['organisation_id']}/follow-ups", {"seen_until": "2026-11-26T00:00Z"}
    )
    assert answer.status_code == 404


def test_it_is_followed_up_once_and_the_organisation_sees_its_own_line_without_the_note(
    network: ServiceClient, partners: Partners, published: dict[str, Any], clock: HandSetClock
) -> None:
    clock.set(NEXT_DAY)
    office = network.client_of({"id": partners.bank["organisation_id"]}, "fleet")
    store = network.client_of({"id": partners.lidl["organisation_id"]}, "fleet")
    [line] = lines(office)
    assert lines(store) == []
    path = f"/reliability/shifts/{line['organisation_id']}/follow-ups"
    early = (datetime.fromisoformat(line["last_happened_at"]) - timedelta(seconds=1)).isoformat()
    refused = network.post(path, {"seen_until": early})
    assert (refused.status_code, refused.json()["code"]) == (409, "something_new_happened")
    body = {"seen_until": line["last_happened_at"], "note": "The van would not start."}
    assert office.post(path, body).status_code == 403
    assert network.ok(path, body)["note"] == "The van would not start."
    [seen] = lines(network)
    assert (seen["to_follow_up"], seen["followed_up"]["note"]) == (False, "The van would not start.")
    assert lines(office)[0]["followed_up"] is None
    clock.set(NEXT_DAY + timedelta(weeks=13))
    assert lines(network) == []


@pytest.mark.parametrize(("language", "size"), [("en", PHONE), ("ar", PHONE), ("en", DESK), ("ar", DESK)])
def test_the_page_lists_them_and_takes_the_follow_up(
    network: ServiceClient, partners: Partners, published: dict[str, Any], clock: HandSetClock, browser: Browser,
    language: str, size: dict[str, int],
) -> None:  # fmt: skip
    clock.set(NEXT_DAY)
    person = entered(network, own(network), "dispatcher")
    visit = Visit(browser, network.address, language, size)
    visit.sign_in(person["email"])
    visit.page.goto("/reliability")
    visit.show(f"no-shows-{language}-{size['width']}")
    visit.page.fill("input[name=note]", "The van would not start.")
    visit.page.click(".follow-up button")
    assert "The van would not start." in visit.page.content()
    assert visit.page.locator(".follow-up").count() == 0
    visit.context.close()
    reader = Reader(network.address)
    reader.sign_in(person["email"])
    body = {"organisation_id": partners.lidl["organisation_id"], "seen_until": NEXT_DAY.isoformat()}
    assert reader.http.post("/reliability/shifts/follow-up", data=body).status_code == 404
    reader.http.close()
