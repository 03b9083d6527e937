"""Whom a ladder asks, and what a yes and a no mean."""

from datetime import timedelta
from typing import Any

import pytest

from app.escalation import banks
from tests.escalation.conftest import BreadDay, escalation, receivers
from tests.people.builders import signed_in
from tests.service_client import DAY, TESCO_SPYTTY, a_line, a_need, an_offer


def test_a_yes_for_a_part_leaves_the_rest_to_those_farther_away(day: BreadDay) -> None:
    day.at("08:00")
    assert day.answer(day.near, takes=True, kg="15").json()["taken_kg"] == "15"
    ladder = day.ladder()
    assert (ladder["kg"], ladder["kg_wanted"]) == ("40", "15")
    day.at("09:30")
    [ask] = day.asks(day.far)
    assert (ask["kg"], ask["kg_left"]) == ("25", "25")


def test_a_yes_is_a_need_of_that_food_alone_and_the_plan_obeys_it(day: BreadDay) -> None:
    day.network.ok("/offers", an_offer(day.store, a_line(kg="60", splittable=True)))
    day.at("08:00")
    [mine] = [ask for ask in day.asks(day.near) if ask["kg"] == "40"]
    answered = day.near.ok(f"/asks/{mine['id']}/answer", {"takes": True})
    [need] = [each for each in day.near.get("/needs", service_date=DAY).json()["items"] if each["offer_line_id"]]
    assert (need["id"], need["offer_line_id"], need["kg"]) == (answered["need_id"], day.line, "40")
    plan = day.planned()
    problem = day.network.get(f"/plans/{plan['id']}/document").json()["problem"]
    assert [each["lot"] for each in problem["eligibilities"] if each["need"] == need["id"]] == [day.line]
    day.network.published(plan)
    brought = [(each["offer_line_id"], each["need_id"]) for each in day.near.get("/allocations").json()["items"]]
    assert (day.line, need["id"]) in brought
    assert all(line == day.line for line, to in brought if to == need["id"])


def test_nobody_who_said_yes_to_one_food_is_given_another_by_hand(day: BreadDay) -> None:
    other = day.network.ok("/offers", an_offer(day.store, a_line(kg="60")))
    day.at("08:00")
    [mine] = [ask for ask in day.asks(day.near) if ask["kg"] == "40"]
    need = day.near.ok(f"/asks/{mine['id']}/answer", {"takes": True})["need_id"]
    plan = day.planned()
    edit = {
        "kind": "place_offer_line", "offer_line_id": other["lines"][0]["id"], "need_id": need,
        "shift_id": day.shift["id"],
    }  # fmt: skip
    refused = day.network.post(f"/plans/{plan['id']}/edits", edit, **{"If-Match": f'"{plan["version"]}"'})
    assert (refused.status_code, refused.json()["code"]) == (422, "food_not_suitable"), refused.text
    assert refused.json()["errors"][0]["code"] == "need_of_one_line"


def test_the_second_yes_is_told_that_the_food_is_taken(day: BreadDay) -> None:
    escalation(day.network, radius_metres=20_000)
    day.at("08:00")
    assert day.answer(day.near, takes=True).status_code == 200
    second = day.answer(day.far, takes=True)
    assert (second.status_code, second.json()["code"]) == (409, "food_taken")
    assert day.asks(day.far)[0]["state"] == "taken"
    assert day.answer(day.far, takes=False).status_code == 200


def test_nobody_takes_more_than_is_left(day: BreadDay) -> None:
    day.at("08:00")
    refused = day.answer(day.near, takes=True, kg="40.5")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_so_much_left")
    assert "40 kg" in refused.json()["detail"]


def test_food_that_does_not_go_in_parts_is_taken_as_a_whole(day: BreadDay) -> None:
    day.network.ok("/offers", an_offer(day.store, a_line(kg="60", splittable=False)))
    day.at("08:00")
    [ask] = [each for each in day.asks(day.near) if each["kg"] == "60"]
    refused = day.near.post(f"/asks/{ask['id']}/answer", {"takes": True, "kg": "10"})
    assert (refused.status_code, refused.json()["code"]) == (422, "goes_as_a_whole")


def test_what_was_answered_stays_answered_and_the_same_answer_again_is_no_fault(day: BreadDay) -> None:
    day.at("08:00")
    for _ in range(2):
        assert day.answer(day.near, takes=False).json()["state"] == "no"
    changed = day.answer(day.near, takes=True)
    assert (changed.status_code, changed.json()["code"]) == (409, "already_answered")
    assert len(day.messages("food.answered")) == 1


def test_when_no_van_can_come_any_more_a_yes_is_too_late(day: BreadDay) -> None:
    day.at("08:00")
    day.at("12:00")
    late = day.answer(day.near, takes=True)
    assert (late.status_code, late.json()["code"]) == (409, "too_late_to_take")
    assert day.asks(day.near)[0]["state"] == "closed"


def test_the_networks_staff_answers_in_a_food_banks_name_and_another_food_bank_does_not(day: BreadDay) -> None:
    day.at("08:00")
    [ask] = day.asks()
    path = f"/asks/{ask['id']}/answer"
    assert day.far.post(path, {"takes": True}).status_code == 404
    assert day.till.post(path, {"takes": True}).status_code == 403
    dispatcher = signed_in(day.network, day.people["dispatcher"])
    assert dispatcher.ok(path, {"takes": True})["state"] == "yes"


