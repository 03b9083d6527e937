"""Food banks in a real Chromium: what arrives, declined and confirmed line by line, and what is needed, stated in a
minute; on a phone, a tablet and a desk, in both languages, with and without a script."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from app.kit.clock import HandSetClock
from tests.browser.visit import DESK, PASSWORD, PHONE, READERS, Visit
from tests.planned_here import worker_solves_here
from tests.service_client import (
    DAY,
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    ServiceClient,
    a_line,
    a_need,
    an_event,
    an_offer,
    kilograms,
    report,
)

pytestmark = pytest.mark.browser
TABLET = {"width": 768, "height": 1024}
SEEN = [
    ("en", PHONE, True),
    ("ar", PHONE, True),
    ("en", TABLET, True),
    ("ar", TABLET, False),
    ("en", DESK, True),
    ("ar", DESK, True),
    ("en", PHONE, False),
    ("ar", PHONE, False),
]
LOAVES = a_line(description="Sliced bread, white and brown", kg="24", crates=3)
YOGHURT = a_line(
    category="dairy_and_eggs", description="Yoghurt, plain, 500 g", kg="18", temperature_class="chilled",
    date_mark="use_by", mark_date="2026-11-28",
)  # fmt: skip
APPLES = a_line(category="fruit_and_vegetables", description="Apples", kg="35", crates=4)
FOODS = ("bread_and_bakery", "dairy_and_eggs", "fruit_and_vegetables")


@pytest.fixture
def bank(network: ServiceClient) -> dict[str, Any]:
    """A food bank's place that three lines come to today, and who runs it."""
    lidl = network.organisation("supermarket", "Lidl")
    bank = network.organisation("food_bank", "Newport Food Bank")
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road", organisation_id=lidl["id"])
    place = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point", organisation_id=bank["id"])
    for category in FOODS:
        network.ok("/needs", a_need(place, kg="60", category=category))
    network.ok("/offers", an_offer(store, LOAVES, YOGHURT, APPLES))
    shift = network.vehicle_and_shift(place)
    with worker_solves_here():
        network.published(network.planned())
    who = {"name": "Receiver", "email": "bank@example.org", "role": "organisation_admin", "password": PASSWORD}
    network.ok(f"/organisations/{bank['id']}/people", who)
    return {"shift": shift, "place": place}


@pytest.fixture(params=SEEN, ids=[f"{la}-{size['width']}{'' if on else '-no-script'}" for la, size, on in SEEN])
def visit(
    request: pytest.FixtureRequest, browser: Browser, network: ServiceClient, bank: dict[str, Any]
) -> Iterator[Visit]:
    language, size, scripted = request.param
    visit = Visit(browser, network.address, language, size, java_script_enabled=scripted)
    visit.name = f"{language}-{size['width']}{'' if scripted else '-no-script'}"  # type: ignore[attr-defined]
    visit.scripted = scripted  # type: ignore[attr-defined]
    visit.sign_in("bank@example.org")
    visit.page.wait_for_url("**/arrivals")
    yield visit
    visit.context.close()


def seen(visit: Visit, page: str) -> None:
    """A picture, and nothing that scrolls sideways; without a script a browser cannot be asked for widths by one."""
    name = f"{page}-{visit.name}"  # type: ignore[attr-defined]
    if visit.scripted:  # type: ignore[attr-defined]
        visit.show(name)
    else:
        visit.picture(name)


def bring(network: ServiceClient, clock: HandSetClock, shift: dict[str, Any]) -> None:
    """The driver collects all, and delivers all of it but a part of the apples."""
    with network.driver(shift) as driver:
        stops = driver.get("/driver/route").json()["route"]["stops"]
        for stop, kind in [(each, each["kind"]) for each in stops if each["kind"] in ("pickup", "drop_off")]:
            clock.set(max(clock(), clock().fromisoformat(stop["arrive_at"])))
            lines = [kilograms(each) for each in stop["allocations"]]
            assert report(driver, an_event(stop, "collected" if kind == "pickup" else "delivered", *lines)) == [
                "stored"
            ]


