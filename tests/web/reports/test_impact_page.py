"""The page of a network's impact, its files and pictures, and the form of what it is counted with."""

import csv
import io
import re
from html import unescape
from typing import Any

import httpx
import pytest

from app.kit.clock import HandSetClock
from tests.issuing.test_checking import checked, code_on, weights
from tests.papers.reading import whole
from tests.reports.impact.conftest import config, over, plan, the_next_morning, town, workshop
from tests.reports.together.conftest import Town
from tests.service_client import DAY, ServiceClient
from tests.web.reports.test_together_page import browser, sign_in, words

__all__ = ["browser", "config", "over", "plan", "town", "workshop"]
PAGE = f"/impact?from={DAY}&until={DAY}"


def read(page: str) -> str:
    """What is read, without tags; a name apart is a word as any."""
    return unescape(words(re.sub(r"</?bdi[^>]*>", "", page)))


def test_each_figure_stands_with_its_factor_range_and_source(
    network: ServiceClient, browser: httpx.Client, over: dict[str, Any]
) -> None:
    sign_in(network, browser, "dispatcher")
    page = read(browser.get(PAGE).text)
    found = network.get("/impact", **{"from": DAY, "until": DAY}).json()
    assert f"Meals {found['meals']} {found['meals_least']} to {found['meals_most']} by others' factors" in page
    assert "420 g of food per meal, WRAP" in page
    assert "1600 g of CO₂e avoided per kg of food, FareShare, Carbon Trust" in page
    assert "CO₂e avoided, after driving" in page
    assert "Lowest fill rate" in page
    for bank in found["food_banks"]:
        assert bank["organisation_name"] in page
    for name in found["cost"]["left_out"]:
        assert f"{name} has entered no rate for its vehicles" in page
    assert "Publish this report" in page
    assert "Only planned" not in page


def test_a_day_that_nobody_reported_is_shown_as_planned_and_makes_no_figure(
    network: ServiceClient, browser: httpx.Client, plan: dict[str, Any], clock: HandSetClock
) -> None:
    clock.set(the_next_morning())
    sign_in(network, browser, "dispatcher")
    page = read(browser.get(PAGE).text)
    assert "No day of these is recorded" in page
    assert "Only planned, and in no figure" in page
    assert "Publish this report" not in page
    refused = browser.post("/impact", data={"from": DAY, "until": DAY})
    assert refused.status_code == 422
    assert "there is nothing to publish" in refused.text
    inverted = browser.get("/impact?from=2026-11-20&until=2026-11-10")
    assert (inverted.status_code, "The last day is before the first." in inverted.text) == (422, True)
    assert 'value="2026-11-20"' in inverted.text
    assert browser.get("/impact?from=yesterday").status_code == 200


def test_a_published_report_says_so_and_by_how_much_today_differs(
    network: ServiceClient, browser: httpx.Client, over: dict[str, Any]
) -> None:
    sign_in(network, browser, "dispatcher")
    report = browser.post("/impact", data={"from": DAY, "until": DAY})
    assert "Report 1, published Thursday 26 November 2026" in read(report.text)
    assert "Counted today, the same days come to the same." in report.text
    network.ok("/impact/factors", {"use": "meals", "code": "fao", "counts_from": DAY})
    again = read(browser.get(str(report.url)).text)
    assert re.search(r"Counted today, the same days would differ by: −\d+ meals", again)
    assert "420 g of food per meal" in again
    assert "Report 1 : From" in read(browser.get(PAGE).text)
    paper = browser.get(f"/impact.pdf?report={report.url.path.rpartition('/')[2]}").content
    with ServiceClient(network.address, None) as nobody:
        found = checked(nobody, code_on(paper))
    assert (found["kind"], found["standing"]) == ("impact_report", "agrees")
    assert (
        weights(found)["for_people"][0] == network.get("/impact", **{"from": DAY, "until": DAY}).json()["kg_for_people"]
    )
    assert "check code" not in whole(browser.get(f"/impact.pdf?from={DAY}&until={DAY}").content).lower()
    for path in ("/impact.csv", "/impact.pdf", "/impact/chart.svg?figure=waste", "/impact/chart.svg?figure=fairness"):
        mark = "&" if "?" in path else "?"
        assert browser.get(f"{path}{mark}report={report.url.path.rpartition('/')[2]}").status_code == 200
    assert browser.get("/impact/00000000-0000-0000-0000-000000000000").status_code == 404


