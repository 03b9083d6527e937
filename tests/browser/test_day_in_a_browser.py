"""The way of an offer in a real Chromium: posted, planned, published, driven, in both languages, on phone and desk."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visit import PHONE, READERS, Visit
from tests.service_client import DAY, ServiceClient, a_line, an_offer

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("language", "size"), READERS)
def test_an_assistant_posts_surplus_and_is_told_at_the_field_what_does_not_fit(
    browser: Browser, network: ServiceClient, day: dict[str, Any], language: str, size: dict[str, int]
) -> None:
    visit = Visit(browser, network.address, language, size)
    page = visit.page
    visit.sign_in("donor_staff@example.org")
    page.wait_for_url("**/offers/new")
    assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
    visit.show(f"post-{language}-{size['width']}")
    page.locator("label.choice", has=page.locator("input[value=bread_and_bakery]")).click()
    page.fill("#line-0-description", "Loaves <b>of the day</b>")
    page.fill("#line-0-kg", "-3")
    page.click("form.offer .thumb button")
    page.wait_for_selector("#faults")
    assert page.input_value("#line-0-description") == "Loaves <b>of the day</b>"
    visit.complaints.clear()  # the browser notes the 422 of the refused form
    page.fill("#line-0-kg", "١٢٫٥")
    page.click("form.offer .thumb button")
    page.wait_for_url("**/offers?posted=*")
    visit.show(f"offers-{language}-{size['width']}")
    assert "Loaves <b>of the day</b>" in page.locator("main").inner_text()
    offers = network.get("/offers").json()["items"]
    assert [line["kg"] for line in offers[0]["lines"]] == ["12.5"]
    visit.context.close()


@pytest.mark.parametrize(("language", "size"), READERS)
def test_a_dispatcher_plans_publishes_and_sees_the_routes_on_the_map(
    browser: Browser, network: ServiceClient, day: dict[str, Any], language: str, size: dict[str, int]
) -> None:
    network.ok("/offers", an_offer(day["store"], a_line(kg="60"), a_line(kg="5", category="drinks")))
    visit = Visit(browser, network.address, language, size)
    page = visit.page
    visit.sign_in("dispatcher@example.org")
    page.goto(f"/day?date={DAY}")
    visit.show(f"day-unplanned-{language}-{size['width']}")
    page.click("form[action='/day/plan'] button")
    page.locator("#amount", has_text="50").wait_for()  # kg at most: all needs
    visit.picture(f"day-planning-{language}-{size['width']}")
    page.wait_for_selector("form[action='/day/publish'] button:not([disabled])", timeout=60_000)
    page.click("form[action='/day/publish'] button")
    page.wait_for_selector("#map canvas.leaflet-tile-loaded")
    page.wait_for_selector(".wasl-stop")
    visit.show(f"day-published-{language}-{size['width']}")
    assert page.locator(".wasl-stop").count() == 3
    assert page.locator(".lane").count() == 1
    assert page.locator(".columns section").first.locator("li").count() == 2
    assert page.locator(".columns section").first.locator(".change").count() == 1
    page.locator(".lane > summary").click()
    page.click(".lane-actions a")
    page.wait_for_url("**/routes/*")
    page.wait_for_selector("#map .wasl-stop")
    visit.show(f"route-{language}-{size['width']}")
    on_the_map = page.locator("#map .wasl-stop, #map .wasl-together").all_inner_texts()
    in_the_list = page.locator(".sheet-stops .number:not(.none)").all_inner_texts()
    assert sorted(" · ".join(on_the_map).split(" · ")) == in_the_list == ["1", "2", "3"]
    assert page.locator("#map .leaflet-control-attribution").is_visible()
    assert "© OpenStreetMap contributors" in page.locator(".sheet > p").last.inner_text()
    visit.context.close()


@pytest.mark.parametrize(("language", "script"), [("en", True), ("ar", False)])
def test_a_driver_works_through_the_route_with_and_without_scripts(
    browser: Browser, network: ServiceClient, day: dict[str, Any], language: str, script: bool
) -> None:
    network.ok("/offers", an_offer(day["store"], a_line(kg="40")))
    network.published(network.planned())
    link = network.ok(f"/shifts/{day['shift']['id']}/driver-links")["url"]
    visit = Visit(browser, network.address, language, PHONE, java_script_enabled=script)
    page = visit.page
    page.goto(link)
    page.click("main button")
    page.wait_for_url("**/drive")
    assert "Lidl, Cardiff Road" in page.locator(".next h1").inner_text()
    if script:
        action, drawn = page.locator(".next .thumb button").bounding_box(), page.locator("#map-fold").bounding_box()
        assert action is not None
        assert drawn is not None
        assert action["y"] < drawn["y"]
        page.locator("#map-fold summary").click()
        page.wait_for_selector("#map .wasl-next")
        assert page.locator("#map .wasl-next").inner_text() == "1"
        visit.show(f"drive-{language}")
    else:
        assert page.locator("#map-fold").is_hidden()
    page.locator(".here button").click()
    page.locator(".here .state").wait_for()
    assert page.locator(".here button").count() == 0
    if script:
        visit.picture(f"drive-arrived-{language}")
    for _ in range(3):
        card = page.locator("[data-card]").get_attribute("data-card")
        page.locator(".next .thumb button").click()
        page.locator(f'[data-card="{card}"]').wait_for(state="detached")
    assert page.locator(".next form").count() == 0
    expect(page.locator("#sending")).to_be_hidden()
    balance = network.get("/reports/day", service_date=DAY).json()["actuals"]
    assert (balance["kg_delivered"], balance["kg_unaccounted"]) == ("40", "0")
    visit.context.close()


def test_a_problem_at_the_store_is_reported_in_two_taps(
    browser: Browser, network: ServiceClient, day: dict[str, Any]
) -> None:
    network.ok("/offers", an_offer(day["store"], a_line(kg="40")))
    network.published(network.planned())
    visit = Visit(browser, network.address, "en", PHONE)
    page = visit.page
    page.goto(network.ok(f"/shifts/{day['shift']['id']}/driver-links")["url"])
    page.click("main button")
    page.locator(".problem summary").click()
    page.locator("label.choice", has=page.locator("input[value=closed]")).click()
    visit.show("drive-problem")
    page.locator(".problem button").click()
    page.wait_for_selector(".state.bad")
    expect(page.locator("#sending")).to_be_hidden()
    balance = network.get("/reports/day", service_date=DAY).json()["actuals"]
    assert (balance["kg_collected"], balance["kg_still_open"], balance["kg_unaccounted"]) == ("0", "40", "0")
    visit.context.close()
