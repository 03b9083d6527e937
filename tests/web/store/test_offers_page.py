"""What a shop sees of its offers, over real HTTP: where the van is, who got it, the receipt, the month, and how to take
back what nobody has planned yet."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.kit.clock import HandSetClock
from tests.service_client import (
    TESCO_SPYTTY,
    ServiceClient,
    a_line,
    an_event,
    an_offer,
    kilograms,
    report,
    stops_of,
)
from tests.web.test_pages import Reader, lidl, person, published, shop, store

__all__ = ["lidl", "published", "shop", "store"]


def words(page: str) -> str:
    """What is read of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_van_is_told_of_as_it_comes_and_when_it_was_there(
    shop: Reader, network: ServiceClient, published: dict[str, Any], clock: HandSetClock
) -> None:
    page = shop.http.get("/offers").text
    assert "It has not set out yet." in words(page)
    assert "data-under-way" in page
    driver = network.driver(published)
    pickup, _, food = stops_of(driver)
    clock.set(datetime.fromisoformat(pickup["arrive_at"]) + timedelta(minutes=1))
    report(driver, an_event(pickup, "arrived"))
    assert "The van is here. It came at" in words(shop.http.get("/offers").text)
    report(driver, an_event(pickup, "collected", kilograms(food, "60")))
    page = shop.http.get("/offers").text
    assert "The van has come, at" in words(page)
    assert "data-under-way" not in page
    assert "جاءت" in words(shop.http.get("/offers?lang=ar").text)


def test_a_receipt_says_to_the_gram_what_was_fetched_and_where_it_went(
    shop: Reader, network: ServiceClient, published: dict[str, Any]
) -> None:
    [offer] = network.get("/offers").json()["items"]
    address = f"/offers/{offer['id']}/receipt"
    assert address in shop.http.get("/offers").text
    assert "0 kg" in words(shop.http.get(address).text)
    driver = network.driver(published)
    pickup, drop_off, food = stops_of(driver)
    report(driver, an_event(pickup, "arrived"), an_event(pickup, "collected", kilograms(food, "60.005")))
    report(driver, an_event(drop_off, "delivered", kilograms(food, "58")))
    report(driver, an_event(drop_off, "refused", kilograms(food, "2.005"), reason="refused_at_the_door"))
    page = words(shop.http.get(address).text)
    for told in ("The van has come, at", "62.5 kg", "60.005 kg", "58 kg", "for Newport Food Bank", "2.005 kg"):
        assert told in page


def test_nobody_reads_another_supermarkets_receipt(network: ServiceClient, published: dict[str, Any]) -> None:
    [offer] = network.get("/offers").json()["items"]
    tesco = network.organisation("supermarket", "Tesco")
    network.site(TESCO_SPYTTY, "Tesco", organisation_id=tesco["id"])
    stranger = Reader(network.address)
    stranger.sign_in(person(network, tesco, "donor_staff"))
    assert stranger.http.get(f"/offers/{offer['id']}/receipt").status_code == 404
    assert stranger.http.get(f"/offers/{uuid4()}/receipt").status_code == 404
    assert "Nothing was posted in this month." in stranger.http.get("/offers/certificate?month=2026-11").text
    sent = {"offer_id": offer["id"], "version": "1"}
    assert stranger.http.post("/offers/withdraw", data=sent).status_code == 404
    stranger.http.close()


def test_the_months_certificate_adds_up_what_reached_people(
    shop: Reader, network: ServiceClient, store: dict[str, Any], published: dict[str, Any], clock: HandSetClock
) -> None:
    driver = network.driver(published)
    pickup, drop_off, food = stops_of(driver)
    report(driver, an_event(pickup, "collected", kilograms(food)), an_event(drop_off, "delivered", kilograms(food)))
    network.ok("/offers", an_offer(store, a_line(kg="5", category="drinks")))
    page = words(shop.http.get("/offers/certificate?month=2026-11").text)
    for told in ("Surplus food of Lidl", "November 2026", "This month is not over", "Newport Food Bank"):
        assert told in page
    assert "about 148 meals" in page  # 62.5 kg at 0.42 kg a meal
    assert "67.5 kg 62.5 kg 62.5 kg" in page  # posted, collected, delivered: together
    clock.set(datetime.fromisoformat("2026-12-02T06:00:00+00:00"))
    reader = Reader(network.address)
    reader.sign_in(person(network, {"id": store["organisation_id"]}, "organisation_admin"))
    by_itself = words(reader.http.get("/offers/certificate").text)
    assert "November 2026" in by_itself
    assert "not over" not in by_itself
    reader.http.close()


@pytest.mark.parametrize("asked", ["", "2026-13", "tomorrow", "2026-11-05", "0001-01"])
def test_a_month_that_is_none_is_the_last_one_that_is_over(shop: Reader, asked: str) -> None:
    answer = shop.http.get("/offers/certificate", params={"month": asked})
    assert answer.status_code == 200
    assert "Nothing was posted in this month." in answer.text


def test_a_month_that_is_still_to_come_is_this_one(shop: Reader) -> None:
    assert "November 2026" in words(shop.http.get("/offers/certificate?month=9999-12").text)


def test_what_nobody_has_planned_is_taken_back_by_two_presses(
    shop: Reader, network: ServiceClient, store: dict[str, Any]
) -> None:
    offer = network.ok("/offers", an_offer(store))
    page = shop.http.get("/offers").text
    assert "Yes, take it back" in page
    sent = {"offer_id": offer["id"], "version": str(offer["version"])}
    assert "Taken back" in shop.http.post("/offers/withdraw", data=sent).text
    assert network.get(f"/offers/{offer['id']}").json()["state"] == "withdrawn"
    assert "Taken back" in shop.http.post("/offers/withdraw", data=sent).text  # a second tap takes nothing else back
    assert "Yes, take it back" not in shop.http.get("/offers").text


def test_what_is_planned_is_not_taken_back(shop: Reader, network: ServiceClient, published: dict[str, Any]) -> None:
    [offer] = network.get("/offers").json()["items"]
    assert "Yes, take it back" not in shop.http.get("/offers").text
    answer = shop.http.post("/offers/withdraw", data={"offer_id": offer["id"], "version": str(offer["version"])})
    assert (answer.status_code, "Call the dispatcher" in answer.text) == (409, True)


def test_the_years_certificate_adds_up_its_months_and_leads_to_them(
    shop: Reader, network: ServiceClient, published: dict[str, Any]
) -> None:
    page = words(shop.http.get("/offers/certificate/year").text)
    for told in ("Surplus food of Lidl", "Year 2026", "This year is not over", "November 2026", "62.5 kg", "1 offer"):
        assert told in page, told
    text = shop.http.get("/offers/certificate/year?year=2026").text
    assert 'href="/offers/certificate?month=2026-11"' in text
    assert 'href="/api/v1/donations?from=2026-01-01&amp;until=2026-12-31&amp;format=csv"' in text
    assert "Nothing was posted in this year." in shop.http.get("/offers/certificate/year?year=2020").text


@pytest.mark.parametrize("asked", ["", "last", "1999", "9999", "٢٠٢٥", "2026-11"])
def test_a_year_that_is_none_or_still_to_come_is_this_one(shop: Reader, asked: str) -> None:
    answer = shop.http.get("/offers/certificate/year", params={"year": asked})
    assert answer.status_code == 200
    assert "Year 2026" in words(answer.text)
