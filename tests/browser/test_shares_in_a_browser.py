"""Shared costs in a real Chromium: the network's month and a partner's own, phone and desk, both languages."""

import pytest
from playwright.sync_api import Browser

from tests.browser.test_accessibility import faults
from tests.browser.visit import READERS, Visit
from tests.service_client import DAY
from tests.sharing.conftest import SharedDay, capacity, config, day, pickup_until, rates
from tests.sharing.reported import driven
from tests.web.test_pages import person

__all__ = ["capacity", "config", "day", "pickup_until", "rates"]
pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("language", "size"), READERS)
def test_what_a_month_cost_and_who_pays_is_read_by_everybody(
    browser: Browser, day: SharedDay, language: str, size: dict[str, int]
) -> None:
    own = day.network.get("/me").json()["organisation"]
    office = person(day.network, own, "network_admin")
    partner = person(day.network, {"id": day.ids["Newport Food Bank"]}, "organisation_admin")
    visit = Visit(browser, day.network.address, language, size, bypass_csp=True)
    visit.sign_in(office)
    visit.page.goto("/shares")
    visit.show(f"shares-nothing-{language}-{size['width']}")
    visit.page.locator("details summary").last.click()
    visit.page.fill("#service-date", DAY)
    visit.page.click("details form button")
    visit.page.get_by_role("status").wait_for()
    day.work_out()
    visit.page.goto("/shares")
    visit.show(f"shares-network-{language}-{size['width']}")
    assert faults(visit.page) == []
    driven(day, part=0.9)
    visit.context.clear_cookies()
    visit.sign_in(office)
    visit.page.goto("/shares")
    visit.show(f"shares-recorded-{language}-{size['width']}")
    assert faults(visit.page) == []
    visit.context.clear_cookies()
    visit.sign_in(partner)
    visit.page.goto("/shares")
    visit.show(f"shares-partner-{language}-{size['width']}")
    assert faults(visit.page) == []
    assert visit.page.locator("text=Duffryn Centre").count() == 0
    visit.context.close()
