"""A draft edited in the lanes of the dispatcher's page, in a real Chromium: dragged, carried by keyboard, chosen."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.roads.streets import Streets
from app.settings import Settings
from tests.browser.visit import DESK, PASSWORD, PHONE, READERS, TABLET, Visit
from tests.planned_here import plan_here, workshop_of
from tests.service_client import (
    DAY,
    DUFFRYN_CENTRE,
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    TESCO_SPYTTY,
    ServiceClient,
    a_line,
    a_need,
    an_offer,
)

pytestmark = pytest.mark.browser

Plan = dict[str, Any]


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """No worker: the plan is made here, the same at every run."""
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@pytest.fixture
def draft(network: ServiceClient, database: Database, streets: Streets, clock: HandSetClock, config: Settings) -> Plan:
    """Bread of two stores for two food banks, and two vans of which one is enough."""
    me = network.get("/me").json()
    body = {"name": "Desk", "email": "desk@example.org", "role": "dispatcher", "password": PASSWORD}
    network.ok(f"/organisations/{me['organisation']['id']}/people", body)
    stores = [network.site(LIDL_CARDIFF_ROAD, "Lidl"), network.site(TESCO_SPYTTY, "Tesco")]
    bank = network.site(FOOD_BANK, "Food Bank", kind="distribution_point")
    duffryn = network.site(DUFFRYN_CENTRE, "Duffryn", kind="distribution_point")
    for site in (bank, duffryn):
        network.ok("/needs", a_need(site, kg="40"))
    for store in stores:
        network.ok("/offers", an_offer(store, a_line(kg="35")))
    for name in ("White van", "Blue van"):
        network.vehicle_and_shift(bank, name=name)
    asked = network.ok("/plan-runs", {"service_date": DAY})
    workshop = workshop_of(database, streets, clock, config.data_folder)
    with ThreadPoolExecutor(1) as apart:  # in this thread the browser's own loop runs
        apart.submit(plan_here, workshop, asked["id"], network.network_id()).result()
    plan: Plan = network.get(f"/plans/{network.get(f'/plan-runs/{asked["id"]}').json()['plan_id']}").json()
    return plan


def shown(browser: Browser, network: ServiceClient, plan: Plan, language: str, size: dict[str, int]) -> Visit:
    visit = Visit(browser, network.address, language, size)
    visit.sign_in("desk@example.org")
    visit.page.goto(f"/day?date={DAY}&plan={plan['id']}")
    visit.page.wait_for_selector("#timeline .stop-mark")
    return visit


def lane(page: Page, plan: Plan, *, driven: bool) -> Locator:
    """The lane of the van that drives, or of the one that stays at home."""
    [route] = plan["routes"]
    driving = page.locator(f'[data-lane="{route["shift_id"]}"]')
    return driving if driven else page.locator(f'.time-lane:not([data-lane="{route["shift_id"]}"])')


def mark(where: Locator | Page, site: str) -> Locator:
    return where.locator(f'.stop-mark[aria-label*="{site}"]').first


def grab(page: Page, site: str, towards: Locator) -> tuple[float, float]:
    """Press on a stop; where the line of another lane begins, in its middle."""
    grabbed, line = mark(page, site).bounding_box(), towards.locator(".line").bounding_box()
    assert grabbed is not None
    assert line is not None
    page.mouse.move(grabbed["x"] + 8, grabbed["y"] + 8)
    page.mouse.down()
    return line["x"], line["y"] + line["height"] / 2


def now(network: ServiceClient, plan: Plan) -> Plan:
    found: Plan = network.get(f"/plans/{plan['id']}").json()
    return found


def sites(plan: Plan) -> list[list[str]]:
    """Where each route loads and unloads, in its order."""
    return [
        [stop["site_name"] for stop in route["stops"] if stop["kind"] in ("pickup", "drop_off")]
        for route in plan["routes"]
    ]


@pytest.mark.parametrize("size", [TABLET, DESK], ids=["768", "1440"])  # on a phone a stop is chosen instead
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_stop_that_is_dragged_shows_its_new_times_before_it_is_let_go(
    browser: Browser, network: ServiceClient, draft: Plan, language: str, size: dict[str, int]
) -> None:
    visit = shown(browser, network, draft, language, size)
    page, other = visit.page, lane(visit.page, draft, driven=False)
    visit.show(f"lanes-{language}-{size['width']}")
    x, y = grab(page, "Tesco", other)
    page.mouse.move(x + 300, y, steps=6)
    expect(mark(other, "Tesco")).to_be_visible()
    expect(page.locator("[data-outcome] .figures")).to_contain_text("+")
    visit.show(f"lanes-dragged-{language}-{size['width']}")
    assert now(network, draft) == draft  # nothing is kept yet

    page.mouse.up()
    expect(page.locator("[data-said]")).to_contain_text("تم" if language == "ar" else "Done.")
    assert ["Tesco" in names for names in sites(now(network, draft))].count(True) == 1
    assert len(now(network, draft)["routes"]) == 2
    expect(page.locator(".lane")).to_have_count(2)  # the list beside the map follows
    visit.show(f"lanes-edited-{language}-{size['width']}")

    page.click("[data-tool=undo]")
    expect(page.locator("[data-tool=undo]")).to_be_disabled()
    assert sites(now(network, draft)) == sites(draft)
    visit.context.close()


def test_a_drag_that_is_given_up_leaves_everything_as_it_is(
    browser: Browser, network: ServiceClient, draft: Plan
) -> None:
    visit = shown(browser, network, draft, "en", DESK)
    page, other = visit.page, lane(visit.page, draft, driven=False)
    for give_up in ("Escape", "outside"):
        x, y = grab(page, "Tesco", other)
        page.mouse.move(x + 300, y, steps=4)
        expect(mark(other, "Tesco")).to_be_visible()
        if give_up == "Escape":
            page.keyboard.press("Escape")
        else:
            page.mouse.move(5, 5)
        page.mouse.up()
        expect(other.locator(".stop-mark")).to_have_count(0)
        expect(page.locator("[data-panel]")).to_be_hidden()
    assert now(network, draft) == draft
    assert visit.complaints == []
    visit.context.close()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_keyboard_does_all_that_a_mouse_does(
    browser: Browser, network: ServiceClient, draft: Plan, language: str
) -> None:
    visit = shown(browser, network, draft, language, DESK)
    page = visit.page
    later = "ArrowLeft" if language == "ar" else "ArrowRight"
    first = draft["routes"][0]["stops"][1]["site_name"]
    page.locator("[data-lane-head]").focus()
    page.keyboard.press(later)
    expect(mark(page, first)).to_be_focused()
    page.keyboard.press(f"Shift+{later}")
    page.keyboard.press(f"Shift+{later}")
    expect(page.locator("[data-outcome] .figures")).to_be_visible()
    expect(page.locator("#timeline-place")).to_have_value("3")
    page.keyboard.press("Enter")
    expect(page.locator("[data-tool=undo]")).to_be_enabled()
    [names] = sites(now(network, draft))
    assert names.index(first) == 2

    page.keyboard.press("u")
    expect(page.locator("[data-tool=undo]")).to_be_disabled()
    page.locator("[data-lane-head]").focus()
    page.keyboard.press("l")
    expect(page.locator(".time-lane.locked")).to_have_count(1)
    assert [route["locked"] for route in now(network, draft)["routes"]] == [True]
    mark(page, first).focus()
    page.keyboard.press(f"Shift+{later}")
    expect(page.locator("[data-outcome] .fault")).to_be_visible()  # the route is locked
    page.keyboard.press("Escape")
    expect(page.locator("[data-panel]")).to_be_hidden()
    visit.complaints.clear()  # the browser notes the 409 of the locked route
    visit.show(f"lanes-locked-{language}")
    visit.context.close()


def test_a_stop_that_is_carried_to_another_lane_and_back_stays_in_focus(
    browser: Browser, network: ServiceClient, draft: Plan
) -> None:
    visit = shown(browser, network, draft, "en", DESK)
    page, own, other = visit.page, lane(visit.page, draft, driven=True), lane(visit.page, draft, driven=False)
    mark(page, "Tesco").focus()
    page.keyboard.press("Shift+ArrowDown")
    expect(mark(other, "Tesco")).to_be_focused()
    expect(page.locator("#timeline-shift")).to_have_value(other.get_attribute("data-lane") or "")
    page.keyboard.press("Shift+ArrowUp")
    expect(mark(own, "Tesco")).to_be_focused()
    expect(other.locator(".stop-mark")).to_have_count(0)
    page.keyboard.press("Shift+ArrowDown")
    expect(mark(other, "Tesco")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-said]")).to_contain_text("Done.")
    assert page.evaluate("document.activeElement.closest('#timeline') !== null")
    assert len(now(network, draft)["routes"]) == 2
    assert visit.complaints == []
    visit.context.close()


def test_what_is_let_go_where_it_was_is_no_edit_and_what_is_not_chosen_any_more_is_not_given(
    browser: Browser, network: ServiceClient, draft: Plan
) -> None:
    visit = shown(browser, network, draft, "en", DESK)
    page, other = visit.page, lane(visit.page, draft, driven=False)
    grab(page, "Tesco", other)
    grabbed = mark(page, "Tesco").bounding_box()
    assert grabbed is not None
    page.mouse.move(grabbed["x"] + 16, grabbed["y"] + 8, steps=4)
    page.mouse.up()
    expect(page.locator("[data-panel]")).to_be_hidden()

    page.locator("[data-lane-head]").click()
    page.select_option("#timeline-other", other.get_attribute("data-lane") or "")
    expect(page.locator("[data-outcome] .figures")).to_be_visible()
    expect(other.locator(".stop-mark").first).to_be_visible()
    page.select_option("#timeline-other", "")
    expect(page.locator("[data-give]")).to_be_disabled()
    expect(other.locator(".stop-mark")).to_have_count(0)
    assert now(network, draft) == draft
    visit.context.close()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_on_a_phone_a_stop_is_chosen_by_a_tap_and_its_place_from_a_list(
    browser: Browser, network: ServiceClient, draft: Plan, language: str
) -> None:
    visit = shown(browser, network, draft, language, PHONE)
    page = visit.page
    mark(page, "Tesco").click()
    other = lane(page, draft, driven=False).get_attribute("data-lane")
    assert other is not None
    page.select_option("#timeline-shift", other)
    expect(page.locator("[data-outcome] .figures")).to_be_visible()
    visit.show(f"lanes-chosen-{language}")
    page.click("[data-give]")
    expect(page.locator("[data-said]")).not_to_be_empty()
    assert len(now(network, draft)["routes"]) == 2

    head = page.locator("[data-lane-head]").first
    head.click()
    page.locator("[data-lock]").click()
    expect(page.locator(".time-lane.locked")).to_have_count(1)
    visit.show(f"lanes-phone-{language}")
    visit.context.close()


def test_what_is_broken_is_said_before_and_after_and_marked_where_it_is(
    browser: Browser, network: ServiceClient, draft: Plan
) -> None:
    visit = shown(browser, network, draft, "en", DESK)
    page = visit.page
    last = [stop for stop in draft["routes"][0]["stops"] if stop["kind"] == "drop_off"][-1]
    mark(page, last["site_name"]).last.click()
    page.select_option("#timeline-place", "1")  # delivered before it is collected
    expect(page.locator("[data-outcome] li").first).to_be_visible()
    expect(page.locator(".stop-mark.broken").first).to_be_visible()
    page.click("[data-give]")
    expect(page.locator("[data-fresh=broken] li").first).to_be_visible()
    assert now(network, draft)["violations"]
    visit.show("lanes-broken")
    visit.context.close()


def test_who_edits_what_somebody_else_has_changed_is_told_and_reads_it_again(
    browser: Browser, network: ServiceClient, draft: Plan
) -> None:
    visit = shown(browser, network, draft, "en", DESK)
    page = visit.page
    route = draft["routes"][0]
    network.ok(
        f"/plans/{draft['id']}/edits",
        {"kind": "lock_route", "route_id": route["id"]},
        **{"If-Match": f'"{draft["version"]}"'},
    )
    page.locator("[data-lane-head]").focus()
    page.keyboard.press("l")
    expect(page.locator("[data-said]")).to_contain_text("changed since you read it")
    page.click("[data-said] a")
    expect(page.locator(".time-lane.locked")).to_have_count(1)
    visit.context.close()


def test_a_published_plan_is_looked_at_and_its_copy_is_edited(
    browser: Browser, network: ServiceClient, draft: Plan
) -> None:
    network.published(draft)
    visit = shown(browser, network, draft, "en", DESK)
    page = visit.page
    assert page.locator("button.stop-mark, [data-tool=undo]").count() == 0
    page.click("form[action='/day/copy'] button")
    page.wait_for_url("**plan=*")
    expect(page.locator("button.stop-mark").first).to_be_visible()
    assert visit.complaints == []
    visit.context.close()


@pytest.mark.parametrize(("language", "size"), READERS)
def test_stops_that_fall_together_can_each_be_pointed_at(
    browser: Browser, network: ServiceClient, draft: Plan, language: str, size: dict[str, int]
) -> None:
    visit = shown(browser, network, draft, language, size)
    page = visit.page
    marks = page.locator("#timeline .stop-mark")
    boxes = [each.bounding_box() for each in marks.all()]
    assert len(boxes) >= 3
    for place, one in enumerate(boxes):
        assert one is not None
        assert min(one["width"], one["height"]) >= 24  # WCAG 2.2, 2.5.8
        for other in boxes[place + 1 :]:
            assert other is not None
            apart = (
                one["x"] + one["width"] <= other["x"]
                or other["x"] + other["width"] <= one["x"]
                or one["y"] + one["height"] <= other["y"]
                or other["y"] + other["height"] <= one["y"]
            )
            assert apart
    visit.show(f"lanes-stacked-{language}-{size['width']}")
    page.set_viewport_size({"width": size["height"], "height": size["width"]})
    expect(marks).to_have_count(len(boxes))
    visit.context.close()
