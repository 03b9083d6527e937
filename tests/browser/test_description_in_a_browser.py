"""The page that describes the API, in a real Chromium that reaches no other host."""

import pytest
from playwright.sync_api import Browser

from tests.browser.visit import DESK, PHONE, Visit
from tests.security.api_description import DESCRIBED
from tests.service_client import ServiceClient

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_every_operation_is_described_without_asking_another_host(
    browser: Browser, network: ServiceClient, size: dict[str, int]
) -> None:
    visit = Visit(browser, network.address, "en", size)
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.url))
    visit.page.goto("/api/docs")
    visit.page.wait_for_selector(".opblock")
    assert visit.page.locator(".opblock").count() == len(DESCRIBED)
    visit.page.locator("#operations-offers-post_offer .opblock-summary").click()
    visit.page.wait_for_selector("#operations-offers-post_offer .opblock-body")
    visit.show(f"description-{size['width']}")
    assert all(url.startswith((network.address, "data:")) for url in asked), asked
