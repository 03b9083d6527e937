"""Standing needs fill the coming days, each once; what is stated for a date wins; many needs come at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.system import OutboxMessage
from app.settings import Settings
from tests.service_client import DAY, FOOD_BANK, ServiceClient, a_need

WEDNESDAY, THURSDAY, NEXT_WEDNESDAY = DAY, "2026-11-26", "2026-12-02"


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@pytest.fixture
def bank(network: ServiceClient) -> dict[str, Any]:
    return network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")


def a_standing_need(site: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Bread on Mondays and Wednesdays."""
    body = {
        "site_id": site["id"], "category": "bread_and_bakery", "kg": "40", "weekdays": [1, 3],
        "starts_on": "2026-11-23",
        "people_served": 60, "priority": 5, "note": "Lunch club", "excluded_allergens": ["nuts"],
    }  # fmt: skip
    return {**body, **fields}


def needs_of(network: ServiceClient, day: str, state: str = "open") -> list[dict[str, Any]]:
    return [need for need in network.get("/needs", service_date=day).json()["items"] if need["state"] == state]


def test_a_standing_need_fills_its_weekdays_once_with_its_terms(
    network: ServiceClient, database: Database, bank: dict[str, Any]
) -> None:
    standing = network.ok("/standing-needs", a_standing_need(bank))
    assert network.get(f"/standing-needs/{standing['id']}").json() == standing
    for _ in range(2):
        [need] = needs_of(network, NEXT_WEDNESDAY)
    told = ("kg", "priority", "note", "people_served", "excluded_allergens", "standing_need_id", "from_standing")
    assert [need[name] for name in told] == ["40", 5, "Lunch club", 60, ["nuts"], standing["id"], True]
    assert needs_of(network, THURSDAY) == []
    with database.transaction(Scope(network=network.network_id())) as session:
        kinds = session.scalars(select(OutboxMessage.kind)).all()
    assert kinds == ["need.stated"]


def test_the_past_and_days_before_the_first_or_after_the_last_are_not_filled(
    network: ServiceClient, bank: dict[str, Any]
) -> None:
    wish = a_standing_need(bank, weekdays=[1, 2, 3, 4, 5, 6, 7], starts_on="2026-11-20", ends_on="2026-11-27")
    network.ok("/standing-needs", {**wish, "skipped_dates": [THURSDAY]})
    filled = [day for day in range(23, 31) if needs_of(network, f"2026-11-{day}")]
    assert filled == [25, 27]


def test_many_readers_at_once_fill_a_day_once(network: ServiceClient, bank: dict[str, Any]) -> None:
    network.ok("/standing-needs", a_standing_need(bank))
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: needs_of(network, NEXT_WEDNESDAY), range(6)))
    assert {len(needs) for needs in found} == {1}
    assert len({needs[0]["id"] for needs in found}) == 1


def test_asking_for_a_plan_fills_the_day(network: ServiceClient, bank: dict[str, Any]) -> None:
    network.ok("/standing-needs", a_standing_need(bank))
    network.ok("/plan-runs", {"service_date": NEXT_WEDNESDAY})
    assert [need["from_standing"] for need in network.get("/needs").json()["items"]] == [True]


def test_a_need_stated_for_the_date_wins_before_and_after_the_day_was_filled(
    network: ServiceClient, bank: dict[str, Any]
) -> None:
    network.ok("/needs", a_need(bank, service_date=WEDNESDAY, kg="7"))
    network.ok("/standing-needs", a_standing_need(bank))
    assert [(need["kg"], need["from_standing"]) for need in needs_of(network, WEDNESDAY)] == [("7", False)]
    [filled] = needs_of(network, NEXT_WEDNESDAY)
    stated = network.ok("/needs", a_need(bank, service_date=NEXT_WEDNESDAY, kg="8"))
    assert stated["id"] == filled["id"]
    assert [(need["kg"], need["from_standing"]) for need in needs_of(network, NEXT_WEDNESDAY)] == [("8", False)]
    again = network.post("/needs", a_need(bank, service_date=NEXT_WEDNESDAY))
    assert again.json()["code"] == "need_already_stated"


def test_coming_days_change_with_what_stands_and_those_changed_by_hand_do_not(
    network: ServiceClient, bank: dict[str, Any]
) -> None:
    standing = network.ok("/standing-needs", a_standing_need(bank))
    [today], [later] = needs_of(network, WEDNESDAY), needs_of(network, NEXT_WEDNESDAY)
    by_hand = network.http.patch(f"/needs/{today['id']}", json={"kg": "5"}, headers={"If-Match": '"1"'}).json()
    assert (by_hand["kg"], by_hand["from_standing"]) == ("5", False)
    path = f"/standing-needs/{standing['id']}"
    assert network.http.patch(path, json={"kg": "50"}).status_code == 428
    assert network.http.patch(path, json={"kg": "50"}, headers={"If-Match": '"1"'}).json()["kg"] == "50"
    assert network.http.patch(path, json={"kg": "51"}, headers={"If-Match": '"1"'}).status_code == 412
    assert network.get(f"/needs/{later['id']}").json()["kg"] == "50"
    assert network.get(f"/needs/{today['id']}").json()["kg"] == "5"
    moved = network.http.patch(path, json={"weekdays": [4]}, headers={"If-Match": '"2"'})
    assert moved.status_code == 200
    assert needs_of(network, NEXT_WEDNESDAY) == []
    assert [need["kg"] for need in needs_of(network, THURSDAY)] == ["50"]
    back = network.http.patch(path, json={"weekdays": [3, 4]}, headers={"If-Match": '"3"'})
    assert back.status_code == 200
    assert [need["id"] for need in needs_of(network, NEXT_WEDNESDAY)] == [later["id"]]


