"""A published plan under way in the lanes of the dispatcher's page, in a real Chromium: where each stop stands, the
hour it is, what is expected now, and what needs somebody; without reading the page again."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.settings import Settings
from tests.browser.visit import DESK, PASSWORD, READERS, Visit
from tests.hand_made_plan import Ride, draft
from tests.service_client import (
    DUFFRYN_CENTRE,
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    TESCO_SPYTTY,
    ServiceClient,
    a_line,
    a_need,
    an_event,
    an_offer,
    kilograms,
    report,
)

pytestmark = pytest.mark.browser
DAY = "2026-11-25"
LOOK_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"
SOON_MS = 12_000  # long before the page looks again by itself, also where the machine has much to do
HIDDEN = "Object.defineProperty(document, 'hidden', { value: true, configurable: true }); " + LOOK_AGAIN
SEEN = "Object.defineProperty(document, 'hidden', { value: false, configurable: true }); " + LOOK_AGAIN


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """No worker: what is proposed or raised beside the page is no part of this."""
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@pytest.fixture
def shift(network: ServiceClient, database: Database) -> dict[str, Any]:
    """A published route: two stores, two food banks, Lidl's bread first."""
    me = network.get("/me").json()
    body = {"name": "Desk", "email": "desk@example.org", "role": "dispatcher", "password": PASSWORD}
    network.ok(f"/organisations/{me['organisation']['id']}/people", body)
    bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
    duffryn = network.site(DUFFRYN_CENTRE, "Duffryn Community Centre", kind="distribution_point")
    offers = [
        network.ok("/offers", an_offer(network.site(where, name), a_line(kg="20")))
        for where, name in ((LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road"), (TESCO_SPYTTY, "Tesco, Spytty"))
    ]
    needs = [network.ok("/needs", a_need(site, kg="40")) for site in (bank, duffryn)]
    shift = network.vehicle_and_shift(bank)
    rides = (
        Ride(offers[0], needs[0], 20_000, pickup="09:00", drop_off="10:00"),
        Ride(offers[1], needs[1], 20_000, pickup="11:00", drop_off="12:30"),
    )
    network.published(draft(database, network, shift, *rides))
    return shift


def stops(driver: ServiceClient) -> list[dict[str, Any]]:
    """The stops with food, in their order."""
    route = driver.get("/driver/route").json()["route"]
    return [each for each in route["stops"] if each["kind"] in ("pickup", "drop_off")]


def at(clock: HandSetClock, time: str) -> None:
    clock.set(datetime.fromisoformat(f"{DAY}T{time}:00").replace(tzinfo=UTC))


def mark(page: Page, stop: dict[str, Any]) -> Any:
    return page.locator(f'#timeline [data-stop="{stop["id"]}"]')


@pytest.mark.parametrize(("language", "size"), READERS)
def test_the_lanes_show_how_the_drive_goes(
    browser: Browser,
    network: ServiceClient,
    shift: dict[str, Any],
    clock: HandSetClock,
    language: str,
    size: dict[str, int],
) -> None:
    words = {
        "en": ("Done", "Being served", "Refused", "Failed", "Late", "now 09:10"),
        "ar": ("تم", "جارٍ التنفيذ", "رُفض", "تعذّر", "متأخرة", "الآن"),
    }
    done, served, refused, failed, late, now = words[language]
    at(clock, "09:10")
    visit = Visit(browser, network.address, language, size)
    visit.sign_in("desk@example.org")
    page = visit.page
    page.goto(f"/day?date={DAY}")
    expect(page.locator(".now-line.told")).to_contain_text(now)
    with network.driver(shift) as driver:
        lidl, bank, tesco, duffryn = stops(driver)
        report(driver, an_event(lidl, "arrived"), an_event(lidl, "collected", kilograms(lidl["allocations"][0])))
        report(driver, an_event(bank, "arrived"))
        page.evaluate("window.stays = true")
        page.evaluate(LOOK_AGAIN)
        expect(mark(page, lidl)).to_have_attribute("data-live", "done")
        expect(mark(page, lidl)).to_have_attribute("title", re.compile(done))
        expect(mark(page, bank)).to_have_attribute("title", re.compile(served))
        page.locator(".lane summary").first.click()
        expect(page.locator(".lane .state.good")).to_have_count(2)
        full = an_event(bank, "refused", kilograms(bank["allocations"][0]), reason="refused_at_the_door")
        assert report(driver, full) == ["stored"]
        assert report(driver, an_event(duffryn, "failed", reason="closed")) == ["stored"]
        at(clock, "12:30")  # half an hour after the bread at Tesco could be fetched
        page.evaluate(LOOK_AGAIN)
        expect(mark(page, bank)).to_have_attribute("data-live", "refused")
        expect(mark(page, duffryn)).to_have_attribute("data-live", "failed")
        expect(mark(page, tesco)).to_have_attribute("data-live", "late")
        expect(page.locator(".expected-mark.late")).to_have_count(1)
        troubles = page.locator("[data-fresh=troubles] li strong")
        expect(troubles).to_have_text([failed, refused, late])
        expect(page.locator(".lane[open]")).to_have_count(1)  # what was open stays so
    assert page.evaluate("window.stays")  # the page was not read again
    visit.show(f"live-{language}-{size['width']}")
    visit.context.close()


def test_a_report_is_in_the_lanes_as_soon_as_it_is_made_and_nobody_listens_for_a_page_that_is_hidden(
    browser: Browser, network: ServiceClient, shift: dict[str, Any], clock: HandSetClock
) -> None:
    at(clock, "09:10")
    visit = Visit(browser, network.address, "en", DESK)
    visit.sign_in("desk@example.org")
    page = visit.page
    with page.expect_response(re.compile("/api/v1/events")):
        page.goto(f"/day?date={DAY}")
    expect(page.locator(".now-line.told")).to_contain_text("now 09:10")
    with network.driver(shift) as driver:
        lidl, bank, _, duffryn = stops(driver)
        report(driver, an_event(lidl, "arrived"), an_event(lidl, "collected", kilograms(lidl["allocations"][0])))
        expect(mark(page, lidl)).to_have_attribute("data-live", "done", timeout=SOON_MS)
        report(driver, an_event(duffryn, "failed", reason="closed"))
        expect(mark(page, duffryn)).to_have_attribute("data-live", "failed", timeout=SOON_MS)
        expect(page.locator("[data-fresh=troubles] li strong")).to_have_text(["Failed"], timeout=SOON_MS)
        with page.expect_event("requestfailed", lambda request: "/api/v1/events" in request.url):
            page.evaluate(HIDDEN)
        with page.expect_response(re.compile("/api/v1/events")):
            page.evaluate(SEEN)
        report(driver, an_event(bank, "arrived"))
        expect(mark(page, bank)).to_have_attribute("data-live", "arrived", timeout=SOON_MS)
    visit.context.close()
