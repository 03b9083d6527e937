"""Vehicles and shifts on their pages: entered, changed, called off, taken over from the week before, and refused."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.kit.clock import HandSetClock
from app.settings import Settings
from tests.conftest import MORNING
from tests.service_client import DAY, FOOD_BANK, ServiceClient
from tests.web.desk.test_ahead_pages import words
from tests.web.test_pages import HOSTILE, Reader, desk, lidl, person, shop, store

__all__ = ["desk", "lidl", "shop", "store"]
VAN = {
    "name": HOSTILE,
    "profile": "car",
    "capacity_kg": "٨٠٠",
    "capacity_crates": "120",
    "chilled_kg": "",
    "frozen_kg": "",
    "hot_kg": "",
    "cost_per_km": "٠٫٥٠",
    "cost_per_hour": "13",
    "cost_per_use": "20.5",
    "grams_co2e_per_km": "200",
}
WEEK_LATER = "2026-12-02"


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@pytest.fixture
def depot(network: ServiceClient) -> dict[str, Any]:
    return network.site(FOOD_BANK, "Depot", kind="depot")


@pytest.fixture
def arabic(network: ServiceClient) -> Iterator[Reader]:
    reader = Reader(network.address, "ar")
    reader.sign_in(person(network, network.get("/me").json()["organisation"], "dispatcher"))
    yield reader
    reader.http.close()


def key_of(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def a_vehicle(network: ServiceClient) -> dict[str, Any]:
    return network.ok("/vehicles", {"name": "Van 7", "capacity_kg": "500"})


def a_shift(vehicle: dict[str, Any], depot: dict[str, Any], **more: str) -> dict[str, str]:
    typed = {"vehicle_id": vehicle["id"], "driver_name": "Sam", "day": DAY, "starts": "07:30", "ends": "15:00"}
    return {**typed, "start_site_id": depot["id"], "end_site_id": depot["id"], **more}


def test_a_vehicle_is_added_once_however_often_the_button_is_pressed(network: ServiceClient, desk: Reader) -> None:
    form = {**VAN, "key": key_of(desk.http.get("/fleet/vehicles/new").text)}
    for _ in range(2):
        page = desk.http.post("/fleet/vehicles/new", data=form)
        assert page.status_code == 200
        assert HOSTILE not in page.text
    [vehicle] = network.get("/vehicles").json()["items"]
    assert (vehicle["name"], vehicle["capacity_kg"], vehicle["chilled_kg"]) == (HOSTILE, "800", "0")
    assert (vehicle["cost_per_km"], vehicle["cost_per_hour"], vehicle["cost_per_use"]) == ("0.50", "13.00", "20.50")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "This field is missing."),
        ("capacity_kg", "much", "Write the weight in kilograms as a number, such as 12.5."),
        ("capacity_crates", "0", ""),
        ("chilled_kg", "900", "A compartment cannot hold more than the whole vehicle."),
        ("cost_per_km", "dear", ""),
        ("profile", "balloon", "Choose one of those that are shown."),
        ("grams_co2e_per_km", "", ""),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(
    network: ServiceClient, desk: Reader, field: str, typed: str, said: str
) -> None:
    page = desk.http.post("/fleet/vehicles/new", data={**VAN, "name": "Blue van", field: typed})
    assert page.status_code == 422
    assert said in words(page.text)
    assert "Traceback" not in page.text
    kept = {**VAN, "name": "Blue van", field: typed}
    assert all(f'value="{value}"' in page.text for name, value in kept.items() if value and name != "profile")
    assert network.get("/vehicles").json()["items"] == []


def test_a_vehicle_is_changed_from_the_version_that_was_read(network: ServiceClient, desk: Reader) -> None:
    vehicle = a_vehicle(network)
    page = desk.http.get(f"/fleet/vehicles/{vehicle['id']}").text
    assert 'value="500"' in page
    form = {**VAN, "name": "Red van", "version": str(vehicle["version"])}
    assert desk.http.post(f"/fleet/vehicles/{vehicle['id']}", data=form).status_code == 200
    changed = network.get(f"/vehicles/{vehicle['id']}").json()
    assert (changed["name"], changed["capacity_kg"]) == ("Red van", "800")
    stale = desk.http.post(f"/fleet/vehicles/{vehicle['id']}", data={**form, "name": "Green van"})
    assert stale.status_code == 412
    assert 'value="Green van"' in stale.text
    assert network.get(f"/vehicles/{vehicle['id']}").json()["name"] == "Red van"


def test_a_vehicle_is_taken_out_of_use_when_no_shift_needs_it(
    network: ServiceClient, desk: Reader, depot: dict[str, Any]
) -> None:
    vehicle = a_vehicle(network)
    desk.http.post("/fleet/shifts/new", data=a_shift(vehicle, depot))
    form = {"version": str(vehicle["version"])}
    refused = desk.http.post(f"/fleet/vehicles/{vehicle['id']}/retire", data=form)
    assert refused.status_code == 409
    assert "Van 7 still has shifts ahead. Cancel them first." in words(refused.text)
    [shift] = network.get("/shifts", service_date=DAY).json()["items"]
    desk.http.post(f"/fleet/shifts/{shift['id']}/cancel", data={"version": str(shift["version"])})
    page = desk.http.post(f"/fleet/vehicles/{vehicle['id']}/retire", data=form)
    assert "Out of use" in words(page.text)
    assert network.get(f"/vehicles/{vehicle['id']}").json()["state"] == "retired"


def test_a_shift_is_entered_in_local_time_and_one_over_night_ends_the_day_after(
    network: ServiceClient, desk: Reader, depot: dict[str, Any]
) -> None:
    vehicle = a_vehicle(network)
    page = desk.http.get("/fleet/shifts/new", params={"date": DAY, "vehicle": vehicle["id"]}).text
    assert f'<option value="{depot["id"]}" selected>' in page
    shown = desk.http.post("/fleet/shifts/new", data=a_shift(vehicle, depot, starts="22:00", ends="02:00"))
    assert "22:00–02:00" in words(shown.text)
    [shift] = network.get("/shifts", service_date=DAY).json()["items"]
    assert (shift["starts_at"][:16], shift["ends_at"][:16]) == ("2026-11-25T22:00", "2026-11-26T02:00")
    assert shift["driver_name"] == "Sam"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"day": ""}, "Choose a day and a time."),
        ({"starts": "", "ends": "10:00"}, "Choose a day and a time."),
        ({"starts": "06:00", "ends": "23:30"}, "A shift is at most 16 hours long."),
        ({"vehicle_id": "none"}, "Choose one of those that are shown."),
        ({"start_site_id": "00000000-0000-4000-8000-000000000000"}, ""),
    ],
)
def test_a_shift_that_cannot_be_is_said_and_nothing_typed_is_lost(
    network: ServiceClient, desk: Reader, depot: dict[str, Any], more: dict[str, str], said: str
) -> None:
    page = desk.http.post("/fleet/shifts/new", data=a_shift(a_vehicle(network), depot, driver_name="Noor", **more))
    assert page.status_code in (404, 422)
    assert said in words(page.text)
    assert 'value="Noor"' in page.text
    assert network.get("/shifts", service_date=DAY).json()["items"] == []


def test_two_shifts_of_one_vehicle_never_meet(network: ServiceClient, arabic: Reader, depot: dict[str, Any]) -> None:
    vehicle = a_vehicle(network)
    assert arabic.http.post("/fleet/shifts/new", data=a_shift(vehicle, depot)).status_code == 200
    refused = arabic.http.post("/fleet/shifts/new", data=a_shift(vehicle, depot, starts="14:00", ends="18:00"))
    assert refused.status_code == 409
    assert "لهذه المركبة مناوبة أخرى في ذلك الوقت." in words(refused.text)


def test_a_shift_whose_vehicle_is_out_of_use_keeps_it(
    network: ServiceClient, desk: Reader, depot: dict[str, Any], clock: HandSetClock
) -> None:
    vehicle, other = a_vehicle(network), a_vehicle(network)
    desk.http.post("/fleet/shifts/new", data=a_shift(vehicle, depot))
    clock.set(MORNING + timedelta(hours=10))
    assert network.http.delete(f"/vehicles/{vehicle['id']}").status_code == 204
    [shift] = network.get("/shifts", service_date=DAY).json()["items"]
    page = desk.http.get(f"/fleet/shifts/{shift['id']}").text
    assert f'<option value="{vehicle["id"]}" selected>' in page
    assert f'<option value="{other["id"]}">' in page


def test_a_form_that_changes_nothing_moves_no_shift_by_a_second_or_an_hour(
    network: ServiceClient, desk: Reader, depot: dict[str, Any]
) -> None:
    vehicle = a_vehicle(network)
    # The second half past one of the night in which the clocks of Newport go back.
    times = {"starts_at": "2027-10-31T01:30:20Z", "ends_at": "2027-10-31T06:00:40Z"}
    body = {"vehicle_id": vehicle["id"], "start_site_id": depot["id"], "end_site_id": depot["id"], **times}
    shift = network.ok("/shifts", body)
    form = a_shift(vehicle, depot, day="2027-10-31", starts="01:30", ends="06:00", version=str(shift["version"]))
    assert desk.http.post(f"/fleet/shifts/{shift['id']}", data=form).status_code == 200
    after = network.get(f"/shifts/{shift['id']}").json()
    assert {name: after[name] for name in times} == times
    assert after["driver_name"] == "Sam"


def test_what_was_changed_after_a_lost_answer_is_not_said_to_be_added(
    network: ServiceClient, desk: Reader, depot: dict[str, Any]
) -> None:
    vehicle = a_vehicle(network)
    key = {"key": key_of(desk.http.get("/fleet/shifts/new").text)}
    desk.http.post("/fleet/shifts/new", data={**a_shift(vehicle, depot), **key})
    page = desk.http.post("/fleet/shifts/new", data={**a_shift(vehicle, depot, driver_name="Ali"), **key})
    assert "It was added already, as it stood when you pressed first." in words(page.text)
    assert [each["driver_name"] for each in network.get("/shifts", service_date=DAY).json()["items"]] == ["Sam"]


def test_a_night_that_has_not_the_hours_of_a_shift_leaves_that_one_out_and_takes_the_others_over(
    network: ServiceClient, desk: Reader, depot: dict[str, Any]
) -> None:
    vehicle, other = a_vehicle(network), a_vehicle(network)
    short = {"day": "2027-03-21", "starts": "01:10", "ends": "01:50"}  # a week later there is no such hour
    desk.http.post("/fleet/shifts/new", data=a_shift(vehicle, depot, **short))
    desk.http.post("/fleet/shifts/new", data=a_shift(other, depot, day="2027-03-21"))
    page = desk.http.post("/fleet/shifts/repeat", data={"day": "2027-03-28"})
    assert page.status_code == 200
    [made] = network.get("/shifts", service_date="2027-03-28").json()["items"]
    assert made["vehicle_id"] == other["id"]
    assert desk.http.post("/fleet/shifts/repeat", data={"day": "0001-01-03"}).status_code == 422


def test_the_driver_of_a_shift_is_named_later(network: ServiceClient, desk: Reader, depot: dict[str, Any]) -> None:
    vehicle = a_vehicle(network)
    page = desk.http.post("/fleet/shifts/new", data=a_shift(vehicle, depot, driver_name=""))
    assert "Nobody drives it yet" in words(page.text)
    [shift] = network.get("/shifts", service_date=DAY).json()["items"]
    form = a_shift(vehicle, depot, driver_name="Noor", version=str(shift["version"]))
    page = desk.http.post(f"/fleet/shifts/{shift['id']}", data=form)
    assert "Noor" in words(page.text)
    stale = desk.http.post(f"/fleet/shifts/{shift['id']}", data={**form, "driver_name": "Ali"})
    assert (stale.status_code, 'value="Ali"' in stale.text) == (412, True)


def test_the_shifts_of_the_week_before_are_taken_over_once(
    network: ServiceClient, desk: Reader, depot: dict[str, Any]
) -> None:
    vehicle, other = a_vehicle(network), a_vehicle(network)
    desk.http.post("/fleet/shifts/new", data=a_shift(vehicle, depot))
    desk.http.post("/fleet/shifts/new", data=a_shift(other, depot, driver_name="Ali", starts="22:00", ends="01:00"))
    desk.http.post("/fleet/shifts/new", data=a_shift(other, depot, day=WEEK_LATER, starts="23:00", ends="23:30"))
    assert "Take over the shifts of Wednesday 25 November 2026" in words(
        desk.http.get("/fleet", params={"date": WEEK_LATER}).text
    )
    page = desk.http.post("/fleet/shifts/repeat", data={"day": WEEK_LATER})
    assert "Taken over from the week before." in words(page.text)
    made = network.get("/shifts", service_date=WEEK_LATER).json()["items"]
    assert sorted((each["driver_name"], each["starts_at"][:16]) for each in made) == [
        ("Sam", "2026-12-02T07:30"),
        ("Sam", "2026-12-02T23:00"),  # which the other van is driven on: its round of the week before is left out
    ]
    page = desk.http.post("/fleet/shifts/repeat", data={"day": WEEK_LATER})
    assert "Nothing was taken over" in words(page.text)
    assert len(network.get("/shifts", service_date=WEEK_LATER).json()["items"]) == 2


def test_whoever_may_not_see_the_fleet_sees_and_changes_nothing(
    network: ServiceClient, shop: Reader, depot: dict[str, Any]
) -> None:
    vehicle = a_vehicle(network)
    assert shop.http.get("/fleet").status_code == 403
    assert shop.http.get(f"/fleet/vehicles/{vehicle['id']}").status_code == 403
    assert shop.http.post("/fleet/vehicles/new", data=VAN).status_code == 403
    assert shop.http.post(f"/fleet/vehicles/{vehicle['id']}", data=VAN).status_code == 403
    assert shop.http.post("/fleet/shifts/new", data=a_shift(vehicle, depot)).status_code == 403
    assert shop.http.post("/fleet/shifts/repeat", data={"day": DAY}).status_code == 403
    assert network.get("/shifts", service_date=DAY).json()["items"] == []
