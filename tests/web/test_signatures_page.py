"""A signature on the driver's page and on receipts, over real HTTP and without a script."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.service_client import DAY, TESCO_SPYTTY, ServiceClient
from tests.web.test_offers_page import words
from tests.web.test_pages import Reader, desk, lidl, person, published, shop, shown, store

__all__ = ["desk", "lidl", "published", "shop", "store"]


@pytest.fixture
def driver(network: ServiceClient, published: dict[str, Any]) -> Iterator[Reader]:
    """The driver, who has opened the link."""
    reader = Reader(network.address)
    reader.http.post(network.ok(f"/shifts/{published['id']}/driver-links")["url"])
    yield reader
    reader.http.close()


def handed_over(driver: Reader, **fields: str) -> None:
    """Report the next stop as it stands on the page."""
    page = shown(driver.http.get("/drive").text)
    form = re.findall(r"<form.*?</form>", page, re.DOTALL)[-1]
    sent = {
        name: value
        for name, value in re.findall(r'<input [^>]*name="([^"]+)"[^>]* value="([^"]*)"', form)
        if name != "reason"
    }
    kind = re.search(r'name="kind" value="(collected|delivered)"', form)
    assert kind is not None
    answer = driver.http.post("/drive", data={**sent, "kind": kind[1], **fields})
    assert answer.status_code == 200, answer.text


def test_a_name_alone_signs_without_a_script_and_a_drawing_is_shown_to_the_store(
    shop: Reader, driver: Reader, network: ServiceClient
) -> None:
    assert "Who signs for the store?" in words(driver.http.get("/drive").text)
    handed_over(driver, signed_by="Rana <b>Haddad</b>")
    handed_over(driver, signed_by="", strokes="[[100,200,300,250],[90,240]]")
    [offer] = network.get("/offers").json()["items"]
    page = shop.http.get(f"/offers/{offer['id']}/receipt").text
    assert "Signed by Rana &lt;b&gt;Haddad&lt;/b&gt;" in page.replace("<bdi>", "").replace("</bdi>", "").replace(
        "\u2068", ""
    ).replace("\u2069", "")
    assert '<path d="M100 200L300 250M90 240L90 240"/>' in page
    assert 'viewBox="78 188 234 74"' in page
    arabic = words(shop.http.get(f"/offers/{offer['id']}/receipt?lang=ar").text)
    assert "التواقيع" in arabic


def test_a_food_bank_has_a_receipt_of_its_own_and_nobody_else_reads_a_signature(
    desk: Reader, shop: Reader, driver: Reader, network: ServiceClient
) -> None:
    food = network.get("/allocations", service_date=DAY).json()["items"][0]
    handed_over(driver, signed_by="At the store")
    handed_over(driver, signed_by="At the food bank")
    address = f"/allocations/{food['id']}/receipt"
    for reader in (desk, shop):  # the dispatcher's own organisation is the food bank
        page = words(reader.http.get(address).text)
        for told in ("Planned 62.5 kg", "Collected 62.5 kg", "Delivered 62.5 kg", "At the store", "At the food bank"):
            assert told in page, told
    tesco = network.organisation("supermarket", "Tesco")
    network.site(TESCO_SPYTTY, "Tesco", organisation_id=tesco["id"])
    for role, status in (("donor_staff", 404), ("dispatcher", 200)):
        stranger = Reader(network.address)
        stranger.sign_in(person(network, tesco, role))
        answer = stranger.http.get(address)
        assert answer.status_code == status
        assert "At the store" not in answer.text
        stranger.http.close()


def test_what_is_no_drawing_is_told(driver: Reader) -> None:
    page = shown(driver.http.get("/drive").text)
    stop = re.search(r'name="stop_id" value="([^"]+)"', page)
    event = re.search(r'name="event_id" value="([^"]+)"', page)
    assert stop is not None
    assert event is not None
    sent = {"stop_id": stop[1], "event_id": event[1], "kind": "collected"}
    for strokes in ("[[1", "[[1,2,3]]", '{"a": 1}'):
        assert driver.http.post("/drive", data={**sent, "strokes": strokes}).status_code == 422
