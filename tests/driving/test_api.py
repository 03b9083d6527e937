"""The driver's link opens one route; what is reported is stored once, in any order, and the ledger follows."""

from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from app.kit.clock import HandSetClock
from tests.service_client import (
    FOOD_BANK,
    ServiceClient,
    an_event,
    kilograms,
    report,
    stops_of,
)


def balance(network: ServiceClient) -> dict[str, str]:
    found: dict[str, str] = network.get("/reports/day", service_date="2026-11-25").json()["actuals"]
    return found


def test_the_link_opens_the_route_of_its_shift_and_nothing_else(network: ServiceClient, shift: dict[str, Any]) -> None:
    with network.driver(shift) as driver:
        route = driver.get("/driver/route").json()
        assert route["route"]["shift_id"] == shift["id"]
        assert route["demonstration"] is True
        for path in ("/offers", "/needs", "/plans", f"/shifts/{shift['id']}", "/sites"):
            assert driver.get(path).status_code == 403, path


def test_a_new_link_ends_the_old_one(network: ServiceClient, shift: dict[str, Any]) -> None:
    with network.driver(shift) as old, network.driver(shift) as new:
        assert new.get("/driver/route").status_code == 200
        assert old.get("/driver/route").status_code == 401


def test_before_a_plan_is_published_the_driver_is_told_so(network: ServiceClient) -> None:
    bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
    with network.driver(network.vehicle_and_shift(bank)) as driver:
        answer = driver.get("/driver/route")
        assert (answer.status_code, answer.json()["code"]) == (404, "no_route_yet")


def test_what_is_collected_and_delivered_is_in_the_ledger(network: ServiceClient, shift: dict[str, Any]) -> None:
    with network.driver(shift) as driver:
        pickup, drop_off, food = stops_of(driver)
        report(driver, an_event(pickup, "arrived"), an_event(pickup, "collected", kilograms(food, "28.5")))
        assert balance(network)["kg_collected"] == "28.5"
        report(driver, an_event(drop_off, "delivered", kilograms(food, "28.5")))
        found = balance(network)
        assert (found["kg_delivered"], found["kg_unaccounted"]) == ("28.5", "0")
        states = [each["state"] for each in driver.get("/driver/route").json()["progress"]]
        assert states == ["waiting", "done", "done", "waiting"]


def test_sent_twice_is_stored_once_and_other_contents_are_a_conflict(
    network: ServiceClient, shift: dict[str, Any]
) -> None:
    with network.driver(shift) as driver:
        pickup, _, food = stops_of(driver)
        event = an_event(pickup, "collected", kilograms(food))
        assert report(driver, event) == ["stored"]
        assert report(driver, event, event) == ["already_stored", "already_stored"]
        assert report(driver, {**event, "lines": [kilograms(food, "1")]}) == ["conflict"]
        assert balance(network)["kg_collected"] == "30"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_in_which_reports_arrive_does_not_matter(
    network: ServiceClient, shift: dict[str, Any], order: tuple[int, ...]
) -> None:
    with network.driver(shift) as driver:
        pickup, drop_off, food = stops_of(driver)
        events = [
            an_event(pickup, "collected", kilograms(food, "31")),
            an_event(drop_off, "delivered", kilograms(food, "20")),
            an_event(drop_off, "refused", kilograms(food, "11"), reason="refused_at_the_door"),
        ]
        for index in order:
            report(driver, events[index])
        found = balance(network)
        kept = {name: kg for name, kg in found.items() if kg != "0"}
        assert kept == {"kg_offered": "31", "kg_collected": "31", "kg_delivered": "20", "kg_refused": "11"}


def test_food_left_behind_by_a_full_van_is_on_offer_again(network: ServiceClient, shift: dict[str, Any]) -> None:
    with network.driver(shift) as driver:
        pickup, _, food = stops_of(driver)
        report(driver, an_event(pickup, "collected", kilograms(food, "10"), reason="van_full"))
        found = balance(network)
        assert (found["kg_collected"], found["kg_still_open"], found["kg_unaccounted"]) == ("10", "30", "0")


def test_a_store_with_nothing_there_ends_the_promise(network: ServiceClient, shift: dict[str, Any]) -> None:
    with network.driver(shift) as driver:
        pickup, _, _ = stops_of(driver)
        report(driver, an_event(pickup, "failed", reason="nothing_there"))
        found = balance(network)
        assert (found["kg_collected"], found["kg_unaccounted"]) == ("0", "0")
        [told] = driver.get("/driver/route").json()["allocations"]
        assert (told["kg_collected"], told["kg_delivered"]) == ("0", None)


def test_a_strangers_stop_is_not_found_and_nothing_of_the_batch_is_kept(
    network: ServiceClient, shift: dict[str, Any]
) -> None:
    with network.driver(shift) as driver:
        pickup, drop_off, food = stops_of(driver)
        good = an_event(pickup, "collected", kilograms(food))
        stranger = an_event({**drop_off, "id": "00000000-0000-4000-8000-000000000000"}, "delivered")
        answer = driver.post("/driver/stop-events", {"events": [good, stranger]})
        assert answer.status_code == 404
        assert balance(network)["kg_collected"] == "0"


def test_a_plan_that_drivers_report_on_is_not_superseded(network: ServiceClient, shift: dict[str, Any]) -> None:
    with network.driver(shift) as driver:
        pickup, _, _ = stops_of(driver)
        report(driver, an_event(pickup, "arrived"))
    plan = network.planned()
    answer = network.post(f"/plans/{plan['id']}/publish", None, **{"If-Match": f'"{plan["version"]}"'})
    assert (answer.status_code, answer.json()["code"]) == (409, "day_under_way")


def test_the_link_shows_the_route_two_hours_longer_than_the_shift_and_takes_stored_reports_twelve(
    network: ServiceClient, shift: dict[str, Any], clock: HandSetClock
) -> None:
    end = datetime.fromisoformat(shift["ends_at"])
    with network.driver(shift) as driver:
        pickup, drop_off, allocation = stops_of(driver)
        clock.set(end + timedelta(hours=2, seconds=-1))
        assert driver.get("/driver/route").status_code == 200
        clock.set(end + timedelta(hours=2))
        closed = driver.get("/driver/route")
        assert (closed.status_code, closed.json()["code"]) == (401, "not_signed_in")
        assert "ended with its shift" in closed.json()["detail"]
        clock.set(end + timedelta(hours=12, seconds=-1))
        assert report(driver, an_event(pickup, "collected", kilograms(allocation))) == ["stored"]
        clock.set(end + timedelta(hours=12))
        late = {"events": [an_event(drop_off, "delivered", kilograms(allocation))]}
        assert driver.post("/driver/stop-events", late).status_code == 401
