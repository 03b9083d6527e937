"""A signature and a photo on the driver's page, on receipts and for the dispatcher, without a script."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.driving.test_stop_photos import a_photo
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


def handed_over(driver: Reader, photo: bytes | None = None, **fields: str) -> str:
    """Report the next stop as it stands on the page; the page after it."""
    page = shown(driver.http.get("/drive").text)
    form = re.findall(r"<form.*?</form>", page, re.DOTALL)[-1]
    sent = {
        name: value
        for name, value in re.findall(r'<input [^>]*name="([^"]+)"[^>]* value="([^"]*)"', form)
        if name != "reason"
    }
    kind = re.search(r'name="kind" value="(collected|delivered)"', form)
    assert kind is not None
    files = None if photo is None else {"photo": ("photo.png", photo, "image/png")}
    for _ in range(2):  # pressed twice
        answer = driver.http.post("/drive", data={**sent, "kind": kind[1], **fields}, files=files)
        assert answer.status_code == 200, answer.text
    return answer.text


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


def test_a_photo_goes_after_its_report_without_a_script_and_is_seen_at_the_stop_and_on_receipts(
    shop: Reader, desk: Reader, driver: Reader, network: ServiceClient, published: dict[str, Any]
) -> None:
    food = network.get("/allocations", service_date=DAY).json()["items"][0]
    [offer] = network.get("/offers").json()["items"]
    handed_over(driver, a_photo("green"))
    day = desk.http.get(f"/day?date={DAY}").text
    assert "1 photo" in words(day)
    route = re.search(r'href="(/routes/[^"#]+)#photos-', day)
    assert route is not None
    for reader, address in (
        (desk, route[1]),
        (shop, f"/offers/{offer['id']}/receipt"),
        (shop, f"/allocations/{food['id']}/receipt"),
    ):
        page = reader.http.get(address).text
        [image] = set(re.findall(r'<img src="(/api/v1/stop-photos/[^"]+)"', page))
        picture = reader.http.get(image)
        assert picture.headers["Content-Type"] == "image/jpeg"
    tesco = network.organisation("supermarket", "Tesco")
    network.site(TESCO_SPYTTY, "Tesco", organisation_id=tesco["id"])
    stranger = Reader(network.address)
    stranger.sign_in(person(network, tesco, "donor_staff"))
    assert stranger.http.get(image).status_code == 404
    stranger.http.close()


def test_what_is_no_photo_holds_no_report_up(driver: Reader, network: ServiceClient) -> None:
    page = handed_over(driver, b"no picture")
    assert "Your report is stored. Its photo could not be kept" in words(page)
    assert network.get("/reports/day", service_date=DAY).json()["actuals"]["kg_collected"] == "62.5"
