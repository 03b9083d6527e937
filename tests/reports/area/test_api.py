"""Areas over the API: whose totals they are, what they add up, and what they keep to themselves."""

from typing import Any

import pytest
from sqlalchemy import select

from app.domain.permissions import Role, allowed
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.events import LedgerEntry
from tests.reports.area.conftest import (
    ALL_OF_IT,
    IN_DECEMBER,
    MONTH,
    WEST,
    City,
    config,
    driven_city,
    name_area,
    planned,
)
from tests.service_client import ServiceClient

__all__ = ["config", "driven_city", "planned"]


def totals(client: ServiceClient, **query: str) -> dict[str, Any]:
    answer = client.get("/area", **{**MONTH, **query})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_city_reads_what_the_food_of_its_area_came_to_to_the_gram(
    network: ServiceClient, driven_city: City, database: Database
) -> None:
    assert name_area(network, driven_city.city, site_ids=driven_city.everywhere).status_code == 200
    found = totals(driven_city.office)
    with database.transaction(Scope(network=network.network_id())) as session:
        booked = session.scalars(select(LedgerEntry.grams).where(LedgerEntry.to_account == "delivered")).all()
    assert found["kg_for_people"] == f"{sum(booked) / 1000:g}" == "120"
    assert (found["kg_offered"], found["kg_rescued"]) == ("120", "120")
    assert (found["stores"], found["donors"], found["food_banks"], found["days_recorded"]) == (3, 3, 3, 1)
    assert found["people_reached"] == 3 * 40
    assert (found["meals"], found["meals_least"], found["meals_most"]) == (285, 191, 285)
    assert found["kg_co2e_avoided"] == "192"
    assert {each["use"] for each in found["factors"]} == {"meals", "co2e"}
    assert [each["from"] for each in found["months"]] == ["2026-11-01"]
    assert (found["withheld_from"], found["days_planned"]) == ([], 0)
    assert found["organisation_id"] == driven_city.city["id"]
    for name in driven_city.organisations:
        assert name not in driven_city.office.get("/area", **MONTH).text


def test_a_boundary_has_the_same_totals_as_the_places_within_it(network: ServiceClient, driven_city: City) -> None:
    name_area(network, driven_city.city, site_ids=driven_city.everywhere)
    by_places = totals(driven_city.office)
    assert name_area(network, driven_city.city, 1, boundary=ALL_OF_IT).json()["version"] == 2
    assert totals(driven_city.office) == by_places


def test_what_one_supermarket_gave_and_one_food_bank_received_is_withheld_with_a_sentence(
    network: ServiceClient, driven_city: City
) -> None:
    name_area(network, driven_city.city, boundary=WEST)
    found = totals(driven_city.office)
    assert (found["stores"], found["food_banks"]) == (1, 1)
    for name in ("kg_offered", "kg_rescued", "kg_for_people", "meals", "kg_co2e_avoided", "people_reached"):
        assert found[name] is None, name
    assert found["withheld_from"] == ["2026-11-01"]
    assert "at least 3 partners" in found["withheld_words"]
    assert found["factors"] == []
    text = driven_city.office.get("/area", **MONTH).text
    assert '"50"' not in text


def test_what_two_supermarkets_gave_is_withheld_beside_what_three_food_banks_received(
    network: ServiceClient, driven_city: City
) -> None:
    extra = network.organisation("public_body", "All but Lidl")
    sites = driven_city.sites
    name_area(network, extra, site_ids=[site["id"] for name, site in sites.items() if name != "Lidl"])
    found = totals(network, organisation_id=extra["id"])
    assert (found["donors"], found["kg_offered"], found["kg_for_people"]) == (2, None, "120")


def test_a_city_reads_its_own_area_alone_and_nobody_else_reads_any(network: ServiceClient, driven_city: City) -> None:
    name_area(network, driven_city.city, site_ids=driven_city.everywhere)
    other = network.organisation("public_body", "County")
    county = network.client_of(other, "organisation")
    mine = {**MONTH, "organisation_id": driven_city.city["id"]}
    assert county.get("/area", **MONTH).status_code == 404  # nobody has named its area
    assert county.get("/area", **mine).status_code == 404
    assert county.get(f"/organisations/{driven_city.city['id']}/area").status_code == 404
    for name in ("Lidl", "Duffryn"):
        office = network.client_of(driven_city.organisations[name], "organisation")
        assert (office.get("/area", **MONTH).status_code, office.get("/area", **mine).status_code) == (404, 404)
    assert network.client_of(driven_city.city, "offers").get("/area", **MONTH).status_code == 403
    assert totals(network, organisation_id=driven_city.city["id"]) == totals(driven_city.office)
    assert not any(allowed(role, "area.read") for role in (Role.DRIVER, Role.VOLUNTEER))