def refused(visit: Visit, page: str) -> None:
    """As `seen`, of a form that came back: a browser notes each answer of that kind."""
    noted = [each for each in visit.complaints if "422" not in each]
    visit.complaints[:] = noted
    seen(visit, page)


def line_of(visit: Visit, words: str) -> Any:
    return visit.page.locator(".arrival .lines > li", has_text=words)


def test_a_morning_at_the_food_bank(
    visit: Visit, network: ServiceClient, bank: dict[str, Any], clock: HandSetClock
) -> None:
    page = visit.page
    expect(page.locator(".arrival")).to_have_count(1)
    seen(visit, "arrivals-coming")
    yoghurt = line_of(visit, "Yoghurt")
    yoghurt.locator("summary").click()
    yoghurt.locator("input[name^=note]").fill("The fridge is full")
    yoghurt.locator("button.secondary").click()
    expect(line_of(visit, "Yoghurt").locator("[aria-invalid]")).to_have_count(1)
    expect(line_of(visit, "Yoghurt").locator("input[name^=note]")).to_have_value("The fridge is full")
    refused(visit, "arrivals-no-reason")
    line_of(visit, "Yoghurt").locator("select").select_option("no_room")
    line_of(visit, "Yoghurt").locator("button.secondary").click()
    page.wait_for_url("**/arrivals")
    expect(line_of(visit, "Yoghurt")).to_contain_text("The fridge is full")
    seen(visit, "arrivals-declined")
    line_of(visit, "Yoghurt").locator("button.quiet").click()
    expect(line_of(visit, "Yoghurt").locator("summary")).to_be_visible()
    bring(network, clock, bank["shift"])
    page.goto("/arrivals")
    seen(visit, "arrivals-came")
    page.locator(".arrival > details > summary").click()
    apples = page.locator("fieldset.really", has_text="Apples")
    if visit.scripted:  # type: ignore[attr-defined]
        for _ in range(4):
            apples.locator("[data-step='-1'][data-for^=kg]").click()
    else:
        apples.locator("input[name^=kg]").fill("31")
    apples.locator("input[name^=note]").fill("One crate was wet")
    seen(visit, "arrivals-typed")
    page.locator(".arrival > details button.secondary").click()
    page.wait_for_url("**/arrivals")
    expect(line_of(visit, "Apples").locator(".state.far")).to_be_visible()
    expect(page.locator(".arrival .lines .state.good")).to_have_count(5)  # three delivered, two of them confirmed
    seen(visit, "arrivals-confirmed")
    found = network.get("/receipt-confirmations", service_date=DAY).json()["items"]
    assert sorted((each["kg"], each["differs"]) for each in found) == [("18", False), ("24", False), ("31", True)]


def test_a_need_in_a_minute(visit: Visit, network: ServiceClient, bank: dict[str, Any]) -> None:
    page = visit.page
    page.locator(".bar nav a[href='/needs']").click()
    seen(visit, "needs-fresh")
    page.locator("button[name=again][value=all]").click()
    page.wait_for_load_state()
    expect(page.locator("fieldset.offer-line")).to_have_count(3)
    page.locator("#line-0-kg").fill("lots")
    page.locator(".thumb .primary").click()
    expect(page.locator("#line-0-kg")).to_have_value("lots")
    expect(page.locator("[id='fault-/lines/0/kg']")).not_to_be_empty()
    refused(visit, "needs-refused")
    page.locator("#line-0-kg").fill("45")
    if visit.scripted:  # type: ignore[attr-defined]
        page.locator("[data-step='10'][data-for='line-0-kg']").click()
        expect(page.locator("#line-0-kg")).to_have_value("55")
    page.locator(".thumb .primary").click()
    page.wait_for_url("**/needs?*stated=1*")
    expect(page.locator(".notice.good")).to_be_visible()
    seen(visit, "needs-stated")
    tomorrow = network.get("/needs", service_date="2026-11-26").json()["items"]
    kilos = "55" if visit.scripted else "45"  # type: ignore[attr-defined]
    assert sorted(each["kg"] for each in tomorrow) == sorted([kilos, "60", "60"])
    page.locator("form[action='/needs/withdraw'] button").last.click()
    page.wait_for_url(re.compile(r"/needs\?site_id=[^&]*$"))
    states = [each["state"] for each in network.get("/needs", service_date="2026-11-26").json()["items"]]
    assert sorted(states) == ["open", "open", "withdrawn"]


