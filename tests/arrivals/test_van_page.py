"""Whoever stands at the door sees when the van comes and with what, behind a link that is nobody else's and ends."""

import re
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from app.arrivals import van_page
from app.kit.auth import digest_of
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.plans import Stop
from app.models.van_links import VanLink, VanLinkKey
from tests.arrivals.conftest import Look, the_hour
from tests.arrivals.test_api import leaving_lidl
from tests.browser.visit import DESK, PHONE, Visit
from tests.driving.test_telling import told
from tests.feeds.test_api import Partners
from tests.hand_made_plan import Ride, draft
from tests.people.builders import entered
from tests.service_client import DAY, ServiceClient, an_event, kilograms, report
from tests.web.test_pages import Reader

NOT_THERE = {
    "type": "/docs/errors/not_found",
    "title": "Not found",
    "status": 404,
    "code": "not_found",
    "detail": "There is no such page.",
}


def link_of(client: ServiceClient, site: dict[str, Any], day: str = DAY) -> str:
    """The address that somebody is given for a site."""
    url: str = client.ok(f"/sites/{site['id']}/van-links", {"service_date": day})["url"]
    return url


def token_in(url: str) -> str:
    return url.rpartition("/")[2]


def asked(network: ServiceClient, url: str) -> httpx.Response:
    """What nobody in particular is answered."""
    return httpx.get(f"{network.address}/api/v1/van/{token_in(url)}", timeout=60)


def the_visit(network: ServiceClient, url: str) -> dict[str, Any]:
    answer = asked(network, url)
    assert answer.status_code == 200, answer.text
    [visit] = answer.json()["visits"]
    found: dict[str, Any] = visit
    return found


def said(url: str, language: str = "en") -> str:
    """The page in words."""
    answer = httpx.get(url, headers={"Accept": "text/html", "Accept-Language": language}, timeout=60)
    return " ".join(re.sub(r"<[^>]+>|[\u2068\u2069]", " ", answer.text.partition("<main")[2]).split())


def test_the_page_shows_what_was_told_there_and_the_error_that_is_kept_is_of_that(
    network: ServiceClient, partners: Partners, published: dict[str, Any], look: Look, clock: HandSetClock
) -> None:
    url = link_of(partners.of_tesco, partners.tesco)
    look("08:00")
    assert the_visit(network, url)["standing"] == "planned"
    with network.driver(partners.shift) as driver:
        clock.set(the_hour("09:15"))
        stops = leaving_lidl(driver, "09:14")
        look("09:16")
        look("09:17")
        shown = the_visit(network, url)
        [kept] = partners.of_tesco.get("/arrivals").json()["items"]
        assert (shown["expected_at"], shown["planned_at"]) == (kept["expected_at"], kept["planned_at"])
        assert shown["worked_out_at"] == "2026-11-25T09:17:00Z"
        assert shown["food"] == [{"category": "bread_and_bakery", "kg": "20"}]
        report(driver, an_event(stops["tesco"], "arrived", occurred_at=the_hour("09:51").isoformat()))
        look("09:52")
    came = the_visit(network, url)
    assert (came["standing"], came["arrived_at"], came["expected_at"]) == (
        "arrived",
        "2026-11-25T09:51:00Z",
        shown["expected_at"],
    )
    off = abs((the_hour("09:51") - datetime.fromisoformat(shown["expected_at"])).total_seconds()) / 60
    error = asked(network, url).json()["error"]
    assert error == network.get(f"/plans/{published['id']}/arrivals").json()["error"]
    assert (error["arrivals"], error["median_minutes"]) == (1, off)


def test_each_standing_has_its_plain_sentence_in_both_languages(
    network: ServiceClient, partners: Partners, published: dict[str, Any], look: Look, clock: HandSetClock
) -> None:
    url = link_of(partners.of_bank, partners.bank)
    look("08:00")
    assert "The van is expected at about 11:00 . It has not set out yet." in said(url)
    assert "Between 10:50 and 11:10" in said(url)
    assert "Bread and bakery 82 kg" in said(url)
    with network.driver(partners.shift) as driver:
        clock.set(the_hour("09:26"))
        stops = leaving_lidl(driver, "09:25")
        look("09:26")
        assert "The van is late. It is expected at about 11:25 ; planned was 11:00" in said(url)
        assert "المركبة متأخرة" in said(url, "ar")
        clock.set(the_hour("11:36"))
        assert "It was expected at about 11:25 , and its driver has not reported it here." in said(url)
        event = an_event(stops["bank"], "failed", reason="closed", occurred_at=the_hour("11:36").isoformat())
        assert report(driver, event) == ["stored"]
    assert "This visit did not work out" in said(url)
    assert "لم تنجح هذه الزيارة" in said(url, "ar")


