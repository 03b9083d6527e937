"""The page of a network's impact, looked at: figures, pictures, tables, both languages, phone and desk, paper."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser
from sqlalchemy.orm import Session

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.ledger.closing import expire_offers
from app.planning.run import Workshop
from tests.arrivals.conftest import the_hour
from tests.browser.reflow import lost_when_zoomed
from tests.browser.test_accessibility import faults
from tests.browser.visit import DESK, PHONE, Visit
from tests.reports.together.conftest import Town, config, driven, published, town, workshop
from tests.service_client import DAY, ServiceClient, a_line, an_offer

pytestmark = pytest.mark.browser
__all__ = ["config", "town", "workshop"]
REPORT = "/impact?from=2026-11-02&until=2026-11-25"


@pytest.fixture
def over(
    network: ServiceClient, town: Town, workshop: Workshop, clock: HandSetClock, database: Database
) -> dict[str, Any]:
    """A driven day of which a little was refused and some was left, over since; and somebody to look at it."""

    def day() -> dict[str, Any]:
        store = {"id": network.get(f"/offers/{town.offers['Tesco']['id']}").json()["site_id"]}
        network.ok("/offers", an_offer(store, a_line(kg="35", category="drinks", description="Juice")))
        plan = published(network, workshop)
        driven(network, clock, plan, short="1.5")
        clock.set(the_hour("16:00") + timedelta(hours=16))
        with database.transaction(Scope(network=network.network_id())) as session:
            _expire(session, network, clock)
        return plan

    with ThreadPoolExecutor(1) as beside:  # the browser has the loop of this thread
        plan = beside.submit(day).result()
    body = {
        "name": "Office",
        "email": "desk@example.org",
        "role": "network_admin",
        "password": "a long enough password",
    }
    network.ok(f"/organisations/{network.get('/me').json()['organisation']['id']}/people", {**body, "site_id": None})
    return plan


def _expire(session: Session, network: ServiceClient, clock: HandSetClock) -> None:
    expire_offers(session, network.network_id(), clock())


@pytest.mark.parametrize(
    ("language", "size", "scheme"), [("en", DESK, "light"), ("ar", PHONE, "light"), ("ar", DESK, "dark")]
)
def test_a_report_is_read_published_and_kept(
    browser: Browser,
    network: ServiceClient,
    over: dict[str, Any],
    language: str,
    size: dict[str, int],
    scheme: str,
) -> None:
    visit = Visit(browser, network.address, language, size, color_scheme=scheme, bypass_csp=True)
    page = visit.page
    visit.sign_in("desk@example.org")
    page.goto(REPORT)
    pictures = page.locator(".beside-picture img")
    assert pictures.count() == 2
    for number in range(2):
        pictures.nth(number).scroll_into_view_if_needed()
        page.wait_for_function(
            "number => { const it = document.querySelectorAll('.beside-picture img')[number];"
            " return it.complete && it.naturalWidth > 0 }",
            arg=number,
        )
    visit.show(f"impact-{language}-{size['width']}-{scheme}")
    assert [*faults(page), *lost_when_zoomed(page)] == []
    page.locator("form[method=post][action='/impact'] button").click()
    page.wait_for_url("**/impact/*-*")
    visit.show(f"impact-published-{language}-{size['width']}-{scheme}")
    assert faults(page) == []
    if size == DESK and language == "en":
        page.emulate_media(media="print")
        visit.picture("impact-print")
        page.emulate_media(media="screen")
    page.goto("/impact/factors")
    page.locator("details summary").first.click()
    visit.show(f"impact-factors-{language}-{size['width']}-{scheme}")
    assert [*faults(page), *lost_when_zoomed(page)] == []
    page.goto(f"/impact?from={DAY}&until=2026-11-01")
    visit.complaints.clear()  # the browser tells of the refusal
    visit.show(f"impact-refused-{language}-{size['width']}-{scheme}")
    visit.context.close()
