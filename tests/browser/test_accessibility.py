"""axe-core finds nothing on any page, in either language, be it on a phone or a desk, in light or in dark; and no page
loses anything at 200 % and 400 %."""

from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, Page

import app.web
from tests.browser.reflow import lost_when_zoomed
from tests.browser.visit import DESK, PHONE, Visit
from tests.issuing.test_checking import code_on
from tests.planned_here import worker_solves_here
from tests.service_client import ALL_DAY, DAY, ServiceClient, a_line, an_offer

pytestmark = pytest.mark.browser
NO_PAGES = {"/", "/drive.webmanifest", "/drive-worker.js", "/notify-worker.js"}
# Pages that a job or a message leads to, each with a journey of its own.
ELSEWHERE = {
    "/regions/imports/{import_id}", "/invitation/{token}", "/sign-in/link/{token}", "/van/{token}",
    "/unsubscribe/{token}", "/impact/{report_id}", "/help/{token}",
}  # fmt: skip
OF_A_GRANT = ("/funding/{grant_id}", "/funding/{grant_id}/change", "/funding/{grant_id}/report")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# Signs on the map lie where their places are, also over one another; each has its line in the list beside the map,
# which is what the guideline asks of such targets (2.5.8, equivalent).
ON_THE_MAP = "leaflet-marker-icon"
# A bar that sticks to the edge of the window covers what can be scrolled out from under it.
UNSTUCK = ".thumb { position: static !important; }"


def pages() -> set[str]:
    """Every address that shows a page."""
    modules = [import_module(each.name) for each in walk_packages(app.web.__path__, "app.web.")]
    found = {
        route.path
        for module in modules
        if hasattr(module, "router")
        for route in module.router.routes
        if isinstance(route, APIRoute) and "GET" in route.methods
    }
    assert len(found) >= 20
    return {each for each in found if not each.endswith((".pdf", ".csv", ".svg", ".png"))} - NO_PAGES - ELSEWHERE


def faults(page: Page) -> list[str]:
    """What axe-core objects to, in a line each."""
    page.add_style_tag(content=UNSTUCK)
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{each['id']}: {node['html'][:160]}"
        for each in found
        for node in each["nodes"]
        if not (each["id"] == "target-size" and ON_THE_MAP in node["html"])
    ]


@pytest.fixture
def addresses(network: ServiceClient, day: dict[str, Any]) -> dict[str, str]:
    """A published day with a copy to edit and something on every page; the address of each page by its pattern."""
    offer = network.ok("/offers", an_offer(day["store"], a_line(kg="60"), a_line(kg="5", category="drinks")))
    weekly = {"site_id": day["store"]["id"], "recurrence": "FREQ=DAILY", "starts_on": "2026-12-01"}
    loose = network.ok(
        "/offers",
        an_offer(day["store"], a_line(kg="2"), pickup_from="2026-12-20T08:00:00Z", pickup_until="2026-12-20T10:00:00Z"),
    )
    every_day = network.ok(
        "/standing-offers", {**weekly, "pickup_from": "08:00", "pickup_until": "10:00", "lines": [a_line()]}
    )
    with worker_solves_here():
        plan = network.planned()
    network.published(plan)
    [route] = plan["routes"]
    allocation = next(each for stop in route["stops"] for each in stop["allocations"])
    copy = network.get(f"/plans/{network.ok(f'/plans/{plan["id"]}/copy')['id']}").json()
    bread = next(each["line_id"] for each in copy["unserved"] if each["change"])
    found = {each: each for each in pages() if "{" not in each}
    found["/offers/certificate"] = "/offers/certificate?month=2026-11"
    return found | {
        "/day": f"/day?date={DAY}",
        "/day/compare": f"/day/compare?date={DAY}",
        "/day/try": f"/day/try?plan={copy['id']}&line={bread}",
        "/docs/errors/{code}": "/docs/errors/no_route_yet",
        "/fleet": f"/fleet?date={DAY}",
        "/fleet/vehicles/{vehicle_id}": f"/fleet/vehicles/{day['shift']['vehicle_id']}",
        "/fleet/shifts/{shift_id}": f"/fleet/shifts/{day['shift']['id']}",
        "/offers/{offer_id}/amend": f"/offers/{loose['id']}/amend",
        "/offers/standing/{standing_offer_id}": f"/offers/standing/{every_day['id']}",
        "/offers/{offer_id}/receipt": f"/offers/{offer['id']}/receipt",
        "/routes/{route_id}": f"/routes/{route['id']}",
        "/impact": f"/impact?from={DAY}&until={DAY}",
        **{pattern: pattern.format(grant_id=a_grant_id(network)) for pattern in OF_A_GRANT},
        **cards(network),
        "/area/{organisation_id}": an_area(network, day),
        "/duplicate-effort": f"/duplicate-effort?from={DAY}&until={DAY}",
        "/together": f"/together?date={DAY}",
        "/sites/{site_id}": f"/sites/{day['store']['id']}",
        "/allocations/{allocation_id}/receipt": f"/allocations/{allocation['id']}/receipt",
        "/allocations/{allocation_id}/why": f"/allocations/{allocation['id']}/why",
        "/n/{slug}": shown_page(network, day),
        "/check/{code}": f"/check/{a_code(network)}",
        "/n/{slug}/help": "/n/newport/help",
        "/sites/{site_id}/public": f"/sites/{day['bank']['id']}/public",
        "/drive/{token}": network.ok(f"/shifts/{day['shift']['id']}/driver-links")["url"],
    }


