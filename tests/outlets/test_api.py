"""Outlets are entered and changed, and what they take is in the books and in the day's report."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.ledger.closing import GRACE
from app.ledger.jobs import expire_everywhere
from app.models.system import OutboxMessage
from tests.hand_made_plan import Ride, draft
from tests.ledger.test_api import places
from tests.outlets.conftest import an_outlet
from tests.service_client import DAY, LIDL_CARDIFF_ROAD, ServiceClient, a_line, an_offer

Outlets = dict[str, dict[str, Any]]
CLOSED = datetime(2026, 11, 25, 12, tzinfo=UTC)


def hand_over(network: ServiceClient, outlet: dict[str, Any], offer: dict[str, Any], kg: str) -> Any:
    line = offer["lines"][0]["id"]
    return network.post(f"/outlets/{outlet['id']}/handovers", {"offer_line_id": line, "kg": kg})


def test_what_outlets_took_is_in_the_books_and_only_what_people_get_is_meals(
    network: ServiceClient, day: dict[str, Any], outlets: Outlets
) -> None:
    for kind, kg in (("community_fridge", "12.6"), ("animal_feed", "10"), ("compost", "5")):
        assert hand_over(network, outlets[kind], day["offer"], kg).status_code == 201
    booked = {"kg_community_fridge": "12.6", "kg_animal_feed": "10", "kg_compost": "5"}
    assert places(network, day["offer"]) == {**booked, "kg_offered": "2.4"}
    report = network.get("/reports/day", service_date=DAY).json()
    assert {name: report["actuals"][name] for name in booked} == booked
    assert (report["actuals"]["kg_still_open"], report["actuals"]["kg_unaccounted"]) == ("2.4", "0")
    assert report["meals"] == 30  # 12.6 kg at 0.42 kg a meal: not what animals and the compost got


def test_food_that_nobody_fetched_in_time_may_still_go_to_an_outlet(
    network: ServiceClient, database: Database, day: dict[str, Any], outlets: Outlets, clock: HandSetClock
) -> None:
    clock.set(CLOSED + GRACE)
    expire_everywhere(database, clock)
    assert hand_over(network, outlets["compost"], day["offer"], "30").status_code == 201
    assert places(network, day["offer"]) == {"kg_compost": "30"}


def test_no_more_is_handed_over_than_is_neither_on_a_van_nor_gone(
    network: ServiceClient, database: Database, day: dict[str, Any], outlets: Outlets
) -> None:
    network.published(draft(database, network, day["shift"], Ride(day["offer"], day["need"], 20_000)))
    refused = hand_over(network, outlets["compost"], day["offer"], "10.1")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_so_much_left")
    assert "10 kg" in refused.json()["detail"]
    assert hand_over(network, outlets["compost"], day["offer"], "10").status_code == 201
    assert places(network, day["offer"]) == {"kg_allocated": "20", "kg_compost": "10"}


def test_a_plan_that_promises_what_an_outlet_took_is_not_published(
    network: ServiceClient, database: Database, day: dict[str, Any], outlets: Outlets
) -> None:
    plan = draft(database, network, day["shift"], Ride(day["offer"], day["need"], 30_000))
    assert hand_over(network, outlets["community_fridge"], day["offer"], "1").status_code == 201
    published = network.post(f"/plans/{plan['id']}/publish", None, **{"If-Match": f'"{plan["version"]}"'})
    assert (published.status_code, published.json()["code"]) == (409, "plan_outdated")


def test_the_donor_hears_of_it_and_reads_it(
    network: ServiceClient, database: Database, shop: dict[str, Any], day: dict[str, Any], outlets: Outlets
) -> None:
    hand_over(network, outlets["community_fridge"], day["offer"], "12")
    till = network.client_of(shop, "offers")
    [seen] = till.get("/handovers", offer_id=day["offer"]["id"]).json()["items"]
    assert (seen["kg"], seen["kind"], seen["outlet_name"]) == ("12", "community_fridge", "community_fridge")
    with database.transaction(Scope(network=network.network_id())) as session:
        [told] = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "food.handed_over")).all()
    assert [str(each) for each in told.organisation_ids] == [shop["id"]]
    assert told.data["kg"] == "12"


@pytest.mark.parametrize(
    ("kind", "food", "code"),
    [
        ("animal_feed", {"category": "meat_and_fish", "temperature_class": "chilled"}, "never_for_animals"),
        ("compost", {"category": "meat_and_fish", "temperature_class": "chilled"}, "not_composted_here"),
        ("community_fridge", {"category": "drinks"}, "outlet_does_not_take_it"),
    ],
)
def test_the_rule_book_keeps_food_from_where_it_may_not_go(
    network: ServiceClient, outlets: Outlets, kind: str, food: dict[str, Any], code: str
) -> None:
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road")
    marked = {"date_mark": "use_by", "mark_date": DAY} if food.get("temperature_class") else {"date_mark": "none"}
    offer = network.ok("/offers", an_offer(store, a_line(**{**food, **marked})))
    refused = hand_over(network, outlets[kind], offer, "1")
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert places(network, offer) == {"kg_offered": "10"}


def test_food_past_its_use_by_date_never_goes_to_a_fridge_and_may_be_composted(
    network: ServiceClient, database: Database, outlets: Outlets, clock: HandSetClock
) -> None:
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road")
    meat = a_line(category="meat_and_fish", temperature_class="chilled", date_mark="use_by", mark_date=DAY)
    offer = network.ok("/offers", an_offer(store, meat))
    clock.set(CLOSED + timedelta(days=1))
    expire_everywhere(database, clock)
    refused = hand_over(network, outlets["community_fridge"], offer, "10")
    assert refused.json()["code"] == "unsafe_for_people"
    approved = network.ok("/outlets", an_outlet("compost", animal_products=True))
    assert hand_over(network, approved, offer, "10").status_code == 201


def test_an_outlet_is_changed_from_its_version_and_takes_nothing_once_it_is_retired(
    network: ServiceClient, day: dict[str, Any], outlets: Outlets
) -> None:
    path = f"/outlets/{outlets['compost']['id']}"
    assert network.http.patch(path, json={"state": "retired"}, headers={"If-Match": '"9"'}).status_code == 412
    retired = network.http.patch(path, json={"state": "retired"}, headers={"If-Match": '"1"'})
    assert (retired.status_code, retired.json()["state"]) == (200, "retired")
    refused = hand_over(network, outlets["compost"], day["offer"], "1")
    assert (refused.status_code, refused.json()["code"]) == (409, "outlet_retired")
    states = {each["kind"]: each["state"] for each in network.get("/outlets").json()["items"]}
    assert states == {"community_fridge": "active", "animal_feed": "active", "compost": "retired"}


def test_the_same_key_hands_over_once(network: ServiceClient, day: dict[str, Any], outlets: Outlets) -> None:
    path, line = f"/outlets/{outlets['compost']['id']}/handovers", day["offer"]["lines"][0]["id"]
    for _ in range(2):
        network.ok(path, {"offer_line_id": line, "kg": "3"}, **{"Idempotency-Key": "once"})
    assert places(network, day["offer"]) == {"kg_offered": "27", "kg_compost": "3"}


def test_what_nobody_has_taken_is_listed_with_where_it_may_go_people_before_animals_before_compost(
    network: ServiceClient, database: Database, day: dict[str, Any], outlets: Outlets
) -> None:
    network.published(draft(database, network, day["shift"], Ride(day["offer"], day["need"], 20_000)))
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road")
    meat = a_line(category="meat_and_fish", temperature_class="chilled", date_mark="use_by", mark_date=DAY)
    network.ok("/offers", an_offer(store, meat))
    bread, meat = network.get("/outlets/open-food", service_date=DAY).json()["items"]
    if bread["category"] != "bread_and_bakery":
        bread, meat = meat, bread
    assert bread["kg"] == meat["kg"] == "10"
    assert [each["kind"] for each in bread["outlets"]] == ["community_fridge", "animal_feed", "compost"]
    assert [each["kind"] for each in meat["outlets"]] == ["community_fridge"]
    hand_over(network, outlets["community_fridge"], day["offer"], "10")
    assert len(network.get("/outlets/open-food", service_date=DAY).json()["items"]) == 1