def test_it_names_nobody_and_no_other_place(
    network: ServiceClient, partners: Partners, published: dict[str, Any], look: Look
) -> None:
    look("08:00")
    for client, site, others in (
        (partners.of_bank, partners.bank, ("Tesco", "Lidl", "Depot")),
        (partners.of_tesco, partners.tesco, ("Lidl", "Pantry", "Duffryn", "Depot")),
    ):
        url = link_of(client, site)
        told_there = asked(network, url).text + said(url)
        assert site["name"] in told_there
        for name in ("Driver", "White van", *others, partners.shift["id"], site["id"]):
            assert name not in told_there.replace("driver", ""), name


def test_everybody_of_the_place_is_given_the_same_link_and_the_day_goes_on_under_it(
    network: ServiceClient, partners: Partners, database: Database, published: dict[str, Any], look: Look
) -> None:
    url = link_of(partners.of_lidl, partners.lidl)
    assert link_of(network, partners.lidl) == url
    assert link_of(partners.of_bank, partners.bank) != url
    look("06:01")
    network.published(
        draft(database, network, partners.shift, Ride(partners.bread, partners.need, 40_000, "10:00", "11:30"))
    )
    look("06:02")
    visit = the_visit(network, url)
    assert (visit["expected_at"], visit["food"][0]["kg"]) == ("2026-11-25T10:00:00Z", "40")
    of_tesco = partners.of_tesco.post(f"/sites/{partners.tesco['id']}/van-links", {"service_date": DAY})
    assert of_tesco.json()["code"] == "no_visit_planned"


def test_where_no_van_comes_any_more_the_page_says_so(
    network: ServiceClient, partners: Partners, database: Database, published: dict[str, Any], look: Look
) -> None:
    url = link_of(partners.of_tesco, partners.tesco)
    network.published(draft(database, network, partners.shift, Ride(partners.bread, partners.need, 40_000)))
    assert asked(network, url).json()["visits"] == []
    assert "No van comes here on this day any more" in said(url)


def test_what_was_reached_with_an_earlier_plan_stays_on_the_page(
    network: ServiceClient, partners: Partners, database: Database, published: dict[str, Any], look: Look,
    clock: HandSetClock,
) -> None:  # fmt: skip
    url = link_of(partners.of_lidl, partners.lidl)
    with network.driver(partners.shift) as driver:
        clock.set(the_hour("09:10"))
        _, lidl, *_ = driver.get("/driver/route").json()["route"]["stops"]
        done = an_event(lidl, "collected", kilograms(lidl["allocations"][0], "50"), occurred_at="2026-11-25T09:05:00Z")
        assert report(driver, done) == ["stored"]
        look("09:11")
    visit = the_visit(network, url)
    assert (visit["standing"], visit["arrived_at"], visit["food"][0]["kg"]) == ("done", "2026-11-25T09:05:00Z", "50")


def test_a_wrong_an_ended_and_anothers_link_are_the_same_and_it_ends_with_the_day(
    network: ServiceClient, partners: Partners, published: dict[str, Any], clock: HandSetClock
) -> None:
    url = link_of(partners.of_lidl, partners.lidl)
    given = partners.of_lidl.ok(f"/sites/{partners.lidl['id']}/van-links", {"service_date": DAY})
    feed = partners.of_lidl.ok("/feeds", {"kind": "site", "site_id": partners.lidl["id"]})["url"]
    wrong = [url[:-1], url[:-1] + ("A" if url[-1] != "A" else "B"), feed.removesuffix(".ics"), f"{url}x"]
    assert [asked(network, each).json() for each in wrong] == [NOT_THERE] * len(wrong)
    clock.set(datetime(2026, 11, 25, 23, 59, 59, tzinfo=UTC))
    assert asked(network, url).status_code == 200
    clock.set(datetime(2026, 11, 26, tzinfo=UTC))  # midnight where the network is
    assert asked(network, url).json() == NOT_THERE
    late = partners.of_lidl.post(f"/sites/{partners.lidl['id']}/van-links", {"service_date": DAY})
    assert late.json()["code"] == "day_over"
    clock.set(the_hour("08:00"))
    assert partners.of_tesco.http.delete(f"/van-links/{given['id']}").status_code == 404
    assert partners.of_lidl.http.delete(f"/van-links/{given['id']}").status_code == 204
    assert asked(network, url).json() == NOT_THERE
    page = httpx.get(url, headers={"Accept": "text/html"}, timeout=60)
    assert (page.status_code, "There is no such" in page.text) == (404, True)
    another = link_of(partners.of_lidl, partners.lidl)
    assert (another != url, asked(network, another).status_code) == (True, 200)


def test_wrong_links_are_throttled_and_a_right_one_goes_on_working(
    network: ServiceClient, partners: Partners, published: dict[str, Any]
) -> None:
    url = link_of(partners.of_lidl, partners.lidl)
    answers = [asked(network, f"{url}{number}").status_code for number in range(51)]
    assert answers == [404] * 50 + [429]
    assert asked(network, f"{url}x").headers["Retry-After"] == "900"
    assert asked(network, url).status_code == 200


