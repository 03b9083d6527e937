"""Duplicate effort over HTTP: planned days are never done, what is told follows from the day's own table, and what was
dealt with stays away until it happens again."""

import csv
import io
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import undefer

import routing
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.duplicates import DuplicateMark
from app.models.plans import Plan
from tests.arrivals.conftest import the_hour
from tests.planned_here import changed_here
from tests.reports.duplicates.conftest import FIRST, Listed, Twice
from tests.reports.together.conftest import driven
from tests.service_client import DAY, ServiceClient, an_event, kilograms


def same_place(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in items if each["kind"] == "same_place"]


def metres_of(problem: routing.Problem, stops: list[str]) -> int:
    table, numbers = problem.travel["van" if "van" in problem.travel else "car"], problem.site_numbers
    return sum(int(table.metres[numbers[here], numbers[there]]) for here, there in pairwise(stops))


def saved_by_hand(database: Database, network: ServiceClient) -> int:
    """Of the two ways round the one that saves more: every place for both stops tried, on the stored table."""
    with database.transaction(Scope(network=network.network_id())) as session:
        plan = session.scalars(select(Plan).where(Plan.state == "published").options(undefer(Plan.problem))).one()
        problem = routing.problem_from_json(plan.problem)
        ways = [[str(stop.site_id) for stop in route.stops] for route in plan.routes]
    assert [len(way) for way in ways] == [4, 4]  # home, store, bank, home
    saved = []
    for giver, taker in (ways, ways[::-1]):
        home, store, bank, back = taker
        middle = [store, bank]
        shortest = min(
            metres_of(
                problem, [home, *middle[:first], giver[1], *middle[first:second], giver[2], *middle[second:], back]
            )
            for first in range(3)
            for second in range(first, 3)
        )
        saved.append(metres_of(problem, giver) + metres_of(problem, taker) - shortest)
    return max(saved)


def test_two_partners_at_one_store_are_planned_until_somebody_reports_them(
    network: ServiceClient, twice: Twice, listed: Listed, clock: HandSetClock, database: Database
) -> None:
    assert listed() == []
    plan = twice.published()
    assert len(plan["routes"]) == 2
    [entry] = same_place(listed())
    assert (entry["standing"], entry["days"], entry["visits"], entry["kg"]) == ("planned", [DAY], 2, "60")
    assert sorted(entry["partners"]) == ["Duffryn", "Pantry"]
    assert entry["places"] == ["Tesco Spytty"] * 2
    assert entry["saved_metres"] == saved_by_hand(database, network) > 0
    assert entry["saved_cost"] == f"{round(entry['saved_metres'] * 0.045) / 100:.2f}"
    assert entry["by_agreement"] is True
    assert (entry["days_that_save"], entry["days_that_fit"], entry["misfits"]) == (1, 0, ["skills"])
    driven(network, clock, plan)
    [done] = same_place(listed())
    assert (done["standing"], done["kg"], done["saved_metres"]) == ("recorded", "60", entry["saved_metres"])
    assert done["visits_without_weight"] == 0


def test_a_visit_in_vain_is_little_food_and_a_route_that_nobody_reported_is_not_counted(
    network: ServiceClient, twice: Twice, listed: Listed, clock: HandSetClock
) -> None:
    plan = twice.published()
    clock.set(the_hour("15:00"))
    [first, _] = plan["routes"]
    with network.driver({"id": first["shift_id"]}) as driver:
        stops = driver.get("/driver/route").json()["route"]["stops"]
        failed = [an_event(stop, "failed", reason="nothing_there") for stop in stops if stop["kind"] == "pickup"]
        driver.ok("/driver/stop-events", {"events": failed})
    [entry] = listed()
    assert (entry["kind"], entry["standing"], entry["visits"], entry["kg"]) == ("little_food", "recorded", 1, "0")
    assert entry["kg_per_visit"] == "0"
    assert entry["cost_per_kg"] is None
    assert entry["detour_metres"] == first["metres"]
    assert entry["saved_metres"] is None  # the other van was not reported
    assert float(entry["kg_to_break_even"]) > 0


