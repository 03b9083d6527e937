"""A plan that is being made, in a real Chromium: how good the best one so far is, and the button that takes it."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visit import READERS, Visit
from tests.planning.test_end_search import config, searching, until  # noqa: F401
from tests.service_client import DAY, ServiceClient
from tests.web.test_pages import person

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("language", "size"), READERS)
def test_the_best_plan_so_far_is_taken_with_one_press(
    browser: Browser,
    network: ServiceClient,
    searching: dict[str, Any],  # noqa: F811
    language: str,
    size: dict[str, int],
) -> None:
    visit = Visit(browser, network.address, language, size)
    visit.sign_in(person(network, network.get("/me").json()["organisation"], "dispatcher"))
    page = visit.page
    page.goto(f"/day?date={DAY}")
    button = page.locator("#end-search button")
    expect(button).to_be_visible()
    assert "10" in page.locator("#amount").inner_text()  # kg of the offer
    visit.show(f"searching-{language}-{size['width']}")
    button.click()
    expect(button).to_have_count(0)
    expect(page.locator("#run")).to_have_count(0, timeout=60_000)  # the page shows the plan by itself
    expect(page.locator(".lane")).to_have_count(1)
    assert until(network, searching["id"], lambda found: False)["state"] == "done"
    assert visit.complaints == []
    visit.context.close()
