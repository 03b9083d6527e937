"""The page for everybody in a real browser: whole without scripts; with them the nearest place comes first, and where
the reader is never leaves the browser."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Request, expect

from app.kit.clock import HandSetClock
from app.kit.db import Database
from tests.arrivals.conftest import the_hour
from tests.browser.visit import DESK, PASSWORD, PHONE, Visit
from tests.feeds.test_api import Partners, partners
from tests.hand_made_plan import Ride, draft
from tests.public.conftest import SLUG, a_point, config, page, put
from tests.service_client import (
    DUFFRYN_CENTRE,
    TESCO_SPYTTY,
    ServiceClient,
    an_event,
    kilograms,
    report,
    stops_of,
)

__all__ = ["config", "page", "partners"]
pytestmark = pytest.mark.browser
TABLET = {"width": 768, "height": 1024}
# At the Duffryn centre, farther from the pantry in the middle of town.
HERE = {"latitude": 51.560321, "longitude": -3.025777}
SHOWS_ITSELF = ("51.56", "3.0257", "-3.02")


@pytest.fixture
def three_places(
    network: ServiceClient, partners: Partners, page: dict[str, Any], database: Database, clock: HandSetClock
) -> None:
    """Two places are open, one opens later, and 60 kg have reached people."""
    wide = [{"weekdays": [3, 4], "opens": "09:00", "closes": "17:00"}]
    late = [{"weekdays": [3, 5], "opens": "16:00", "closes": "18:00"}]
    for place, name, hours in ((DUFFRYN_CENTRE, "Duffryn Centre", wide), (TESCO_SPYTTY, "Spytty Hall", late)):
        site = network.site(place, name, kind="distribution_point", address="Newport")
        note = {"note_en": "Bring a bag. Everybody is welcome.", "note_ar": "أحضر كيسًا. أهلًا بالجميع."}
        put(network, f"/sites/{site['id']}/distribution-point", a_point(windows=hours, **note))
    plan = draft(database, network, partners.shift, Ride(partners.bread, partners.need, 62_000, "09:00", "11:00"))
    network.published(plan)
    with network.driver(partners.shift) as driver:
        clock.set(the_hour("11:10"))
        pickup, drop_off, food = stops_of(driver)
        events = [
            an_event(pickup, "collected", kilograms(food)),
            an_event(drop_off, "delivered", kilograms(food, "60")),
        ]
        assert report(driver, *events) == ["stored", "stored"]


@pytest.mark.parametrize("size", [PHONE, TABLET, DESK], ids=["phone", "tablet", "desk"])
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.usefixtures("three_places")
def test_the_page_is_whole_without_scripts(
    browser: Browser, network: ServiceClient, language: str, size: dict[str, int]
) -> None:
    visit = Visit(browser, network.address, language, size, java_script_enabled=False)
    visit.page.goto(f"/n/{SLUG}")
    lists = visit.page.locator(".points")
    expect(lists).to_have_count(2)
    expect(lists.first.locator("h4")).to_have_text(["Duffryn Centre", "Pantry"])
    expect(lists.last.locator("h4")).to_have_text(["Spytty Hall"])
    expect(visit.page.locator("#near")).to_be_hidden()
    expect(visit.page.locator("#points-map")).to_be_hidden()
    visit.page.locator(".days-to-choose a").nth(2).click()
    expect(visit.page.locator(".points h4")).to_have_text(["Duffryn Centre", "Pantry"])
    visit.page.locator("details summary").first.click()
    expect(visit.page.locator(".navigate").first).to_be_visible()
    visit.picture(f"public-plain-{language}-{size['width']}")
    assert visit.context.cookies() == []
    visit.context.close()


@pytest.mark.parametrize("size", [PHONE, TABLET, DESK], ids=["phone", "tablet", "desk"])
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.usefixtures("three_places")
def test_the_nearest_comes_first_and_no_request_says_where_the_reader_is(
    browser: Browser, network: ServiceClient, language: str, size: dict[str, int]
) -> None:
    visit = Visit(browser, network.address, language, size, geolocation=HERE, permissions=["geolocation"])
    requests: list[Request] = []
    visit.page.on("request", lambda request: requests.append(request))
    visit.page.goto(f"/n/{SLUG}")
    if size == PHONE:
        assert not any("leaflet.js" in request.url for request in requests)  # the map lies farther down
    visit.page.locator("#points-map").scroll_into_view_if_needed()
    expect(visit.page.locator("#points-map .wasl-stop")).to_have_count(3)
    visit.show(f"public-{language}-{size['width']}")
    before = len(requests)
    visit.page.locator("#near button").click()
    expect(visit.page.locator("#near [role=status]")).to_have_text(
        {
            "en": "The nearest place comes first. Where you are stays on this device.",
            "ar": "الأقرب يأتي أولًا. موقعك لا يغادر هذا الجهاز.",
        }[language]
    )
    expect(visit.page.locator(".points").first.locator("h4")).to_have_text(["Duffryn Centre", "Pantry"])
    expect(visit.page.locator(".points").first.locator(".away")).to_have_text(
        {"en": ["20 m away", "3.7 km away"], "ar": ["على بُعد 20 م", "على بُعد 3.7 كم"]}[language]
    )
    visit.show(f"public-near-{language}-{size['width']}")
    assert len(requests) == before
    for request in requests:
        assert request.url.startswith(network.address)
        said = f"{request.url} {request.post_data} {request.all_headers()}"
        assert not any(part in said for part in SHOWS_ITSELF), request.url
    assert visit.context.cookies() == []
    kept = "JSON.stringify([Object.keys(localStorage), Object.keys(sessionStorage), document.cookie])"
    assert visit.page.evaluate(kept) == '[[],[],""]'
    visit.context.close()


@pytest.mark.usefixtures("three_places")
def test_whose_position_is_not_known_keeps_the_list(browser: Browser, network: ServiceClient) -> None:
    visit = Visit(browser, network.address, "en", PHONE)
    visit.page.goto(f"/n/{SLUG}")
    visit.page.locator("#near button").click()
    expect(visit.page.locator("#near [role=status]")).to_have_text(
        "Where you are could not be found out. The list is as it was."
    )
    expect(visit.page.locator(".away:visible")).to_have_count(0)
    visit.context.close()


@pytest.mark.usefixtures("three_places")
def test_the_language_changes_without_a_cookie(browser: Browser, network: ServiceClient) -> None:
    visit = Visit(browser, network.address, "en", PHONE)
    visit.page.goto(f"/n/{SLUG}?day=2026-11-26")
    visit.page.get_by_role("link", name="العربية").click()
    expect(visit.page.locator("html")).to_have_attribute("dir", "rtl")
    expect(visit.page.locator(".days-to-choose [aria-current]")).to_have_text("غدًا")
    visit.page.locator(".days-to-choose a").first.click()
    expect(visit.page.locator("html")).to_have_attribute("dir", "rtl")
    assert visit.context.cookies() == []
    visit.context.close()


@pytest.mark.usefixtures("three_places")
def test_the_forms_behind_it_are_looked_at(browser: Browser, network: ServiceClient, partners: Partners) -> None:
    me = network.get("/me").json()["organisation"]
    body = {
        "name": "admin",
        "email": "admin@example.org",
        "role": "network_admin",
        "password": PASSWORD,
    }
    network.ok(f"/organisations/{me['id']}/people", body)
    for language, size in (("ar", PHONE), ("en", DESK)):
        visit = Visit(browser, network.address, language, size)
        visit.sign_in("admin@example.org")
        visit.page.goto("/public-page")
        visit.show(f"public-settings-{language}-{size['width']}")
        visit.page.goto("/sites")
        visit.show(f"public-sites-{language}-{size['width']}")
        visit.page.goto(f"/sites/{partners.bank['id']}/public")
        visit.show(f"public-point-{language}-{size['width']}")
        visit.page.fill("#phone", "ask")
        visit.page.locator("button[name=add_day]").click()
        visit.page.locator(".thumb button").click()
        expect(visit.page.locator("#faults")).to_be_visible()
        visit.picture(f"public-point-faults-{language}-{size['width']}")
        visit.context.close()