def test_what_was_dealt_with_stays_away_until_it_happens_again(
    network: ServiceClient, twice: Twice, listed: Listed
) -> None:
    twice.published()
    [entry] = same_place(listed())
    assert entry["to_work_through"]
    wish = {"entry": entry["entry"], "seen_until": DAY, "outcome": "pooled", "note": " One van from Tuesday on "}
    assert network.post("/duplicate-efforts/marks", {**wish, "seen_until": "2026-11-24"}).status_code == 404
    assert network.post("/duplicate-efforts/marks", {**wish, "entry": "same_place:x"}).status_code == 404
    assert network.post("/duplicate-efforts/marks", {**wish, "outcome": "gone"}).status_code == 422
    kept = network.ok("/duplicate-efforts/marks", wish)
    assert (kept["note"], kept["seen_until"]) == ("One van from Tuesday on", DAY)
    [seen] = same_place(listed())
    assert not seen["to_work_through"]
    assert seen["dealt_with"]["outcome"] == "pooled"
    later = FIRST + timedelta(days=2)
    twice.published(later)
    [again] = same_place(listed(until=later))
    assert again["to_work_through"]
    assert again["days"] == [DAY, str(later)]
    assert again["saved_metres"] == 2 * entry["saved_metres"]


def test_what_is_asked_for_is_bounded_and_comes_as_a_table(
    network: ServiceClient, twice: Twice, listed: Listed
) -> None:
    twice.published()
    for wrong, code in (
        ({"from": DAY, "until": "2026-11-24"}, "range_inverted"),
        ({"from": "2026-01-01", "until": DAY}, "too_many_days_to_look_at"),
    ):
        answer = network.get("/duplicate-efforts", **wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert network.get("/duplicate-efforts", within_metres=2001).status_code == 422
    assert network.get("/duplicate-efforts").json()["items"] == []  # until yesterday
    rows = list(csv.DictReader(io.StringIO(network.get("/duplicate-efforts", until=DAY, format="csv").text)))
    assert [row["saved_metres"] for row in rows] == [str(each["saved_metres"]) for each in listed()]
    assert rows[0]["partners"] == "; ".join(listed()[0]["partners"])


def test_partners_do_not_read_it(network: ServiceClient, twice: Twice) -> None:
    twice.published()
    office = network.client_of(twice.banks["Duffryn"], "organisation", "fleet")
    assert office.get("/duplicate-efforts").status_code == 403
    wish = {"entry": "same_place:x", "seen_until": DAY, "outcome": "later"}
    assert office.post("/duplicate-efforts/marks", wish).status_code == 403


def test_a_mark_is_of_its_network_alone(
    network: ServiceClient, twice: Twice, listed: Listed, database: Database
) -> None:
    twice.published()
    [entry] = same_place(listed())
    mark = network.ok("/duplicate-efforts/marks", {"entry": entry["entry"], "seen_until": DAY, "outcome": "later"})
    with database.transaction(Scope(network=UUID(int=7))) as session:
        assert session.get(DuplicateMark, UUID(mark["id"])) is None


def test_a_day_that_was_changed_under_way_has_its_whole_routes(
    network: ServiceClient, twice: Twice, listed: Listed, clock: HandSetClock
) -> None:
    plan = twice.published()
    [planned] = same_place(listed())
    clock.set(the_hour("11:30"))
    for route in plan["routes"]:
        with network.driver({"id": route["shift_id"]}) as driver:
            stops = driver.get("/driver/route").json()["route"]["stops"]
            [store] = [stop for stop in stops if stop["kind"] == "pickup"]
            loaded = an_event(store, "collected", *map(kilograms, store["allocations"]), occurred_at=store["leave_at"])
            driver.ok("/driver/stop-events", {"events": [an_event(store, "arrived"), loaded]})
    change = changed_here(network, twice.workshop, plan)
    network.published(change)
    assert network.get(f"/plans/{change['id']}").json()["state"] == "published"
    [entry] = same_place(listed())
    assert (entry["standing"], entry["visits"], entry["kg"]) == ("recorded", 2, "60")
    assert entry["saved_metres"] == planned["saved_metres"]
    assert entry["saved_cost"] == planned["saved_cost"]
