"""Vehicles and shifts over HTTP: compartments fit, nobody drives one vehicle twice at once."""

from typing import Any

import pytest

from tests.service_client import DAY, FOOD_BANK, ServiceClient


@pytest.fixture
def bank(network: ServiceClient) -> dict[str, Any]:
    return network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")


def a_shift(vehicle: dict[str, Any], site: dict[str, Any], starts: str, ends: str) -> dict[str, Any]:
    return {
        "vehicle_id": vehicle["id"],
        "driver_name": "Driver",
        "starts_at": f"{DAY}T{starts}:00Z",
        "ends_at": f"{DAY}T{ends}:00Z",
        "start_site_id": site["id"],
        "end_site_id": site["id"],
    }


def test_a_vehicle_is_added_with_its_compartments_and_costs(network: ServiceClient) -> None:
    wish = {"name": "Van", "capacity_kg": "600", "chilled_kg": "200", "cost_per_km": "0.45"}
    van = network.ok("/vehicles", wish)
    assert (van["capacity_kg"], van["chilled_kg"], van["frozen_kg"], van["cost_per_km"]) == ("600", "200", "0", "0.45")
    assert network.get(f"/vehicles/{van['id']}").json() == van


def test_a_compartment_larger_than_the_vehicle_is_refused(network: ServiceClient) -> None:
    answer = network.post("/vehicles", {"name": "Van", "capacity_kg": "100", "chilled_kg": "200"})
    assert "compartment" in answer.json()["detail"]


def test_a_vehicle_that_the_regions_streets_were_not_built_for_is_refused(network: ServiceClient) -> None:
    assert network.ok("/vehicles", {"name": "Van", "capacity_kg": "600", "profile": "car"})["profile"] == "car"
    answer = network.post("/vehicles", {"name": "Lorry", "capacity_kg": "8000", "profile": "truck"})
    assert (answer.status_code, answer.json()["code"]) == (422, "profile_not_built")
    assert "newport has no streets for the profile truck" in answer.json()["detail"]
    assert answer.json()["errors"][0]["pointer"] == "/profile"


def test_one_vehicle_is_not_driven_twice_at_once(network: ServiceClient, bank: dict[str, Any]) -> None:
    van = network.ok("/vehicles", {"name": "Van", "capacity_kg": "600"})
    network.ok("/shifts", a_shift(van, bank, "08:00", "12:00"))
    network.ok("/shifts", a_shift(van, bank, "12:00", "16:00"))
    clash = network.post("/shifts", a_shift(van, bank, "11:59", "12:30"))
    assert (clash.status_code, clash.json()["code"]) == (409, "vehicle_busy")


@pytest.mark.parametrize(("starts", "ends"), [("12:00", "08:00"), ("08:00", "08:00"), ("00:00", "23:59")])
def test_a_shift_that_no_driver_can_drive_is_refused(
    network: ServiceClient, bank: dict[str, Any], starts: str, ends: str
) -> None:
    van = network.ok("/vehicles", {"name": "Van", "capacity_kg": "600"})
    assert network.post("/shifts", a_shift(van, bank, starts, ends)).json()["code"] == "invalid_request"
