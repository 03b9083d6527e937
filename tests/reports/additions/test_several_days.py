"""A report over three recorded days from end to end: what each day says adds up on the page, on paper, in files and
over the API."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from app.kit.clock import HandSetClock
from app.planning.run import Workshop
from tests.issuing.test_checking import checked, code_on, weights
from tests.papers.reading import whole
from tests.reports.additions.conftest import (
    asked,
    config,
    driven,
    plan_with_chilled_food,
    published,
    report_of,
    town,
    worked_out,
    workshop,
)
from tests.reports.together.conftest import Town
from tests.service_client import DAY, ServiceClient, a_line, a_need, an_offer
from tests.web.reports.test_together_page import browser, sign_in, words

__all__ = ["browser", "config", "town", "workshop"]
FIRST = date.fromisoformat(DAY)
DAYS = [str(FIRST + timedelta(days=number)) for number in range(3)]


def one_more_day(network: ServiceClient, town: Town, workshop: Workshop, day: str, chilled_kg: str) -> dict[str, Any]:
    """The plan of another day with the same bread and vans, and so much chilled food that none of them can carry."""
    hours = {"pickup_from": f"{day}T08:00:00+00:00", "pickup_until": f"{day}T12:00:00+00:00"}
    needs = [each for each in network.get("/needs").json()["items"] if each["service_date"] == DAY]
    for need in needs:
        same = {"category": need["category"], "kg": need["kg"], "service_date": day}
        network.ok("/needs", a_need({"id": need["site_id"]}, **same))
    lines = {"Lidl": [a_line(kg="62")], "Tesco": [a_line(kg="40")]}
    if chilled_kg != "0":
        lines["Lidl"].append(a_line(category="dairy_and_eggs", kg=chilled_kg, temperature_class="chilled"))
    for name, each in lines.items():
        network.ok("/offers", an_offer({"id": town.offers[name]["site_id"]}, *each, **hours))
    for name, shift in town.shifts.items():
        same = {key: shift[key] for key in ("vehicle_id", "driver_name", "start_site_id", "end_site_id")}
        body = {**same, "starts_at": f"{day}T08:00:00+00:00", "ends_at": f"{day}T16:00:00+00:00"}
        town.offices[name].ok("/shifts", body)
    return published(network, workshop, day)


@pytest.fixture
def three_days(network: ServiceClient, town: Town, workshop: Workshop, clock: HandSetClock) -> None:
    """Driven as planned; of the chilled food, which stayed, there were 50 kg, 20 kg and nothing."""
    plans = [plan_with_chilled_food(network, town, workshop)]
    plans += [one_more_day(network, town, workshop, day, kg) for day, kg in zip(DAYS[1:], ("20", "0"), strict=True)]
    for number, plan in enumerate(plans):
        driven(network, clock, plan, later=timedelta(days=number))


def grams(kg: str) -> int:
    return round(float(kg) * 1000)


def cents(money: str | None) -> int:
    return round(float(money or 0) * 100)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def adds_up(added: dict[str, Any], gains: list[dict[str, Any]], prices: dict[str, str]) -> None:
    """What is said of an addition is the sum of its days; a day on which it was not tried is nothing more, at its
    stated cost."""
    by_day = [grams(each["kg"]) for each in gains] + [0] * (len(DAYS) - len(gains))
    spread = sum(grams(each["kg_spread"]) for each in gains)
    stated = len(DAYS) * cents(prices.get("vehicle" if added["kind"] == "cooled_vehicle" else added["kind"]))
    assert (added["days"], added["days_tried"]) == (len(DAYS), len(gains))
    assert added["days_helped"] == sum(grams(each["kg"]) > grams(each["kg_spread"]) for each in gains)
    assert grams(added["kg"]) == sum(by_day)
    assert grams(added["kg_per_day"]) == round(sum(by_day) / len(DAYS))
    assert (grams(added["kg_least"]), grams(added["kg_most"])) == (min(by_day), max(by_day))
    assert grams(added["kg_spread"]) == spread
    assert added["standing"] == ("nothing" if sum(by_day) <= 0 else "helps" if sum(by_day) > spread else "within_noise")
    assert added["metres"] == sum(each["metres"] for each in gains)
    assert cents(added["driving_cost"]) == sum(cents(each["driving_cost"]) for each in gains)
    assert cents(added["stated_cost"]) == stated
    assert cents(added["cost"]) == cents(added["driving_cost"]) + stated
    per_kg = None if added["standing"] != "helps" else round(cents(added["cost"]) * 1000 / sum(by_day))
    assert (None if added["cost_per_kg"] is None else cents(added["cost_per_kg"])) == per_kg


def test_three_recorded_days_are_solved_again_and_add_up_wherever_they_are_read(
    network: ServiceClient, three_days: None, workshop: Workshop, browser: httpx.Client
) -> None:
    prices = {"vehicle": "30.00", "chilled_box": "1.50"}
    wish = {"from": DAYS[0], "until": DAYS[-1], "kinds": ["chilled_box", "cooled_vehicle", "store"], "prices": prices}
    report = asked(network, **wish)
    assert report["days"] == DAYS
    worked_out(workshop, network.network_id(), report["id"])
    found = report_of(network, report["id"])
    assert (found["state"], found["searches_left"]) == ("done", 0)
    assert [(each["service_date"], each["kind"]) for each in found["found"]] == [(day, "recorded") for day in DAYS]
    assert [each["kg_offered"] for each in found["found"]] == ["152", "122", "102"]
    assert found["searches_done"] == sum(each["searches"] for each in found["found"])

    path = f"/reports/additions/{report['id']}"
    gains = network.get(f"{path}/gains", limit="200").json()["items"]
    assert [each["service_date"] for each in gains] == sorted(each["service_date"] for each in gains)
    for added in found["ranking"]:
        anywhere = added["subject_id"] is None
        of = [
            each for each in gains
            if each["kind"] == added["kind"] and (anywhere or each["subject_id"] == added["subject_id"])
        ]  # fmt: skip
        assert of, added
        adds_up(added, of, prices)
    assert len({(each["kind"], each["subject_id"]) for each in found["ranking"]}) == len(found["ranking"])
    boxes = [each for each in found["ranking"] if each["kind"] == "chilled_box"]
    best = max(boxes, key=lambda each: grams(each["kg"]))
    assert (best["kg_most"], best["kg_least"], best["standing"]) == ("50", "0", "helps")

    for name, items in (("ranking", found["ranking"]), ("gains", gains)):
        rows = rows_of(network.get(f"{path}/{name}", format="csv", limit="200").text)
        assert [(row["kind"], row["kg"]) for row in rows] == [(each["kind"], each["kg"]) for each in items]

    sign_in(network, browser, "dispatcher")
    page = words(browser.get(f"/more-impact?report={report['id']}").text)
    document = browser.get(f"/more-impact/{report['id']}.pdf").content
    paper = " ".join(whole(document).split())
    for told in (f"{best['cost_per_kg']} GBP", "3 days were solved again"):
        assert told in paper, told
    assert f"{best['days_helped']} of 3" in paper
    assert f"on {best['days_helped']} of 3 days" in page
    assert f"{best['cost_per_kg']} GBP" in page

    code = code_on(document)
    assert code_on(browser.get(f"/more-impact/{report['id']}.pdf?lang=ar").content) == code
    with ServiceClient(network.address, None) as nobody:
        issued = checked(nobody, code)
    assert (issued["kind"], issued["standing"], issued["first_day"], issued["last_day"]) == (
        "additions", "agrees", DAYS[0], DAYS[-1],
    )  # fmt: skip
    total = sum(grams(each["kg"]) for each in found["found"])
    assert {name: grams(kg or "0") for name, (kg, _) in weights(issued).items()} == {
        "delivered": total, "most_more": max(grams(each["kg"]) for each in found["ranking"]),
    }  # fmt: skip
    assert "More impact together" in browser.get(f"/check/{code}").text
