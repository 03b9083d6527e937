"""Where the van is leaves the phone only where its driver turns that on, is never kept for later, ends with the shift;
and the phone keeps which thumb works it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Request, expect
from sqlalchemy import select

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.fleet import VanPosition
from tests.browser.line import Line
from tests.browser.test_driver_offline import act, line, open_route, shift
from tests.browser.visit import DESK, PASSWORD, PHONE, TABLET, Visit
from tests.service_client import DAY, ServiceClient

__all__ = ["line", "shift"]
pytestmark = pytest.mark.browser
HERE = {"latitude": 51.5842, "longitude": -2.9977}
# What is asked of the phone is counted before any script of the page runs.
COUNTED = """window.asked = 0;
for (const name of ["watchPosition", "getCurrentPosition"]) {
    const real = navigator.geolocation[name].bind(navigator.geolocation);
    navigator.geolocation[name] = (...all) => { window.asked += 1; return real(...all); };
}"""


def moved(metres: float) -> dict[str, float]:
    """So far north of where the van was."""
    return {**HERE, "latitude": HERE["latitude"] + metres / 111_320}


class Phone:
    """A phone that may say where it is, and what it sends of that."""

    def __init__(self, visit: Visit) -> None:
        self.visit, self.page = visit, visit.page
        self.sent: list[str] = []
        self.visit.context.set_geolocation(HERE)  # type: ignore[arg-type]
        self.page.add_init_script(COUNTED)
        self.page.on("request", self._watch)

    def _watch(self, request: Request) -> None:
        if "position" in request.url:
            self.sent.append(request.method)

    def move(self, metres: float) -> None:
        self.visit.context.set_geolocation(moved(metres))  # type: ignore[arg-type]
        self.page.wait_for_timeout(400)

    def turn(self) -> None:
        """The switch, by its words."""
        self.page.locator("[data-share]").click()


@pytest.fixture
def phone(
    browser: Browser, network: ServiceClient, shift: dict[str, Any], line: Line, clock: HandSetClock
) -> Iterator[Phone]:
    """On the road, an hour after the shift's begin, with the settings open."""
    now = datetime.fromisoformat(shift["starts_at"]) + timedelta(hours=1)
    clock.set(now)
    visit = Visit(browser, line.address, "en", PHONE, permissions=["geolocation"])
    visit.page.clock.set_fixed_time(now)
    found = Phone(visit)
    open_route(visit.page, network, line, shift)
    visit.page.locator("#this-phone > summary").click()
    yield found
    visit.context.close()


def places(database: Database, network: ServiceClient) -> list[float]:
    with database.transaction(Scope(network=network.network_id())) as session:
        return [row.latitude for row in session.scalars(select(VanPosition))]


def test_without_the_switch_nothing_is_asked_and_nothing_is_sent(
    phone: Phone, network: ServiceClient, database: Database
) -> None:
    expect(phone.page.locator("[data-share]")).not_to_be_checked()
    phone.move(500)
    act(phone.page)
    expect(phone.page.locator("#sending")).to_be_hidden()
    phone.page.reload()
    phone.move(900)
    assert phone.page.evaluate("window.asked") == 0
    assert phone.sent == []
    assert places(database, network) == []


def test_with_the_switch_the_newest_place_is_there_thinned_and_goes_when_it_is_turned_off(
    phone: Phone, network: ServiceClient, database: Database
) -> None:
    phone.turn()
    expect(phone.page.locator("[data-share-said]")).to_contain_text("Sent last at 09:00")
    assert places(database, network) == [HERE["latitude"]]
    phone.visit.picture("driver-sharing-en-390")
    phone.move(40)  # too near, too soon
    assert phone.sent == ["PUT"]
    phone.move(400)
    assert phone.sent == ["PUT", "PUT"]
    assert places(database, network) == [pytest.approx(moved(400)["latitude"])]
    phone.page.reload()
    phone.page.locator("#this-phone > summary").click()
    expect(phone.page.locator("[data-share]")).to_be_checked()
    expect(phone.page.locator("[data-share-said]")).to_contain_text("Sent last")
    phone.turn()
    expect(phone.page.locator("[data-share]")).not_to_be_checked()
    phone.page.wait_for_timeout(300)
    assert phone.sent[-1] == "DELETE"
    assert places(database, network) == []
    sent = len(phone.sent)
    phone.move(2_000)
    assert len(phone.sent) == sent


def test_what_cannot_be_sent_is_never_sent_later(
    phone: Phone, network: ServiceClient, database: Database, line: Line
) -> None:
    phone.turn()
    expect(phone.page.locator("[data-share-said]")).to_contain_text("Sent last")
    line.cut()
    phone.move(700)
    phone.move(1_400)
    line.mend()
    phone.page.evaluate("window.dispatchEvent(new Event('online'))")
    phone.page.wait_for_timeout(500)
    assert places(database, network) == [HERE["latitude"]]
    kept = "[...Array(localStorage.length).keys()].map((each) => localStorage[localStorage.key(each)]).join()"
    assert "51." not in phone.page.evaluate(kept)
    line.cut()
    phone.turn()  # taken back without a connection: as soon as there is one
    phone.page.wait_for_timeout(300)
    line.mend()
    phone.page.evaluate("window.dispatchEvent(new Event('online'))")
    phone.page.wait_for_timeout(500)
    assert places(database, network) == []


