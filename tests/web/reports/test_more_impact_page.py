"""What one thing more would rescue, on a page: asked with what it takes, watched, ranked, refused with a sentence."""

from typing import Any

import httpx
import pytest

from app.planning.run import Workshop
from tests.papers.reading import whole
from tests.reports.additions.conftest import asked, config, plan, report_of, town, worked_out, workshop
from tests.service_client import DAY, ServiceClient
from tests.web.reports.test_together_page import browser, sign_in, words

__all__ = ["browser", "config", "plan", "town", "workshop"]
FORM = {"from": DAY, "until": DAY, "kinds": ["chilled_box", "cooled_vehicle"], "box_kg": "٦٠", "key": "once"}


@pytest.fixture
def desk(network: ServiceClient, browser: httpx.Client) -> httpx.Client:
    """A dispatcher's browser."""
    sign_in(network, browser, "dispatcher")
    return browser


def test_days_are_asked_for_with_what_they_take_watched_and_ended(
    network: ServiceClient, desk: httpx.Client, plan: dict[str, Any]
) -> None:
    empty = words(desk.get("/more-impact").text)
    assert "Nothing was solved again yet." in empty
    counted = desk.get("/more-impact", params={key: value for key, value in FORM.items() if key != "key"}).text
    assert "1 of these days has a published plan:" in words(counted)
    assert "at most 8 searches, about 2 minutes." in words(counted)
    assert 'value="cooled_vehicle" checked' in counted
    assert 'value="store" checked' not in counted
    shown = desk.post("/more-impact", data=FORM)
    assert "Waiting for its turn." in shown.text
    assert "0 of at most" in words(shown.text)
    again = desk.post("/more-impact", data=FORM)
    assert again.url == shown.url  # pressed twice, asked once
    [report] = network.get("/reports/additions").json()["items"]
    assert report["box_kg"] == "60"
    ended = desk.post("/more-impact/end", data={"report": report["id"]})
    assert "It was ended before all days were there." in ended.text
    assert desk.post("/more-impact/end", data={"report": report["id"]}).status_code == 200


def test_the_ranking_is_read_on_the_page_and_on_paper_with_the_cheapest_kilogram_first(
    network: ServiceClient, desk: httpx.Client, plan: dict[str, Any], workshop: Workshop
) -> None:
    report = asked(network, prices={"chilled_box": "1.50", "vehicle": "30.00"})
    worked_out(workshop, network.network_id(), report["id"])
    text = desk.get("/more-impact").text
    page, found = words(text), report_of(network, report["id"])
    [box] = [each for each in found["ranking"] if each["kind"] == "chilled_box"]
    ranking = page.partition("The cheapest kilogram first")[2]
    assert ranking.index("A chilled box in White van") < ranking.index("One more cooled vehicle")
    assert f"{box['cost_per_kg']} GBP" in ranking
    assert "of which 1.50 GBP stated" in ranking
    assert "on 1 of 1 day" in ranking
    assert "None of what was tried" not in page
    for figure in ("food", "cost"):
        picture = desk.get("/more-impact/chart.svg", params={"report": report["id"], "figure": figure})
        assert picture.headers["Content-Type"] == "image/svg+xml"
        assert ("Box, " if figure == "food" else "Vehicle") in picture.text.replace("Cooled vehicle", "Vehicle")
    document = desk.get(f"/more-impact/{report['id']}.pdf")
    assert document.headers["Content-Type"] == "application/pdf"
    paper = " ".join(whole(document.content).split())
    for fact in ("More impact together", "A chilled box in White van", f"{box['cost_per_kg']} GBP", "What is assumed"):
        assert fact in paper
    arabic = " ".join(whole(desk.get(f"/more-impact/{report['id']}.pdf?lang=ar").content).split())
    assert "صندوق تبريد في White van" in arabic
    assert "تأثير أكبر معًا" in desk.get("/more-impact?lang=ar").text


def test_where_nothing_helps_the_page_says_so_and_shows_no_cost(
    network: ServiceClient, desk: httpx.Client, plan: dict[str, Any], workshop: Workshop
) -> None:
    report = asked(network, kinds=["driver_hour"])
    worked_out(workshop, network.network_id(), report["id"])
    page = words(desk.get("/more-impact").text)
    assert "None of what was tried would have rescued more on these days." in page
    assert "The cheapest kilogram more" not in page


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"until": "2026-11-01"}, "", "The last day is before the first. Swap the two."),
        ({"from": "soon"}, "from", "Write the date as 2026-11-24."),
        ({"price_vehicle": "much"}, "price_vehicle", ""),
        ({"box_kg": "0"}, "box_kg", "The weight must be more than 0 kg."),
        ({"from": "2026-12-20", "until": "2026-12-20"}, "", "there is nothing to solve again."),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(
    desk: httpx.Client, plan: dict[str, Any], wrong: dict[str, str], field: str, sentence: str
) -> None:
    shown = desk.post("/more-impact", data={**FORM, "price_partner": "12,5", **wrong})
    assert shown.status_code == 422
    assert "Not asked yet:" in shown.text
    assert sentence in words(shown.text)
    assert 'value="12,5"' in shown.text
    for value in wrong.values():
        assert f'value="{value}"' in shown.text
    if field:
        assert shown.text.count('aria-invalid="true"') == 1
        assert f'id="{field}"' in shown.text.partition('aria-invalid="true"')[0].rpartition("<input")[2]


def test_only_those_who_plan_read_it(network: ServiceClient, browser: httpx.Client, plan: dict[str, Any]) -> None:
    [bank] = [each for each in network.get("/organisations").json()["items"] if each["name"] == "Duffryn"]
    sign_in(network, browser, "organisation_admin", bank["id"])
    assert browser.get("/more-impact").status_code == 403
    assert browser.post("/more-impact", data=FORM).status_code == 403
