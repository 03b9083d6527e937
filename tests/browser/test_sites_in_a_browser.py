"""A site in a real Chromium: suggestions while typing, a pin that is dragged, how far pins look, both languages."""

import pytest
from playwright.sync_api import Browser

from tests.browser.visit import PASSWORD, PHONE, READERS, Visit
from tests.service_client import FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient

pytestmark = pytest.mark.browser
FAR = (51.546398, -2.968119)


@pytest.fixture
def admin(network: ServiceClient) -> str:
    """The network's administrator's address."""
    own = network.get("/me").json()["organisation"]
    body = {"name": "A", "email": "admin@example.org", "role": "network_admin", "password": PASSWORD}
    network.ok(f"/organisations/{own['id']}/people", body)
    network.organisation("supermarket", "Lidl")
    return "admin@example.org"


@pytest.mark.parametrize(("language", "size"), READERS)
def test_a_site_is_found_while_typing_and_its_pin_dragged_to_the_door(
    browser: Browser, network: ServiceClient, admin: str, language: str, size: dict[str, int]
) -> None:
    visit = Visit(browser, network.address, language, size)
    page = visit.page
    visit.sign_in(admin)
    page.goto("/sites/new")
    page.wait_for_selector("#pin-map canvas.leaflet-tile-loaded")
    page.locator("#q").press_sequentially("lidl gran", delay=20)
    page.wait_for_selector("#answer-list .answer")
    visit.show(f"site-suggestions-{language}-{size['width']}")
    page.keyboard.press("ArrowDown")
    assert page.locator("#answer-0").get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    page.wait_for_selector(".wasl-pin")
    assert (page.input_value("#name"), page.input_value("#latitude")) == ("Lidl", "51.584229")
    assert page.locator("#organisation_id option:checked").inner_text() == "Lidl"
    page.wait_for_load_state("networkidle")
    pin = page.locator(".wasl-pin")
    pin.scroll_into_view_if_needed()
    box = pin.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 18, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 58, box["y"] - 60, steps=6)
    with page.expect_response("**/addresses/reverse?*"):
        page.mouse.up()
    page.locator("#pin-says", has_text="Newport").wait_for()
    assert page.input_value("#latitude") != "51.584229"
    visit.show(f"site-dragged-{language}-{size['width']}")
    page.click(".site-form > .thumb button")
    page.wait_for_url("**/sites?done=1")
    (site,) = network.get("/sites").json()["items"]
    assert abs(site["latitude"] - 51.584229) < 0.002
    visit.context.close()


@pytest.mark.parametrize(("language", "size"), READERS)
def test_pins_far_from_streets_have_a_word_and_a_shape_of_their_own(
    browser: Browser, network: ServiceClient, admin: str, language: str, size: dict[str, int]
) -> None:
    network.site(LIDL_CARDIFF_ROAD, "Lidl")
    network.site(FOOD_BANK, "Newport Food Bank")
    network.site(FAR, "<b>Farm</b>")
    visit = Visit(browser, network.address, language, size)
    page = visit.page
    visit.sign_in(admin)
    page.goto("/sites")
    page.wait_for_selector("#sites-map canvas.leaflet-tile-loaded")
    page.wait_for_selector(".wasl-stop")
    kinds = sorted(page.locator(".wasl-stop").evaluate_all("all => all.map(each => each.dataset.kind)"))
    assert kinds == ["drop_off", "place", "place"]
    assert page.locator(".sites > li").first.locator(".state.far").count() == 1
    visit.show(f"sites-{language}-{size['width']}")
    page.goto("/sites/proposals?group=receivers")
    visit.show(f"proposals-{language}-{size['width']}")
    visit.context.close()


def test_a_question_that_nobody_can_answer_leaves_the_page_usable(
    browser: Browser, network: ServiceClient, admin: str
) -> None:
    visit = Visit(browser, network.address, "en", PHONE)
    page = visit.page
    visit.sign_in(admin)
    page.goto("/sites/new")
    page.wait_for_selector("#pin-map canvas.leaflet-tile-loaded")
    page.fill("#q", 'zzqq "*')
    page.keyboard.press("Enter")
    page.locator("#answers", has_text="Nothing of that name").wait_for()
    page.fill("#q", "-2.99, 51.58")
    page.locator("#answers", has_text="the other way round").wait_for()
    page.locator("#answer-0").click()
    assert page.input_value("#latitude") == "51.580000"
    visit.show("site-answers")
    visit.context.close()
