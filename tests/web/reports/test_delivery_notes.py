"""The delivery note of each hand-over: linked from the store's, the food bank's and the dispatcher's pages, for the two
whose food it is and the network alone."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.papers.reading import whole
from tests.planned_here import worker_solves_here
from tests.service_client import (
    DAY,
    FOOD_BANK,
    TESCO_SPYTTY,
    ServiceClient,
    a_line,
    a_need,
    an_event,
    an_offer,
    kilograms,
    report,
)
from tests.web.driver.test_signatures_page import driver, handed_over
from tests.web.reports.test_papers import stranger
from tests.web.test_pages import Reader, desk, lidl, person, published, shop, store

__all__ = ["desk", "driver", "lidl", "published", "shop", "store", "stranger"]
NOTE = re.compile(r'href="(/stops/[^"]+/delivery-note\.pdf)"')


def said(reader: Reader, address: str, language: str = "en") -> str:
    answer = reader.http.get(address, params={"lang": language})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/pdf"
    return whole(answer.content).replace("\n", " ")


def test_a_store_has_a_note_of_the_pickup_and_of_the_delivery(
    shop: Reader, driver: Reader, network: ServiceClient
) -> None:
    [offer] = network.get("/offers").json()["items"]
    [food] = network.get("/allocations", service_date=DAY).json()["items"]
    page = f"/offers/{offer['id']}/receipt"
    assert NOTE.findall(shop.http.get(page).text) == []
    handed_over(driver, signed_by="Rana Haddad", strokes="[[100,200,300,250]]")
    handed_over(driver, signed_by="", strokes="")
    links = NOTE.findall(shop.http.get(page).text)
    assert links == NOTE.findall(shop.http.get(f"/allocations/{food['id']}/receipt").text)
    pickup, drop_off = (said(shop, link) for link in links)
    for told in (
        "Handed over by",
        "The food goes to",
        "Newport Food Bank",
        "62.5 kg",
        "Signed by Rana Haddad",
        "Driver",
    ):
        assert told in pickup, told
    for told in ("Delivery note: ", "The food is from", "62.5 kg", "Not signed.", "Reported on the driver's phone"):
        assert told in drop_off, told
    assert "غير موقّع" in said(shop, links[1], "ar")


def test_the_food_bank_and_the_dispatcher_have_it_too(desk: Reader, driver: Reader, network: ServiceClient) -> None:
    plan = network.get("/plans", service_date=DAY).json()["items"][0]
    [route] = network.get(f"/plans/{plan['id']}").json()["routes"]
    sheet = f"/routes/{route['id']}"
    assert NOTE.findall(desk.http.get(sheet).text) == []
    handed_over(driver, signed_by="At the store")
    handed_over(driver, signed_by="At the food bank")
    pickup, drop_off = NOTE.findall(desk.http.get(sheet).text)
    assert NOTE.findall(desk.http.get("/arrivals").text) == [drop_off]
    assert "At the food bank" in said(desk, drop_off)  # the dispatcher's own organisation is the food bank
    assert "At the store" in said(desk, pickup)


def test_another_supermarket_has_no_note_and_another_dispatcher_sees_no_signature(
    stranger: Reader, driver: Reader, network: ServiceClient, shop: Reader
) -> None:
    handed_over(driver, signed_by="At the store")
    [offer] = network.get("/offers").json()["items"]
    [link] = NOTE.findall(shop.http.get(f"/offers/{offer['id']}/receipt").text)
    assert stranger.http.get(link).status_code == 404
    assert stranger.http.get("/stops/00000000-0000-4000-8000-000000000000/delivery-note.pdf").status_code == 404
    carrier = network.organisation("carrier", "Vans for all")
    reader = Reader(network.address)
    assert reader.http.get(link).url.path == "/sign-in"
    reader.sign_in(person(network, carrier, "dispatcher"))
    text = said(reader, link)
    assert "At the store" not in text
    assert "Only the store and the food bank whose food it is see by whom." in text
    reader.http.close()


@pytest.fixture
def two_stores(network: ServiceClient, store: dict[str, Any], lidl: dict[str, Any]) -> dict[str, Any]:
    """The shift of a day on which two supermarkets' food goes to one food bank."""
    tesco = network.organisation("supermarket", "Tesco")
    other = network.site(TESCO_SPYTTY, "Tesco Spytty", organisation_id=tesco["id"])
    bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
    network.ok("/needs", a_need(bank, kg="100"))
    network.ok("/offers", an_offer(store, a_line(kg="20", description="Baguettes", lot=" L-77 ")))
    network.ok("/offers", an_offer(other, a_line(kg="15", description="Rolls", date_mark="none")))
    shift = network.vehicle_and_shift(bank)
    with worker_solves_here():
        network.published(network.planned())
    return shift


@pytest.fixture
def reported(network: ServiceClient, two_stores: dict[str, Any]) -> str:
    """All is collected, and of the rolls 5 kg are refused; the address of the food bank's note."""
    driver = network.driver(two_stores)
    stops = driver.get("/driver/route").json()["route"]["stops"]
    for stop in stops:
        if stop["kind"] == "pickup":
            [food] = stop["allocations"]
            line = {**kilograms(food), "celsius": 11.5}
            assert report(driver, an_event(stop, "collected", line)) == ["stored"]
    [drop_off] = [stop for stop in stops if stop["kind"] == "drop_off"]
    foods = {food["description"]: food for food in drop_off["allocations"]}
    brought = [kilograms(foods["Baguettes"]), kilograms(foods["Rolls"], "10")]
    refused = an_event(drop_off, "refused", kilograms(foods["Rolls"], "5"), reason="refused_at_the_door")
    assert report(driver, an_event(drop_off, "delivered", *brought), refused) == ["stored", "stored"]
    return f"/stops/{drop_off['id']}/delivery-note.pdf"


@pytest.fixture
def tesco_desk(network: ServiceClient, reported: str) -> Iterator[Reader]:
    reader = Reader(network.address)
    [tesco] = [each for each in network.get("/organisations").json()["items"] if each["name"] == "Tesco"]
    reader.sign_in(person(network, tesco, "donor_staff"))
    yield reader
    reader.http.close()


def test_each_store_reads_its_own_food_alone_and_the_food_bank_all_with_what_was_refused(
    shop: Reader, desk: Reader, tesco_desk: Reader, reported: str
) -> None:
    whole_note, lidls, tescos = (said(reader, reported) for reader in (desk, shop, tesco_desk))
    for told in ("Baguettes", "L-77", "Rolls", "Refused at the door: 5 kg · They refuse it", "30 kg"):
        assert told in whole_note, told
    assert "Rolls" not in lidls
    assert "Tesco" not in lidls
    assert "Baguettes" not in tescos
    assert "10 kg" in tescos