def test_every_week_and_its_end(visit: Visit, network: ServiceClient, bank: dict[str, Any]) -> None:
    page = visit.page
    page.goto("/needs")
    page.locator("label.choice", has=page.locator("input[value=drinks]")).click()
    page.locator("#line-0-kg").fill("20")
    page.locator("label.choice", has=page.locator("[name=repeat][value=weekly]")).click()
    page.locator("label.choice", has=page.locator("[name=weekdays][value='2']")).click()
    expect(page.locator(".once-days")).to_be_hidden()
    page.locator(".thumb .primary").click()
    page.wait_for_url("**/needs?*stated=1*")
    [stands] = network.get("/standing-needs").json()["items"]
    assert (stands["weekdays"], stands["kg"]) == ([2], "20")
    seen(visit, "needs-weekly")
    page.locator("form[action='/needs/end'] button").click()
    page.wait_for_url(re.compile(r"/needs\?site_id=[^&]*$"))
    assert network.get("/standing-needs", state="active").json()["items"] == []


def test_the_page_looks_again_by_itself_and_leaves_alone_what_somebody_is_at(
    browser: Browser, network: ServiceClient, bank: dict[str, Any], clock: HandSetClock
) -> None:
    visit = Visit(browser, network.address, "en", PHONE)
    page = visit.page
    page.clock.install()
    visit.sign_in("bank@example.org")
    page.wait_for_url("**/arrivals")
    line_of(visit, "Apples").locator("summary").click()
    bring(network, clock, bank["shift"])
    page.clock.run_for(31_000)
    page.wait_for_load_state("networkidle")
    expect(page.locator(".as-reported")).to_have_count(0)  # somebody is about to decline
    line_of(visit, "Apples").locator("summary").click()
    page.locator("h1").click()
    page.evaluate("document.activeElement.blur()")
    page.clock.run_for(31_000)
    expect(page.locator(".as-reported")).to_have_count(1)
    page.locator(".as-reported button").click()
    expect(page.locator(".as-reported")).to_have_count(0)
    visit.context.close()


@pytest.mark.parametrize(("language", "size"), READERS)
def test_what_differs_rises_on_the_dispatchers_day_and_all_places_are_seen(
    browser: Browser,
    network: ServiceClient,
    bank: dict[str, Any],
    clock: HandSetClock,
    language: str,
    size: dict[str, int],
) -> None:
    bring(network, clock, bank["shift"])
    for allocation in network.get("/allocations", service_date=DAY).json()["items"]:
        kg = "31" if allocation["description"] == "Apples" else allocation["kg"]
        network.ok(f"/allocations/{allocation['id']}/confirm-receipt", {"kg": kg, "note": "As counted"})
    who = {"name": "Dispatcher", "email": "desk@example.org", "role": "dispatcher", "password": PASSWORD}
    network.ok(f"/organisations/{network.get('/me').json()['organisation']['id']}/people", who)
    visit = Visit(browser, network.address, language, size)
    visit.sign_in("desk@example.org")
    visit.page.goto(f"/day?date={DAY}")
    expect(visit.page.locator(".alarms li")).to_have_count(1)
    visit.show(f"day-differs-{language}-{size['width']}")
    visit.page.locator(".bar nav a[href='/pages']").click()
    visit.page.locator("main a[href='/arrivals']").click()
    expect(visit.page.locator(".arrival")).to_have_count(1)
    visit.show(f"arrivals-desk-{language}-{size['width']}")
    visit.context.close()
