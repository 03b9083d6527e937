"""The page of what coordination is worth, looked at: its table, its pictures, both languages, phone and desk, paper."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Browser

from app.kit.clock import HandSetClock
from app.planning.run import Workshop
from tests.browser.reflow import lost_when_zoomed
from tests.browser.test_accessibility import faults
from tests.browser.visit import DESK, PHONE, Visit
from tests.reports.together.conftest import Town, compared_day, config, driven, published, town, workshop
from tests.service_client import DAY, ServiceClient

pytestmark = pytest.mark.browser
__all__ = ["config", "town", "workshop"]


@pytest.fixture
def compared(network: ServiceClient, town: Town, workshop: Workshop, clock: HandSetClock) -> dict[str, Any]:
    """A driven day, of which a little was refused, worked out; and somebody to look at it."""

    def day() -> dict[str, Any]:
        plan = published(network, workshop)
        driven(network, clock, plan, short="1.5")
        compared_day(workshop, network.network_id())
        return plan

    with ThreadPoolExecutor(1) as beside:  # the browser has the loop of this thread
        plan = beside.submit(day).result()
    body = {
        "name": "Dispatcher",
        "email": "desk@example.org",
        "role": "dispatcher",
        "password": "a long enough password",
    }
    network.ok(f"/organisations/{network.get('/me').json()['organisation']['id']}/people", {**body, "site_id": None})
    return plan


@pytest.mark.parametrize(
    ("language", "size", "scheme"), [("en", DESK, "light"), ("ar", PHONE, "light"), ("ar", DESK, "dark")]
)
def test_the_table_and_its_pictures_are_there(
    browser: Browser,
    network: ServiceClient,
    compared: dict[str, Any],
    language: str,
    size: dict[str, int],
    scheme: str,
) -> None:
    visit = Visit(browser, network.address, language, size, color_scheme=scheme)
    visit.sign_in("desk@example.org")
    visit.page.goto(f"/together?date={DAY}")
    pictures = visit.page.locator(".pictures img")
    assert pictures.count() == 6
    for number in range(6):
        pictures.nth(number).scroll_into_view_if_needed()
        visit.page.wait_for_function(
            "number => { const it = document.querySelectorAll('.pictures img')[number];"
            " return it.complete && it.naturalWidth > 0 }",
            arg=number,
        )
    visit.show(f"together-{language}-{size['width']}-{scheme}")
    if size == DESK and language == "en":
        visit.page.emulate_media(media="print")
        visit.picture("together-print")
    visit.context.close()


@pytest.mark.parametrize(("language", "size", "scheme"), [("ar", PHONE, "dark"), ("en", DESK, "light")])
def test_nobody_is_kept_out_of_a_day_that_is_worked_out(
    browser: Browser,
    network: ServiceClient,
    compared: dict[str, Any],
    language: str,
    size: dict[str, int],
    scheme: str,
) -> None:
    visit = Visit(browser, network.address, language, size, color_scheme=scheme, bypass_csp=True)
    visit.sign_in("desk@example.org")
    visit.page.goto(f"/together?date={DAY}")
    visit.page.locator("details summary").first.click()
    assert [*faults(visit.page), *lost_when_zoomed(visit.page)] == []
    visit.context.close()
