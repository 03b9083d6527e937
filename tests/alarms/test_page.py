"""What stands is at the top of the dispatcher's day, with a word and a shape, and is taken on there."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.alarms import Alarm
from tests.alarms.conftest import Carrier
from tests.alarms.test_api import EIGHT, standing, the_alarm
from tests.arrivals.conftest import Look
from tests.browser.visit import DESK, PHONE, Visit
from tests.feeds.test_api import Partners
from tests.service_client import DAY, ServiceClient
from tests.web.test_pages import Reader

TOMORROW = "2026-11-26"


@pytest.fixture
def desk(network: ServiceClient, carrier: Carrier, clock: HandSetClock) -> Iterator[Reader]:
    """The carrier's dispatcher, signed in the evening before."""
    clock.set(EIGHT - timedelta(hours=11))
    reader = Reader(network.address)
    reader.sign_in(carrier.dispatcher["email"])
    yield reader
    reader.http.close()


def shown(page: str) -> str:
    """The words of the alarms, without markup."""
    found = re.search(r'<section class="alarms".*?</section>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()) if found else ""


def test_what_stands_is_at_the_top_with_who_was_told_and_when_it_goes_on(
    network: ServiceClient, carrier: Carrier, desk: Reader, look: Look
) -> None:
    carrier.shift()
    look(EIGHT - timedelta(hours=10))
    page = desk.http.get(f"/day?date={TOMORROW}").text
    assert shown(page) == (
        "Alarms Warning since 22:00 Nobody drives Green van from 08:00 until 16:00 . Name a driver or cancel the shift."
        " Told: the organisation&#39;s dispatchers 22:00 . More people are told at 00:00 . I take it on"
    )
    assert page.index('class="alarms"') < page.index('class="figures-row"')
    assert shown(desk.http.get("/day?date=2026-11-27").text) == ""


def test_it_is_taken_on_by_a_button_once(network: ServiceClient, carrier: Carrier, desk: Reader, look: Look) -> None:
    carrier.shift()
    look(EIGHT - timedelta(hours=10))
    alarm = the_alarm(network)
    sent = {"day": TOMORROW, "alarm_id": alarm["id"], "version": str(alarm["version"])}
    page = desk.http.post("/day/acknowledge", data=sent).text
    assert "Taken on since 22:00" in shown(page)
    assert "I take it on" not in page
    assert standing(network) == [("shift_without_driver", "warning", "acknowledged")]
    assert the_alarm(network)["acknowledged_by"] == carrier.dispatcher["id"]
    assert desk.http.post("/day/acknowledge", data=sent).status_code == 412


def test_the_page_says_who_drives_now_and_not_who_was_to_when_the_plan_was_made(
    network: ServiceClient, partners: Partners, published: dict[str, Any], desk: Reader
) -> None:
    assert "<bdi>Driver</bdi>" in desk.http.get(f"/day?date={DAY}").text
    version = {"If-Match": f'"{partners.shift["version"]}"'}
    dropped = network.http.patch(f"/shifts/{partners.shift['id']}", json={"driver_name": ""}, headers=version)
    assert dropped.json()["driver_name"] == ""
    page = desk.http.get(f"/day?date={DAY}").text
    assert "nobody drives yet" in page
    assert "<bdi>Driver</bdi>" not in page


def test_an_alarm_is_told_in_arabic_too(carrier: Carrier, desk: Reader, look: Look) -> None:
    carrier.shift()
    look(EIGHT - timedelta(hours=1))
    page = shown(desk.http.get(f"/day?date={TOMORROW}&lang=ar").text)
    assert "طارئ" in page
    assert "لا أحد يقود Green van" in page
    assert not re.search("[a-z]{3,}", page.replace("Green van", ""))


LONG = "سوبرماركت الأمانة، شارع كارديف"
WEIGHT = {"vehicle": "White van", "site": "Tesco, Spytty", "food": "Loaves", "kg": "999", "planned": "4.0"}
BESIDE = (
    ("stop_late", "open", {"vehicle": "White van", "site": LONG, "expected": "12:10", "until": "12:00"}),
    ("weight_far_off", "acknowledged", WEIGHT),
)


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1440"])
def test_each_severity_has_a_word_and_a_shape_of_its_own(
    browser: Browser, network: ServiceClient, carrier: Carrier, look: Look, database: Database, clock: HandSetClock,
    language: str, size: dict[str, int],
) -> None:  # fmt: skip
    carrier.shift()
    carrier.office.ok("/vehicles", {"name": "Sprinter 3,5 t mit Hebebühne", "capacity_kg": "900"})
    look(EIGHT - timedelta(hours=1))
    with database.transaction(Scope(network=network.network_id())) as session:
        emergency = session.get_one(Alarm, UUID(the_alarm(network)["id"]))
        for kind, state, details in BESIDE:
            session.add(_beside(emergency, kind, state, details))
    visit = Visit(browser, network.address, language, size)
    visit.sign_in(carrier.dispatcher["email"])
    visit.page.goto(f"/day?date={TOMORROW}")
    visit.show(f"alarms-{language}-{size['width']}")
    lines = visit.page.locator(".alarms li")
    assert lines.count() == 3
    signs = [lines.nth(place).locator(".sign") for place in range(3)]
    assert len({sign.evaluate("sign => getComputedStyle(sign).clipPath") for sign in signs}) == 3
    words = [lines.nth(place).locator("strong").first.inner_text() for place in range(3)]
    assert len(set(words)) == 3
    assert all(words)
    button = lines.first.locator("button")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 48
    button.click()
    visit.page.wait_for_load_state("networkidle")
    assert visit.page.locator(".alarms li.taken").count() == 2
    visit.context.close()


def _beside(alarm: Alarm, kind: str, state: str, details: dict[str, str]) -> Alarm:
    """Another alarm of the same shift, as if it had been found."""
    same = {name: getattr(alarm, name) for name in ("network_id", "organisation_id", "shift_id", "service_date")}
    since = {"raised_at": alarm.raised_at, "begun_at": alarm.begun_at, "told": alarm.told}
    return Alarm(
        **same, **since, kind=kind, severity="warning", subject_kind="stop", subject_id=alarm.shift_id,
        details=details, state=state, step=1, acknowledged_at=None if state == "open" else alarm.raised_at,
    )  # fmt: skip
