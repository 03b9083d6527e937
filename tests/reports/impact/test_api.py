"""Impact over the API: what is counted and what is not, factors in versions, reports that never change."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.domain.ledger import Entry, mass_balance
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.ledger.closing import expire_offers
from app.models.events import LedgerEntry
from app.models.plans import Allocation
from tests.arrivals.conftest import the_hour
from tests.reports.impact.conftest import the_next_morning
from tests.reports.together.conftest import Town, driven
from tests.service_client import DAY, ServiceClient, an_event

RANGE = {"from": DAY, "until": DAY}


def impact(client: ServiceClient, **days: str) -> dict[str, Any]:
    answer = client.get("/impact", **{**RANGE, **days})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def grams(kg: str) -> int:
    return round(float(kg) * 1000)


def test_a_report_is_what_the_ledger_alone_comes_to_to_the_gram(
    network: ServiceClient, over: dict[str, Any], database: Database
) -> None:
    found = impact(network)
    with database.transaction(Scope(network=network.network_id())) as session:
        rows = session.scalars(select(LedgerEntry)).all()
        booked = [Entry(str(row.offer_line_id), row.from_account, row.to_account, row.grams) for row in rows]
        by_bank: dict[str, int] = {}
        for row in rows:
            if "delivered" in (row.to_account, row.from_account):
                bank = str(session.get_one(Allocation, row.cause_id).receiver_organisation_id)
                by_bank[bank] = by_bank.get(bank, 0) + row.grams * (1 if row.to_account == "delivered" else -1)
    balance = mass_balance(booked)
    assert grams(found["kg_for_people"]) == balance.for_people == sum(by_bank.values())
    assert {each["organisation_id"]: grams(each["kg_delivered"]) for each in found["food_banks"]} == by_bank
    assert found["meals"] == balance.for_people // 420
    for account in ("offered", "delivered", "wasted", "expired", "withdrawn", "returned"):
        assert grams(found["actuals"][f"kg_{account}"]) == getattr(balance, account), account
    assert found["rescued_share"] == pytest.approx(balance.for_people / balance.offered, abs=1e-4)
    assert sum(grams(each["kg"]) for each in found["losses"]) == balance.expired + balance.wasted
    assert found["days_recorded"] == [DAY]
    assert (found["days_planned"], found["days_under_way"]) == ([], [])


def test_co2e_is_net_of_what_the_driven_routes_caused_and_cost_is_of_vans_with_a_rate(
    network: ServiceClient, over: dict[str, Any]
) -> None:
    found = impact(network)
    metres = sum(route["metres"] for route in over["routes"])
    assert sum(each["metres"] for each in found["driving"]) == metres
    assert grams(found["kg_co2e_driving"]) == round(metres * 279 / 1000)
    assert grams(found["kg_co2e_avoided"]) == grams(found["kg_co2e_food"]) - grams(found["kg_co2e_driving"])
    assert (
        float(found["kg_co2e_avoided_least"]) < float(found["kg_co2e_avoided"]) < float(found["kg_co2e_avoided_most"])
    )
    assert (found["routes_planned"], found["routes_reported"]) == (len(over["routes"]), len(over["routes"]))
    rated = [route for route in over["routes"] if route["vehicle_name"] == "White van"]
    assert rated
    assert found["cost"]["routes"] + len(found["cost"]["left_out"]) == len(over["routes"])
    if found["cost"]["routes"]:
        assert float(found["cost"]["per_meal"]) == pytest.approx(
            float(found["cost"]["cost"]) / found["cost"]["meals"], abs=0.001
        )


def test_a_day_that_nobody_reported_stands_apart_as_planned(
    network: ServiceClient, plan: dict[str, Any], clock: HandSetClock
) -> None:
    clock.set(the_next_morning())
    found = impact(network)
    assert (found["kg_for_people"], found["meals"], found["days_recorded"]) == ("0", 0, [])
    assert [(each["service_date"], each["kg"]) for each in found["days_planned"]] == [(DAY, plan["kg_allocated"])]
    assert (found["rescued_share"], found["people_reached"], found["cost"]["per_meal"]) == (None, None, None)
    assert found["factors"] == []


def test_a_day_that_is_not_over_is_not_counted_yet(
    network: ServiceClient, plan: dict[str, Any], clock: HandSetClock
) -> None:
    driven(network, clock, plan)
    clock.set(the_hour("15:59"))
    found = impact(network)
    assert (found["days_recorded"], found["days_under_way"], found["kg_for_people"]) == ([], [DAY], "0")


def test_food_that_no_plan_had_and_nobody_fetched_is_waste_by_that_reason(
    network: ServiceClient, town: Town, clock: HandSetClock, database: Database
) -> None:
    clock.set(the_next_morning())
    with database.transaction(Scope(network=network.network_id())) as session:
        expire_offers(session, network.network_id(), clock())
    found = impact(network)
    assert (found["days_recorded"], found["rescued_share"]) == ([DAY], 0)
    assert [(each["reason"], each["kg"]) for each in found["losses"]] == [("not_planned", "102")]
    assert [each["fill_rate"] for each in found["food_banks"]] == [0, 0, 0]


def test_food_that_a_driver_found_behind_a_closed_door_is_waste_by_that_reason(
    network: ServiceClient, plan: dict[str, Any], clock: HandSetClock, database: Database
) -> None:
    clock.set(the_hour("15:00"))
    promised = 0
    for route in plan["routes"]:
        with network.driver({"id": route["shift_id"]}) as driver:
            stops = [each for each in driver.get("/driver/route").json()["route"]["stops"] if each["kind"] == "pickup"]
            promised += sum(grams(food["kg"]) for stop in stops for food in stop["allocations"])
            driver.ok("/driver/stop-events", {"events": [an_event(stop, "failed", reason="closed") for stop in stops]})
    clock.set(the_next_morning())
    with database.transaction(Scope(network=network.network_id())) as session:
        expire_offers(session, network.network_id(), clock())
    found = impact(network)
    losses = {each["reason"]: grams(each["kg"]) for each in found["losses"]}
    assert losses["closed"] == promised > 0
    assert sum(losses.values()) == grams(found["actuals"]["kg_expired"])
    assert (found["kg_for_people"], found["people_reached"], found["cost"]["per_meal"]) == ("0", None, None)
    assert grams(found["kg_co2e_avoided"]) == -grams(found["kg_co2e_driving"]) < 0


def test_people_are_those_whom_the_needs_name_where_food_came(network: ServiceClient, over: dict[str, Any]) -> None:
    found = impact(network)
    reached = [each for each in found["food_banks"] if each["kg_delivered"] != "0"]
    assert found["people_reached"] == 40 * len(reached)
    assert all(each["kg_per_person"] == pytest.approx(float(each["kg_delivered"]) / 40, abs=0.001) for each in reached)
    assert found["fairness"][-1]["food_banks"] == found["food_banks"]
    assert found["lowest_fill_rate"] == min(each["fill_rate"] for each in found["food_banks"])
    assert 0 <= found["gini"] < 1


def test_a_network_counts_with_the_factor_that_it_chose_from_its_first_day_on(
    network: ServiceClient, over: dict[str, Any]
) -> None:
    before = impact(network)
    own = {"label": "Our survey", "value": 600, "source": "https://example.org/survey"}
    later = network.ok("/impact/factors", {"use": "meals", "code": "own", "own": own})
    assert (later["version"], later["counts_from"], later["name"]) == (1, "2026-11-26", "Our survey")
    assert impact(network) == before  # it counts from today on
    network.ok("/impact/factors", {"use": "meals", "code": "own", "own": own, "counts_from": DAY})
    network.ok("/impact/factors", {"use": "co2e", "code": "food_rescue_hero", "counts_from": DAY})
    now = impact(network)
    assert now["meals"] == grams(now["kg_for_people"]) // 600
    used = {each["use"]: each for each in now["factors"]}
    assert (used["meals"]["version"], used["meals"]["source"]) == (2, own["source"])
    assert (used["co2e"]["version"], used["co2e"]["value"], used["co2e"]["from"]) == (1, 510, DAY)
    told = network.get("/impact/factors").json()
    assert [(each["use"], each["version"]) for each in told["today"]] == [("meals", 2), ("co2e", 1)]
    assert len(told["versions"]) == 3
    assert {each["code"] for each in told["vans"]} >= {"diesel_class_3", "battery_average"}


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"use": "meals", "code": "nobody"}, "unknown_factor"),
        ({"use": "meals", "code": "fareshare"}, "unknown_factor"),
        ({"use": "meals", "code": "own"}, "own_factor"),
        ({"use": "meals", "code": "wrap", "own": {"label": "x", "value": 420, "source": "y"}}, "own_factor"),
        ({"use": "meals", "code": "own", "own": {"label": "x", "value": 1, "source": "y"}}, "factor_bounds"),
        ({"use": "co2e", "code": "own", "own": {"label": "", "value": 1, "source": "y"}}, "string_too_short"),
    ],
)
def test_a_factor_that_nobody_can_look_up_is_refused(network: ServiceClient, wish: dict[str, Any], code: str) -> None:
    answer = network.post("/impact/factors", wish)
    assert answer.status_code == 422
    assert [each["code"] for each in answer.json()["errors"]] == [code]


def test_what_is_not_over_or_not_recorded_is_not_published(
    network: ServiceClient, plan: dict[str, Any], clock: HandSetClock
) -> None:
    def code(**days: str) -> str:
        answer = network.post("/impact/reports", {**RANGE, **days})
        assert answer.status_code == 422
        return str(answer.json()["code"])

    assert code() == "days_not_over"
    clock.set(the_next_morning())
    assert code() == "nothing_recorded"
    assert code(**{"from": "2026-11-26"}) == "range_inverted"
    assert code(**{"from": "2025-01-01"}) == "range_too_long"
    assert network.get("/impact", **{"from": "2026-11-26", "until": DAY}).json()["code"] == "range_inverted"


def test_a_late_report_and_another_factor_change_no_published_report_and_it_says_by_how_much(
    network: ServiceClient, plan: dict[str, Any], clock: HandSetClock
) -> None:
    driven(network, clock, plan, short="1.234")
    clock.set(the_hour("16:00") + timedelta(hours=9))
    head = network.ok("/impact/reports", RANGE)
    assert head["number"] == 1
    first = network.get(f"/impact/reports/{head['id']}").json()
    assert first["counted_today"] is None
    network.ok("/impact/factors", {"use": "meals", "code": "fao", "counts_from": DAY})
    later = network.get(f"/impact/reports/{head['id']}").json()
    assert (later["figures"], later["digest"]) == (first["figures"], first["digest"])
    eaten = grams(first["kg_for_people"])
    assert later["counted_today"]["meals"] == eaten // 626 - eaten // 420
    assert later["counted_today"]["kg_for_people"] == "0"
    second = network.ok("/impact/reports", RANGE)
    assert (second["number"], second["meals"]) == (2, eaten // 626)
    listed = network.get("/impact/reports").json()["items"]
    assert {each["number"] for each in listed} == {1, 2}


def test_the_database_lets_nobody_change_or_remove_what_is_published(
    network: ServiceClient, over: dict[str, Any], database: Database
) -> None:
    network.ok("/impact/reports", RANGE)
    for statement in (
        "UPDATE impact_reports SET digest = ''",
        "DELETE FROM impact_reports",
        "DELETE FROM impact_factors",
    ):
        with (
            pytest.raises(DBAPIError, match="permission denied"),
            database.transaction(Scope(network=network.network_id())) as session,
        ):
            session.execute(text(statement))


def test_a_published_report_never_changes_whatever_happens_afterwards(
    network: ServiceClient, over: dict[str, Any], town: Town
) -> None:
    """Histories of choosing factors, publishing, settling food and offering more of the same day."""
    left = [
        food
        for route in over["routes"]
        for stop in network.get(f"/routes/{route['id']}").json()["stops"]
        if stop["kind"] == "drop_off"
        for food in stop["allocations"]
    ]

    class History(RuleBasedStateMachine):
        kept: dict[str, dict[str, Any]]

        @initialize()
        def nothing_yet(self) -> None:
            self.kept = {}

        @rule()
        def publish(self) -> None:
            head = network.ok("/impact/reports", RANGE)
            self.kept[head["id"]] = network.get(f"/impact/reports/{head['id']}").json()["figures"]

        @rule(code=st.sampled_from(["wrap", "feba", "usda", "fao"]), day=st.sampled_from([DAY, "2026-11-26"]))
        def choose(self, code: str, day: str) -> None:
            network.ok("/impact/factors", {"use": "meals", "code": code, "counts_from": day})

        @rule(food=st.sampled_from(left), kg=st.sampled_from(["0.1", "0.2"]))
        def settle(self, food: dict[str, Any], kg: str) -> None:
            answer = network.post(f"/allocations/{food['id']}/settle", {"returned_kg": "0", "wasted_kg": kg})
            assert answer.status_code in (201, 422), answer.text

        @invariant()
        def every_report_is_as_it_was(self) -> None:
            for report, figures in self.kept.items():
                assert network.get(f"/impact/reports/{report}").json()["figures"] == figures

    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=5, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_who_does_not_see_the_network_reads_nothing_of_it(network: ServiceClient, town: Town) -> None:
    office = town.offices["Duffryn"]
    for path in ("/impact", "/impact/factors", "/impact/reports"):
        assert office.get(path, **RANGE if path == "/impact" else {}).status_code == 403
    assert office.post("/impact/factors", {"use": "meals", "code": "feba"}).status_code == 403
