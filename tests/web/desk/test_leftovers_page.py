"""What was refused or is left on the vans, on the page of open food: settled and decided at a button."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.settings import Settings
from tests.browser.visit import DESK, PHONE, Visit
from tests.hand_made_plan import Ride, draft
from tests.people.builders import entered, own
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
from tests.web.desk.test_escalation_pages import words
from tests.web.test_pages import Reader

EVENING = datetime.fromisoformat(f"{DAY}T19:00:00+00:00")
FOODS: dict[str, dict[str, Any]] = {
    "Loaves": {},
    "Yoghurt": {"category": "dairy_and_eggs", "temperature_class": "chilled"},
    "Juice of apples, pears and a long name": {"category": "drinks"},
}
KEPT_COLD = 4.0


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@pytest.fixture
def evening(network: ServiceClient, database: Database, clock: HandSetClock) -> dict[str, Any]:
    """30 kg of bread, of which 15 were delivered and 10 refused; yoghurt that came too warm; juice that nobody brought
    to the door so far. The stops by their kind, the food by its name."""
    shop = network.organisation("supermarket", "Lidl")
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road", organisation_id=shop["id"])
    bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
    shift = network.vehicle_and_shift(bank)
    rides = []
    for hour, (name, fields) in enumerate(FOODS.items(), 10):
        offer = network.ok("/offers", an_offer(store, a_line(**{"description": name, "kg": "30", **fields})))
        need = network.ok("/needs", a_need(bank, category=fields.get("category", "bread_and_bakery")))
        rides.append(Ride(offer, need, 30_000, drop_off=f"{hour}:00"))
    network.published(draft(database, network, shift, *rides))
    with network.driver(shift) as driver:
        stops = driver.get("/driver/route").json()["route"]["stops"]
        [pickup] = [each for each in stops if each["kind"] == "pickup"]
        first, second, _ = [each for each in stops if each["kind"] == "drop_off"]
        food = {each["description"]: each for each in pickup["allocations"]}
        cold = [{**kilograms(each), "celsius": KEPT_COLD} for each in pickup["allocations"]]
        told = report(
            driver,
            an_event(pickup, "collected", *cold),
            an_event(first, "delivered", kilograms(food["Loaves"], "15")),
            an_event(first, "refused", kilograms(food["Loaves"], "10"), reason="refused_at_the_door"),
            an_event(second, "delivered", {**kilograms(food["Yoghurt"], "22"), "celsius": 12.0}),
        )
        assert set(told) == {"stored"}
    return {"food": food, "shift": shift}


@pytest.fixture
def dispatcher(network: ServiceClient) -> dict[str, Any]:
    return entered(network, own(network), "dispatcher")


@pytest.fixture
def desk(network: ServiceClient, dispatcher: dict[str, Any]) -> Iterator[Reader]:
    found = Reader(network.address)
    found.sign_in(dispatcher["email"])
    yield found
    found.http.close()


def page_of(desk: Reader) -> str:
    return words(desk.http.get("/open-food", params={"date": DAY, "lang": "en"}).text)


def test_a_dispatcher_says_of_each_food_what_became_of_it(
    network: ServiceClient,
    evening: dict[str, Any],
    dispatcher: dict[str, Any],
    desk: Reader,
    clock: HandSetClock,
) -> None:
    page = page_of(desk)
    assert "Refused or left on the vans" in page
    assert "Loaves , 15 kg White van · from Lidl, Cardiff Road · for Newport Food Bank" in page
    assert "refused at the door: 10 kg · on the van: 5 kg" in page
    assert "Still on its way: 30 kg" in page
    clock.set(EVENING)
    desk.sign_in(dispatcher["email"])
    assert "Still on its way" not in page_of(desk)
    deed = {"allocation_id": evening["food"]["Loaves"]["id"], "date": DAY}
    page = words(desk.http.post("/open-food/settle", data={**deed, "kg": "12", "became": "returned"}).text)
    assert "Loaves , 3 kg" in page
    page = words(desk.http.post("/open-food/settle", data={**deed, "kg": "3", "became": "wasted"}).text)
    assert "on the van: 3 kg" not in page
    assert "Loaves , 12 kg" in page  # what came back is open food: an outlet may have it
    actuals = network.get("/reports/day", service_date=DAY).json()["actuals"]
    assert (actuals["kg_returned"], actuals["kg_wasted"]) == ("12", "3")


def test_what_cannot_be_settled_so_is_refused_in_a_sentence_and_nothing_changes(
    evening: dict[str, Any], desk: Reader
) -> None:
    deed = {"allocation_id": evening["food"]["Loaves"]["id"], "date": DAY, "became": "wasted"}
    for kg, sentence in (
        ("15.001", "Only 15 kg of this food is refused or left over."),
        ("0", "Say how much was returned or thrown away."),
        ("many", "Write the weight in kilograms as a number, such as 12.5."),
    ):
        answer = desk.http.post("/open-food/settle", data={**deed, "kg": kg})
        assert answer.status_code == 422
        assert sentence in words(answer.text)
    held = {**deed, "allocation_id": evening["food"]["Yoghurt"]["id"], "kg": "1"}
    answer = desk.http.post("/open-food/settle", data=held)
    assert answer.status_code == 409
    assert "This food is held back. Release or discard it first." in words(answer.text)
    assert desk.http.post("/open-food/settle", data={**deed, "kg": "1", "became": "eaten"}).status_code == 422
    assert "Loaves , 15 kg" in page_of(desk)


@pytest.mark.parametrize(("decision", "rest"), [("release", "Yoghurt , 8 kg"), ("discard", None)])
def test_food_that_is_held_back_is_decided_about_on_the_same_page(
    network: ServiceClient, evening: dict[str, Any], desk: Reader, decision: str, rest: str | None
) -> None:
    """Where it is depends on that: all of it counts as loaded, and 22 kg were reported as delivered."""
    page = page_of(desk)
    assert "Dairy and eggs It is held back: it was too warm. Release it Give it up as unsafe" in page
    [held] = network.get("/quarantines", state="open").json()["items"]
    deed = {"quarantine_id": held["id"], "decision": decision, "date": DAY}
    page = words(desk.http.post("/open-food/decide", data=deed).text)
    assert "held back" not in page
    assert (rest in page) if rest else ("Yoghurt" not in page)
    answer = desk.http.post("/open-food/decide", data=deed)
    assert (answer.status_code, "Somebody has decided about this food already." in words(answer.text)) == (409, True)


def test_who_may_not_settle_sees_no_leftovers(network: ServiceClient, evening: dict[str, Any]) -> None:
    carrier = network.organisation("carrier", "Vans of Newport")
    reader = Reader(network.address)
    reader.sign_in(entered(network, carrier, "organisation_admin")["email"])
    assert "Refused or left" not in page_of(reader)
    deed = {"allocation_id": evening["food"]["Loaves"]["id"], "date": DAY, "kg": "1", "became": "wasted"}
    assert reader.http.post("/open-food/settle", data=deed).status_code == 403
    reader.http.close()


@pytest.mark.parametrize(
    ("language", "size", "scheme"),
    [("en", DESK, "dark"), ("ar", PHONE, "light"), ("ar", DESK, "light"), ("en", PHONE, "dark")],
    ids=["en-desk", "ar-phone", "ar-desk", "en-phone"],
)
def test_the_page_fits_a_phone_and_a_desk_and_a_button_settles(
    network: ServiceClient,
    evening: dict[str, Any],
    browser: Browser,
    language: str,
    size: dict[str, int],
    scheme: str,
) -> None:
    visit = Visit(browser, network.address, language, size, java_script_enabled=False, color_scheme=scheme)
    visit.sign_in(entered(network, own(network), "dispatcher")["email"])
    visit.page.goto(f"/open-food?date={DAY}")
    visit.page.locator("details.card > summary").first.click()
    visit.show(f"leftovers-{language}-{size['width']}")
    form = f'form:has(input[value="{evening["food"]["Loaves"]["id"]}"])'
    visit.page.fill(f"{form} input[name=kg]", "9.5")
    visit.page.click(f"{form} button[value=wasted]")
    visit.show(f"leftovers-settled-{language}-{size['width']}")
    [loaves, *_] = network.get("/leftovers", service_date=DAY).json()["items"]
    assert (loaves["kg_refused"], loaves["kg_on_board"]) == ("0.5", "5")
    visit.context.close()
