"""Needs over HTTP: stated once, changed by version, kept in kilograms as text."""

from typing import Any

import pytest

from app.kit.web import Call
from tests.service_client import FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient, a_line, a_need, an_offer


@pytest.fixture
def bank(network: ServiceClient) -> dict[str, Any]:
    return network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")


def test_a_need_is_stated_read_and_listed_by_day(network: ServiceClient, bank: dict[str, Any]) -> None:
    need = network.ok("/needs", a_need(bank, kg="12.345", excluded_allergens=["nuts"]))
    assert need["kg"] == "12.345"
    assert network.get(f"/needs/{need['id']}").json() == need
    assert network.get("/needs", service_date="2026-11-25").json()["items"] == [need]
    assert network.get("/needs", service_date="2026-11-26").json()["items"] == []


def test_the_same_need_is_stated_once(network: ServiceClient, bank: dict[str, Any]) -> None:
    network.ok("/needs", a_need(bank))
    again = network.post("/needs", a_need(bank, kg="9"))
    assert (again.status_code, again.json()["code"]) == (409, "need_already_stated")


def test_a_need_is_changed_from_the_version_that_was_read(network: ServiceClient, bank: dict[str, Any]) -> None:
    need = network.ok("/needs", a_need(bank))
    path = f"/needs/{need['id']}"
    assert network.http.patch(path, json={"kg": "7"}).status_code == 428
    changed = network.http.patch(path, json={"kg": "7"}, headers={"If-Match": '"1"'})
    assert (changed.json()["kg"], changed.headers["ETag"]) == ("7", '"2"')
    assert network.http.patch(path, json={"kg": "8"}, headers={"If-Match": '"1"'}).status_code == 412


def test_without_the_look_at_that_version_the_second_would_overwrite_the_first(
    network: ServiceClient, bank: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the same two changes, when the version in If-Match is taken for the one that is there."""
    path = f"/needs/{network.ok('/needs', a_need(bank))['id']}"
    network.http.patch(path, json={"kg": "7"}, headers={"If-Match": '"1"'}).raise_for_status()
    monkeypatch.setattr(Call, "expected_version", lambda _: 2)
    assert network.http.patch(path, json={"kg": "8"}, headers={"If-Match": '"1"'}).json()["kg"] == "8"


@pytest.mark.parametrize("fields", [{"kg": "0"}, {"people_served": -1}, {"service_date": "soon"}, {"category": "x"}])
def test_a_need_that_does_not_fit_is_refused(
    network: ServiceClient, bank: dict[str, Any], fields: dict[str, Any]
) -> None:
    assert network.post("/needs", a_need(bank, **fields)).json()["code"] == "invalid_request"


def test_a_need_with_an_allergen_excluded_gets_no_food_that_holds_it(
    network: ServiceClient, bank: dict[str, Any]
) -> None:
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl")
    network.ok("/needs", a_need(bank, excluded_allergens=["nuts"]))
    network.ok("/offers", an_offer(store, a_line(allergens=["gluten", "nuts"]), a_line(description="Plain", kg="40")))
    network.vehicle_and_shift(bank)
    plan = network.planned()
    assert plan["kg_allocated"] == "40"
    assert [each["reason"] for each in plan["unserved"]] == ["no_eligible_need"]
