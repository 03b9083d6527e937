"""A photo of a stop comes after its report, is stored once, and is seen by those whose food it is."""

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import httpx
import pytest
from PIL import Image
from sqlalchemy import func, select

from app.driving import photos
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.doors import StopPhoto
from tests.service_client import ServiceClient, a_line, an_event, an_offer, kilograms, report, stops_of


def a_photo(colour: str = "red") -> bytes:
    kept = BytesIO()
    Image.new("RGB", (40, 30), colour).save(kept, "PNG")
    return kept.getvalue()


def put(driver: ServiceClient, event: dict[str, Any], photo_id: str, body: bytes | None = None) -> httpx.Response:
    path = f"/driver/stop-events/{event['id']}/photos/{photo_id}"
    return driver.http.put(path, content=body or a_photo(), headers={"Content-Type": "image/png"})


@pytest.fixture
def refused(network: ServiceClient, shift: dict[str, Any]) -> tuple[ServiceClient, dict[str, Any]]:
    """A driver and the report of food that was refused."""
    driver = network.driver(shift)
    pickup, drop_off, food = stops_of(driver)
    event = an_event(drop_off, "refused", kilograms(food), reason="refused_at_the_door")
    report(driver, an_event(pickup, "collected", kilograms(food)), event)
    return driver, event


def how_many(database: Database, network: ServiceClient) -> int:
    with database.transaction(Scope(network=network.network_id())) as session:
        return session.scalar(select(func.count()).select_from(StopPhoto)) or 0


def test_a_photo_is_stored_once_however_often_it_is_sent(
    network: ServiceClient, refused: tuple[ServiceClient, dict[str, Any]], database: Database
) -> None:
    driver, event = refused
    with driver:
        photo_id = str(uuid4())
        first, second = put(driver, event, photo_id), put(driver, event, photo_id)
        assert first.status_code == second.status_code == 200, first.text
        assert first.json() == second.json()
        assert how_many(database, network) == 1
    shown = network.get(f"/stop-photos/{first.json()['id']}")
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert Image.open(BytesIO(shown.content)).size == (40, 30)


def test_a_report_has_three_photos_and_one_that_was_never_stored_none(
    refused: tuple[ServiceClient, dict[str, Any]],
) -> None:
    driver, event = refused
    with driver:
        assert [put(driver, event, str(uuid4())).status_code for _ in range(3)] == [200] * 3
        fourth = put(driver, event, str(uuid4()))
        assert (fourth.status_code, fourth.json()["code"]) == (409, "stop_photos_full")
        assert put(driver, {"id": str(uuid4())}, str(uuid4())).status_code == 404
        assert put(driver, event, str(uuid4()), b"no picture").json()["code"] == "photo_unreadable"


def test_a_shift_has_no_more_photos_than_are_kept_of_one(
    refused: tuple[ServiceClient, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert photos.MOST_OF_SHIFT == 150
    monkeypatch.setattr(photos, "MOST_OF_SHIFT", 3)
    driver, event = refused
    with driver:
        pickup, *_ = stops_of(driver)
        arrived = an_event(pickup, "arrived")
        assert report(driver, arrived) == ["stored"]
        ids = [str(uuid4()) for _ in range(3)]
        sent = [
            put(driver, each, photo_id).status_code for each, photo_id in zip((event, arrived, event), ids, strict=True)
        ]
        assert sent == [200] * 3
        full = put(driver, arrived, str(uuid4()))
        assert (full.status_code, full.json()["code"]) == (409, "shift_photos_full")
        assert put(driver, arrived, ids[1]).status_code == 200  # what is there already is


def test_nobody_sends_a_photo_to_another_shifts_report_nor_long_after_the_shift(
    network: ServiceClient, shift: dict[str, Any], refused: tuple[ServiceClient, dict[str, Any]], clock: HandSetClock
) -> None:
    driver, event = refused
    with driver, network.driver(network.vehicle_and_shift({"id": shift["start_site_id"]}, name="Blue van")) as other:
        assert put(other, event, str(uuid4())).status_code == 404
        clock.set(datetime.fromisoformat(shift["ends_at"]) + timedelta(hours=13))
        assert put(driver, event, str(uuid4())).status_code == 401


def test_a_driver_sees_the_photos_of_what_is_to_be_fetched_and_of_nothing_else(
    network: ServiceClient, shift: dict[str, Any]
) -> None:
    def posted(offer: dict[str, Any]) -> str:
        path = f"/offers/{offer['id']}/photos"
        sent = network.http.post(path, content=a_photo(), headers={"Content-Type": "image/png"})
        assert sent.status_code == 201, sent.text
        return str(sent.json()["id"])

    [fetched] = network.get("/offers").json()["items"]
    other = network.ok("/offers", an_offer({"id": fetched["site_id"]}, a_line(kg="5")))
    mine, not_mine = posted(fetched), posted(other)
    with network.driver(shift) as driver:
        picture = driver.get(f"/driver/offer-photos/{mine}")
        assert picture.headers["Content-Type"] == "image/jpeg"
        assert driver.get(f"/driver/offer-photos/{not_mine}").status_code == 404
        link = network.ok(f"/shifts/{shift['id']}/driver-links")["url"]
    page = httpx.Client(follow_redirects=True, headers={"Accept": "text/html", "Sec-Fetch-Site": "same-origin"})
    with page:
        text = page.post(link).text
    assert f'src="/api/v1/driver/offer-photos/{mine}"' in text
    assert not_mine not in text
    assert "1 photo of the food" in text.replace("\u2068", "").replace("\u2069", "").replace("<bdi>", "").replace(
        "</bdi>", ""
    )
