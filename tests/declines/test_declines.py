"""A food bank says beforehand what it does not want: that is free, recorded, and the food goes to the next one."""

from typing import Any

import pytest

from tests.declines.conftest import YoghurtDay, receivers
from tests.service_client import DAY


def test_a_declined_yoghurt_goes_to_the_next_food_bank_in_the_change(day: YoghurtDay) -> None:
    assert receivers(day.plan) == {"Newport Food Bank": "30.0"}
    day.decline()
    change = day.changed()
    assert receivers(change) == {"Duffryn Centre": "30.0"}
    day.network.published(change)
    assert day.first.get("/allocations").json()["items"] == []
    assert day.allocation(day.second)["kg"] == "30"


def test_yoghurt_that_is_on_the_van_already_goes_to_the_next_food_bank_too(day: YoghurtDay) -> None:
    day.tell("collected", "pickup")
    day.decline()
    change = day.changed()
    assert receivers(change) == {"Duffryn Centre": "30.0"}
    day.network.published(change)
    [stop] = day.stops("drop_off")
    assert stop["site_name"] == "Duffryn Centre"


def test_what_was_handed_over_is_not_declined_any_more(day: YoghurtDay) -> None:
    day.tell("collected", "pickup")
    day.tell("delivered", "drop_off")
    answer = day.first.post(f"/allocations/{day.allocation()['id']}/decline", {"reason": "too_much"})
    assert (answer.status_code, answer.json()["code"]) == (409, "already_delivered")


def test_a_plan_from_the_beginning_does_without_the_pair_too(day: YoghurtDay) -> None:
    day.decline()
    assert receivers(day.planned()) == {"Duffryn Centre": "30.0"}


def test_a_decline_is_recorded_with_who_when_why_and_how_much(day: YoghurtDay) -> None:
    said = day.decline("short_dated", note="We open on Friday")
    assert (said["kg"], said["reason"], said["note"]) == ("30", "short_dated", "We open on Friday")
    assert (said["declined_by"], said["sentence"]) == ("test key", "There is too little time left to use it.")
    for who in (day.first, day.network):
        assert [each["id"] for each in who.get("/declines", service_date=DAY).json()["items"]] == [said["id"]]
    assert day.second.get("/declines").json()["items"] == []
    entries = day.network.get("/audit-entries", action="allocations.decline").json()["items"]
    assert [each["subject_id"] for each in entries] == [said["allocation_id"]]
    assert "Friday" not in str(entries)  # free words stay out of the trail
    kinds = [each["kind"] for each in day.network.get("/events/list").json()["items"]]
    assert kinds.count("allocation.declined") == 1


def test_declining_twice_is_declining_once(day: YoghurtDay) -> None:
    first = day.decline()
    again = day.decline("too_much")
    assert again == first
    assert len(day.first.get("/declines").json()["items"]) == 1
    day.network.published(day.changed())  # it is somebody else's by now
    path = f"/allocations/{first['allocation_id']}/decline"
    assert day.first.ok(path, {"reason": "not_wanted"}) == first


def test_declining_costs_nothing_in_fairness(day: YoghurtDay) -> None:
    """The problem after it is the problem before it, less the one pair; what is declined is not food it had."""

    def problem() -> dict[str, Any]:
        found: dict[str, Any] = day.network.get(f"/plans/{day.changed()['id']}/document").json()["problem"]
        return found

    before = problem()
    day.decline()
    after = problem()
    gone = [pair for pair in before["eligibilities"] if pair not in after["eligibilities"]]
    assert [(pair["lot"], pair["need"]) for pair in gone] == [
        (day.allocation()["offer_line_id"], day.allocation()["need_id"])
    ]
    assert after["needs"] == before["needs"]
    assert all(need["delivered_grams"] == 0 for need in after["needs"])
    assert after["policy"] == before["policy"]


def test_a_dispatcher_may_decline_in_the_food_banks_name_a_supermarket_never(day: YoghurtDay) -> None:
    path = f"/allocations/{day.allocation()['id']}/decline"
    assert day.till.post(path, {"reason": "other"}).status_code == 403
    shop = {"id": day.store["organisation_id"]}
    office = day.network.client_of(shop, "needs")
    assert office.post(path, {"reason": "other"}).status_code == 403  # it gives the food, and does not get it
    assert day.second.post(path, {"reason": "other"}).status_code == 404
    assert day.network.ok(path, {"reason": "other"})["organisation_id"] == day.bank["organisation_id"]


def test_a_decline_can_be_taken_back_until_a_newer_plan_knows_of_it(day: YoghurtDay) -> None:
    allocation = day.allocation()["id"]
    assert day.first.post(f"/allocations/{allocation}/take-back-decline").status_code == 404
    day.decline()
    assert day.first.ok(f"/allocations/{allocation}/take-back-decline")["taken_back_at"] is not None
    assert receivers(day.changed()) == {"Newport Food Bank": "30.0"}
    day.decline()
    day.network.published(day.changed())
    answer = day.first.post(f"/allocations/{allocation}/take-back-decline")
    assert (answer.status_code, answer.json()["code"]) == (409, "decline_acted_on")


def test_a_change_that_knows_nothing_of_a_decline_is_not_published(day: YoghurtDay) -> None:
    change = day.changed()
    day.decline()
    answer = day.network.post(f"/plans/{change['id']}/publish", None, **{"If-Match": f'"{change["version"]}"'})
    assert (answer.status_code, answer.json()["code"]) == (409, "plan_outdated")


def test_without_the_look_at_declines_it_would_be_published(day: YoghurtDay, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin of the test above."""
    change = day.changed()
    day.decline()
    monkeypatch.setattr("app.planning.service.refuse_declined", lambda *_: None)
    day.network.published(change)
    assert day.allocation()["kg"] == "30"


def test_food_that_no_driven_plan_brings_is_nothing_to_decline(day: YoghurtDay) -> None:
    allocation = day.allocation()["id"]
    day.network.published(day.changed(left_out_line_ids=[day.allocation()["offer_line_id"]]))
    answer = day.first.post(f"/allocations/{allocation}/decline", {"reason": "not_wanted"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_planned_any_more")


def test_food_of_a_draft_is_not_promised_yet(day: YoghurtDay) -> None:
    draft = day.changed()
    [allocation] = [each for route in draft["routes"] for stop in route["stops"] for each in stop["allocations"]][:1]
    answer = day.network.post(f"/allocations/{allocation['id']}/decline", {"reason": "not_wanted"})
    assert (answer.status_code, answer.json()["code"]) == (409, "plan_not_published")


def test_where_nobody_else_takes_it_declined_food_stays_with_its_reason(day: YoghurtDay) -> None:
    [need] = day.second.get("/needs").json()["items"]
    day.second.http.patch(f"/needs/{need['id']}", json={"kg": "1"}, headers={"If-Match": f'"{need["version"]}"'})
    day.decline()
    change = day.changed()
    assert receivers(change) == {}
    [left] = change["unserved"]
    assert (left["kg"], left["reason"]) == ("30", "no_need_left")
