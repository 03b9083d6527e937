"""The ledger over HTTP: read in pages, settled after the day, and nothing of it is anybody else's."""

from typing import Any

import pytest

from tests.service_client import DAY, ServiceClient, a_line, an_event, kilograms, report, stops_of


def places(network: ServiceClient, offer: dict[str, Any]) -> dict[str, str]:
    lines = network.get(f"/offers/{offer['id']}/ledger").json()["lines"]
    return {name: kg for name, kg in lines[0]["balances"].items() if kg != "0"}


def partly_refused(network: ServiceClient, driven: dict[str, Any]) -> dict[str, Any]:
    """30 kg collected, 15 delivered, 10 refused, 5 still on the van."""
    with network.driver(driven["shift"]) as driver:
        pickup, drop_off, food = stops_of(driver)
        report(
            driver,
            an_event(pickup, "collected", kilograms(food)),
            an_event(drop_off, "delivered", kilograms(food, "15")),
            an_event(drop_off, "refused", kilograms(food, "10"), reason="refused_at_the_door"),
        )
    return food


def test_an_offers_ledger_tells_where_its_food_is_and_how_it_came_there(
    network: ServiceClient, driven: dict[str, Any]
) -> None:
    found = network.get(f"/offers/{driven['offer']['id']}/ledger").json()
    assert [(each["from_account"], each["to_account"], each["kg"]) for each in found["entries"]] == [
        ("supply", "offered", "30"),
        ("offered", "allocated", "30"),
    ]
    [line] = found["lines"]
    assert (line["kg_posted"], line["replaced"], line["balances"]["kg_allocated"]) == ("30", False, "30")


def test_a_replaced_line_keeps_its_ledger(network: ServiceClient, day: dict[str, Any]) -> None:
    path = f"/offers/{day['offer']['id']}"
    network.http.patch(path, json={"lines": [a_line(kg="7")]}, headers={"If-Match": '"1"'}).raise_for_status()
    lines = network.get(f"{path}/ledger").json()["lines"]
    assert [(line["replaced"], line["balances"]["kg_offered"], line["balances"]["kg_withdrawn"]) for line in lines] == [
        (False, "7", "0"),
        (True, "0", "30"),
    ]


def test_entries_come_in_pages_and_by_line_day_and_account(network: ServiceClient, driven: dict[str, Any]) -> None:
    partly_refused(network, driven)
    line = driven["offer"]["lines"][0]["id"]
    everything = network.get("/ledger-entries").json()["items"]
    assert len(everything) >= 5
    paged: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = network.get("/ledger-entries", limit=2, **({} if cursor is None else {"cursor": cursor})).json()
        paged += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert paged == everything
    assert network.get("/ledger-entries", line_id=line, service_date=DAY).json()["items"] == everything
    assert network.get("/ledger-entries", service_date="2026-11-26").json()["items"] == []
    refused = network.get("/ledger-entries", offer_id=driven["offer"]["id"], account="refused").json()["items"]
    assert [(each["to_account"], each["kg"]) for each in refused] == [("refused", "10")]
    for query in ({"cursor": "bm9uZQ=="}, {"account": "pocket"}):
        assert network.get("/ledger-entries", **query).json()["code"] == "invalid_request"


def test_what_was_refused_and_what_is_left_is_settled(network: ServiceClient, driven: dict[str, Any]) -> None:
    path = f"/allocations/{partly_refused(network, driven)['id']}/settle"
    first = network.ok(path, {"returned_kg": "12", "note": "Back in the fridge of the store"})
    assert {name: kg for name, kg in first["balances"].items() if kg != "0"} == {
        "kg_delivered": "15", "kg_returned": "12", "kg_collected": "3",
    }  # fmt: skip
    assert network.post(path, {"wasted_kg": "3.1"}).json()["code"] == "settled_too_much"
    assert network.post(path, {}).json()["code"] == "invalid_request"
    network.ok(path, {"wasted_kg": "3"}, **{"Idempotency-Key": "once"})
    network.ok(path, {"wasted_kg": "3"}, **{"Idempotency-Key": "once"})
    assert places(network, driven["offer"]) == {"kg_delivered": "15", "kg_returned": "12", "kg_wasted": "3"}
    report_of_day = network.get("/reports/day", service_date=DAY).json()["actuals"]
    assert (report_of_day["kg_unaccounted"], report_of_day["kg_still_open"]) == ("0", "0")


def test_a_late_report_after_a_settlement_is_kept_and_the_contradiction_is_told(
    network: ServiceClient, driven: dict[str, Any]
) -> None:
    food = partly_refused(network, driven)
    network.ok(f"/allocations/{food['id']}/settle", {"returned_kg": "15"})
    with network.driver(driven["shift"]) as driver:
        _, drop_off, food = stops_of(driver)
        later = an_event(drop_off, "delivered", kilograms(food, "20"), occurred_at="2026-11-25T12:00:00+00:00")
        report(driver, later)
    assert places(network, driven["offer"]) == {"kg_delivered": "20", "kg_returned": "10"}
    codes = [each["code"] for each in network.get("/contradictions", service_date=DAY).json()]
    assert "settled_too_much" in codes


def test_what_is_on_the_van_is_settled_and_no_more(network: ServiceClient, driven: dict[str, Any]) -> None:
    with network.driver(driven["shift"]) as driver:
        pickup, _, food = stops_of(driver)
        report(driver, an_event(pickup, "collected", kilograms(food)))
    path = f"/allocations/{food['id']}/settle"
    assert network.post(path, {"returned_kg": "31"}).json()["code"] == "settled_too_much"
    assert network.ok(path, {"returned_kg": "30"})["balances"]["kg_returned"] == "30"


def test_only_the_networks_staff_settle_and_a_draft_has_nothing_to_settle(
    network: ServiceClient, shop: dict[str, Any], driven: dict[str, Any]
) -> None:
    food = partly_refused(network, driven)
    with network.client_of(shop, "offers") as till:
        assert till.post(f"/allocations/{food['id']}/settle", {"wasted_kg": "1"}).status_code == 403
        assert len(till.get("/ledger-entries").json()["items"]) >= 5
    with network.client_of(network.organisation("supermarket", "Tesco"), "offers") as other:
        assert other.get("/ledger-entries").json()["items"] == []
        assert other.get(f"/offers/{driven['offer']['id']}/ledger").status_code == 404
    unknown = "/allocations/00000000-0000-4000-8000-000000000000/settle"
    assert network.post(unknown, {"wasted_kg": "1"}).status_code == 404


@pytest.mark.parametrize("body", [{"returned_kg": "-1"}, {"wasted_kg": 3}, {"lost_kg": "1"}])
def test_a_settlement_that_does_not_fit_is_refused(
    network: ServiceClient, driven: dict[str, Any], body: dict[str, Any]
) -> None:
    food = partly_refused(network, driven)
    assert network.post(f"/allocations/{food['id']}/settle", body).json()["code"] == "invalid_request"
