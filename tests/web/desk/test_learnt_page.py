"""Planned and real times on a page, and a driver's "I am here": one tap, once, nothing lost without it."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.kit.clock import HandSetClock
from tests.planned_here import worker_solves_here
from tests.service_client import DAY, ServiceClient, a_published_shift

PASSWORD = "a long enough password"


@pytest.fixture
def shift(network: ServiceClient) -> dict[str, Any]:
    """A published day with one store, one food bank and 30 kg of bread."""
    with worker_solves_here():
        return a_published_shift(network)


@pytest.fixture
def browser(network: ServiceClient) -> Iterator[httpx.Client]:
    """A browser that runs no script."""
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=network.address, headers=headers, timeout=60, follow_redirects=True) as opened:
        yield opened


def sign_in(network: ServiceClient, browser: httpx.Client, role: str) -> None:
    organisation = network.get("/me").json()["organisation"]["id"]
    body = {"name": role, "email": f"{role}@example.org", "role": role, "password": PASSWORD, "site_id": None}
    network.ok(f"/organisations/{organisation}/people", body)
    browser.post("/sign-in", data={"email": body["email"], "password": PASSWORD, "next": "/"})


def form(page: str, kind: str) -> dict[str, str]:
    """The hidden fields and amounts of the form whose button has this kind."""
    found = next(each for each in re.findall(r"<form.*?</form>", page, re.DOTALL) if f'value="{kind}"' in each)
    return {**dict(re.findall(r'name="([\w-]+)"[^>]*? value="([^"]*)"', found)), "kind": kind}


def test_i_am_here_is_one_report_however_often_it_is_sent_and_the_stop_stays(
    network: ServiceClient, browser: httpx.Client, shift: dict[str, Any], clock: HandSetClock
) -> None:
    link = network.ok(f"/shifts/{shift['id']}/driver-links")["token"]
    page = browser.post(f"/drive/{link}").text
    arrived = form(page, "arrived")
    for _ in range(2):
        page = browser.post("/drive", data=arrived).text
    assert "You arrived at" in page
    shown = page.split("<template")[0]  # the stops behind the next one wait there for a script
    assert "I am here" not in shown
    assert "Lidl, Cardiff Road" in shown
    report = network.get("/reports/arrivals", **{"from": DAY, "until": DAY}).json()
    assert report["overall"]["arrivals"] == 1
    page = browser.post("/drive", data=form(page, "collected")).text
    assert "I am here" in page
    assert "Newport Food Bank" in page.split("All stops")[0]
    browser.post("/drive", data=form(page, "delivered"))  # without a tap: nothing is lost
    assert network.get("/reports/day", service_date=DAY).json()["actuals"]["kg_delivered"] == "30"


@pytest.mark.parametrize(("language", "little"), [("en", "Too little data yet"), ("ar", "البيانات قليلة جدًا")])
def test_the_page_says_how_little_is_known(
    network: ServiceClient, browser: httpx.Client, shift: dict[str, Any], language: str, little: str
) -> None:
    sign_in(network, browser, "dispatcher")
    browser.headers["Accept-Language"] = language
    empty = browser.get("/learnt")
    assert empty.status_code == 200
    assert little not in empty.text
    link = network.ok(f"/shifts/{shift['id']}/driver-links")["token"]
    with httpx.Client(timeout=60, base_url=network.address, headers=browser.headers, follow_redirects=True) as phone:
        phone.post("/drive", data=form(phone.post(f"/drive/{link}").text, "arrived"))
    told = browser.post("/learnt").text
    assert little in told
    assert browser.get("/learnt", params={"first": "no day", "last": "2026-11-26"}).status_code == 200
    assert "/learnt" in browser.get("/pages").text


def test_a_shop_assistant_does_not_see_it(network: ServiceClient, browser: httpx.Client) -> None:
    sign_in(network, browser, "donor_staff")
    assert browser.get("/learnt").status_code == 403
