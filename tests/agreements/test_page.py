"""The page of agreements, and what stands of them on the dispatcher's day."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.plans import PlanRun
from app.roads.streets import Streets
from app.settings import Settings
from tests.agreements.morning import Json, Morning
from tests.browser.visit import DESK, PHONE, Visit
from tests.service_client import DAY, ServiceClient
from tests.web.test_pages import Reader, person

NEXT_WEEK = "2026-12-02"


@pytest.fixture
def config(tmp_path: Any) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@pytest.fixture
def morning(
    network: ServiceClient, database: Database, streets: Streets, clock: HandSetClock, config: Settings
) -> Morning:
    return Morning(network, database, streets, clock, config)


@pytest.fixture
def dispatcher(network: ServiceClient) -> str:
    return person(network, network.get("/me").json()["organisation"], "dispatcher")


@pytest.fixture
def desk(network: ServiceClient, dispatcher: str) -> Iterator[Reader]:
    reader = Reader(network.address)
    reader.sign_in(dispatcher)
    yield reader
    reader.http.close()


def shown(page: str) -> str:
    """The words of a page, without markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<main") :]).split())


def a_form(morning: Morning, **fields: Any) -> Json:
    sides = {"donor_organisation_id": morning.lidl["id"], "receiver_organisation_id": morning.far["id"]}
    return {**sides, "kind": "first", "paid_by": "donor", "valid_from": DAY, **fields}


def test_what_the_form_says_is_proposed_and_waits_for_both(morning: Morning, desk: Reader) -> None:
    fields = {"weekdays": ["3", "2"], "categories": ["drinks"], "store_ids": [morning.store["id"]], "kind": "exclusive"}
    page = shown(desk.http.post("/agreements", data=a_form(morning, **fields)).text)
    assert "the word of Lidl, Raven House is missing" in page
    [row] = morning.network.get("/agreements").json()["items"]
    assert (row["kind"], row["exclusive"], row["weekdays"], row["categories"]) == ("only", True, [2, 3], ["drinks"])
    assert (row["store_ids"], row["paid_by"], row["driver_organisation_id"]) == ([morning.store["id"]], "donor", None)


def test_what_was_signed_on_paper_holds_at_once_says_until_when_and_is_ended_there(
    morning: Morning, desk: Reader
) -> None:
    paper = {"signed_name": "Letter", "signed_on": "2026-11-20", "valid_until": "2027-06-30"}
    page = shown(desk.http.post("/agreements", data=a_form(morning, **paper)).text)
    assert "Wednesday 25 November 2026 – Wednesday 30 June 2027" in page
    assert "Not in force" not in page
    [row] = morning.network.get("/agreements", state="active").json()["items"]
    sent = {"agreement_id": row["id"], "version": str(row["version"]), "reason": "The store closes"}
    page = shown(desk.http.post("/agreements/end", data=sent).text)
    assert "1 agreement that is over" in page
    assert "The store closes" in page
    assert desk.http.post("/agreements/end", data=sent).status_code == 412


def test_a_form_that_does_not_fit_says_why_and_changes_nothing(morning: Morning, desk: Reader) -> None:
    answer = desk.http.post("/agreements", data=a_form(morning, valid_until="2026-01-01"))
    assert answer.status_code == 422
    assert "The last day is before the first one" in answer.text
    assert morning.network.get("/agreements").json()["items"] == []


def test_only_those_who_plan_see_the_page(morning: Morning) -> None:
    reader = Reader(morning.network.address)
    reader.sign_in(person(morning.network, morning.lidl, "donor_staff", site_id=morning.store["id"]))
    assert reader.http.get("/agreements").status_code == 403
    reader.http.close()


def prices_on(page: str) -> str:
    found = re.search(r'<section class="card prices">.*?</section>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()) if found else ""


def test_the_price_stands_beside_what_the_plan_keeps(morning: Morning, desk: Reader) -> None:
    morning.agree(kind="first", valid_until="2027-06-30")
    plan = morning.planned()
    page = prices_on(desk.http.get(f"/day?date={DAY}").text)
    assert "Lidl for Raven House , by agreement until Wednesday 30 June 2027 · 38 kg" in page
    assert "What it costs is being worked out." in page
    morning.priced(plan)
    page = prices_on(desk.http.get(f"/day?date={DAY}").text)
    assert re.search(r"Costs about [\d.]+ km and leaves about 0(\.0)? kg more behind\.", page), page


def test_as_last_wednesday_is_a_button_where_a_plan_was_published(
    morning: Morning, desk: Reader, database: Database
) -> None:
    assert "As last" not in desk.http.get(f"/day?date={NEXT_WEEK}").text
    morning.network.published(morning.planned())
    page = desk.http.get(f"/day?date={NEXT_WEEK}").text
    assert "As last Wednesday" in shown(page)
    assert desk.http.post("/day/plan", data={"day": NEXT_WEEK, "like_date": DAY}).status_code == 200
    with database.transaction(Scope(network=morning.network.network_id())) as session:
        asked = {str(run.service_date): run.wish for run in session.scalars(select(PlanRun))}
    assert asked == {DAY: {}, NEXT_WEEK: {"like_date": DAY}}


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1440"])
def test_the_page_and_the_prices_fit_every_screen_in_both_languages(
    browser: Browser, morning: Morning, dispatcher: str, language: str, size: dict[str, int]
) -> None:
    morning.agree(kind="first", valid_until="2027-06-30", weekdays=[2, 3], driver_organisation_id=morning.near["id"])
    morning.agree(exclusive=True, categories=["drinks", "bread_and_bakery"], note="Gate 4, ring twice")
    sides = {"donor_organisation_id": morning.lidl["id"], "receiver_organisation_id": morning.near["id"]}
    morning.network.ok("/agreements", {**sides, "kind": "only", "store_ids": [morning.store["id"]]})
    morning.offered("30")
    with ThreadPoolExecutor(1) as apart:  # the browser has the loop of this thread
        apart.submit(lambda: morning.priced(morning.planned())).result()
    visit = Visit(browser, morning.network.address, language, size)
    visit.sign_in(dispatcher)
    visit.page.goto("/agreements")
    visit.page.locator("details").nth(3).evaluate("each => each.open = true")
    visit.show(f"agreements-{language}-{size['width']}")
    assert visit.page.locator(".agreement").count() == 3
    visit.page.goto(f"/day?date={DAY}")
    visit.show(f"agreements-day-{language}-{size['width']}")
    assert visit.page.locator(".prices li").count() == 1
    visit.context.close()
