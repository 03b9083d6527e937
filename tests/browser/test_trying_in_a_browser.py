"""What stays behind is tried in a real Chromium: in place with scripts, on a page of its own without; and versions side
by side."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.roads.streets import Streets
from app.settings import Settings
from tests.browser.test_lanes_in_a_browser import Plan, config, draft, now, shown, sites  # noqa: F401
from tests.browser.visit import PHONE, READERS, Visit
from tests.planned_here import plan_here, workshop_of
from tests.service_client import DAY, LIDL_CARDIFF_ROAD, ServiceClient, a_line, a_need, an_offer

pytestmark = pytest.mark.browser


@pytest.fixture
def left(
    network: ServiceClient,
    draft: Plan,  # noqa: F811
    database: Database,
    streets: Streets,
    clock: HandSetClock,
    config: Settings,  # noqa: F811
) -> Plan:
    """The day of the lanes planned again with more juice than anybody asks for."""
    aldi = network.site(LIDL_CARDIFF_ROAD, "Aldi")
    duffryn = next(site for site in network.get("/sites").json()["items"] if site["name"] == "Duffryn")
    network.ok("/needs", a_need(duffryn, kg="10", category="drinks"))
    network.ok("/offers", an_offer(aldi, a_line(kg="25", category="drinks", description="Juice", splittable=False)))
    asked = network.ok("/plan-runs", {"service_date": DAY})
    workshop = workshop_of(database, streets, clock, config.data_folder)
    with ThreadPoolExecutor(1) as apart:  # in this thread the browser's own loop runs
        apart.submit(plan_here, workshop, asked["id"], network.network_id()).result()
    plan: Plan = network.get(f"/plans/{network.get(f'/plan-runs/{asked["id"]}').json()['plan_id']}").json()
    assert [each["change"]["code"] for each in plan["unserved"]] == ["need"]
    return plan


@pytest.mark.parametrize(("language", "size"), READERS)
def test_a_line_is_tried_in_place_left_tried_again_and_brought(
    browser: Browser, network: ServiceClient, left: Plan, language: str, size: dict[str, int]
) -> None:
    visit = shown(browser, network, left, language, size)
    page = visit.page
    button, outcome = page.locator("[data-try]"), page.locator("[data-tried]")
    button.focus()
    page.keyboard.press("Enter")
    expect(outcome).to_be_focused()
    expect(outcome.locator("ul li")).to_have_count(1)  # of the food bank that would get too much
    visit.show(f"tried-{language}-{size['width']}")
    assert now(network, left) == left  # nothing is kept yet

    page.keyboard.press("Escape")
    expect(outcome).to_have_count(0)
    expect(button).to_be_focused()

    button.click()
    outcome.locator("[data-leave]").click()
    expect(outcome).to_have_count(0)
    button.click()
    outcome.locator("form button").click()
    page.wait_for_url("**/day?*")
    expect(page.locator("[data-try]")).to_have_count(0)
    assert "Aldi" in sites(now(network, left))[0]
    assert visit.complaints == []
    visit.context.close()


def test_without_scripts_the_same_is_done_on_a_page(browser: Browser, network: ServiceClient, left: Plan) -> None:
    visit = Visit(browser, network.address, "ar", PHONE, java_script_enabled=False)
    visit.sign_in("desk@example.org")
    page = visit.page
    page.goto(f"/day?date={DAY}&plan={left['id']}")
    page.click("[data-try]")
    page.wait_for_url("**/day/try?*")
    visit.picture("try-page-ar-390")
    page.click("[data-leave]")
    page.wait_for_url("**/day?*#stays")
    page.click("[data-try]")
    page.click("[data-tried] form button")
    page.wait_for_url("**/day?*")
    assert "Aldi" in sites(now(network, left))[0]
    visit.context.close()


def given(network: ServiceClient, plan: Plan, **command: Any) -> None:
    """An edit of the plan as it is by now."""
    version = {"If-Match": f'"{now(network, plan)["version"]}"'}
    network.ok(f"/plans/{plan['id']}/edits", command, **version)


@pytest.mark.parametrize(("language", "size"), READERS)
def test_two_versions_stand_side_by_side_and_fit(
    browser: Browser, network: ServiceClient, left: Plan, language: str, size: dict[str, int]
) -> None:
    [route] = left["routes"]
    moved = next(stop for stop in route["stops"] if stop["site_name"] == "Tesco")
    shifts = network.get("/shifts", service_date=DAY).json()["items"]
    other = next(each["id"] for each in shifts if each["id"] != route["shift_id"])
    given(network, left, kind="move_stop", stop_id=moved["id"], shift_id=other)
    given(network, left, kind="place_offer_line", offer_line_id=left["unserved"][0]["line_id"])

    visit = shown(browser, network, left, language, size)
    page = visit.page
    page.click("a[href^='/day/compare']")
    page.wait_for_url("**/day/compare?*")
    expect(page.locator(".mark.other_shift").first).to_be_visible()
    expect(page.locator(".mark.only_here").first).to_be_visible()
    visit.show(f"compare-{language}-{size['width']}")
    page.select_option("#version-a", index=0)
    page.select_option("#version-b", index=1)
    page.click("form[action='/day/compare'] button")
    expect(page.locator("#version-a option").first).to_have_attribute("selected", "")
    assert visit.complaints == []
    visit.context.close()
