"""A van and its round are entered in a real Chromium, with the keyboard alone and without scripts too, and the next
week's are taken over with one press."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visit import WITH_AND_WITHOUT_SCRIPTS, Visit
from tests.service_client import FOOD_BANK, ServiceClient
from tests.web.desk.test_fleet_pages import config  # noqa: F401
from tests.web.test_pages import person

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("language", "size", "scripts"), WITH_AND_WITHOUT_SCRIPTS)
def test_a_van_and_its_round_are_entered_and_taken_over(
    browser: Browser, network: ServiceClient, language: str, size: dict[str, int], scripts: bool
) -> None:
    depot: dict[str, Any] = network.site(FOOD_BANK, "Depot", kind="depot")
    visit = Visit(browser, network.address, language, size, java_script_enabled=scripts)
    visit.sign_in(person(network, network.get("/me").json()["organisation"], "dispatcher"))
    page = visit.page
    page.goto("/fleet?date=2026-11-25")
    page.click("a[href='/fleet/vehicles/new']")
    page.fill("#name", "Van 7")
    page.fill("#capacity_kg", "much")
    page.keyboard.press("Enter")
    expect(page.locator("#faults")).to_be_visible()
    assert page.input_value("#name") == "Van 7"
    if scripts:
        visit.complaints.clear()  # the refusal
        visit.show(f"vehicle-refused-{language}-{size['width']}")
    page.fill("#capacity_kg", "800")
    page.keyboard.press("Enter")
    page.wait_for_url("**/fleet?done=added")
    page.goto("/fleet?date=2026-11-25")
    page.click("a[href^='/fleet/shifts/new?date=2026-11-25&vehicle']")
    page.fill("#driver_name", "Noor")
    if scripts:
        visit.show(f"shift-{language}-{size['width']}")
    page.click(".thumb button")
    page.wait_for_url("**/fleet?date=2026-11-25&done=added")
    assert "Noor" in page.locator("main").inner_text()
    if scripts:
        visit.show(f"fleet-{language}-{size['width']}")
    page.goto("/fleet?date=2026-12-02")
    page.click("form[action='/fleet/shifts/repeat'] button")
    page.wait_for_url("**done=repeated")
    [shift] = network.get("/shifts", service_date="2026-12-02").json()["items"]
    assert (shift["driver_name"], shift["start_site_id"]) == ("Noor", depot["id"])
    visit.context.close()