def test_nobody_keeps_the_page_finds_it_or_passes_its_address_on(
    network: ServiceClient, partners: Partners, published: dict[str, Any]
) -> None:
    url = link_of(partners.of_lidl, partners.lidl)
    page = httpx.get(url, headers={"Accept": "text/html"}, timeout=60)
    for answer in (page, asked(network, url)):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert "set-cookie" not in answer.headers
    assert "<script" not in page.text
    assert '<meta http-equiv="refresh" content="60">' in page.text


def test_the_token_is_in_no_row_and_nobody_derives_it_without_the_networks_key(
    network: ServiceClient, partners: Partners, published: dict[str, Any], database: Database
) -> None:
    token = token_in(link_of(partners.of_lidl, partners.lidl))
    assert re.fullmatch(r"wasl_van_[\w-]{43}", token)
    with database.transaction(Scope(network=network.network_id())) as session:
        [row] = session.scalars(select(VanLink)).all()
        assert row.secret_sha256 == digest_of(token)
        assert len(session.scalars(select(VanLinkKey.secret)).one()) == 32
    with database.transaction(Scope(organisation=row.organisation_id, credential=row.secret_sha256)) as session:
        assert session.scalars(select(VanLinkKey.secret)).all() == []


def test_a_van_that_moves_is_told_with_the_page_of_that_place(
    network: ServiceClient, partners: Partners, published: dict[str, Any], look: Look, clock: HandSetClock
) -> None:
    with network.driver(partners.shift) as driver:
        clock.set(the_hour("09:26"))
        leaving_lidl(driver, "09:25")
        look("09:26")
    [heard] = told(partners.of_tesco, "arrival.changed")
    assert heard["data"]["page"] == f"/van/{token_in(link_of(partners.of_tesco, partners.tesco))}"
    assert asked(network, heard["data"]["page"]).json()["site_name"] == "Tesco, Spytty"


def test_without_the_look_at_the_site_the_page_would_show_another_place(
    network: ServiceClient, partners: Partners, published: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = link_of(partners.of_lidl, partners.lidl)
    assert [each["kind"] for each in asked(network, url).json()["visits"]] == ["pickup"]
    monkeypatch.setattr(van_page, "here", lambda link: Stop.kind.in_(van_page.FOOD_STOPS))
    assert len(asked(network, url).json()["visits"]) == 3


@pytest.mark.parametrize(("language", "size"), [("en", PHONE), ("ar", PHONE), ("en", DESK), ("ar", DESK)])
def test_shop_and_food_bank_get_to_it_by_a_button_and_it_fits_every_screen(
    network: ServiceClient, partners: Partners, published: dict[str, Any], look: Look, clock: HandSetClock,
    browser: Browser, language: str, size: dict[str, int],
) -> None:  # fmt: skip
    staff = entered(network, {"id": partners.lidl["organisation_id"]}, "donor_staff")
    office = entered(network, {"id": partners.bank["organisation_id"]}, "organisation_admin")
    look("08:00")
    with network.driver(partners.shift) as driver:
        clock.set(the_hour("09:26"))
        leaving_lidl(driver, "09:25")
    look("09:26")
    name = f"{language}-{size['width']}"
    for person, path, where in ((staff, "/offers", "shop"), (office, "/declines", "bank")):
        visit = Visit(browser, network.address, language, size)
        visit.sign_in(person["email"])
        visit.page.goto(path)
        visit.show(f"van-link-{where}-{name}")
        visit.page.click(".van-link button")
        assert "/van/wasl_van_" in visit.page.url
        visit.show(f"van-{where}-{name}")
        visit.context.close()
    reader = Reader(network.address)
    reader.sign_in(staff["email"])
    answer = reader.http.post("/van-links", data={"site_id": partners.tesco["id"], "day": DAY})
    assert answer.status_code == 404
    reader.http.close()


def test_how_far_away_the_van_is_stands_there_where_its_driver_shares_it_and_until_it_has_come(
    network: ServiceClient, partners: Partners, published: dict[str, Any], look: Look, clock: HandSetClock
) -> None:
    url = link_of(partners.of_tesco, partners.tesco)
    look("08:30")
    assert "as the crow flies" not in said(url)
    north = {"latitude": partners.tesco["latitude"] + 0.02, "longitude": partners.tesco["longitude"]}
    with network.driver(partners.shift) as driver:
        shared = driver.http.put("/driver/position", json={**north, "accuracy_metres": 10})
        assert shared.status_code == 200, shared.text
        assert "At 08:30 the van was 2.2 km away, as the crow flies." in said(url)
        assert "على بُعد 2.2 كم" in said(url, "ar")
        assert str(north["latitude"]) not in asked(network, url).text + said(url)
        clock.set(the_hour("08:46"))
        assert "as the crow flies" not in said(url)  # too old to say where it is now
        driver.http.put("/driver/position", json={**north, "accuracy_metres": 10})
        stops = leaving_lidl(driver, "08:46")
        report(driver, an_event(stops["tesco"], "arrived", occurred_at=the_hour("08:46").isoformat()))
        assert "as the crow flies" not in said(url)
