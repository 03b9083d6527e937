"""Addresses over HTTP: for whoever is signed in, near the network's own sites first."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.service_client import FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient

ADDRESSES = "/regions/newport/addresses"


def test_a_house_is_found_with_whose_map_it_is(network: ServiceClient) -> None:
    answer = network.get(ADDRESSES, q="192 commercial road").json()
    assert answer["hits"][0]["address"] == "192 Commercial Road, Newport NP20 2PP"
    assert answer["attribution"] == "© OpenStreetMap contributors"
    assert answer["note"] is None


def test_of_equal_names_the_one_near_the_networks_sites_comes_first(network: ServiceClient) -> None:
    def nearest() -> str:
        hits = network.get(ADDRESSES, q="lidl", limit=20).json()["hits"]
        return next(hit["address"] for hit in hits if hit["category"] == "supermarket")

    assert nearest().startswith("Granville Street")
    network.site(LIDL_CARDIFF_ROAD, "Lidl")
    assert nearest().startswith("181 Cardiff Road")


def test_a_position_is_named_and_swapped_coordinates_come_back(network: ServiceClient) -> None:
    (hit,) = network.get(f"{ADDRESSES}/reverse", lat=51.58155, lon=-2.99185).json()["hits"]
    assert "192 Commercial Road" in hit["address"]
    assert hit["metres"] < 20
    (hit,) = network.get(ADDRESSES, q="-2.99, 51.58").json()["hits"]
    assert (hit["match"], hit["latitude"], hit["longitude"]) == ("swapped_point", 51.58, -2.99)


@pytest.mark.parametrize(
    "query",
    [{"q": "x" * 10_001}, {"limit": 0}, {"lat": 91}, {"lat": "nan"}, {"lang": "../x"}, {"typing": "perhaps"}],
)
def test_a_question_that_does_not_fit_is_refused_in_a_sentence(
    network: ServiceClient, query: dict[str, object]
) -> None:
    answer = network.get(ADDRESSES, **query)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("q", ["", "   ", '"', "* ( - :", "🏠" * 3000])
def test_any_text_is_answered(network: ServiceClient, q: str) -> None:
    assert network.get(ADDRESSES, q=q).json()["hits"] == []


def test_text_that_no_database_keeps_is_refused(network: ServiceClient) -> None:
    assert network.get(ADDRESSES, q="\x00").status_code == 422


def everything(network: ServiceClient, path: str, **query: Any) -> list[dict[str, Any]]:
    """All pages of a list."""
    found: list[dict[str, Any]] = []
    while True:
        page = network.get(path, limit=40, **query).json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


def test_places_of_the_map_are_proposed_and_those_that_are_sites_are_marked(network: ServiceClient) -> None:
    path = "/regions/newport/places"
    banks = {place["osm_id"]: place for place in network.get(path, kind="food_bank").json()["items"]}
    assert {place["name"] for place in banks.values()} == {"Newport Food Bank", "Feed Newport Soup Kitchen"}
    assert not any(place["taken"] for place in banks.values())
    (own,) = (place for place in banks.values() if place["name"] == "Newport Food Bank")
    assert own["opening_hours"].startswith("Mo Off; Tu-We 12:00-14:00")
    network.site(FOOD_BANK, "Our food bank", osm_id=own["osm_id"])
    taken = [place["osm_id"] for place in everything(network, path) if place["taken"]]
    assert taken == [own["osm_id"]]
    assert {place["kind"] for place in everything(network, path, kind=["supermarket", "charity"])} == {
        "supermarket",
        "charity",
    }
    assert network.get(path, kind="palace").status_code == 422


def test_names_are_in_the_readers_language(network: ServiceClient) -> None:
    places = network.get("/regions/newport/places", kind="food_bank", lang="cy").json()["items"]
    assert "Banc Bwyd Casnewydd" in {place["name"] for place in places}


LOOK_UPS: dict[str, dict[str, Any]] = {
    ADDRESSES: {"q": "lidl"}, f"{ADDRESSES}/reverse": {"lat": 51.58, "lon": -2.99}, "/regions/newport/places": {},
}  # fmt: skip


@pytest.mark.parametrize("path", LOOK_UPS)
def test_nobody_in_particular_gets_no_answer(network: ServiceClient, path: str) -> None:
    with ServiceClient(network.address, None) as nobody:
        assert nobody.get(path, **LOOK_UPS[path]).status_code == 401


def test_a_driver_looks_up_nothing(network: ServiceClient) -> None:
    site = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
    driver = network.driver(network.vehicle_and_shift(site))
    assert driver.get(ADDRESSES, q="lidl").status_code in (401, 403)


def test_a_region_that_is_not_there_or_has_no_addresses_is_said(network: ServiceClient, regions: Path) -> None:
    assert network.get("/regions/atlantis/addresses", q="lidl").status_code == 404
    (index,) = regions.glob("newport/builds/*/addresses.sqlite")
    aside = index.with_name("aside.sqlite")
    shutil.move(index, aside)
    try:
        for path, query in LOOK_UPS.items():
            answer = network.get(path, **query)
            assert (answer.status_code, answer.json()["code"]) == (503, "addresses_missing")
            assert "import the region again" in answer.json()["detail"]
    finally:
        shutil.move(aside, index)
