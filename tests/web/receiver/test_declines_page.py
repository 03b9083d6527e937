"""Why this food bank, and declines, on pages in both languages that need no script."""

import html
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.visit import DESK, PHONE, Visit
from tests.declines.conftest import YoghurtDay, config, day, workshop  # noqa: F401
from tests.declines.test_learnt import four  # noqa: F401
from tests.people.builders import entered, own
from tests.service_client import DAY
from tests.web.test_pages import Reader

Happening = Callable[..., None]


@pytest.fixture
def bank_person(day: YoghurtDay) -> dict[str, Any]:  # noqa: F811
    """Who runs the food bank that the yoghurt is for."""
    return entered(day.network, {"id": day.bank["organisation_id"]}, "organisation_admin")


@pytest.fixture
def reader(day: YoghurtDay, bank_person: dict[str, Any]) -> Iterator[Reader]:  # noqa: F811
    found = Reader(day.network.address)
    found.sign_in(bank_person["email"])
    yield found
    found.http.close()


def words(page: str) -> str:
    """What stands on it, without markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_a_food_bank_declines_and_takes_back_by_buttons(day: YoghurtDay, reader: Reader) -> None:  # noqa: F811
    allocation = day.allocation()["id"]
    assert "We do not want it" in words(reader.http.get("/declines").text)
    page = reader.http.post("/declines", data={"allocation_id": allocation, "reason": "too_much"})
    assert "It is more than we can use. Have it after all" in words(page.text)
    page = reader.http.post("/declines/take-back", data={"allocation_id": allocation})
    assert "Have it after all" not in words(page.text)
    assert reader.http.post("/declines", data={"allocation_id": allocation, "reason": "hungry"}).status_code == 422


def test_what_was_learnt_is_shown_and_forgotten_by_a_button(
    day: YoghurtDay,  # noqa: F811
    reader: Reader,
    four: Happening,  # noqa: F811
) -> None:
    four(3)
    page = words(reader.http.get("/declines").text)
    assert "Turned down 3 of 4 times." in page
    assert "It is planned for others first." in page
    wish = {"site_id": day.bank["id"], "category": "dairy_and_eggs"}
    day.first.ok(
        "/standing-needs",
        {**wish, "kg": "30", "weekdays": [1, 2, 3, 4], "starts_on": "2026-11-26"},
    )
    assert "Take it off the need?" in words(reader.http.get("/declines").text)
    assert "Take it off the need?" not in words(reader.http.post("/declines/take-off", data=wish).text)
    day.clock.set(day.clock().replace(hour=11))
    assert "Nothing was turned down." in words(reader.http.post("/declines/forget", data=wish).text)


def test_the_day_leads_to_why_and_why_says_it_in_words(day: YoghurtDay) -> None:  # noqa: F811
    day.network.published(day.planned())
    dispatcher = entered(day.network, own(day.network), "dispatcher")
    desk = Reader(day.network.address)
    desk.sign_in(dispatcher["email"])
    path = f"/allocations/{day.allocation()['id']}/why"
    assert path in desk.http.get(f"/day?date={DAY}").text
    page = words(desk.http.get(path).text)
    assert "Why this food bank?" in page
    assert "30 kg reach Newport Food Bank at" in page or "kg reach" in page
    arabic = words(desk.http.get(path, params={"lang": "ar"}).text)
    assert "لماذا بنك الطعام هذا؟" in arabic
    desk.http.close()


@pytest.mark.parametrize(("language", "size"), [("en", DESK), ("ar", PHONE)], ids=["desk", "phone"])
def test_both_pages_fit_a_phone_and_a_desk(
    day: YoghurtDay,  # noqa: F811
    four: Happening,  # noqa: F811
    browser: Browser,
    language: str,
    size: dict[str, int],
) -> None:
    [need] = day.second.get("/needs", service_date=DAY).json()["items"]
    day.second.http.patch(f"/needs/{need['id']}", json={"priority": 1}, headers={"If-Match": '"1"'})
    day.network.published(day.planned())
    path = f"/allocations/{day.allocation()['id']}/why"
    four(3)
    dispatcher = entered(day.network, own(day.network), "dispatcher")
    visit = Visit(browser, day.network.address, language, size)
    visit.sign_in(dispatcher["email"])
    for page, name in ((path, "why"), ("/declines", "declines"), (f"/day?date={DAY}", "day-with-whys")):
        visit.page.goto(page)
        if name == "declines":
            visit.page.locator("details summary").first.click()
        if name == "day-with-whys":
            visit.page.locator(".lane > summary").first.click()
            visit.page.locator(".whys summary").first.click()
        visit.show(f"{name}-{language}-{size['width']}")
    visit.context.close()
