"""What was refused or is left on the vans, promise by promise: exactly what can be settled, and nothing of it twice."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from app.kit.clock import HandSetClock
from app.kit.db import Database
from tests.hand_made_plan import Ride, draft
from tests.ledger.test_api import partly_refused
from tests.planning.test_under_way import UnderWay, workshop  # noqa: F401
from tests.planning.test_under_way import day as under_way  # noqa: F401
from tests.service_client import (
    DAY,
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    ServiceClient,
    a_line,
    a_need,
    an_event,
    an_offer,
    kilograms,
    report,
    stops_of,
)


def leftovers(network: ServiceClient, day: str = DAY) -> list[dict[str, Any]]:
    answer = network.get("/leftovers", service_date=day)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def left(network: ServiceClient) -> list[tuple[str, str, str]]:
    """Whom it was for, how much was refused, how much is on board."""
    return [(each["receiver_name"], each["kg_refused"], each["kg_on_board"]) for each in leftovers(network)]


def settled(network: ServiceClient, found: dict[str, Any], account: str = "wasted") -> None:
    """Exactly what the list says."""
    kg = Decimal(found["kg_refused"]) + Decimal(found["kg_on_board"])
    network.ok(f"/allocations/{found['allocation_id']}/settle", {f"{account}_kg": str(kg)})


def test_what_was_refused_and_what_is_left_on_the_van_is_told_with_where_it_came_from_and_whom_it_was_for(
    network: ServiceClient, driven: dict[str, Any]
) -> None:
    assert leftovers(network) == []
    food = partly_refused(network, driven)
    assert leftovers(network) == [
        {
            "allocation_id": food["id"],
            "shift_id": driven["shift"]["id"],
            "vehicle_name": "White van",
            "offer_id": driven["offer"]["id"],
            "offer_line_id": driven["offer"]["lines"][0]["id"],
            "description": "Loaves",
            "category": "bread_and_bakery",
            "temperature_class": "ambient",
            "donor_name": "Lidl, Cardiff Road",
            "receiver_name": "Newport Food Bank",
            "kg_refused": "10",
            "kg_on_board": "5",
            "on_its_way": False,
            "held_back": False,
            "quarantine_ids": [],
        }
    ]
    assert leftovers(network, "2026-11-26") == []


def test_what_is_settled_in_part_is_less_by_that_and_what_is_settled_whole_is_gone(
    network: ServiceClient, driven: dict[str, Any]
) -> None:
    food = partly_refused(network, driven)
    network.ok(f"/allocations/{food['id']}/settle", {"returned_kg": "12"})
    assert left(network) == [("Newport Food Bank", "0", "3")]
    settled(network, *leftovers(network))
    assert leftovers(network) == []


def test_food_is_on_its_way_until_the_van_was_at_the_door_or_its_shift_is_over(
    network: ServiceClient, clock: HandSetClock, driven: dict[str, Any]
) -> None:
    with network.driver(driven["shift"]) as driver:
        pickup, drop_off, food = stops_of(driver)
        report(driver, an_event(pickup, "collected", kilograms(food)))
        assert [(each["kg_on_board"], each["on_its_way"]) for each in leftovers(network)] == [("30", True)]
        now = clock()
        clock.set(now + timedelta(hours=12))
        assert [(each["kg_on_board"], each["on_its_way"]) for each in leftovers(network)] == [("30", False)]
        clock.set(now)
        report(driver, an_event(drop_off, "failed", reason="closed"))
    assert [(each["kg_on_board"], each["on_its_way"]) for each in leftovers(network)] == [("30", False)]


def test_food_that_is_handed_on_is_listed_with_each_promise_that_it_stands_under_and_that_ones_grams(
    under_way: UnderWay,  # noqa: F811
) -> None:
    """The second food bank gets what the first has refused; then a late report says that more was loaded than that."""
    network = under_way.network
    [pickup], [drop_off] = under_way.stops("pickup"), under_way.stops("drop_off")
    under_way.collect(pickup)
    [food] = drop_off["allocations"]
    under_way.tell(drop_off, "refused", kilograms(food, "12"), reason="refused_at_the_door")
    under_way.tell(drop_off, "delivered", kilograms(food, "18"))
    assert left(network) == [("Newport Food Bank", "12", "0")]
    under_way.publish(under_way.changed())
    assert left(network) == [("Duffryn Community Centre", "0", "12")]
    under_way.tell(pickup, "collected", kilograms(food, "37"), occurred_at=drop_off["leave_at"])
    first, second = leftovers(network)
    assert [(each["receiver_name"], each["kg_refused"], each["kg_on_board"]) for each in (first, second)] == [
        ("Newport Food Bank", "0", "7"),
        ("Duffryn Community Centre", "0", "12"),
    ]
    assert (first["on_its_way"], second["on_its_way"]) == (False, True)
    again = under_way.stops("drop_off")
    newest = {each["parcel_id"]: each["id"] for stop in again for each in stop["allocations"]}
    assert second["allocation_id"] in newest.values()
    for each in (first, second):
        more = f"{Decimal(each['kg_refused']) + Decimal(each['kg_on_board']) + Decimal('0.001')}"
        refused = network.post(f"/allocations/{each['allocation_id']}/settle", {"wasted_kg": more})
        assert refused.json()["code"] == "settled_too_much"
    settled(network, second, "returned")
    assert left(network) == [("Newport Food Bank", "0", "7")]
    settled(network, first)
    assert leftovers(network) == []
    books = under_way.books()
    assert (books["kg_delivered"], books["kg_wasted"], books["kg_returned"]) == ("18", "7", "12")


def test_what_is_held_back_says_what_has_to_be_decided_first(network: ServiceClient, database: Database) -> None:
    shop = network.organisation("supermarket", "Lidl")
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road", organisation_id=shop["id"])
    bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
    need = network.ok("/needs", a_need(bank, category="dairy_and_eggs"))
    yoghurt = a_line(category="dairy_and_eggs", description="Yoghurt", kg="30", temperature_class="chilled")
    offer = network.ok("/offers", an_offer(store, yoghurt))
    shift = network.vehicle_and_shift(bank)
    network.published(draft(database, network, shift, Ride(offer, need, 30_000)))
    with network.driver(shift) as driver:
        pickup, drop_off, food = stops_of(driver)
        report(driver, an_event(pickup, "collected", {**kilograms(food), "celsius": 4.0}))
        report(driver, an_event(drop_off, "delivered", {**kilograms(food, "20"), "celsius": 12.0}))
    [held] = network.get("/quarantines", state="open").json()["items"]
    [found] = leftovers(network)
    assert (found["held_back"], found["quarantine_ids"], found["kg_on_board"]) == (True, [held["id"]], "30")
    refused = network.post(f"/allocations/{found['allocation_id']}/settle", {"wasted_kg": "1"})
    assert refused.json()["code"] == "line_quarantined"
    network.ok(f"/quarantines/{held['id']}/release", {})
    [found] = leftovers(network)
    assert (found["held_back"], found["quarantine_ids"], found["kg_on_board"]) == (False, [], "10")
    settled(network, found)
    assert leftovers(network) == []


def test_only_who_may_settle_reads_the_list(network: ServiceClient, shop: dict[str, Any]) -> None:
    with network.client_of(shop, "offers") as till:
        assert till.get("/leftovers", service_date=DAY).status_code == 403
    assert network.get("/leftovers").json()["code"] == "invalid_request"