def test_a_yes_that_is_withdrawn_is_free_again(day: BreadDay) -> None:
    escalation(day.network, radius_metres=20_000)
    day.at("08:00")
    need = day.answer(day.near, takes=True).json()["need_id"]
    change = day.near.http.patch(f"/needs/{need}", json={"state": "withdrawn"}, headers={"If-Match": '"1"'})
    assert change.status_code == 200
    assert day.asks(day.far)[0]["kg_left"] == "40"
    assert day.answer(day.far, takes=True).status_code == 200


def test_a_draft_that_has_a_place_for_all_of_it_keeps_it_from_climbing_until_no_van_can_come(day: BreadDay) -> None:
    day.network.ok("/outlets", {"kind": "compost", "name": "Heap", "categories": ["bread_and_bakery"]})
    [need] = day.far.get("/needs", service_date=DAY).json()["items"]
    day.far.http.patch(f"/needs/{need['id']}", json={"kg": "60"}, headers={"If-Match": '"1"'})
    plan = day.planned()
    assert sum(float(kg) for kg in receivers(plan).values()) == 40
    assert day.at("08:00") == day.at("09:30") == 0
    assert day.ladder()["state"] == "planned"
    assert day.at("20:59") == 2  # nobody published it: the plan's step and the compost's
    assert day.taken() == ["plan", "compost"]


@pytest.mark.parametrize(
    "need",
    [
        {"category": "drinks"},
        {"excluded_allergens": ["gluten"]},
        {"minimum_shelf_life_days": 2},
    ],
    ids=["never asked for bread", "keeps an allergen out", "needs it longer"],
)
def test_who_may_not_have_it_is_not_asked(day: BreadDay, need: dict[str, Any]) -> None:
    bank = day.network.organisation("food_bank", "Third")
    site = day.network.site((51.5613465, -3.0226026), "Third", kind="distribution_point", organisation_id=bank["id"])
    client = day.network.client_of(bank, "needs")
    client.ok("/needs", a_need(site, kg="10", **need))
    bread = a_line(kg="9", date_mark="use_by", mark_date=DAY, allergens=["gluten"])
    day.network.ok("/offers", an_offer(day.store, bread))
    day.at("08:00")
    assert "9" in [ask["kg"] for ask in day.asks(day.near)]
    assert "9" not in [ask["kg"] for ask in day.asks(client)]


def test_who_declined_it_is_not_asked(day: BreadDay) -> None:
    day.network.published(day.planned())
    [allocation] = day.near.get("/allocations").json()["items"]
    day.near.ok(f"/allocations/{allocation['id']}/decline", {"reason": "too_much"})
    day.at("08:00")
    assert day.asks(day.near) == []


def test_food_that_an_agreement_keeps_for_one_food_bank_is_asked_of_it_alone(day: BreadDay) -> None:
    escalation(day.network, radius_metres=20_000)
    agreed = {
        "donor_organisation_id": day.shop["id"], "receiver_organisation_id": day.far_site["organisation_id"],
        "kind": "only", "exclusive": True, "valid_from": DAY,
    }  # fmt: skip
    row = day.network.ok("/agreements", agreed)
    if row["state"] == "proposed":
        signed = {"signed_document": {"name": "Paper", "signed_on": "2026-11-20"}}
        day.network.ok(f"/agreements/{row['id']}/accept", signed, **{"If-Match": f'"{row["version"]}"'})
    day.at("08:00")
    assert day.asks(day.near) == []
    assert len(day.asks(day.far)) == 1


def test_the_store_is_asked_to_keep_what_lasts_until_the_next_day(day: BreadDay) -> None:
    lasting = a_line(kg="7", date_mark="best_before", mark_date="2026-12-10")
    offer = day.network.ok("/offers", an_offer(day.store, lasting))
    line = offer["lines"][0]["id"]
    day.at("12:00")
    [mail] = day.mails("store")
    assert (mail.words["letter"], mail.words["kg"]) == ("keep", "7.0")
    steps = {each["step"]: each["taken_at"] for each in day.ladder(line)["steps"]}
    assert steps["next_day"].startswith(f"{DAY}T12:00")


def test_nobody_is_asked_where_the_network_has_turned_it_off(day: BreadDay) -> None:
    assert escalation(day.network, on=False)["on"] is False
    assert day.at("08:00") == 0
    assert day.asks() == []
    assert day.ladder()["next_step"] is None


def test_another_store_far_off_asks_by_its_own_distance(day: BreadDay) -> None:
    spytty = day.network.site(TESCO_SPYTTY, "Tesco Spytty", organisation_id=day.shop["id"])
    day.network.ok("/offers", an_offer(spytty, a_line(kg="5")))
    day.at("09:30")
    asked = {(ask["kg"], ask["site_name"]): ask["metres"] for ask in day.asks()}
    assert asked["5", "Newport Food Bank"] > 2_000
    assert asked["40", "Duffryn Centre"] < 2_000


def test_terms_older_than_twelve_weeks_are_forgotten(day: BreadDay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(banks, "LOOKS_BACK", timedelta(days=-1))
    day.at("08:00")
    assert day.asks() == []


def test_a_need_that_a_yes_has_made_may_be_lowered_and_the_rest_is_free_again(day: BreadDay) -> None:
    escalation(day.network, radius_metres=20_000)
    day.at("08:00")
    need = day.answer(day.near, takes=True).json()["need_id"]
    lower = day.near.http.patch(f"/needs/{need}", json={"kg": "12"}, headers={"If-Match": '"1"'})
    assert lower.status_code == 200
    assert day.asks(day.far)[0]["kg_left"] == "28"
    assert day.ladder()["kg_wanted"] == "12"