def test_it_ends_by_itself_with_the_last_stop_and_with_the_shift(
    phone: Phone, network: ServiceClient, database: Database, shift: dict[str, Any], clock: HandSetClock
) -> None:
    phone.turn()
    expect(phone.page.locator("[data-share-said]")).to_contain_text("Sent last")
    ends = datetime.fromisoformat(shift["ends_at"])
    phone.page.clock.set_fixed_time(ends + timedelta(minutes=1))
    phone.move(5_000)
    expect(phone.page.locator("[data-share]")).not_to_be_checked()
    expect(phone.page.locator("[data-share-said]")).to_have_text("Sharing has ended, and nothing of it is kept.")
    assert phone.sent == ["PUT", "DELETE"]
    phone.page.clock.set_fixed_time(ends - timedelta(hours=2))
    clock.set(ends - timedelta(hours=2))
    phone.turn()
    phone.page.wait_for_timeout(400)
    assert len(places(database, network)) == 1
    for _ in range(4):
        act(phone.page)
    expect(phone.page.locator("[data-share]")).not_to_be_checked()
    expect(phone.page.locator("#sending")).to_be_hidden()
    assert places(database, network) == []


@pytest.mark.parametrize(
    ("language", "told"), [("en", "Sharing begins at 07:00"), ("ar", "تبدأ المشاركة الساعة 07:00")]
)
def test_whoever_turns_it_on_too_early_reads_when_it_begins(
    browser: Browser,
    network: ServiceClient,
    shift: dict[str, Any],
    line: Line,
    clock: HandSetClock,
    language: str,
    told: str,
) -> None:
    now = datetime.fromisoformat(shift["starts_at"]) - timedelta(minutes=70)
    clock.set(now)
    visit = Visit(browser, line.address, language, PHONE, permissions=["geolocation"])
    visit.page.clock.set_fixed_time(now)
    phone = Phone(visit)
    open_route(visit.page, network, line, shift, language)
    visit.page.locator("#this-phone > summary").click()
    phone.turn()
    expect(visit.page.locator("[data-share-said]")).to_contain_text(told)
    expect(visit.page.locator("[data-share]")).not_to_be_checked()
    assert (visit.page.evaluate("window.asked"), phone.sent) == (0, [])
    visit.picture(f"driver-sharing-early-{language}-390")
    visit.page.clock.set_fixed_time(now + timedelta(minutes=10))  # a clock that is ahead of the service's
    phone.turn()
    expect(visit.page.locator("[data-share-said]")).to_contain_text(told)
    expect(visit.page.locator("[data-share]")).not_to_be_checked()
    assert phone.sent[0] == "PUT"
    visit.context.close()


def test_a_browser_that_does_not_say_where_it_is_is_told_of(
    browser: Browser, network: ServiceClient, shift: dict[str, Any], line: Line, clock: HandSetClock
) -> None:
    now = datetime.fromisoformat(shift["starts_at"]) + timedelta(hours=1)
    clock.set(now)
    visit = Visit(browser, line.address, "en", PHONE, permissions=[])
    visit.page.clock.set_fixed_time(now)
    open_route(visit.page, network, line, shift)
    visit.page.locator("#this-phone > summary").click()
    visit.page.locator("[data-share]").click()
    expect(visit.page.locator("[data-share-said]")).to_contain_text("The browser does not say where this phone is.")
    expect(visit.page.locator("[data-share]")).not_to_be_checked()
    visit.context.close()


def test_dispatchers_see_the_van_on_the_map_of_the_day(
    browser: Browser, phone: Phone, network: ServiceClient, database: Database
) -> None:
    phone.turn()
    expect(phone.page.locator("[data-share-said]")).to_contain_text("Sent last")
    me = network.get("/me").json()["organisation"]
    body = {"name": "Dee", "email": "dee@example.org", "role": "dispatcher", "password": PASSWORD}
    network.ok(f"/organisations/{me['id']}/people", body)
    desk = Visit(browser, network.address, "en", DESK)
    desk.sign_in("dee@example.org")
    desk.page.goto(f"/day?date={DAY}")
    van = desk.page.locator(".wasl-van")
    expect(van).to_be_visible()
    expect(van).to_have_attribute("aria-label", "White van was here at 09:00")
    expect(desk.page.locator(".lane").first).to_contain_text("Its driver shares where it is: on the map, at 09:00")
    desk.show("day-with-van-en-1440")
    desk.context.close()


SIDES = "field => { const box = field.getBoundingClientRect(); return (box.left + box.right) / 2 < innerWidth / 2; }"


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("size", [PHONE, TABLET, DESK], ids=["390", "768", "1440"])
def test_the_thumbs_side_is_a_side_of_the_phone_in_either_language_and_is_remembered(
    browser: Browser, network: ServiceClient, shift: dict[str, Any], line: Line, language: str, size: dict[str, int]
) -> None:
    visit = Visit(browser, line.address, language, size, color_scheme="dark")
    page = visit.page
    open_route(page, network, line, shift, language)
    field = page.locator(".next .amount input").first
    assert not field.evaluate(SIDES)  # the right one, as long as nobody says otherwise
    page.locator("#this-phone > summary").click()
    page.locator("[data-left-hand]").click()
    assert field.evaluate(SIDES)
    page.reload()
    assert page.locator(".next .amount input").first.evaluate(SIDES)
    page.locator(".next .signing summary").click()
    page.locator("#this-phone > summary").click()
    for control in page.locator("#drive :is(button, summary, .switch, .take):visible").all():
        box = control.bounding_box()
        assert box is not None
        assert box["height"] >= 48, control.evaluate("each => each.outerHTML")
    visit.show(f"driver-left-hand-{language}-{size['width']}")
    visit.context.close()
