"""The shop floor in a real Chromium, on a phone: posted again with two taps, with a photo and a barcode, told at once
what does not fit, and nothing lost where there is no reception."""

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.visit import DESK, PHONE, READERS, Visit
from tests.planned_here import worker_solves_here
from tests.service_client import DAY, ServiceClient, a_line, an_event, an_offer, kilograms, report

pytestmark = pytest.mark.browser
GTIN = "4006381333931"
OF_BEFORE = {"pickup_from": f"{DAY}T06:30:00+00:00", "pickup_until": f"{DAY}T07:00:00+00:00"}
POST = "form.offer .thumb button"
# Chromium reads barcodes where the system can, which no server's can: this one sees the same number in every picture.
SEES_A_BARCODE = f"window.BarcodeDetector = class {{ async detect() {{ return [{{ rawValue: '{GTIN}' }}]; }} }};"


@pytest.fixture
def known(network: ServiceClient, day: dict[str, Any]) -> list[dict[str, Any]]:
    """What the store has posted before."""
    jam = {"category": "ambient_groceries", "description": "Strawberry jam", "kg": "7.5", "gtin": GTIN}
    yoghurt = {"category": "dairy_and_eggs", "description": "Yoghurt, plain, 500 g", "kg": "12"}
    cold = {"temperature_class": "chilled", "date_mark": "use_by", "mark_date": "2026-11-28"}
    lines = [a_line(**jam), a_line(description="Sliced bread, white and brown"), a_line(**yoghurt, **cold)]
    found: list[dict[str, Any]] = network.ok("/offers", an_offer(day["store"], *lines, **OF_BEFORE))["lines"]
    return found


def posted(network: ServiceClient) -> list[dict[str, Any]]:
    """What was posted since."""
    found = network.get("/offers").json()["items"]
    return [each for each in found if each["pickup_from"] != OF_BEFORE["pickup_from"].replace("+00:00", "Z")]


@pytest.fixture(params=[("en", PHONE), ("ar", PHONE), ("en", DESK)], ids=["en-390", "ar-390", "en-1440"])
def visit(
    request: pytest.FixtureRequest, browser: Browser, network: ServiceClient, known: list[dict[str, Any]]
) -> Iterator[Visit]:
    """The store's assistant at the form."""
    language, size = request.param
    visit = Visit(browser, network.address, language, size, permissions=["camera"])
    visit.sign_in("donor_staff@example.org")
    visit.page.wait_for_url("**/offers/new")
    yield visit
    visit.context.close()


def place(visit: Visit) -> str:
    size = visit.page.viewport_size
    assert size is not None
    return f"{visit.page.evaluate('document.documentElement.lang')}-{size['width']}"


def again(page: Page, words: str) -> None:
    page.locator(".again-lines button", has_text=words).click()
    expect(page.locator("[name$=description]").last).to_have_value(re.compile(words))


def photo(colour: str = "orange") -> dict[str, Any]:
    """As a phone takes it: large, and with noise, which does not get small."""
    taken = io.BytesIO()
    Image.effect_noise((2400, 1800), 90).convert("RGB").save(taken, "JPEG", quality=92)
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": taken.getvalue()}


@pytest.mark.parametrize("visit", [pytest.param(each.values, id=each.id) for each in READERS], indirect=True)
def test_an_assistant_posts_last_weeks_food_with_a_photo(visit: Visit, network: ServiceClient) -> None:
    page = visit.page
    visit.show(f"shop-{place(visit)}")
    again(page, "Sliced bread")
    expect(page.locator("#line-0-kg")).to_be_focused()
    for _ in range(2):
        page.locator("[data-step='5'][data-for='line-0-kg']").click()
    page.locator("[data-step='-1'][data-for='line-0-kg']").click()
    expect(page.locator("#line-0-kg")).to_have_value("19")
    again(page, "jam")
    expect(page.locator("fieldset.offer-line")).to_have_count(2)
    taken = photo()
    page.set_input_files("#photos", [taken])
    expect(page.locator("#thumbnails img")).to_be_visible()
    page.click("#add_line")
    expect(page.locator("fieldset.offer-line")).to_have_count(3)
    expect(page.locator("#thumbnails img")).to_be_visible()  # a line more has not taken the photo away
    page.click("#remove_line-2")
    expect(page.locator("fieldset.offer-line")).to_have_count(2)
    visit.show(f"shop-filled-{place(visit)}")
    with page.expect_request(lambda each: each.method == "POST" and each.url.endswith("/offers/new")) as sent:
        page.click(POST)
    page.wait_for_url("**/offers?posted=*")
    assert len(sent.value.post_data_buffer or b"") < len(taken["buffer"]) / 2  # made smaller before it went
    [offer] = posted(network)
    assert [(line["description"], line["kg"]) for line in offer["lines"]] == [
        ("Sliced bread, white and brown", "19"),
        ("Strawberry jam", "7.5"),
    ]
    [kept] = network.get(f"/offers/{offer['id']}/photos").json()["items"]
    assert (kept["width"], kept["height"]) == (1600, 1200)


