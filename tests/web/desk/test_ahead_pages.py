"""The day before its posts come, the shop that has nothing today, and the list to follow up, as people see them."""

import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser
from sqlalchemy import text

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.learning.jobs import LEARN
from tests.browser.visit import DESK, PHONE, Visit
from tests.learning.conftest import Wednesday, day_of, driven, van, wednesday
from tests.people.builders import entered, own
from tests.service_client import FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient, a_need
from tests.web.test_pages import Reader

__all__ = ["driven", "van", "wednesday"]
FIFTH = day_of(4)
LONG_NAME = "Zimbabwe Newport Volunteering Association"  # longer than a phone is wide, with what stands before it


def words(page: str) -> str:
    """What people read, without markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition('<main id="main">')[2]).split())


@pytest.fixture
def shop(
    network: ServiceClient,
    wednesday: Wednesday,
    driven: Callable[..., Any],
    van: dict[str, Any],
    clock: HandSetClock,
    database: Database,
) -> dict[str, Any]:
    """Lidl has posted on four Wednesdays by seven, once there was nothing to fetch, once half of it; it is eight on the
    fifth, and a van drives."""
    chain = network.organisation("supermarket", "Lidl")
    site = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road", organisation_id=chain["id"])
    pantry = network.organisation("food_bank", LONG_NAME)
    bank = network.site(FOOD_BANK, LONG_NAME, kind="distribution_point", organisation_id=pantry["id"])
    for week in range(4):
        offer = wednesday(network, site, week, "60")
        if week == 2:
            driven(offer, bank, promised=60_000, failed="nothing_there")
        if week == 3:
            driven(offer, bank, promised=60_000, collected="30")
    clock.set(clock() + timedelta(days=1))
    _learnt(network, database)
    network.ok("/needs", a_need(bank, service_date=str(FIFTH), kg="100"))
    times = {"starts_at": f"{FIFTH}T08:30:00Z", "ends_at": f"{FIFTH}T16:00:00Z"}
    network.ok("/shifts", {**van, **times, "driver_name": "Driver"})
    clock.set(datetime.fromisoformat(f"{FIFTH}T08:00:00+00:00"))
    assistant = entered(network, chain, "donor_staff", site_id=site["id"])["email"]
    return {"site": site, "assistant": assistant, "dispatcher": entered(network, own(network), "dispatcher")["email"]}


def _learnt(network: ServiceClient, database: Database) -> None:
    """Learn once the worker, which learns too when a route is over, is done with what it began at an earlier time."""
    waiting = text("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND task_name = :name")
    until = time.monotonic() + 60
    while True:
        with database.transaction(Scope()) as session:
            if session.scalar(waiting, {"name": LEARN}) == 0:
                break
        assert time.monotonic() < until
        time.sleep(0.3)
    network.ok("/learnt")


def looked_ahead(desk: Reader) -> str:
    """The page of the day once the outlook is there."""
    desk.http.post("/day/outlook", data={"day": str(FIFTH)})
    until = time.monotonic() + 60
    while "How it would be driven" not in (page := desk.http.get(f"/day?date={FIFTH}").text):
        assert time.monotonic() < until
        time.sleep(0.3)
    return page


def test_the_dispatcher_looks_ahead_and_follows_up_and_the_shop_has_nothing(
    network: ServiceClient, shop: dict[str, Any]
) -> None:
    desk, till = Reader(network.address), Reader(network.address)
    desk.sign_in(shop["dispatcher"])
    till.sign_in(shop["assistant"])
    page = words(desk.http.get(f"/day?date={FIFTH}").text)
    assert "Before the posts come 1 store that usually posts has not posted yet; about 44 kg are expected." in page
    page = words(looked_ahead(desk))
    assert "Nothing is promised to anybody." in page
    assert "Collect Lidl, Cardiff Road about 44 kg" in page

    listed = desk.http.get("/reliability").text
    assert "Something went wrong at 2 of 2 visits." in words(listed)
    assert "30 kg were there; 60 kg were promised." in words(listed)
    fields = dict(re.findall(r'name="(site_id|side|seen_until)" value="([^"]*)"', listed))
    followed = words(desk.http.post("/reliability/follow-up", data={**fields, "note": "An inventory."}).text)
    assert "everybody with whom something went wrong has been spoken with" in followed
    assert "An inventory." in followed
    assert till.http.get("/reliability").status_code == 403

    asked = words(till.http.get("/offers/new").text)
    assert "Lidl, Cardiff Road usually has posted by 07:00 . Is there nothing today?" in asked
    said = words(till.http.post("/offers/nothing-today", data={"site_id": shop["site"]["id"]}).text)
    assert "Said: nothing today Lidl, Cardiff Road" in said
    assert "Is there nothing today?" not in said
    page = words(desk.http.get(f"/day?date={FIFTH}").text)
    assert "No store that usually posts on such a day is still to post." in page
    for reader in (desk, till):
        reader.http.close()


@pytest.mark.browser
def test_they_are_seen_at_both_sizes_and_in_both_languages(
    browser: Browser, network: ServiceClient, shop: dict[str, Any]
) -> None:
    desk = Reader(network.address)
    desk.sign_in(shop["dispatcher"])
    looked_ahead(desk)
    desk.http.close()
    for language in ("en", "ar"):
        for size in (PHONE, DESK):
            visit = Visit(browser, network.address, language, size)
            visit.sign_in(shop["dispatcher"])
            for path, name in ((f"/day?date={FIFTH}", "ahead"), ("/reliability", "reliability")):
                visit.page.goto(path)
                for summary in visit.page.locator("#outlook summary").all():
                    summary.click()
                visit.show(f"{name}-{language}-{size['width']}")
            visit.context.close()
            visit = Visit(browser, network.address, language, size)
            visit.sign_in(shop["assistant"])
            visit.page.goto("/offers/new")
            visit.show(f"nothing-{language}-{size['width']}")
            button = visit.page.locator("#nothing-today button").bounding_box()
            assert button is not None
            assert button["height"] >= 48
            visit.context.close()
