"""What one thing more would rescue, looked at: ranking, pictures and form, both languages, phone and desk, paper."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser

from app.planning.run import Workshop
from tests.browser.reflow import lost_when_zoomed
from tests.browser.test_accessibility import faults
from tests.browser.visit import DESK, PHONE, Visit
from tests.reports.additions.conftest import asked, config, plan_with_chilled_food, town, worked_out, workshop
from tests.reports.together.conftest import Town
from tests.service_client import ServiceClient

pytestmark = pytest.mark.browser
__all__ = ["config", "town", "workshop"]


@pytest.fixture
def report(network: ServiceClient, town: Town, workshop: Workshop) -> str:
    """A report on a published day, and somebody to look at it."""

    def made() -> str:
        plan_with_chilled_food(network, town, workshop)
        report: str = asked(network, prices={"vehicle": "30.00", "chilled_box": "1.50"})["id"]
        worked_out(workshop, network.network_id(), report)
        return report

    with ThreadPoolExecutor(1) as beside:  # the browser has the loop of this thread
        found = beside.submit(made).result()
    body = {
        "name": "Dispatcher",
        "email": "desk@example.org",
        "role": "dispatcher",
        "password": "a long enough password",
    }
    network.ok(f"/organisations/{network.get('/me').json()['organisation']['id']}/people", {**body, "site_id": None})
    return found


@pytest.mark.parametrize(
    ("language", "size", "scheme"), [("en", DESK, "light"), ("ar", PHONE, "light"), ("ar", DESK, "dark")]
)
def test_the_ranking_its_pictures_and_its_form_are_there_for_everybody(
    browser: Browser, network: ServiceClient, report: str, language: str, size: dict[str, int], scheme: str
) -> None:
    visit = Visit(browser, network.address, language, size, color_scheme=scheme, bypass_csp=True)
    visit.sign_in("desk@example.org")
    visit.page.goto(f"/more-impact?report={report}")
    pictures = visit.page.locator(".pictures img")
    assert pictures.count() == 2
    for number in range(2):
        pictures.nth(number).scroll_into_view_if_needed()
        visit.page.wait_for_function(
            "number => { const it = document.querySelectorAll('.pictures img')[number];"
            " return it.complete && it.naturalWidth > 0 }",
            arg=number,
        )
    visit.show(f"more-impact-{language}-{size['width']}-{scheme}")
    visit.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    visit.show(f"more-impact-open-{language}-{size['width']}-{scheme}")
    assert [*faults(visit.page), *lost_when_zoomed(visit.page)] == []
    if language == "en":
        visit.page.emulate_media(media="print")
        visit.picture("more-impact-print")
    visit.context.close()
