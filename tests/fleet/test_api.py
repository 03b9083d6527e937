"""Vehicles and shifts over HTTP: compartments fit, nobody drives one vehicle twice at once."""

from typing import Any

import httpx
import pytest

from tests.service_client import DAY, FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient, a_need, an_offer


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


@pytest.fixture
def van(network: ServiceClient) -> dict[str, Any]:
    return network.ok("/vehicles", {"name": "Van", "capacity_kg": "600", "chilled_kg": "100"})


@pytest.fixture
def shift(network: ServiceClient, bank: dict[str, Any], van: dict[str, Any]) -> dict[str, Any]:
    return network.ok("/shifts", a_shift(van, bank, "08:00", "12:00"))


def changed(client: ServiceClient, path: str, version: int | None, **fields: Any) -> httpx.Response:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return client.http.patch(path, json=fields, headers=headers)


def test_a_vehicle_is_changed_from_the_version_that_was_read(network: ServiceClient, van: dict[str, Any]) -> None:
    path = f"/vehicles/{van['id']}"
    done = changed(network, path, 1, name="Blue van", frozen_kg="50", cost_per_hour="13.50")
    assert done.headers["ETag"] == '"2"'
    assert done.json() == {**van, "name": "Blue van", "frozen_kg": "50", "cost_per_hour": "13.50", "version": 2}
    assert changed(network, path, 1, name="Red van").json()["code"] == "stale_version"
    assert changed(network, path, None, name="Red van").json()["code"] == "version_required"
    refused = changed(network, path, 2, capacity_kg="80").json()
    assert (refused["code"], refused["errors"][0]["pointer"]) == ("invalid_request", "/capacity_kg")
    assert changed(network, path, 2, profile="truck").json()["code"] == "profile_not_built"
    assert network.get(path).json() == done.json()


def test_a_vehicle_with_shifts_ahead_stays_in_use_and_one_without_is_retired_and_kept(
    network: ServiceClient, bank: dict[str, Any], van: dict[str, Any], shift: dict[str, Any]
) -> None:
    path = f"/vehicles/{van['id']}"
    assert network.http.delete(path).json()["code"] == "vehicle_in_use"
    network.ok(f"/shifts/{shift['id']}/cancel")
    assert network.http.delete(path, headers={"If-Match": '"9"'}).status_code == 412
    assert [network.http.delete(path, headers={"If-Match": '"1"'}).status_code for _ in range(2)] == [204, 204]
    assert network.get(path).json()["state"] == "retired"
    assert network.post("/shifts", a_shift(van, bank, "08:00", "12:00")).json()["code"] == "vehicle_retired"
    assert changed(network, path, 2, name="Old van").json()["code"] == "vehicle_retired"


def test_a_shift_is_changed_and_checked_like_a_new_one(
    network: ServiceClient, bank: dict[str, Any], van: dict[str, Any], shift: dict[str, Any]
) -> None:
    path = f"/shifts/{shift['id']}"
    network.ok("/shifts", a_shift(van, bank, "14:00", "16:00"))
    assert changed(network, path, 1, driver_name="Another", starts_at=f"{DAY}T09:00:00Z").json() == {
        **shift, "driver_name": "Another", "starts_at": f"{DAY}T09:00:00Z", "version": 2,
    }  # fmt: skip
    assert changed(network, path, 2, ends_at=f"{DAY}T15:00:00Z").json()["code"] == "vehicle_busy"
    assert changed(network, path, 2, ends_at=f"{DAY}T08:00:00Z").json()["errors"][0]["pointer"] == "/ends_at"
    assert changed(network, path, 2, ends_at="2026-11-26T08:00:00Z").json()["errors"][0]["code"] == "shift_too_long"
    moved = changed(network, path, 2, starts_at="2026-11-27T08:00:00Z", ends_at="2026-11-27T10:00:00Z")
    assert moved.json()["service_date"] == "2026-11-27"
    assert network.get(path).json() == moved.json()


def test_a_cancelled_shift_frees_its_vehicle_ends_its_link_and_is_not_planned(
    network: ServiceClient, bank: dict[str, Any], van: dict[str, Any], shift: dict[str, Any]
) -> None:
    driver = network.driver(shift)
    assert driver.get("/driver/route").json()["code"] == "no_route_yet"
    answers = [network.ok(f"/shifts/{shift['id']}/cancel") for _ in range(2)]
    assert answers == [{**shift, "state": "cancelled", "version": 2}] * 2
    assert driver.get("/driver/route").status_code == 401
    assert network.post(f"/shifts/{shift['id']}/driver-links").json()["code"] == "shift_cancelled"
    assert changed(network, f"/shifts/{shift['id']}", 2, driver_name="x").json()["code"] == "shift_cancelled"
    network.ok("/shifts", a_shift(van, bank, "08:00", "12:00"))


def test_another_organisations_fleet_is_not_there(
    network: ServiceClient, van: dict[str, Any], shift: dict[str, Any]
) -> None:
    others = network.client_of(network.organisation("carrier", "Hauliers"), "fleet")
    assert changed(others, f"/vehicles/{van['id']}", 1, name="x").status_code == 404
    assert changed(others, f"/shifts/{shift['id']}", 1, driver_name="x").status_code == 404
    assert others.http.delete(f"/vehicles/{van['id']}").status_code == 404
    assert others.post(f"/shifts/{shift['id']}/cancel").status_code == 404


def test_many_vehicles_are_added_together_or_none_of_them(network: ServiceClient) -> None:
    good = {"name": "Van", "capacity_kg": "600"}
    refused = network.post("/vehicles/bulk", {"items": [good, {**good, "profile": "truck"}, good]})
    assert (refused.status_code, refused.json()["code"]) == (422, "profile_not_built")
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/items/1/profile"]
    misfit = network.post("/vehicles/bulk", {"items": [good, good, {**good, "capacity_kg": "-1"}]})
    assert [each["pointer"] for each in misfit.json()["errors"]] == ["/items/2/capacity_kg"]
    assert network.get("/vehicles").json()["items"] == []
    assert len(network.ok("/vehicles/bulk", {"items": [good, good]})["items"]) == 2
    assert network.post("/vehicles/bulk", {"items": [good] * 201}).json()["errors"][0]["pointer"] == "/items"
    assert len(network.get("/vehicles").json()["items"]) == 2


def test_what_a_published_plan_drives_stays_and_a_plan_of_another_shift_is_outdated(
    network: ServiceClient, bank: dict[str, Any]
) -> None:
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl")
    network.ok("/needs", a_need(bank))
    network.ok("/offers", an_offer(store))
    shift = network.vehicle_and_shift(bank)
    path, vehicle = f"/shifts/{shift['id']}", f"/vehicles/{shift['vehicle_id']}"
    plan = network.planned(seconds=200)
    assert len(plan["routes"]) == 1
    changed(network, vehicle, 1, capacity_kg="550")
    publish = f"/plans/{plan['id']}/publish"
    assert network.post(publish, None, **{"If-Match": '"1"'}).json()["code"] == "plan_outdated"
    changed(network, vehicle, 2, capacity_kg="600")
    network.published(plan)
    assert network.post(f"{path}/cancel").json()["code"] == "shift_planned"
    assert changed(network, path, 1, ends_at=f"{DAY}T15:00:00Z").json()["code"] == "shift_planned"
    assert changed(network, path, 1, driver_name="Another").json()["driver_name"] == "Another"
