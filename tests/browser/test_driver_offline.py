"""The driver's phone without a connection: it shows the route and keeps every report, whatever becomes of the browser,
and the ledger is right."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy import select

from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.doors import StopPhoto, StopSignature
from tests.browser.line import Line
from tests.browser.visit import PHONE, READERS, Visit, picture
from tests.conftest import CHROMIUM_FLAGS, PATIENCE_MS
from tests.driving.test_stop_photos import a_photo
from tests.planned_here import worker_solves_here
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
KEPT = """async () => {
    const isKept = async () => navigator.serviceWorker.controller && (await caches.match("/drive"));
    while (!(await isKept())) await new Promise((go) => setTimeout(go, 50));
}"""
NO_LINE = ("ERR_EMPTY_RESPONSE", "ERR_CONNECTION", "Failed to fetch", "ERR_FAILED", "ERR_SOCKET", "ERR_INTERNET")


@pytest.fixture
def shift(network: ServiceClient) -> dict[str, Any]:
    """Two stores, two food banks, one van: six things to report and more."""
    lidl = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road")
    tesco = network.site(TESCO_SPYTTY, "Tesco Spytty")
    bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point", access_notes="Ring the bell")
    other = network.site(DUFFRYN_CENTRE, "Duffryn Community Centre", kind="distribution_point")
    network.ok("/needs", a_need(bank, kg="40"))
    network.ok("/needs", a_need(other, kg="25"))
    network.ok("/offers", an_offer(lidl, a_line(kg="40")))
    network.ok("/offers", an_offer(tesco, a_line(kg="25")))
    made = network.vehicle_and_shift(bank)
    with worker_solves_here():
        network.published(network.planned())
    return made


@pytest.fixture
def line(network: ServiceClient) -> Iterator[Line]:
    with Line(network.address) as found:
        yield found


def open_route(page: Page, network: ServiceClient, line: Line, shift: dict[str, Any], language: str = "en") -> None:
    """By the link, until the phone has kept what it needs."""
    link = network.ok(f"/shifts/{shift['id']}/driver-links")["url"].replace(network.address, line.address)
    page.goto(f"{link}?lang={language}")
    page.click("main button")
    page.wait_for_url("**/drive")
    page.evaluate(KEPT)


@pytest.fixture
def page(browser: Browser, network: ServiceClient, shift: dict[str, Any], line: Line) -> Iterator[Page]:
    """A phone in English with the route on it."""
    visit = Visit(browser, line.address, "en", PHONE)
    open_route(visit.page, network, line, shift)
    yield visit.page
    visit.context.close()


def connect_again(page: Page, line: Line) -> None:
    """The line holds again, and everything is sent."""
    line.mend()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#sending")).to_be_hidden()


def balance(network: ServiceClient) -> dict[str, str]:
    found: dict[str, str] = network.get("/reports/day", service_date=DAY).json()["actuals"]
    return found


def act(page: Page) -> str:
    """Report the stop that is next as done; the name of it."""
    name: str = page.locator(".next h1").inner_text()
    page.locator(".next .thumb button").click()
    expect(page.locator(f'[data-card][data-name="{name}"]')).to_have_count(0)
    return name


def unfold_signing(page: Page) -> None:
    """Open where one signs at the stop that is next."""
    if page.locator(".next .signing[open]").count() == 0:
        page.locator(".next .signing summary").click()
    expect(page.locator(".next .signing[open]")).to_have_count(1)


def arrive_unheard(page: Page, line: Line) -> None:
    """Report at the next stop without a connection: the report waits on the phone."""
    line.cut()
    page.locator(".here button").click()
    expect(page.locator("#sending")).to_contain_text("1")


def sign(page: Page, name: str) -> None:
    """Write a name and draw on the pad of the stop that is next, as a finger does."""
    box, until = None, monotonic() + PATIENCE_MS / 1000
    while box is None:  # the card may be written anew meanwhile, and is nowhere for a moment
        assert monotonic() < until, "there is no pad to sign on"
        unfold_signing(page)
        page.locator(".next [name=signed_by]").fill(name)
        pad = page.locator(".next canvas.pad")
        pad.evaluate("each => each.scrollIntoView({ block: 'center' })")
        box = pad.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 60)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 30 + 20 * step, box["y"] + (20 if step % 2 else 100))
    page.mouse.up()


def photograph(page: Page, name: str) -> None:
    """Take a photo at the stop that is next; it is kept on the phone at once."""
    unfold_signing(page)
    page.locator(".next [name=photo]").set_input_files({"name": name, "mimeType": "image/png", "buffer": a_photo()})
    expect(page.locator(".next [data-taken] img")).to_be_visible()


def photos(database: Database, network: ServiceClient) -> list[StopPhoto]:
    """All that are stored."""
    with database.transaction(Scope(network=network.network_id())) as session:
        return list(session.scalars(select(StopPhoto).order_by(StopPhoto.reported_at)))


def signatures(database: Database, network: ServiceClient) -> list[StopSignature]:
    """All that are stored, as they were made."""
    with database.transaction(Scope(network=network.network_id())) as session:
        return list(session.scalars(select(StopSignature).order_by(StopSignature.signed_at, StopSignature.recorded_at)))


def test_a_picture_comes_from_the_camera_to_the_page_that_was_written_anew_meanwhile(
    browser: Browser, network: ServiceClient, shift: dict[str, Any], line: Line
) -> None:
    visit = Visit(browser, line.address, "en", PHONE)
    page = visit.page
    open_route(page, network, line, shift, "en")
    arrive_unheard(page, line)
    unfold_signing(page)
    with page.expect_file_chooser() as opened:
        page.locator(".next [name=photo]").click()
    connect_again(page, line)  # the report is sent, and the card written anew
    opened.value.set_files({"name": "door.png", "mimeType": "image/png", "buffer": a_photo()})
    expect(page.locator(".next [data-taken] img")).to_be_visible()
    visit.context.close()


def test_a_photo_goes_after_its_own_report_and_right_after_the_photo_that_was_on_its_way(
    browser: Browser, network: ServiceClient, database: Database, shift: dict[str, Any], line: Line
) -> None:
    visit = Visit(browser, line.address, "en", PHONE)
    page, held, sent = visit.page, list[Route](), list[str]()
    open_route(page, network, line, shift, "en")
    page.on("request", lambda request: sent.append(request.method) if request.method != "GET" else None)
    page.route("**/photos/*", lambda route: held.append(route) if not held else route.continue_())
    photograph(page, "first.png")
    act(page)
    while not held:
        page.wait_for_timeout(50)
    photograph(page, "second.png")
    act(page)
    expect(page.locator("#sending")).to_contain_text("2 photos")
    page.wait_for_timeout(2000)  # the day was read again for the second report, and nothing else sets out by itself
    held[0].continue_()
    expect(page.locator("#sending")).to_be_hidden()  # long before the phone looks again by itself
    assert sent == ["POST", "PUT", "POST", "PUT"]
    assert len(photos(database, network)) == 2
    visit.context.close()


def test_a_press_is_heard_although_a_report_is_answered_while_the_finger_is_down(
    browser: Browser, network: ServiceClient, shift: dict[str, Any], line: Line
) -> None:
    visit = Visit(browser, line.address, "en", PHONE)
    page = visit.page
    open_route(page, network, line, shift, "en")
    arrive_unheard(page, line)
    page.locator(".next .signing summary").hover()
    page.mouse.down()
    line.mend()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_timeout(500)  # what it was answered is known, and would be shown
    page.mouse.up()
    expect(page.locator("#sending")).to_be_hidden()
    expect(page.locator(".next .signing[open]")).to_have_count(1)
    visit.context.close()


def test_a_signature_that_is_being_drawn_stays_when_a_report_is_sent_meanwhile(
    browser: Browser, network: ServiceClient, shift: dict[str, Any], line: Line
) -> None:
    visit = Visit(browser, line.address, "en", PHONE)
    page = visit.page
    open_route(page, network, line, shift, "en")
    arrive_unheard(page, line)
    unfold_signing(page)
    pad = page.locator(".next canvas.pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 20)
    line.mend()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_timeout(500)  # what it was answered is known, and would be shown
    page.mouse.move(box["x"] + 200, box["y"] + 100)
    page.mouse.up()
    expect(page.locator("#sending")).to_be_hidden()
    points = json.loads(page.locator(".next [name=strokes]").input_value())
    assert [len(stroke) >= 6 for stroke in points] == [True]
    visit.context.close()


def test_the_language_that_is_not_kept_says_that_it_needs_a_connection(page: Page, line: Line) -> None:
    line.cut()
    page.click("a[hreflang=ar]")
    expect(page.locator("#kept-ar")).to_have_text(re.compile("لا اتصال الآن"))
    expect(page.locator("#kept-ar")).to_have_css("direction", "rtl")
    expect(page.locator(".next h1")).to_be_visible()  # the route goes on in the language that is kept
    line.mend()
    for _ in range(10):  # chosen once more where the first press met a connection that was lost before
        page.click("a[hreflang=ar]")
        page.wait_for_load_state()
        if page.locator("html[lang=ar]").count():
            break
        page.wait_for_timeout(300)
    expect(page.locator("html")).to_have_attribute("lang", "ar")
    line.cut()
    page.goto("/drive")
    expect(page.locator("html")).to_have_attribute("lang", "ar")  # now this one is kept
    expect(page.locator("#kept-en")).to_be_hidden()


@pytest.mark.parametrize(("language", "size"), READERS)
def test_a_day_without_connection_is_worked_through_and_sent_when_there_is_one(
    browser: Browser,
    network: ServiceClient,
    database: Database,
    shift: dict[str, Any],
    line: Line,
    language: str,
    size: dict[str, int],
) -> None:
    visit = Visit(browser, line.address, language, size)
    page = visit.page
    open_route(page, network, line, shift, language)
    line.cut()
    page.locator(".here button").click()
    expect(page.locator(".here .state")).to_be_visible()
    expect(page.locator("#sending")).to_contain_text("1" if language == "en" else "بلاغ واحد")
    sign(page, "Rana Haddad")
    photograph(page, "spoiled.png")
    visit.picture(f"driver-signing-{language}-{size['width']}")
    visited = [act(page), act(page)]
    assert balance(network)["kg_collected"] == "0"
    visit.picture(f"driver-offline-{language}-{size['width']}")
    page.reload()  # the page itself comes from the phone
    for name in visited:
        expect(page.locator(".next h1")).not_to_have_text(name)
    visited += [act(page), act(page)]
    assert len(set(visited)) == 4
    expect(page.locator("[data-all-done]")).to_be_visible()
    page.locator("#sending summary").click()
    assert page.locator("#sending li").count() == 5
    visit.picture(f"driver-offline-done-{language}-{size['width']}")
    widths = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    needed, there = page.evaluate(widths)
    assert needed <= there
    connect_again(page, line)
    books = balance(network)
    assert (books["kg_collected"], books["kg_delivered"], books["kg_unaccounted"]) == ("65", "65", "0")
    assert [each.stop_kind for each in photos(database, network)] == ["pickup"]
    assert [each.signed_by for each in signatures(database, network)] == ["Rana Haddad"]
    expect(page.locator(".stops .done")).to_have_count(4)
    assert [each for each in visit.complaints if not any(lost in each for lost in NO_LINE)] == []
    visit.context.close()


def a_phone(browser: Browser, chromium: str, profile: Path, address: str) -> BrowserContext:
    """A browser whose disk outlives it."""
    return browser.browser_type.launch_persistent_context(
        profile,
        executable_path=chromium,
        args=list(CHROMIUM_FLAGS),
        base_url=address,
        viewport=PHONE,  # type: ignore[arg-type]
    )


def kill(profile: Path) -> None:
    """End the browser of this profile at once, as a phone does that runs out of power."""
    found = subprocess.run(["pgrep", "-f", f"user-data-dir={profile}"], capture_output=True, text=True, check=True)
    for process in found.stdout.split():
        os.kill(int(process), signal.SIGKILL)


def test_a_phone_that_acts_ten_times_without_connection_and_dies_comes_back_with_all_of_it(
    browser: Browser,
    chromium: str,
    network: ServiceClient,
    database: Database,
    shift: dict[str, Any],
    line: Line,
    tmp_path: Path,
) -> None:
    profile = tmp_path / "phone"
    phone = a_phone(browser, chromium, profile, line.address)
    page = phone.pages[0]
    open_route(page, network, line, shift)
    phone.close()  # a browser writes cookies down now and then, and at its end
    phone = a_phone(browser, chromium, profile, line.address)
    page = phone.pages[0]
    page.goto("/drive")
    line.cut()
    for number in range(3):  # six reports: there, and done
        page.locator(".here button").click()
        expect(page.locator(".here .state")).to_be_visible()
        if number:
            sign(page, f"At door {number}")
            photograph(page, f"door-{number}.png")
        act(page)
    page.locator(".here button").click()  # 7
    expect(page.locator(".here .state")).to_be_visible()
    kill(profile)
    phone = a_phone(browser, chromium, profile, line.address)
    page = phone.pages[0]
    page.goto("/drive")  # still no connection
    expect(page.locator(".here .state")).to_be_visible()
    expect(page.locator("#sending")).to_contain_text("7 reports")
    page.locator(".next .amount input").fill("12")
    last = page.locator(".next h1").inner_text()
    photograph(page, "refused.png")
    page.locator(".problem summary").click()
    page.locator("label.choice", has=page.locator("input[value=refused_at_the_door]")).click()
    page.locator(".problem button").dblclick()  # 8, twice
    expect(page.locator("[data-all-done]")).to_be_visible()
    expect(page.locator("[data-row]", has_text=last).locator(".state")).to_contain_text("not sent yet")
    connect_again(page, line)
    phone.close()
    books = balance(network)
    assert (books["kg_collected"], books["kg_refused"], books["kg_unaccounted"]) == ("65", "12", "0")
    assert float(books["kg_delivered"]) in (25.0, 40.0)
    signed = signatures(database, network)
    assert [each.signed_by for each in signed] == ["At door 1", "At door 2"]
    assert all(len(each.strokes) == 1 and len(each.strokes[0]) > 10 for each in signed)
    assert [each.site_name for each in photos(database, network)] == [*(each.site_name for each in signed), last]


def test_a_photo_is_on_the_phone_as_soon_as_it_is_taken_and_goes_after_its_report(
    page: Page, network: ServiceClient, database: Database, line: Line
) -> None:
    photograph(page, "first.png")
    page.locator("[data-remove-photo]").click()
    expect(page.locator(".next [data-taken] img")).to_have_count(0)
    photograph(page, "second.png")
    page.reload()  # as a phone does that needs its memory for the camera
    page.locator(".next .signing summary").click()
    expect(page.locator(".next [data-taken] img")).to_be_visible()
    held: list[Any] = []
    page.context.route(
        "**/photos/*", lambda route: held.append(route)
    )  # a thin line: the picture is on its way for minutes
    act(page)
    expect(page.locator(".stops .done")).to_have_count(1)
    expect(page.locator("#sending")).to_contain_text("1 photo is kept on this phone")
    picture(page, "driver-photo-waits")
    act(page)  # the next report does not wait for it
    expect(page.locator(".stops .done")).to_have_count(2)
    expect(page.locator("#sending details")).to_have_count(0)
    assert float(balance(network)["kg_delivered"]) in (25.0, 40.0)
    assert photos(database, network) == []
    for each in held:
        each.continue_()
    page.context.unroute("**/photos/*")
    expect(page.locator("#sending")).to_be_hidden()
    assert len(photos(database, network)) == 1


KEEP = """photos => new Promise((done, failed) => {
    const opening = indexedDB.open("wasl-drive", 2);
    opening.onsuccess = () => {
        const transaction = opening.result.transaction("photos", "readwrite");
        const store = transaction.objectStore("photos"), some = { type: "image/png", stop: "a stop" };
        for (const photo of photos) store.put({ ...some, bytes: new ArrayBuffer(8), ...photo });
        transaction.oncomplete = () => { opening.result.close(); done(); };
        transaction.onerror = failed;
    };
})"""
KEPT_PHOTOS = """() => new Promise((done) => {
    const opening = indexedDB.open("wasl-drive", 2);
    opening.onsuccess = () => {
        const asked = opening.result.transaction("photos").objectStore("photos").getAllKeys();
        asked.onsuccess = () => { opening.result.close(); done(asked.result); };
    };
})"""


def test_photos_of_other_shifts_are_forgotten_when_no_report_of_them_is_taken_any_more(
    page: Page, shift: dict[str, Any]
) -> None:
    now = datetime.now(UTC)

    def photo(name: str, hours: int, **fields: Any) -> dict[str, Any]:
        """Of another shift, which ended so many hours ago."""
        ended = (now - timedelta(hours=hours)).isoformat()
        return {"id": name, "shift": "another", "state": "draft", "report": None, "at": ended, "until": ended, **fields}

    page.evaluate(
        KEEP,
        [
            photo("a draft of old", 13),
            photo("waits since long", 13, state="waiting", report="a report"),
            photo("may be sent yet", 11, state="waiting", report="a report"),
            photo("does not say when its shift ended", 27, until=None),
            photo("nor does this one", 29, until=None),
            photo("of this shift", 200, shift=shift["id"]),
        ],
    )
    page.reload()
    page.wait_for_timeout(500)
    kept = ["does not say when its shift ended", "may be sent yet", "of this shift"]
    assert sorted(page.evaluate(KEPT_PHOTOS)) == kept


def test_photos_of_a_shift_are_forgotten_when_its_link_has_ended(
    page: Page, network: ServiceClient, shift: dict[str, Any]
) -> None:
    photo = {"id": "of old", "shift": shift["id"], "state": "waiting", "report": "a report"}
    page.evaluate(KEEP, [{**photo, "at": shift["ends_at"], "until": "2020-01-01T00:00:00+00:00"}])
    network.http.delete(f"/shifts/{shift['id']}/driver-links")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_timeout(1_000)
    assert page.evaluate(KEPT_PHOTOS) == []


def test_a_photo_that_is_not_taken_is_told_and_can_be_discarded(page: Page) -> None:
    page.locator(".next .signing summary").click()
    file = {"name": "no.jpg", "mimeType": "image/jpeg", "buffer": b"this is no picture"}
    page.locator(".next [name=photo]").set_input_files(file)
    expect(page.locator("[data-remove-photo]")).to_be_visible()
    act(page)
    expect(page.locator("#sending .bad")).to_contain_text("Not taken:")
    expect(page.locator(".stops .done")).to_have_count(1)
    page.locator("#sending [data-discard]").click()
    expect(page.locator("#sending")).to_be_hidden()


def test_a_drawing_can_be_cleared_and_outlives_a_card_that_is_written_anew(page: Page, network: ServiceClient) -> None:
    sign(page, "Rana")
    drawn = "document.querySelector('.next [name=strokes]').value"
    before = page.evaluate(drawn)
    assert before.startswith("[[")
    page.locator(".here button").click()  # writes the card anew
    expect(page.locator(".here .state")).to_be_visible()
    expect(page.locator(".next canvas.pad")).to_be_visible()
    assert page.evaluate(drawn) == before
    pixels = (
        "[...document.querySelector('canvas.pad').getContext('2d').getImageData(0, 0, 300, 200).data].some(Boolean)"
    )
    assert page.evaluate(pixels)
    page.locator("[data-clear]").click()
    assert page.evaluate(drawn) == ""
    assert not page.evaluate(pixels)
    assert page.locator(".next [name=signed_by]").input_value() == "Rana"


def test_a_report_whose_answer_was_lost_is_sent_again_and_stored_once(page: Page, network: ServiceClient) -> None:
    sent: list[int] = []

    def lose(route: Any) -> None:
        """The service has it; the phone hears nothing."""
        if route.request.method == "POST" and not sent:
            sent.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.context.route("**/drive", lose)
    act(page)
    expect(page.locator("#sending")).to_contain_text("1 report is kept")
    assert sent == [200]
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#sending")).to_be_hidden()
    books = balance(network)
    assert float(books["kg_collected"]) in (25.0, 40.0)


def test_what_the_service_does_not_take_stays_on_the_phone_with_the_reason_and_can_be_reported_again(
    page: Page, network: ServiceClient
) -> None:
    field = page.locator(".next .amount input").first
    field.fill("lots")
    page.locator(".next .thumb button").click()
    assert field.evaluate("field => field.validationMessage") == "Write kilograms, such as 12.5."
    field.fill("20")
    note = "document.querySelector('.next [name=note]').value = 'x'.repeat(600)"  # longer than any browser lets it be
    page.evaluate(note)
    page.locator(".next .thumb button").click()
    expect(page.locator("#sending .bad")).to_contain_text("Not taken:")
    picture(page, "driver-not-taken")
    assert page.locator(".next .amount input").first.input_value() == "20"
    page.locator(".problem summary").click()
    page.locator(".next [name=note]").fill("By the back door")
    page.locator(".next .thumb button").click()
    page.locator("#sending [data-discard]").click()
    expect(page.locator("#sending")).to_be_hidden()
    expect(page.locator(".stops .done")).to_have_count(1)
    assert balance(network)["kg_collected"] == "20"


def test_a_second_tap_that_was_meant_for_one_stop_is_not_the_next_stops(page: Page) -> None:
    page.locator(".next .thumb button").dblclick()
    expect(page.locator("#sending")).to_be_hidden()
    expect(page.locator(".stops .done")).to_have_count(1)


def test_the_link_and_a_page_in_another_language_lead_to_what_is_kept_when_there_is_no_connection(
    page: Page, line: Line
) -> None:
    next_stop = page.locator(".next h1").inner_text()
    line.cut()
    for address in ("/drive/the-link-in-the-message", "/drive?lang=en"):
        page.goto(address)
        assert page.locator(".next h1").inner_text() == next_stop


def test_a_store_that_was_closed_leaves_nothing_to_bring(page: Page, line: Line) -> None:
    line.cut()
    page.locator(".problem summary").click()
    page.locator(".problem button").click()  # without saying what
    assert (
        page.locator("input[name=reason]").first.evaluate("field => field.validationMessage") == "Choose what happened."
    )
    page.locator("label.choice", has=page.locator("input[value=closed]")).click()
    page.locator(".problem button").click()
    expect(page.locator("[data-card]")).to_have_attribute("data-kind", "drop_off")
    assert page.locator(".next .amount input").input_value() == "0"


def test_what_is_collected_without_connection_is_what_there_is_to_bring(
    page: Page, network: ServiceClient, line: Line
) -> None:
    line.cut()
    for kg in ("١٢٫٥", "7.5"):
        page.locator(".next .amount input").fill(kg)
        act(page)
        assert page.locator("[data-card]").get_attribute("data-kind") == "drop_off"
        assert page.locator(".next .amount input").input_value() == kg
        act(page)
    connect_again(page, line)
    assert balance(network)["kg_delivered"] == "20"


def test_a_route_that_changed_meanwhile_is_shown_with_what_changed_and_the_reports_of_the_one_before_count(
    page: Page, network: ServiceClient, line: Line
) -> None:
    line.cut()
    act(page)
    plan = next(each for each in network.get("/plans").json()["items"] if each["state"] == "published")
    [route] = network.get(f"/plans/{plan['id']}").json()["routes"]
    last = [stop for stop in route["stops"] if stop["kind"] == "drop_off"][-1]
    closed = next(each["id"] for each in network.get("/sites").json()["items"] if each["name"] == last["site_name"])
    with worker_solves_here():
        asked = network.ok(f"/plans/{plan['id']}/changes", {"closed_site_ids": [closed]})
        network.published(network.plan_of(asked))
    line.mend()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-live] .notice.warn")).to_contain_text("Your route has changed")
    expect(page.locator("[data-row]", has_text=last["site_name"])).to_have_count(0)
    expect(page.locator(".stops .done")).to_have_count(1)
    picture(page, "driver-changed")
    assert float(balance(network)["kg_collected"]) > 0


def test_another_link_on_the_same_phone_shows_its_own_route(
    page: Page, network: ServiceClient, shift: dict[str, Any], line: Line
) -> None:
    kept = page.evaluate("document.getElementById('drive').dataset.shift")
    bank = next(each for each in network.get("/sites").json()["items"] if each["name"] == "Newport Food Bank")
    second = network.vehicle_and_shift(bank, name="Blue van")
    link = network.ok(f"/shifts/{second['id']}/driver-links")["url"].replace(network.address, line.address)
    page.goto(link)
    page.click("main button")
    page.wait_for_load_state()
    assert "No route has been published for this shift yet" in page.locator("main").inner_text()
    assert kept == shift["id"]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_page_is_light_and_comes_at_once_from_the_phone(
    browser: Browser, network: ServiceClient, shift: dict[str, Any], line: Line, language: str
) -> None:
    visit = Visit(browser, line.address, language, PHONE)
    page, sizes = visit.page, []
    page.on("requestfinished", lambda request: sizes.append((request.url, request.sizes()["responseBodySize"])))
    open_route(page, network, line, shift, language)
    expect(page.locator("#map-fold")).to_be_visible()
    assert 20_000 < sum(size for _, size in sizes if size > 0) < 80_000, sizes
    line.cut()
    page.reload()
    assert page.locator(".next .thumb button").is_visible()
    visit.context.close()
