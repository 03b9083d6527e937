"""What coordination is worth, on a page: the day's table, never more than was recorded, and pictures of it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest

from app.kit.clock import HandSetClock
from app.planning.run import Workshop
from app.web.charts import paired_bars
from tests.arrivals.conftest import the_hour
from tests.papers.reading import read, whole
from tests.reports.together.conftest import Town, compared_day, config, driven, published, town, workshop
from tests.service_client import DAY, ServiceClient

__all__ = ["config", "town", "workshop"]
PASSWORD = "a long enough password"
PAGE = f"/together?date={DAY}"


@pytest.fixture
def plan(network: ServiceClient, town: Town, workshop: Workshop) -> dict[str, Any]:
    return published(network, workshop)


@pytest.fixture
def browser(network: ServiceClient) -> Iterator[httpx.Client]:
    """A browser that runs no script."""
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=network.address, headers=headers, timeout=60, follow_redirects=True) as opened:
        yield opened


def sign_in(network: ServiceClient, browser: httpx.Client, role: str, organisation: str = "") -> None:
    organisation = organisation or network.get("/me").json()["organisation"]["id"]
    body = {"name": role, "email": f"{role}@example.org", "role": role, "password": PASSWORD, "site_id": None}
    network.ok(f"/organisations/{organisation}/people", body)
    browser.post("/sign-in", data={"email": body["email"], "password": PASSWORD, "next": "/"})


def words(page: str) -> str:
    """What is read, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_published_day_that_is_not_worked_out_says_so_and_can_be_asked_for(
    network: ServiceClient, browser: httpx.Client, plan: dict[str, Any], workshop: Workshop
) -> None:
    sign_in(network, browser, "dispatcher")
    assert "This day is not worked out yet." in browser.get(PAGE).text
    assert "no plan was published" in browser.get("/together?date=2026-12-24").text
    asked = browser.post("/together", data={"date": DAY})
    assert "It is being worked out" in asked.text
    again = browser.get(PAGE).text  # whoever opens it meanwhile, as often as wanted
    assert "It is being worked out" in again
    assert "Work it out now" not in again
    assert "It is being worked out" not in browser.get("/together?date=2026-12-24").text
    nothing = browser.post("/together", data={"date": "2026-12-24"})
    assert "no plan was published" in nothing.text
    assert browser.get("/together?date=tomorrow").status_code == 200


def test_a_day_that_nobody_reported_is_called_planned_and_a_driven_one_recorded(
    network: ServiceClient, browser: httpx.Client, plan: dict[str, Any], workshop: Workshop, clock: HandSetClock
) -> None:
    compared_day(workshop, network.network_id())
    sign_in(network, browser, "dispatcher")
    page = words(browser.get(PAGE).text)
    assert "As planned" in page
    assert "As recorded" not in page
    assert "this is what was planned, and not what was done" in page
    assert "Only planned, nobody reported them 1 day" in page
    for claim in ("Saves time", "Saves resources", "Avoids duplicated effort", "Reaches more people"):
        assert claim in page
    assert "Kitchen 0 kg" not in page.partition("Partner by partner")[0]
    driven(network, clock, plan)
    compared_day(workshop, network.network_id())
    page = words(browser.get(PAGE).text)
    assert page.index("As recorded") < page.index("As planned")
    assert "not what was done" not in page
    assert "Recorded 1 day" in page


def test_a_chart_is_a_picture_that_runs_nothing_and_is_the_same_every_time(
    network: ServiceClient, browser: httpx.Client, plan: dict[str, Any], workshop: Workshop
) -> None:
    compared_day(workshop, network.network_id())
    sign_in(network, browser, "dispatcher")
    addresses = re.findall(r'src="(/together/chart[^"]+)"', browser.get(PAGE).text)
    assert len(addresses) == 3
    for address in addresses:
        answer = browser.get(address.replace("&amp;", "&"))
        assert answer.headers["content-type"] == "image/svg+xml"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert b"<script" not in answer.content
        assert b"Every store on offer" in answer.content
        without_id = [re.sub(rb"[0-9a-f]{8}-[0-9a-f-]{27}", b"", each) for each in (answer.content,)]
        again = re.sub(rb"[0-9a-f]{8}-[0-9a-f-]{27}", b"", browser.get(address.replace("&amp;", "&")).content)
        assert without_id == [again]
    nothing = browser.get("/together/chart.svg", params={"date": "2026-12-24", "kind": "planned", "figure": "food"})
    assert nothing.status_code == 200