def test_food_safety_speaks_while_the_form_is_filled_in(visit: Visit, network: ServiceClient) -> None:
    page = visit.page
    page.locator("label.choice", has=page.locator("input[value=meat_and_fish]")).click()
    fault = page.locator("[id='fault-/lines/0/temperature_class']")
    expect(fault).not_to_be_empty()
    page.locator("label.choice", has=page.locator("input[value=chilled]")).click()
    expect(fault).to_be_empty()
    assert page.locator("#line-0-mark_date").is_hidden()
    page.locator("label.choice", has=page.locator("input[value=use_by]")).click()
    page.fill("#line-0-mark_date", "2026-11-20")
    said = page.locator("[id='fault-/lines/0/mark_date']")
    expect(said).not_to_be_empty()
    assert page.get_attribute("#line-0-mark_date", "aria-invalid") == "true"
    visit.show(f"shop-refused-{place(visit)}")
    page.locator("[data-for='line-0-mark_date']").last.click()  # tomorrow
    expect(page.locator("#line-0-mark_date")).to_have_value("2026-11-26")
    expect(said).to_be_empty()
    assert page.get_attribute("#line-0-mark_date", "aria-invalid") is None
    assert posted(network) == []


def test_a_barcode_is_read_by_the_camera_and_the_food_is_known(
    whole_browser: Browser, network: ServiceClient, known: list[dict[str, Any]]
) -> None:
    visit = Visit(whole_browser, network.address, "en", PHONE, permissions=["camera"])
    visit.context.add_init_script(SEES_A_BARCODE)
    page = visit.page
    visit.sign_in("donor_staff@example.org")
    page.click("[data-scan]")
    expect(page.locator("#line-0-description")).to_have_value("Strawberry jam")
    expect(page.locator("#line-0-kg")).to_be_focused()
    assert page.locator("#scanner").is_hidden()
    assert page.input_value("#line-0-gtin") == GTIN
    page.fill("#line-0-kg", "3")
    page.keyboard.press("Enter")
    page.wait_for_url("**/offers?posted=*")
    assert posted(network)[0]["lines"][0]["gtin"] == f"0{GTIN}"
    visit.context.close()


def test_a_camera_that_may_not_be_used_is_said_and_a_browser_without_the_skill_offers_none(
    browser: Browser, network: ServiceClient, known: list[dict[str, Any]]
) -> None:
    visit = Visit(browser, network.address, "en", PHONE)
    page = visit.page
    visit.sign_in("donor_staff@example.org")
    assert page.locator("[data-scan]").is_visible() == page.evaluate("'BarcodeDetector' in window")
    visit.context.add_init_script(
        SEES_A_BARCODE + "navigator.mediaDevices.getUserMedia = async () => { throw new Error('refused'); };"
    )
    page.reload()
    page.click("[data-scan]")
    expect(page.locator("#scanner [role=status]")).to_contain_text("Type the number under the barcode.")
    visit.show("shop-no-camera")
    page.click("#scanner button")
    expect(page.locator("#scanner")).to_be_hidden()
    visit.context.close()


def test_without_reception_nothing_is_lost_and_the_next_press_posts_once(visit: Visit, network: ServiceClient) -> None:
    page = visit.page
    again(page, "jam")
    page.set_input_files("#photos", [photo()])
    visit.context.set_offline(True)
    page.click(POST)
    expect(page.locator("#said.bad")).to_be_visible()
    visit.picture(f"shop-offline-{place(visit)}")
    said = page.locator("#said").inner_text()
    page.click("#add_line")
    expect(page.locator("#said.bad")).to_be_visible()
    expect(page.locator("#said")).not_to_have_text(said)  # nothing was to be posted by that
    visit.context.set_offline(False)
    assert page.input_value("#line-0-description") == "Strawberry jam"
    page.click(POST)
    page.wait_for_url("**/offers?posted=*")
    [offer] = posted(network)
    assert len(network.get(f"/offers/{offer['id']}/photos").json()["items"]) == 1


def test_when_the_answer_is_lost_on_its_way_pressing_again_posts_nothing_twice(
    browser: Browser, network: ServiceClient, known: list[dict[str, Any]]
) -> None:
    visit = Visit(browser, network.address, "en", PHONE)
    page = visit.page
    visit.sign_in("donor_staff@example.org")
    again(page, "jam")
    page.route("**/offers/new", lambda route: (route.fetch(max_redirects=0), route.abort()), times=1)
    page.click(POST)
    expect(page.locator("#said")).to_contain_text("it is not certain whether it was posted")
    expect(page.locator("form.offer")).not_to_have_attribute("aria-busy", "true")
    assert len(posted(network)) == 1
    page.click(POST)
    page.wait_for_url("**/offers?posted=*")
    assert len(posted(network)) == 1
    visit.context.close()


def test_who_was_signed_out_meanwhile_signs_in_elsewhere_and_goes_on(visit: Visit, network: ServiceClient) -> None:
    page = visit.page
    again(page, "jam")
    kept = visit.context.cookies()
    visit.context.clear_cookies(name=re.compile("session"))
    page.click(POST)
    expect(page.locator("#said.bad")).to_be_visible()
    assert page.input_value("#line-0-description") == "Strawberry jam"
    visit.context.add_cookies(kept)  # type: ignore[arg-type]
    page.click(POST)
    page.wait_for_url("**/offers?posted=*")
    assert len(posted(network)) == 1


