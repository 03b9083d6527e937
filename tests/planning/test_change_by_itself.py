"""News of a day that is driven make a change by themselves: with the real worker, its jobs and the solver's process."""

import time
from typing import Any

import pytest

from tests.service_client import (
    DUFFRYN_CENTRE,
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    TESCO_SPYTTY,
    ServiceClient,
    a_line,
    a_need,
    an_event,
    an_offer,
    kilograms,
    report,
    stops_of,
)


@pytest.fixture
def shift(network: ServiceClient) -> dict[str, Any]:
    """A published day: 30 kg of bread for one food bank; another one asks for more."""
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road")
    bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
    network.ok("/needs", a_need(bank, kg="30"))
    network.ok("/offers", an_offer(store, a_line(kg="30")))
    shift = network.vehicle_and_shift(bank)
    network.published(network.planned())
    other = network.site(DUFFRYN_CENTRE, "Duffryn Community Centre", kind="distribution_point")
    network.ok("/needs", a_need(other, kg="50"))
    return shift


def proposed(network: ServiceClient) -> dict[str, Any]:
    """The change that appears in the list of plans."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        found = [each for each in network.get("/plans").json()["items"] if each["changes_plan_id"]]
        if found:
            plan: dict[str, Any] = network.get(f"/plans/{found[0]['id']}").json()
            return plan
        time.sleep(0.2)
    raise AssertionError("nobody has proposed a change")


def test_food_that_is_refused_has_another_receiver_proposed(network: ServiceClient, shift: dict[str, Any]) -> None:
    with network.driver(shift) as driver:
        pickup, drop_off, food = stops_of(driver)
        report(driver, an_event(pickup, "collected", kilograms(food)))
        report(driver, an_event(drop_off, "refused", kilograms(food), reason="refused_at_the_door"))
    names = [stop["site_name"] for route in proposed(network)["routes"] for stop in route["stops"]]
    assert "Duffryn Community Centre" in names


def test_a_late_offer_is_proposed_to_be_taken_along(network: ServiceClient, shift: dict[str, Any]) -> None:
    tesco = network.site(TESCO_SPYTTY, "Tesco Spytty")
    network.ok("/offers", an_offer(tesco, a_line(kg="25")))
    plan = proposed(network)
    assert "Tesco Spytty" in [stop["site_name"] for route in plan["routes"] for stop in route["stops"]]
    assert plan["state"] == "draft"  # a person publishes it
