"""A signature and a photo that a driver's phone sent, looked at by those whose food it is and by the dispatcher."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.line import Line
from tests.browser.test_accessibility import faults
from tests.browser.test_driver_offline import act, connect_again, line, open_route, photograph, shift, sign
from tests.browser.visit import DESK, PASSWORD, PHONE, TABLET, Visit
from tests.driving.test_stop_photos import a_photo
from tests.service_client import DAY, ServiceClient

__all__ = ["line", "shift"]
pytestmark = pytest.mark.browser


@pytest.fixture
def driven(browser: Browser, network: ServiceClient, shift: dict[str, Any], line: Line) -> dict[str, Any]:
    """Food with a photo was fetched and handed over, both signed and photographed; what was carried."""
    for offer in network.get("/offers").json()["items"]:
        path = f"/offers/{offer['id']}/photos"
        network.http.post(path, content=a_photo("orange"), headers={"Content-Type": "image/png"}).raise_for_status()
    visit = Visit(browser, line.address, "ar", PHONE)
    open_route(visit.page, network, line, shift, "ar")
    visit.settle()  # the page is written anew when the day was read
    visit.page.locator(".food-photos summary").first.click()
    seen = visit.page.locator(".food-photos img").first
    seen.scroll_into_view_if_needed()
    expect(seen).to_have_js_property("complete", value=True)
    assert seen.evaluate("image => image.naturalWidth") > 0
    visit.picture("driver-food-photo-ar-390")
    for name in ("Rana Haddad", "هدى"):
        visit.settle()  # the same once a stop was reported
        sign(visit.page, name)
        photograph(visit.page, "door.png")
        act(visit.page)
    connect_again(visit.page, line)
    visit.context.close()
    me = network.get("/me").json()["organisation"]
    body = {"name": "Dee", "email": "dee@example.org", "role": "dispatcher", "password": PASSWORD}
    network.ok(f"/organisations/{me['id']}/people", body)
    allocations = network.get("/allocations", service_date=DAY).json()["items"]
    found: dict[str, Any] = next(each for each in allocations if each["kg"] == "25")
    return found


@pytest.mark.parametrize("language", ["en", "ar"])
def test_receipts_and_the_route_show_who_signed_and_what_was_photographed(
    browser: Browser, network: ServiceClient, driven: dict[str, Any], language: str
) -> None:
    plan = next(each for each in network.get("/plans").json()["items"] if each["state"] == "published")
    [route] = network.get(f"/plans/{plan['id']}").json()["routes"]
    [offer] = [each for each in network.get("/offers").json()["items"] if each["lines"][0]["kg"] == "25"]
    pages = {
        "receipt-food": f"/allocations/{driven['id']}/receipt",
        "receipt-offer": f"/offers/{offer['id']}/receipt",
        "route-photos": f"/routes/{route['id']}",
    }
    for size in (PHONE, TABLET, DESK):
        visit = Visit(browser, network.address, language, size, bypass_csp=True)
        visit.sign_in("dee@example.org")
        for name, address in pages.items():
            visit.page.goto(address)
            expect(visit.page.locator(".thumbnails img").first).to_be_visible()
            if name != "route-photos":
                expect(visit.page.locator(".signed svg")).to_have_count(2)
                expect(visit.page.locator(".signed")).to_contain_text("هدى")
            visit.show(f"{name}-{language}-{size['width']}")
            assert faults(visit.page) == [], name
        visit.context.close()
