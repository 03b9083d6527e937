"""Whoever plans can see where travel times come from, and whether that source answers."""

from app.kit.db import Database
from app.partners.founding import choose_roads
from tests.service_client import FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient, a_need, an_offer


def test_the_source_is_the_regions_own_streets_until_another_is_chosen(network: ServiceClient) -> None:
    source = network.get("/travel-source").json()
    assert (source["provider"], source["server"], source["region"], source["answers"]) == (
        "embedded",
        None,
        "newport",
        True,
    )
    assert source["attribution"] == "© OpenStreetMap contributors"
    assert source["tables"] == []


def test_a_chosen_server_is_named_with_whose_times_they_are(network: ServiceClient, database: Database) -> None:
    own = network.network_id()
    choose_roads(database, own, {"provider": "openrouteservice", "url": "http://127.0.0.1:9/ors"})
    source = network.get("/travel-source").json()
    assert (source["provider"], source["server"], source["answers"]) == ("openrouteservice", "127.0.0.1", False)
    assert "openrouteservice.org" in source["attribution"]
    assert "cannot be reached" in source["sentence"]


def test_a_plan_says_where_its_travel_times_came_from_and_the_table_is_kept(network: ServiceClient) -> None:
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl")
    bank = network.site(FOOD_BANK, "Bank", kind="distribution_point")
    network.ok("/offers", an_offer(store))
    network.ok("/needs", a_need(bank))
    network.vehicle_and_shift(bank)
    plan = network.planned()
    told = plan["travel"]["car"]
    assert (told["source"], told["estimated"]) == ("embedded", False)
    (kept,) = network.get("/travel-source").json()["tables"]
    assert (kept["profile"], kept["sites"], kept["fingerprint"]) == ("car", 2, told["fingerprint"])


def test_an_assistant_of_a_store_may_not_look(network: ServiceClient) -> None:
    lidl = network.organisation("supermarket", "Lidl")
    assert network.client_of(lidl, "offers").get("/travel-source").status_code == 403
