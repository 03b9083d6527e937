"""The list of duplicate effort, looked at and worked through by each of its readers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser

from app.kit.clock import HandSetClock
from tests.browser.reflow import lost_when_zoomed
from tests.browser.test_accessibility import faults
from tests.browser.visit import READERS, Visit
from tests.reports.duplicates.conftest import FIRST, Twice, config, twice, workshop
from tests.reports.together.conftest import driven
from tests.service_client import DAY, ServiceClient

pytestmark = pytest.mark.browser
__all__ = ["config", "twice", "workshop"]
LATER = FIRST + timedelta(days=2)


@pytest.fixture
def seen_twice(network: ServiceClient, twice: Twice, clock: HandSetClock) -> None:
    """A driven day and one that is only planned; and somebody to look at them."""

    def days() -> None:
        twice.published(LATER, kg="4")
        driven(network, clock, twice.published())

    with ThreadPoolExecutor(1) as beside:  # the browser has the loop of this thread
        beside.submit(days).result()
    person = {"name": "Dispatcher", "email": "desk@example.org", "role": "dispatcher", "site_id": None}
    organisation = network.get("/me").json()["organisation"]["id"]
    network.ok(f"/organisations/{organisation}/people", {**person, "password": "a long enough password"})


@pytest.mark.parametrize(("language", "size"), READERS)
def test_an_entry_is_read_and_dealt_with(
    browser: Browser, network: ServiceClient, seen_twice: None, language: str, size: dict[str, Any]
) -> None:
    visit = Visit(browser, network.address, language, size, bypass_csp=True)
    visit.sign_in("desk@example.org")
    visit.page.goto(f"/duplicate-effort?from={DAY}&until={LATER}")
    for summary in visit.page.locator("main summary").all():
        summary.click()
    visit.show(f"duplicates-{language}-{size['width']}")
    assert [*faults(visit.page), *lost_when_zoomed(visit.page)] == []
    entries = visit.page.locator("section.card:has(form)").count()
    form = visit.page.locator("form.follow-up").first
    form.locator("[value=pooled]").check()
    form.locator("[name=note]").fill("One van from Tuesday on")
    form.locator("button").click()
    visit.settle()
    # The day that is only planned comes after the one that was seen.
    assert visit.page.locator("section.card:has(form)").count() == entries - 1
    assert "One van from Tuesday on" in visit.page.locator("main").inner_text()
    visit.picture(f"duplicates-after-{language}-{size['width']}")
    visit.context.close()