def test_the_numbers_behind_it_are_rows_with_their_sources(
    network: ServiceClient, browser: httpx.Client, over: dict[str, Any]
) -> None:
    sign_in(network, browser, "dispatcher")
    answer = browser.get(f"/impact.csv?from={DAY}&until={DAY}")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    found = network.get("/impact", **{"from": DAY, "until": DAY}).json()
    [meals] = [row for row in rows if (row["section"], row["figure"]) == ("figures", "meals")]
    assert (meals["value"], meals["least"], meals["factor"], meals["factor_version"]) == (
        str(found["meals"]), str(found["meals_least"]), "420 g of food per meal (WRAP)", "0",
    )  # fmt: skip
    assert all(row["source"] for row in rows)
    received = {
        row["item"]: row["value"] for row in rows if (row["section"], row["figure"]) == ("food banks", "received")
    }
    assert received == {each["organisation_name"]: each["kg_delivered"] for each in found["food_banks"]}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_paper_has_the_figures_in_both_languages(
    network: ServiceClient, browser: httpx.Client, over: dict[str, Any], language: str
) -> None:
    sign_in(network, browser, "dispatcher")
    answer = browser.get(f"/impact.pdf?from={DAY}&until={DAY}&lang={language}", headers={"Accept-Language": language})
    assert answer.headers["content-type"] == "application/pdf"
    text = whole(answer.content)
    assert str(network.get("/impact", **{"from": DAY, "until": DAY}).json()["meals"]) in text
    assert "WRAP" in text


def test_a_picture_is_drawn_and_runs_nothing(
    network: ServiceClient, browser: httpx.Client, over: dict[str, Any]
) -> None:
    sign_in(network, browser, "dispatcher")
    addresses = re.findall(r'src="(/impact/chart[^"]+)"', browser.get(PAGE).text)
    assert addresses
    for address in addresses:
        answer = browser.get(address.replace("&amp;", "&"))
        assert answer.headers["content-type"] == "image/svg+xml"
        assert b"<script" not in answer.content
    assert b"Duffryn" in answer.content


def test_an_administrator_chooses_a_number_and_what_does_not_fit_stays_typed(
    network: ServiceClient, browser: httpx.Client, over: dict[str, Any]
) -> None:
    sign_in(network, browser, "network_admin")
    assert "Today counts version 0:" in read(browser.get("/impact/factors").text)
    own = {"use": "meals", "code": "own", "label": "Our survey", "value": "many", "source": "", "counts_from": DAY}
    refused = browser.post("/impact/factors", data=own)
    assert refused.status_code == 422
    assert 'value="many"' in refused.text
    assert refused.text.count('class="fault"') == 2
    saved = browser.post("/impact/factors", data={**own, "value": "٤٥٠", "source": "survey of 2026"})
    assert "Saved." in saved.text
    assert "450 g of food per meal" in read(saved.text)
    assert "450 g of food per meal, Our survey" in read(browser.get(PAGE).text)


def test_a_dispatcher_reads_the_factors_and_a_partner_reads_no_report(
    network: ServiceClient, browser: httpx.Client, town: Town
) -> None:
    sign_in(network, browser, "dispatcher")
    page = browser.get("/impact/factors").text
    assert "The network&#39;s administrators change these settings." in page
    assert "Count with another number" not in page
    assert browser.post("/impact/factors", data={"use": "meals", "code": "feba"}).status_code == 403
    browser.post("/sign-out")
    sign_in(network, browser, "organisation_admin", town.organisations["Duffryn"]["id"])
    assert browser.get(PAGE).status_code == 403