def a_code(network: ServiceClient) -> str:
    """The check code of a paper that the network's own organisation was issued."""
    return code_on(network.http.get(f"{network.address}/offers/certificate.pdf?month=2026-11").content)


def a_grant_id(network: ServiceClient) -> str:
    """Money that somebody gave."""
    wish = {"giver": "Usk Trust", "amount": "100", "valid_from": DAY, "valid_until": "2027-01-01"}
    return str(network.ok("/grants", wish)["id"])


def an_area(network: ServiceClient, day: dict[str, Any]) -> str:
    """The form of a city's area."""
    city = network.organisation("public_body", "City of Newport")["id"]
    named = network.http.put(f"/organisations/{city}/area", json={"site_ids": [day["store"]["id"]]})
    assert named.is_success
    return f"/area/{city}"


def cards(network: ServiceClient) -> dict[str, str]:
    """A card, its form, and what other sites show of it; somebody has written through it."""
    wish = {"slug": "usk", "kind": "partner", "name_en": "Usk Trust", "name_ar": "صندوق أسك", "consent": True}
    card = network.ok("/cards", wish)
    network.ok("/public-cards/usk/enquiries", {"wish": "drive", "name": "Nadia", "contact": "nadia@example.org"})
    return {"/cards/{card_id}": f"/cards/{card['id']}", "/c/{slug}": "/c/usk", "/c/{slug}/embed": "/c/usk/embed"}


def shown_page(network: ServiceClient, day: dict[str, Any]) -> str:
    """The network's page for everybody, with a place on it."""
    point = {"is_public": True, "windows": ALL_DAY, "note_en": "Bring a bag", "phone": "+44 1633 123456"}
    for path, body in (
        (f"/sites/{day['bank']['id']}/distribution-point", point),
        ("/network/public-page", {"is_on": True, "slug": "newport", "name_en": "Newport"}),
    ):
        assert network.http.put(path, json=body).is_success
    return "/n/newport"


@pytest.mark.parametrize(("language", "size", "scheme"), [("ar", PHONE, "light"), ("en", DESK, "dark")])
def test_nobody_is_kept_out_of_any_page(
    browser: Browser,
    network: ServiceClient,
    addresses: dict[str, str],
    language: str,
    size: dict[str, int],
    scheme: str,
) -> None:
    assert set(addresses) == pages()
    visit = Visit(browser, network.address, language, size, color_scheme=scheme, bypass_csp=True)
    page, seen, found = visit.page, set[str](), dict[str, list[str]]()

    def look(pattern: str) -> None:
        visit.settle()
        seen.add(pattern)
        if wrong := [*faults(page), *lost_when_zoomed(page)]:
            found[pattern] = wrong

    page.goto(addresses["/sign-in"])
    look("/sign-in")
    page.goto(addresses["/drive/{token}"])
    look("/drive/{token}")
    page.click("main button")
    page.wait_for_url("**/drive")
    look("/drive")
    for fold in (".signing", ".problem", "#this-phone"):
        page.locator(f"{fold} summary").click()
    look("/drive")
    for person in ("donor_staff", "volunteer", "network_admin"):
        visit.sign_in(f"{person}@example.org")
        page.wait_for_load_state()
        for pattern, address in addresses.items():
            if pattern in seen:
                continue
            answer = page.goto(address)
            if answer is not None and answer.status == 200 and page.url.endswith(address):
                look(pattern)
        visit.context.clear_cookies()
    assert found == {}
    assert seen == pages()
    visit.context.close()


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("<div style='inline-size: 800px'>Wide</div>", "the page scrolls sideways"),
        (
            "<div style='overflow: auto'><p style='inline-size: 900px'>A paragraph</p></div>",
            "scrolls sideways by itself",
        ),
        ("<p style='overflow: hidden; white-space: nowrap'>" + "Cut off " * 30 + "</p>", "is cut off"),
        ("<p>Below</p><p style='position: relative; inset-block-start: -30px'>Above</p>", "over one another"),
        ("<button>One</button><button style='margin-inline-start: -30px'>Two</button>", "over one another"),
    ],
    ids=["wide", "scrolling", "cut", "over", "controls"],
)
def test_what_is_lost_when_zoomed_is_found(browser: Browser, network: ServiceClient, broken: str, said: str) -> None:
    visit = Visit(browser, network.address, "en", PHONE, bypass_csp=True)
    visit.page.goto("/sign-in")
    assert lost_when_zoomed(visit.page) == []
    visit.page.evaluate("broken => document.querySelector('main').insertAdjacentHTML('beforeend', broken)", broken)
    assert any(said in each for each in lost_when_zoomed(visit.page))
    assert visit.page.viewport_size == PHONE
    visit.context.close()


def test_what_keeps_somebody_out_is_found(browser: Browser, network: ServiceClient) -> None:
    visit = Visit(browser, network.address, "en", PHONE, bypass_csp=True)
    visit.page.goto("/sign-in")
    assert faults(visit.page) == []
    break_it = (
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<input><p style=\"color: #eee\">Pale</p>')"
    )
    visit.page.evaluate(break_it)
    assert {each.partition(":")[0] for each in faults(visit.page)} == {"label", "color-contrast"}
    visit.context.close()
