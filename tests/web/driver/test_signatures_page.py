"""A signature and a photo on the driver's page, on receipts and for the dispatcher, without a script."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.main import create_app
from app.roads.streets import Streets
from app.settings import Settings
from tests.driving.test_stop_photos import a_photo
from tests.service_client import DAY, TESCO_SPYTTY, ServiceClient
from tests.web.store.test_offers_page import words
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
    for strokes in ("[[1", "[[1,2,3]]", '{"a": 1}', "[" * 30_000, f"[[{'1,2,' * 20_000}1,2]]"):
        assert driver.http.post("/drive", data={**sent, "strokes": strokes}).status_code == 422


class Body:
    """A body of some megabytes, and how much of it was read."""

    def __init__(self) -> None:
        self.read = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(12):
            self.read += 1
            yield b"x" * 1_000_000


def sent_by(cookie: str, app: FastAPI, address: str, body: Body) -> int:
    async def send() -> int:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie, "Accept": "text/html"}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return (await client.post(address, content=body, headers=headers)).status_code

    return asyncio.run(send())


def test_of_a_form_as_large_as_a_photo_nothing_is_read_before_its_sender_is_known(
    driver: Reader, database: Database, streets: Streets, config: Settings, clock: HandSetClock
) -> None:
    app = create_app(database, streets, clock, config=config)
    for address in ("/drive", "/drive/some-token"):
        body = Body()
        assert sent_by("wasl_drive=unknown", app, address, body) < 500
        assert body.read <= 1, address
    body = Body()
    assert sent_by(f"wasl_drive={driver.http.cookies['wasl_drive']}", app, "/drive", body) == 400
    assert body.read > 1  # until a field was longer than any is


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
    page = handed_over(driver, b"no picture" * 300_000)  # as large as a phone makes one
    assert "Your report is stored. Its photo could not be kept" in words(page)
    assert network.get("/reports/day", service_date=DAY).json()["actuals"]["kg_collected"] == "62.5"
