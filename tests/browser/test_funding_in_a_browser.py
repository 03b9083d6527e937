"""Sponsors and grants in a real Chromium: entered, read, and the report; phone and desk, both languages."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from app.kit.clock import HandSetClock
from tests.browser.test_accessibility import faults
from tests.browser.visit import READERS, Visit
from tests.funding.conftest import a_grant, config, counted, driven_day, the_morning_after, town, workshop
from tests.service_client import ServiceClient
from tests.web.test_pages import person

__all__ = ["config", "driven_day", "town", "workshop"]
pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("language", "size"), READERS)
def test_money_is_entered_and_what_it_did_is_read(
    browser: Browser,
    network: ServiceClient,
    driven_day: dict[str, Any],
    clock: HandSetClock,
    language: str,
    size: dict[str, int],
) -> None:
    counted(network)
    the_morning_after(clock)
    network.ok("/grants", a_grant(giver="Usk Council", amount="12.00", valid_until="2026-12-31"))
    office = person(network, network.get("/me").json()["organisation"], "network_admin")
    visit = Visit(browser, network.address, language, size, bypass_csp=True)
    visit.sign_in(office)
    page, name = visit.page, f"{language}-{size['width']}"
    page.goto("/funding/new")
    page.fill("#giver", "Harbour Bank")
    page.fill("#amount", "2000")
    page.fill("#valid_from", "2026-11-01")
    page.fill("#valid_until", "2027-10-31")
    assert not page.locator("fieldset.choose-places").is_visible()
    page.check('[name="purpose"][value="places"]')
    assert page.locator("fieldset.choose-places").is_visible()
    visit.show(f"funding-form-{name}")
    assert faults(page) == []
    page.check('[name="purpose"][value="running"]')
    page.click("form .primary")
    page.wait_for_url("**/funding?done=added")
    visit.show(f"funding-{name}")
    assert faults(page) == []
    page.click(".grant h2 a")
    visit.show(f"funding-grant-{name}")
    assert faults(page) == []
    page.goto(page.url + "/report")
    visit.show(f"funding-report-{name}")
    assert faults(page) == []
    visit.context.close()