@pytest.mark.parametrize(("language", "size"), READERS)
def test_our_offers_tell_of_the_van_by_themselves_and_the_receipt_and_the_month_add_up(
    browser: Browser, network: ServiceClient, day: dict[str, Any], language: str, size: dict[str, int]
) -> None:
    lines = [
        a_line(kg="20.5"),
        a_line(kg="5", description="Rolls"),
        a_line(kg="9", description="Cola", category="drinks"),
    ]
    network.ok("/offers", an_offer(day["store"], *lines))
    with worker_solves_here():
        network.published(network.planned())
    visit = Visit(browser, network.address, language, size)
    page = visit.page
    visit.sign_in("donor_staff@example.org")
    page.goto("/offers")
    expect(page.locator(".van-comes .sign.planned").first).to_be_visible()
    visit.show(f"our-offers-{place(visit)}")
    driver = network.driver(day["shift"])
    stops = driver.get("/driver/route").json()["route"]["stops"]
    for stop in stops:
        if stop["kind"] in ("pickup", "drop_off"):
            kind = {"pickup": "collected", "drop_off": "delivered"}[stop["kind"]]
            report(driver, an_event(stop, "arrived"))
            report(driver, an_event(stop, kind, *(kilograms(each) for each in stop["allocations"])))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(".van-comes .sign.done").first).to_be_visible()
    visit.show(f"our-offers-done-{place(visit)}")
    page.locator("a[href$='/receipt']").click()
    page.wait_for_url("**/receipt")
    expect(page.locator("tfoot td").first).to_contain_text("34.5")
    visit.show(f"receipt-{place(visit)}")
    page.goto("/offers/certificate?month=2026-11")
    expect(page.locator("tfoot td").last).to_contain_text("25.5")
    visit.show(f"certificate-{place(visit)}")
    visit.context.close()


def test_two_taps_on_taking_an_offer_back_are_one(
    browser: Browser, network: ServiceClient, known: list[dict[str, Any]]
) -> None:
    visit = Visit(browser, network.address, "en", PHONE)
    page = visit.page
    visit.sign_in("donor_staff@example.org")
    page.goto("/offers")
    page.locator(".take-back summary").click()
    sent: list[str] = []
    page.on("request", lambda each: sent.append(each.url) if each.method == "POST" else None)
    page.locator(".take-back button").dblclick()
    expect(page.locator(".state", has_text="Taken back")).to_be_visible()
    assert [each.rpartition("/")[2] for each in sent] == ["withdraw"]
    assert visit.complaints == []
    visit.context.close()


def test_what_stands_is_amended_and_what_a_colleague_changed_meanwhile_is_shown_beside_it(
    visit: Visit, network: ServiceClient, day: dict[str, Any]
) -> None:
    offer = network.ok("/offers", an_offer(day["store"], a_line(description="Rolls", note="On the left")))
    page, where = visit.page, place(visit)
    page.goto(f"{network.address}/offers")
    page.locator(f'a[href="/offers/{offer["id"]}/amend"]').click()
    expect(page.locator('[name="line-0-description"]')).to_have_value("Rolls")
    visit.show(f"amend-{where}")
    network.http.patch(f"/offers/{offer['id']}", json={"note": "A colleague"}, headers={"If-Match": '"1"'})
    page.fill('[name="line-0-kg"]', "14")
    page.click(POST)
    expect(page.locator("#faults")).to_contain_text("A colleague")
    expect(page.locator('[name="line-0-kg"]')).to_have_value("14")
    visit.picture(f"amend-moved-{where}")
    visit.complaints.clear()  # the browser's own word about the refusal
    page.click(POST)
    page.wait_for_url("**/offers?amended=*")
    [line] = network.get(f"/offers/{offer['id']}").json()["lines"]
    assert (line["kg"], line["note"]) == ("14", "On the left")
    visit.show(f"amended-{where}")


def test_what_is_there_every_week_is_changed_in_its_form(
    visit: Visit, network: ServiceClient, day: dict[str, Any]
) -> None:
    body = {"site_id": day["store"]["id"], "recurrence": "FREQ=WEEKLY;BYDAY=MO,TH", "starts_on": "2026-12-01"}
    offer = network.ok(
        "/standing-offers", {**body, "pickup_from": "08:00", "pickup_until": "10:00", "lines": [a_line()]}
    )
    page, where = visit.page, place(visit)
    page.goto(f"{network.address}/offers/standing")
    page.locator(f'a[href="/offers/standing/{offer["id"]}"]').click()
    expect(page.locator('[name="weekdays"]:checked')).to_have_count(2)
    visit.show(f"standing-edit-{where}")
    page.fill('[name="line-0-kg"]', "14")
    page.click(".thumb button")
    page.wait_for_url("**/offers/standing?done=changed")
    assert network.get(f"/standing-offers/{offer['id']}").json()["lines"][0]["kg"] == "14"
    visit.show(f"standing-edited-{where}")