def test_a_city_whose_partnership_is_over_reads_nothing_more(network: ServiceClient, driven_city: City) -> None:
    name_area(network, driven_city.city, site_ids=driven_city.everywhere)
    [partnership] = [
        each
        for each in network.get("/partnerships", limit=100).json()["items"]
        if each["organisation_id"] == driven_city.city["id"]
    ]
    ended = network.post(
        f"/partnerships/{partnership['id']}/end", {"reason": "over"}, **{"If-Match": f'"{partnership["version"]}"'}
    )
    assert ended.is_success, ended.text
    assert driven_city.office.get("/area", **MONTH).status_code == 404


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ({"from": "2026-11-02", "until": "2026-11-30"}, "not_whole_months"),
        ({"from": "2026-11-01", "until": "2026-11-29"}, "not_whole_months"),
        ({"from": "2026-11-30", "until": "2026-11-01"}, "range_inverted"),
        ({"from": "2025-11-01", "until": "2026-11-30"}, "too_many_months"),
        ({"from": "2026-12-01", "until": "2026-12-31"}, "months_not_over"),
    ],
)
def test_only_whole_months_that_are_over_are_told(
    network: ServiceClient, clock: HandSetClock, days: dict[str, str], code: str
) -> None:
    city = network.organisation("public_body", "City of Newport")
    name_area(network, city, boundary=ALL_OF_IT)
    clock.set(IN_DECEMBER)
    answer = network.get("/area", organisation_id=city["id"], **days)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_day_that_nobody_reported_stands_apart_as_planned(
    network: ServiceClient, planned: City, clock: HandSetClock
) -> None:
    name_area(network, planned.city, site_ids=planned.everywhere)
    clock.set(IN_DECEMBER)
    found = totals(planned.office)
    assert (found["days_recorded"], found["kg_for_people"], found["meals"]) == (0, None, None)
    assert (found["days_planned"], found["kg_planned"]) == (1, "120")


def test_an_area_is_named_by_the_networks_administrators_from_the_version_they_read(
    network: ServiceClient, planned: City
) -> None:
    store = planned.sites["Lidl"]["id"]
    named = name_area(network, planned.city, site_ids=[store, store])
    assert (named.status_code, named.headers["ETag"], named.json()["site_ids"]) == (200, '"1"', [store])
    assert name_area(network, planned.city, site_ids=[store]).status_code == 428
    assert name_area(network, planned.city, 7, site_ids=[store]).status_code == 412
    assert name_area(network, planned.city, 1, boundary=WEST).json()["boundary"]["type"] == "MultiPolygon"
    read = network.get(f"/organisations/{planned.city['id']}/area")
    assert (read.headers["ETag"], read.json()["site_ids"]) == ('"2"', [])
    assert planned.office.get(f"/organisations/{planned.city['id']}/area").json() == read.json()
    assert name_area(planned.office, planned.city, 2, boundary=ALL_OF_IT).status_code == 403
    shop = name_area(network, planned.organisations["Lidl"], site_ids=[store])
    assert (shop.status_code, shop.json()["code"]) == (422, "no_public_body")


@pytest.mark.parametrize(
    ("area", "pointer"),
    [
        ({}, "/"),
        ({"site_ids": ["6f6f0e0e-0000-4000-8000-000000000000"]}, "/site_ids"),
        ({"site_ids": ["6f6f0e0e-0000-4000-8000-000000000000"], "boundary": WEST}, "/"),
        ({"boundary": {"type": "Polygon", "coordinates": []}}, "/boundary"),
    ],
)
def test_what_is_no_area_is_refused_at_its_field(network: ServiceClient, area: dict[str, Any], pointer: str) -> None:
    city = network.organisation("public_body", "City of Newport")
    answer = name_area(network, city, **area)
    assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (422, [pointer])