def test_an_ended_standing_need_fills_nothing_more_and_takes_its_coming_days_back(
    network: ServiceClient, bank: dict[str, Any]
) -> None:
    standing = network.ok("/standing-needs", a_standing_need(bank))
    needs_of(network, NEXT_WEDNESDAY)
    ended = network.ok(f"/standing-needs/{standing['id']}/end")
    assert ended["state"] == "ended"
    assert needs_of(network, NEXT_WEDNESDAY) == needs_of(network, "2026-12-07") == []
    assert network.post(f"/standing-needs/{standing['id']}/end").json()["code"] == "standing_need_ended"
    assert network.get("/standing-needs", state="active").json()["items"] == []
    assert [each["id"] for each in network.get("/standing-needs", site_id=bank["id"]).json()["items"]] == [ended["id"]]


def test_two_that_would_fill_the_same_day_are_refused(network: ServiceClient, bank: dict[str, Any]) -> None:
    network.ok("/standing-needs", a_standing_need(bank, ends_on="2026-12-31"))
    assert (
        network.post("/standing-needs", a_standing_need(bank, weekdays=[3])).json()["code"] == "standing_need_overlaps"
    )
    network.ok("/standing-needs", a_standing_need(bank, weekdays=[2]))
    network.ok("/standing-needs", a_standing_need(bank, starts_on="2027-01-01"))
    network.ok("/standing-needs", a_standing_need(bank, category="drinks"))


@pytest.mark.parametrize(
    "fields",
    [{"weekdays": []}, {"weekdays": [0]}, {"weekdays": [8]}, {"kg": "0"}, {"priority": 6}, {"ends_on": "2026-01-01"}],
)
def test_a_standing_need_that_does_not_fit_is_refused(
    network: ServiceClient, bank: dict[str, Any], fields: dict[str, Any]
) -> None:
    assert network.post("/standing-needs", a_standing_need(bank, **fields)).json()["code"] == "invalid_request"


def test_a_supermarket_neither_states_nor_reads_needs(network: ServiceClient, bank: dict[str, Any]) -> None:
    standing = network.ok("/standing-needs", a_standing_need(bank))
    with network.client_of(network.organisation("supermarket", "Lidl"), "offers", "needs") as till:
        assert till.get(f"/standing-needs/{standing['id']}").status_code == 404
        assert till.post("/standing-needs", a_standing_need(bank)).status_code == 404
        assert till.get("/needs", service_date=NEXT_WEDNESDAY).json()["items"] == []
    assert len(needs_of(network, NEXT_WEDNESDAY)) == 1


def test_many_needs_are_stated_at_once_or_none(network: ServiceClient, bank: dict[str, Any]) -> None:
    many = [a_need(bank, category=category) for category in ("bread_and_bakery", "drinks")]
    made = network.ok("/needs/bulk", {"needs": many}, **{"Idempotency-Key": "monday"})["items"]
    assert [need["category"] for need in made] == ["bread_and_bakery", "drinks"]
    assert network.ok("/needs/bulk", {"needs": many}, **{"Idempotency-Key": "monday"})["items"] == made
    again = network.post("/needs/bulk", {"needs": [a_need(bank, category="other"), many[1]]})
    assert (again.status_code, again.json()["code"]) == (409, "need_already_stated")
    assert [each["pointer"] for each in again.json()["errors"]] == ["/needs/1"]
    stranger = {**bank, "id": "00000000-0000-4000-8000-000000000000"}
    assert network.post("/needs/bulk", {"needs": [a_need(stranger)]}).status_code == 404
    misfit = network.post("/needs/bulk", {"needs": [a_need(bank, category="other"), a_need(bank, kg="-1")]})
    assert misfit.json()["errors"][0]["pointer"] == "/needs/1/kg"
    assert network.post("/needs/bulk", {"needs": many * 101}).json()["code"] == "invalid_request"
    assert len(network.get("/needs", service_date=DAY).json()["items"]) == 2


def test_priority_is_one_to_five(network: ServiceClient, bank: dict[str, Any]) -> None:
    need = network.ok("/needs", a_need(bank, note="Soup kitchen"))
    assert (need["priority"], need["note"], need["from_standing"]) == (3, "Soup kitchen", False)
    changed = network.http.patch(f"/needs/{need['id']}", json={"priority": 1}, headers={"If-Match": '"1"'})
    assert changed.json()["priority"] == 1
    assert network.post("/needs", a_need(bank, category="drinks", priority=0)).json()["code"] == "invalid_request"


def test_a_food_bank_looks_after_its_own_standing_needs_and_fills_no_others(network: ServiceClient) -> None:
    theirs = network.organisation("food_bank", "Duffryn Food Bank")
    site = network.site((51.5604773, -3.0256499), "Duffryn", organisation_id=theirs["id"], kind="distribution_point")
    own = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
    network.ok("/standing-needs", a_standing_need(own))
    with network.client_of(theirs, "needs") as bank:
        bank.ok("/standing-needs", a_standing_need(site))
        assert bank.post("/standing-needs", a_standing_need(own)).status_code == 404
        assert [need["site_id"] for need in needs_of(bank, NEXT_WEDNESDAY)] == [site["id"]]
        assert [need["site_id"] for need in network.get("/needs").json()["items"]] == [site["id"]]
        made = bank.ok("/needs/bulk", {"needs": [a_need(site, service_date=NEXT_WEDNESDAY, kg="3")]})["items"]
        assert [(need["kg"], need["from_standing"]) for need in made] == [("3", False)]
    assert len(needs_of(network, NEXT_WEDNESDAY)) == 2
