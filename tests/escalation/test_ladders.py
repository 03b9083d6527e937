"""A ladder ends at once where the food is open no more, begins anew where it comes back, and rests where it is told."""

import pytest

from app.escalation.facts import Case
from app.kit.db import Database
from app.ledger.jobs import expire_everywhere
from tests.escalation.conftest import BreadDay, Outlets, escalation
from tests.hand_made_plan import Ride, draft
from tests.outlets.conftest import an_outlet
from tests.people.builders import entered, signed_in
from tests.service_client import (
    DAY,
    LIDL_CARDIFF_ROAD,
    ServiceClient,
    a_line,
    an_event,
    an_offer,
    kilograms,
    report,
    stops_of,
)


@pytest.fixture
def promised(day: BreadDay, database: Database) -> dict[str, object]:
    """A published plan that takes all of the bread."""
    [need] = day.far.get("/needs", service_date=DAY).json()["items"]
    plan = draft(database, day.network, day.shift, Ride(day.offer, need, 40_000))
    return day.network.published(plan)


def test_a_ladder_ends_when_the_food_is_promised(day: BreadDay, database: Database) -> None:
    day.at("08:00")
    [need] = day.far.get("/needs", service_date=DAY).json()["items"]
    day.network.published(draft(database, day.network, day.shift, Ride(day.offer, need, 40_000)))
    assert day.at("08:01") == 1
    assert (day.ladder()["state"], day.ladder()["ended_as"]) == ("over", "planned")
    assert day.at("09:30") == 0


def test_a_ladder_ends_when_the_offer_is_withdrawn(day: BreadDay) -> None:
    day.at("08:00")
    day.till.ok(f"/offers/{day.offer['id']}/withdraw", None, **{"If-Match": '"1"'})
    day.at("08:01")
    assert (day.ladder()["state"], day.ladder()["ended_as"]) == ("over", "withdrawn")
    assert day.answer(day.near, takes=True).json()["code"] == "food_taken"


def test_a_ladder_ends_with_the_life_of_the_food_and_does_not_begin_again(day: BreadDay) -> None:
    day.at("08:00")
    day.at("2026-11-26T00:05:00")
    assert (day.ladder()["state"], day.ladder()["ended_as"]) == ("over", "past_its_end")
    assert day.at("2026-11-26T00:06:00") == 0


def test_what_was_booked_as_not_fetched_in_time_goes_on_climbing(day: BreadDay, outlets: Outlets) -> None:
    outlets("community_fridge", "compost")
    day.clock.set(day.clock().replace(hour=14, minute=30))
    assert expire_everywhere(day.database, day.clock) == 1
    day.at("14:59")
    assert day.taken() == ["plan", "community_fridge"]
    assert [each["kind"] for each in day.ladder()["outlets"]] == ["community_fridge", "compost"]


def test_what_drivers_leave_behind_climbs_anew(day: BreadDay, promised: dict[str, object]) -> None:
    assert day.at("08:00") == 0
    with day.network.driver(day.shift) as driver:
        stops = driver.get("/driver/route").json()["route"]["stops"]
        pickup = next(stop for stop in stops if stop["kind"] == "pickup")
        day.clock.set(day.clock().replace(hour=9))
        left = kilograms(pickup["allocations"][0], "0")
        assert report(driver, an_event(pickup, "failed", left, reason="van_full")) == ["stored"]
    assert day.ladder()["state"] == "waiting"
    assert day.at("09:45") == 2
    assert day.taken() == ["plan", "ask_food_banks"]


def test_a_ladder_that_ended_begins_anew_where_the_food_comes_back_and_asks_nobody_twice(
    day: BreadDay, database: Database
) -> None:
    day.network.ok("/outlets", an_outlet("compost"))
    day.at("08:00")
    day.answer(day.near, takes=False)
    [need] = day.far.get("/needs", service_date=DAY).json()["items"]
    day.network.published(draft(database, day.network, day.shift, Ride(day.offer, need, 40_000)))
    day.at("08:30")
    assert day.ladder()["state"] == "over"
    with day.network.driver(day.shift) as driver:
        stops = driver.get("/driver/route").json()["route"]["stops"]
        pickup = next(stop for stop in stops if stop["kind"] == "pickup")
        day.clock.set(day.clock().replace(hour=9))
        left = kilograms(pickup["allocations"][0], "0")
        assert report(driver, an_event(pickup, "failed", left, reason="van_full")) == ["stored"]
    day.at("09:35")
    assert day.ladder()["state"] == "climbing"
    day.at("11:00")
    assert [ask["asked_at"][11:16] for ask in day.asks(day.near)] == ["08:00"]
    assert len(day.asks(day.far)) == 1