def test_a_food_bank_sees_the_network_and_itself_and_does_not_ask(
    network: ServiceClient, browser: httpx.Client, town: Town, plan: dict[str, Any], workshop: Workshop
) -> None:
    compared_day(workshop, network.network_id())
    sign_in(network, browser, "organisation_admin", town.organisations["Duffryn"]["id"])
    page = browser.get(PAGE).text
    partners = words(page.partition("<h3>Partner by partner")[2])
    assert "Duffryn" in partners
    assert "Pantry" not in partners
    assert "Work it out" not in page
    assert browser.post("/together", data={"date": DAY}).status_code == 403


def test_a_day_on_which_no_food_moved_is_no_error(
    network: ServiceClient, browser: httpx.Client, town: Town, workshop: Workshop, clock: HandSetClock
) -> None:
    for offer in town.offers.values():
        now = network.get(f"/offers/{offer['id']}").json()
        network.ok(f"/offers/{offer['id']}/withdraw", {"reason": "sold"}, **{"If-Match": f'"{now["version"]}"'})
    published(network, workshop)
    clock.set(the_hour("16:00") + timedelta(days=1))
    compared_day(workshop, network.network_id())
    sign_in(network, browser, "dispatcher")
    page = words(browser.get(PAGE).text)
    assert "No food moved, so that nothing is counted per tonne." in page
    assert "Distance per tonne – –" in page


def test_a_day_is_kept_as_paper(
    network: ServiceClient, browser: httpx.Client, plan: dict[str, Any], workshop: Workshop
) -> None:
    compared_day(workshop, network.network_id())
    sign_in(network, browser, "dispatcher")
    assert f'href="/together.pdf?date={DAY}"' in browser.get(PAGE).text
    for language, title in (("en", "Together and alone"), ("ar", "معًا وكلٌّ وحده")):
        answer = browser.get(f"/together.pdf?date={DAY}&lang={language}")
        assert answer.headers["Content-Type"] == "application/pdf"
        assert read(answer.content).root_object["/Lang"] == language
        assert title in whole(answer.content)
        code = re.search(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}", whole(answer.content))
        assert code is not None
        checked = words(browser.get(f"/check/{code[0]}?lang=en").text)
        assert "A day together and alone" in checked
        assert "Delivered together" in checked
    assert "There is nothing to compare" in whole(browser.get("/together.pdf?date=2026-12-24&lang=en").content)


def test_a_chart_reads_from_the_right_in_arabic() -> None:
    def drawn(direction: str) -> ET.Element:
        svg = paired_bars(["Usual"], ("Together", [20.0]), ("Alone", [10.0]), direction=direction)
        return ET.fromstring(svg)

    from_left, from_right = drawn("ltr"), drawn("rtl")
    name = "{http://www.w3.org/2000/svg}"
    assert "scale(-1 1)" not in ET.tostring(from_left, encoding="unicode")
    [graph] = from_right.findall(f"{name}g")
    assert graph.get("transform") == "translate(520 0) scale(-1 1)"
    texts = list(from_right.iter(f"{name}text"))
    assert len(texts) == len(list(from_left.iter(f"{name}text")))
    for each in texts:  # no letter is mirrored
        assert each.get("transform") == f"translate({2 * float(each.get('x', '0')):g} 0) scale(-1 1)"
    anchors = {each.text: each.get("style") for each in texts}
    assert anchors["\u2067Usual\u2069"] == "text-anchor: start"
    assert anchors["Together"] == "text-anchor: end"
    assert anchors["0"] == "text-anchor: middle"
