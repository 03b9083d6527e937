"""What a store usually posts, over the API: most usual first, each food once as it was posted last, its own alone."""

from datetime import timedelta
from typing import Any

import pytest

from app.kit.clock import HandSetClock
from tests.service_client import FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient, a_line, an_offer


@pytest.fixture
def store(network: ServiceClient) -> dict[str, Any]:
    lidl = network.organisation("supermarket", "Lidl")
    return network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road", organisation_id=lidl["id"])


def usual(network: ServiceClient, store: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = network.get("/offers/usual-food", site_id=store["id"]).json()["lines"]
    return found


def test_each_food_is_there_once_as_it_was_posted_last_and_the_most_usual_is_first(
    network: ServiceClient, store: dict[str, Any], clock: HandSetClock
) -> None:
    assert usual(network, store) == []
    tomorrow = {"pickup_from": "2026-11-26T08:00:00Z", "pickup_until": "2026-11-26T10:00:00Z"}
    network.ok("/offers", an_offer(store, a_line(kg="20", description="Loaves"), a_line(kg="5", description="Rolls")))
    clock.set(clock() + timedelta(minutes=5))
    network.ok("/offers", an_offer(store, a_line(kg="31.5", description="loaves "), **tomorrow))
    found = usual(network, store)
    assert [(each["description"].strip().casefold(), each["kg"]) for each in found] == [
        ("loaves", "31.5"),
        ("rolls", "5"),
    ]
    assert "mark_date" not in found[0]
    assert "id" not in found[0]


def test_what_was_withdrawn_is_not_usual(network: ServiceClient, store: dict[str, Any]) -> None:
    offer = network.ok("/offers", an_offer(store, a_line(kg="20")))
    network.ok(f"/offers/{offer['id']}/withdraw")
    assert usual(network, store) == []


def test_an_unknown_store_has_nothing_usual(network: ServiceClient) -> None:
    site = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
    assert usual(network, site) == []
    unknown = network.get("/offers/usual-food", site_id="00000000-0000-4000-8000-000000000000")
    assert unknown.status_code == 404
    assert network.get("/offers/usual-food").status_code == 422
