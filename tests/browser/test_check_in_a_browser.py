"""Checking a paper in a real Chromium: a wrong code, the right one, and the file, which never leaves the browser."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_accessibility import faults
from tests.browser.visit import READERS, Visit
from tests.issuing.test_checking import code_on, driver, handed_over
from tests.service_client import ServiceClient, an_event, kilograms, report, stops_of
from tests.web.test_pages import Reader, lidl, published, shop, store

__all__ = ["driver", "lidl", "published", "shop", "store"]
pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("language", "size"), READERS)
def test_a_paper_is_checked_by_whoever_holds_it(
    browser: Browser, shop: Reader, driver: ServiceClient, language: str, size: dict[str, int]
) -> None:
    drop_off = handed_over(driver)
    document = shop.http.get(f"/stops/{drop_off['id']}/delivery-note.pdf?lang={language}").content
    visit = Visit(browser, str(shop.http.base_url), language, size, bypass_csp=True)
    page, name = visit.page, f"{language}-{size['width']}"
    page.goto("/check")
    visit.show(f"check-{name}")
    page.fill("#code", "7K2M")
    page.click("main button")
    expect(page.locator("#fault-code")).not_to_be_empty()
    assert page.input_value("#code") == "7K2M"
    visit.complaints.clear()  # the browser tells of the answer 404
    assert faults(page) == []
    page.fill("#code", code_on(document).lower().replace("-", " "))
    page.click("main button")
    page.wait_for_url(f"**/check/{code_on(document)}")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    for content, shape in ((document, "good"), (document[:-1], "bad")):
        page.set_input_files("#file", {"name": "note.pdf", "mimeType": "application/pdf", "buffer": content})
        expect(page.locator(f"#result.{shape}")).not_to_be_empty()
    assert sent == []
    visit.show(f"checked-{name}")
    assert faults(page) == []
    _, stop, food = stops_of(driver)
    later = an_event(stop, "delivered", kilograms(food, "60"), occurred_at=stop["leave_at"])
    assert report(driver, later) == ["stored"]
    page.reload()
    visit.show(f"check-corrected-{name}")
    assert faults(page) == []
    visit.context.close()
