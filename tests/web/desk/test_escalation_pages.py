"""Open food with its ladder, what food banks are asked, and outlets: pages in both languages without a script."""

import html
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.visit import DESK, PHONE, Visit
from tests.escalation.conftest import BreadDay, Outlets, config, day, outlets, workshop  # noqa: F401
from tests.people.builders import entered, own
from tests.service_client import DAY, a_line, an_offer
from tests.web.test_pages import Reader


def words(page: str) -> str:
    """What stands on it, without markup and the marks around names."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>|[\u2066-\u2069]", " ", page)).split())


def reading(day: BreadDay, email: str) -> Iterator[Reader]:  # noqa: F811
    found = Reader(day.network.address)
    found.sign_in(email)
    yield found
    found.http.close()


@pytest.fixture
def bank(day: BreadDay) -> Iterator[Reader]:  # noqa: F811
    yield from reading(day, day.people["near"]["email"])


@pytest.fixture
def desk(day: BreadDay) -> Iterator[Reader]:  # noqa: F811
    yield from reading(day, day.people["dispatcher"]["email"])


@pytest.fixture
def shop(day: BreadDay) -> Iterator[Reader]:  # noqa: F811
    yield from reading(day, day.people["store"]["email"])


@pytest.fixture
def office(day: BreadDay) -> Iterator[Reader]:  # noqa: F811
    yield from reading(day, entered(day.network, own(day.network), "network_admin")["email"])


def test_a_food_bank_answers_with_one_tap(day: BreadDay, bank: Reader) -> None:  # noqa: F811
    assert "Nothing is asked of you now." in words(bank.http.get("/asked").text)
    day.at("08:00")
    page = words(bank.http.get("/asked").text)
    assert "Loaves , 40 kg" in page
    assert "answer before 12:00" in page
    [ask] = day.asks(day.near)
    page = words(bank.http.post("/asked", data={"ask_id": ask["id"], "takes": "true"}).text)
    assert "We take it" in page
    assert day.asks(day.near)[0]["taken_kg"] == "40"


def test_a_food_bank_takes_a_part_or_says_no(day: BreadDay, bank: Reader) -> None:  # noqa: F811
    day.at("08:00")
    [ask] = day.asks(day.near)
    bad = bank.http.post("/asked", data={"ask_id": ask["id"], "takes": "true", "kg": "many"})
    assert bad.status_code == 422
    bank.http.post("/asked", data={"ask_id": ask["id"], "takes": "false"})
    assert day.asks(day.near)[0]["state"] == "no"


def test_a_dispatcher_sees_what_happened_and_what_comes_and_hands_over(
    day: BreadDay,  # noqa: F811
    desk: Reader,
    outlets: Outlets,  # noqa: F811
) -> None:
    fridge = outlets("community_fridge", "compost")["community_fridge"]
    day.at("08:00")
    day.answer(day.near, takes=False)
    assert f"/open-food?date={DAY}" in desk.http.get(f"/day?date={DAY}&lang=en").text
    page = words(desk.http.get("/open-food", params={"date": DAY, "lang": "en"}).text)
    assert "The food banks nearby are asked , done, 1 place asked" in page
    assert "Duffryn Centre 1.5 km away : no, thank you" in page
    assert "09:30 The food banks farther away are asked , comes next" in page
    deed = {"offer_line_id": day.line, "date": DAY}
    assert "Nothing more is done by itself" in words(desk.http.post("/open-food/stop", data=deed).text)
    assert "Nobody has taken it yet" in words(desk.http.post("/open-food/resume", data=deed).text)
    page = words(desk.http.post("/open-food/hand-over", data={**deed, "outlet_id": fridge["id"], "kg": "40"}).text)
    assert "Nothing is open" in page
    assert desk.http.post("/open-food/hand-over", data={**deed, "outlet_id": fridge["id"], "kg": ""}).status_code == 422


def test_a_store_offers_again_on_the_next_day_at_a_button(day: BreadDay, shop: Reader) -> None:  # noqa: F811
    lasting = a_line(kg="12", date_mark="best_before", mark_date="2026-12-10")
    cake = day.network.ok("/offers", an_offer(day.store, lasting))
    assert "offer it again" not in words(shop.http.get("/offers").text)
    day.at("12:00")
    assert "until Thursday 26 November 2026 ?" in words(shop.http.get("/offers").text)
    page = words(shop.http.post("/offers/next-day", data={"offer_line_id": cake["lines"][0]["id"]}).text)
    assert "Thursday 26 November 2026" in page
    assert "offer it again" not in page


def test_outlets_are_entered_changed_and_retired(day: BreadDay, office: Reader) -> None:  # noqa: F811
    said = {"kind": "compost", "name": "Heap", "categories": ["bread_and_bakery"], "temperature_classes": ["ambient"]}
    assert "Heap" in words(office.http.post("/outlets", data={**said, "collects": "on"}).text)
    [heap] = day.network.get("/outlets").json()["items"]
    assert (heap["collects"], heap["animal_products"]) == (True, False)
    which = {"outlet_id": heap["id"], "version": str(heap["version"])}
    page = office.http.post("/outlets/change", data={**which, **said, "name": "Big heap", "animal_products": "on"})
    assert "Big heap" in words(page.text)
    [heap] = day.network.get("/outlets").json()["items"]
    assert (heap["collects"], heap["animal_products"]) == (False, True)
    stale = office.http.post("/outlets/change", data={**which, "state": "retired"})
    assert stale.status_code == 412
    office.http.post("/outlets/change", data={**which, "version": str(heap["version"]), "state": "retired"})
    assert day.network.get("/outlets").json()["items"][0]["state"] == "retired"


@pytest.mark.parametrize(
    ("language", "size"),
    [("en", DESK), ("ar", PHONE), ("ar", DESK), ("en", PHONE)],
    ids=["en-desk", "ar-phone", "ar-desk", "en-phone"],
)
def test_the_pages_fit_a_phone_and_a_desk(
    day: BreadDay,  # noqa: F811
    outlets: Outlets,  # noqa: F811
    browser: Browser,
    language: str,
    size: dict[str, int],
) -> None:
    outlets("community_fridge", "animal_feed", "compost")
    fruit = a_line(
        category="fruit_and_vegetables", description="Apples and a long name of pears", kg="120", splittable=True,
        date_mark="best_before", mark_date="2026-12-16",
    )  # fmt: skip
    day.network.ok("/offers", an_offer(day.store, fruit))
    day.at("08:00")
    day.answer(day.near, takes=True, kg="15")
    day.at("09:30")
    admin = entered(day.network, own(day.network), "network_admin")
    for email, page, name in (
        (admin["email"], f"/open-food?date={DAY}", "open-food"),
        (admin["email"], "/outlets", "outlets"),
        (admin["email"], "/network", "network"),
        (day.people["far"]["email"], "/asked", "asked"),
    ):
        visit = Visit(browser, day.network.address, language, size)
        visit.sign_in(email)
        visit.page.goto(page)
        visit.show(f"{name}-{language}-{size['width']}")
        visit.context.close()
