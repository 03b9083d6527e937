"""Grants over HTTP: entered, paid from what was driven and never from what was planned, each sponsor seeing its own."""

from datetime import timedelta
from typing import Any

from app.funding.jobs import cost_everywhere
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.planning.run import Workshop
from tests.arrivals.conftest import the_hour
from tests.funding.conftest import a_grant, counted
from tests.reports.together.conftest import Town, published
from tests.service_client import DAY, ServiceClient


def cents(amount: str) -> int:
    return round(float(amount) * 100)


def sums(client: ServiceClient) -> dict[str, Any]:
    answer = client.get("/funding")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_day_that_nobody_reported_costs_no_sponsor_anything(
    network: ServiceClient, town: Town, workshop: Workshop, clock: HandSetClock, database: Database
) -> None:
    network.ok("/grants", a_grant())
    published(network, workshop)
    early = network.post("/funding/days", {"service_date": DAY})
    assert (early.status_code, early.json()["code"]) == (409, "day_goes_on")
    clock.set(the_hour("16:00") + timedelta(days=1))
    assert cost_everywhere(database, clock) == 0
    assert counted(network) == {"service_date": DAY, "routes": 0, "cost": "0.00"}
    found = sums(network)
    assert (found["network"]["spent"], found["network"]["left"], found["network"]["routes"]) == ("0.00", "1000.00", 0)
    assert (found["network"]["months_covered"], found["network"]["cost_a_month"]) == (None, None)
    assert found["grants"][0]["bought"]["cost_per_meal"] is None


def test_what_was_driven_is_paid_to_the_cent_and_told_once(
    network: ServiceClient, driven_day: dict[str, Any], clock: HandSetClock, database: Database
) -> None:
    assert cost_everywhere(database, clock) == 1
    assert cost_everywhere(database, clock) == 0
    day = counted(network)
    assert day["routes"] == len(driven_day["routes"])
    first = network.ok("/grants", a_grant(amount="10.00", valid_until="2026-12-31"))
    network.ok("/grants", a_grant(giver="Council", amount="9000.00"))
    found = sums(network)
    assert found["currency"] == "GBP"
    assert cents(found["network"]["spent"]) == cents(day["cost"])
    assert (found["network"]["uncovered"], found["network"]["routes"]) == ("0.00", day["routes"])
    of_first, of_second = sorted(found["grants"], key=lambda each: float(each["amount"]))
    assert (of_first["bought"]["spent"], of_first["left"]) == ("10.00", "0.00")
    kg = sum(float(each["bought"]["kg"]) for each in (of_first, of_second))
    assert kg == float(driven_day["kg_allocated"])
    paid = network.get(f"/grants/{first['id']}/payments").json()["items"]
    assert sum(cents(each["paid"]) for each in paid) == 1000
    assert {each["why"] for each in paid} == {"ends_first"}
    # No food bank of this town names itself in public.
    assert all(each["places"] == [] and each["other_places"] >= 1 for each in paid)
    assert found["network"]["largest_share"] == round(9000 / 9010, 4)


def test_money_for_a_purpose_pays_for_nothing_else(
    network: ServiceClient, town: Town, driven_day: dict[str, Any]
) -> None:
    cost = counted(network)["cost"]
    driving = {each["shift_id"] for each in driven_day["routes"]}
    shifts = network.get("/shifts", service_date=DAY).json()["items"]
    [van, *_] = [each["vehicle_id"] for each in shifts if each["id"] in driving]
    network.ok("/grants", a_grant(restricted=True, purpose="vehicles", chosen=[van]))
    network.ok("/grants", a_grant(giver="Cold", restricted=True, purpose="cooling"))
    found = sums(network)
    by_giver = {each["giver"]: cents(each["bought"]["spent"]) for each in found["grants"]}
    spent = by_giver["The Usk Trust"]
    assert by_giver["Cold"] == 0
    assert 0 < spent <= cents(cost)
    assert spent + cents(found["network"]["uncovered"]) == cents(cost)
    strange = network.post("/grants", a_grant(restricted=True, purpose="places", chosen=["nowhere"]))
    assert (strange.status_code, strange.json()["code"]) == (422, "unknown_choice")


def test_a_sponsor_reads_its_own_grants_and_nothing_of_others(
    network: ServiceClient, town: Town, driven_day: dict[str, Any]
) -> None:
    counted(network)
    sponsor = network.organisation("sponsor", "Harbour Bank")
    own = network.ok("/grants", a_grant(giver="", organisation_id=sponsor["id"], amount="3.00", valid_until=DAY))
    other = network.ok("/grants", a_grant(giver="Council", amount="500.00"))
    people = network.client_of(sponsor, "organisation")
    found = sums(people)
    assert found["network"] is None
    assert [each["grant_id"] for each in found["grants"]] == [own["id"]]
    assert [each["id"] for each in people.get("/grants").json()["items"]] == [own["id"]]
    assert people.get(f"/grants/{own['id']}/payments").json()["items"]
    for path in (f"/grants/{other['id']}", f"/grants/{other['id']}/payments"):
        assert people.get(path).status_code == 404
    assert people.post("/grants", a_grant()).status_code == 403
    changed = people.http.patch(f"/grants/{own['id']}", json={"note": "ours"}, headers={"If-Match": '"1"'})
    assert changed.status_code == 403
    assert town.offices["Kitchen"].get("/funding").json()["grants"] == []


def test_what_was_told_more_than_a_month_ago_stays(
    network: ServiceClient, driven_day: dict[str, Any], clock: HandSetClock
) -> None:
    counted(network)
    grant = network.ok("/grants", a_grant())
    path = f"/grants/{grant['id']}"

    def change(version: int, **wish: Any) -> Any:
        return network.http.patch(path, json=wish, headers={"If-Match": f'"{version}"'})

    assert change(1, amount="999.00").json()["amount"] == "999.00"
    clock.set(the_hour("12:00") + timedelta(days=40))
    refused = change(2, amount="5.00")
    assert (refused.status_code, refused.json()["code"]) == (409, "figures_stand")
    assert change(2, ended_on="2026-11-02").json()["code"] == "figures_stand"
    assert network.post("/funding/days", {"service_date": DAY}).json()["code"] == "figures_stand"
    ended = change(2, ended_on="2026-12-31", note="ended early", received=[{"on": "2026-11-03", "amount": "999.00"}])
    assert (ended.status_code, ended.json()["ended_on"]) == (200, "2026-12-31"), ended.text
    assert ended.json()["received"] == [{"on": "2026-11-03", "amount": "999.00"}]
    assert change(2, note="").status_code == 412


def test_what_does_not_fit_is_refused_with_a_sentence(network: ServiceClient) -> None:
    for wish, words in (
        (a_grant(valid_until="2026-10-01"), "swap the two"),
        (a_grant(giver=""), "Say who gives it"),
        (a_grant(restricted=True, purpose="weekdays"), "Choose at least one"),
        (a_grant(amount="0"), ""),
    ):
        answer = network.post("/grants", wish)
        assert answer.status_code == 422
        assert words in answer.text