def test_food_that_was_refused_and_came_back_climbs_to_outlets_and_asks_nobody(
    day: BreadDay, promised: dict[str, object], outlets: Outlets
) -> None:
    outlets("community_fridge", "compost")
    with day.network.driver(day.shift) as driver:
        pickup, drop_off, food = stops_of(driver)
        loaded = an_event(pickup, "collected", kilograms(food))
        refused = an_event(drop_off, "refused", kilograms(food), reason="refused_at_the_door")
        day.clock.set(day.clock().replace(hour=10, minute=0))
        assert report(driver, loaded, refused) == ["stored", "stored"]
        assert day.at("10:05") == 0
        day.network.ok(f"/allocations/{food['id']}/settle", {"returned_kg": "40"})
    ladder = day.ladder()
    assert (ladder["kg"], [each["step"] for each in ladder["steps"]]) == ("40", ["plan", "community_fridge", "compost"])
    assert day.at("15:00") == 2
    assert day.mails("dispatcher")[0].words["step"] == "community_fridge"
    assert day.asks() == []


def test_a_dispatcher_stops_a_ladder_and_lets_it_go_on(day: BreadDay) -> None:
    stopped = day.network.ok(f"/escalations/{day.line}/stop")
    assert stopped["state"] == "stopped"
    assert day.at("08:00") == 0
    assert (day.ladder()["state"], day.ladder()["next_step"]) == ("stopped", None)
    assert day.network.ok(f"/escalations/{day.line}/resume")["state"] == "climbing"
    assert day.at("08:01") == 2
    trail = [each["action"] for each in day.network.get("/audit-entries").json()["items"]]
    assert {"escalations.stop", "escalations.resume"} <= set(trail)


def test_what_is_over_is_not_stopped(day: BreadDay) -> None:
    day.till.ok(f"/offers/{day.offer['id']}/withdraw", None, **{"If-Match": '"1"'})
    refused = day.network.post(f"/escalations/{day.line}/stop")
    assert (refused.status_code, refused.json()["code"]) == (409, "ladder_over")


def test_a_store_reads_the_ladders_of_its_own_food_without_the_food_banks(day: BreadDay) -> None:
    other = day.network.site(LIDL_CARDIFF_ROAD, "Another store")
    day.network.ok("/offers", an_offer(other))
    day.at("08:00")
    admin = entered(day.network, day.shop, "organisation_admin")
    [seen] = signed_in(day.network, admin).get("/escalations", service_date=DAY).json()["items"]
    assert (seen["offer_line_id"], seen["asks"]) == (day.line, [])
    assert seen["steps"][1]["asked"] == 1


def test_a_worker_that_stood_still_catches_up_and_asks_nobody_too_late(day: BreadDay, outlets: Outlets) -> None:
    outlets("compost")
    day.at("21:30")
    assert day.taken() == ["plan", "compost"]
    assert day.asks() == []


def test_while_a_food_bank_takes_it_no_animal_gets_it(
    network: ServiceClient, day: BreadDay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Soup ends two hours after it is ready, so compost is due while a van can still come: it waits for the yes."""
    network.ok("/outlets", an_outlet("compost", categories=["chilled_prepared"], animal_products=True))
    near = network.http.patch(
        f"/sites/{day.near_site['id']}", json={"temperature_classes": ["ambient", "hot"]}, headers={"If-Match": '"1"'}
    )
    assert near.is_success, near.text
    near_need = {"site_id": day.near_site["id"], "service_date": DAY, "category": "chilled_prepared", "kg": "1"}
    day.near.ok("/needs", near_need)
    soup = a_line(category="chilled_prepared", temperature_class="hot", kg="20", splittable=True)
    until = {"pickup_from": f"{DAY}T08:00:00Z", "pickup_until": f"{DAY}T10:00:00Z"}
    line = network.ok("/offers", an_offer(day.store, soup, **until))["lines"][0]["id"]
    day.at("09:15")
    [ask] = [each for each in day.asks(day.near) if each["category"] == "chilled_prepared"]
    day.near.ok(f"/asks/{ask['id']}/answer", {"takes": True})
    day.at("09:58")
    assert "compost" not in steps(day, line)
    monkeypatch.setattr(Case, "wanted", 0)
    day.at("09:59")
    assert "compost" in steps(day, line)  # the twin: without the look at the yes


def steps(day: BreadDay, line: str) -> list[str]:
    return [each["step"] for each in day.ladder(line)["steps"] if each["taken_at"] is not None]


def test_a_longer_ladder_takes_its_hours_from_the_network(day: BreadDay) -> None:
    said = escalation(day.network, ask_minutes=60, wider_minutes=30)
    assert (said["ask_minutes"], said["wider_minutes"], said["radius_metres"]) == (60, 30, 2_000)
    assert day.at("10:59") == 0
    assert day.at("11:00") == 2
