"""A plan that answers the road: drivers report what went otherwise, and the smallest change keeps the day good.

Each test is named after what users of such services complain about.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import routing
from app.kit.auth import authenticate
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.kit.web import DRIVER_COOKIE, SESSION_COOKIE
from app.learning.queries import driven_routes
from app.offers.queries import offers_with_fate
from app.planning import rest, run
from app.planning.solver_process import Question
from app.planning.store_change import RowsAtHand, rows_at_hand
from app.roads.streets import Streets
from app.settings import Settings
from routing.child import request_from_json
from tests.planned_here import Mender, change_in_here, changed_here, plan_here, workshop_of
from tests.routing.builders import a_shift
from tests.service_client import (
    DAY,
    DUFFRYN_CENTRE,
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    TESCO_SPYTTY,
    ServiceClient,
    a_line,
    a_need,
    an_event,
    an_offer,
    kilograms,
    report,
)


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """No worker: the tests do its jobs."""
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@pytest.fixture
def workshop(database: Database, streets: Streets, clock: HandSetClock, tmp_path: Path) -> run.Workshop:
    return workshop_of(database, streets, clock, tmp_path)


@dataclass
class UnderWay:
    """A published day of one store, two food banks and a van, and its driver."""

    network: ServiceClient
    workshop: run.Workshop
    clock: HandSetClock
    store: dict[str, Any]
    bank: dict[str, Any]
    other: dict[str, Any]
    shift: dict[str, Any]
    plan: dict[str, Any]
    driver: ServiceClient

    def route(self) -> dict[str, Any]:
        found: dict[str, Any] = self.driver.get("/driver/route").json()
        return found

    def stops(self, kind: str) -> list[dict[str, Any]]:
        return [stop for stop in self.route()["route"]["stops"] if stop["kind"] == kind]

    def tell(self, stop: dict[str, Any], kind: str, *lines: dict[str, Any], **fields: Any) -> None:
        """The driver reports at the stop's time; the clock goes there."""
        self.clock.set(max(self.clock(), datetime.fromisoformat(stop["arrive_at"])))
        assert report(self.driver, an_event(stop, kind, *lines, **fields)) == ["stored"]

    def collect(self, stop: dict[str, Any], kg: str | None = None, **fields: Any) -> None:
        self.tell(stop, "collected", *(kilograms(each, kg) for each in stop["allocations"]), **fields)

    def deliver(self, stop: dict[str, Any], kg: str | None = None) -> None:
        self.tell(stop, "delivered", *(kilograms(each, kg) for each in stop["allocations"]))

    def changed(self, mender: Mender = change_in_here, **wish: Any) -> dict[str, Any]:
        """The change that is proposed, checked by the independent checker."""
        found = changed_here(self.network, self.workshop, self.plan, mender=mender, **wish)
        document = self.network.get(f"/plans/{found['id']}/document").json()
        problem = routing.problem_from_json(document["problem"])
        assert routing.check(problem, routing.plan_from_json(document["plan"])) == ()
        assert found["changes_plan_id"] == self.plan["id"]
        return found

    def publish(self, plan: dict[str, Any]) -> None:
        self.network.published(plan)
        self.plan = plan

    def books(self) -> dict[str, str]:
        """The day's kilograms, all of which are somewhere."""
        found: dict[str, str] = self.network.get("/reports/day", service_date=DAY).json()["actuals"]
        assert found["kg_unaccounted"] == "0"
        return found


@pytest.fixture
def day(network: ServiceClient, workshop: run.Workshop, clock: HandSetClock) -> Iterator[UnderWay]:
    """Thirty kilograms for the first food bank; the second asks for bread that nobody had."""
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road")
    bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
    other = network.site(DUFFRYN_CENTRE, "Duffryn Community Centre", kind="distribution_point")
    network.ok("/needs", a_need(bank, kg="30", people_served=400, priority=5))
    network.ok("/offers", an_offer(store, a_line(kg="30")))
    shift = network.vehicle_and_shift(bank)
    asked = network.ok("/plan-runs", {"service_date": DAY})
    plan_here(workshop, asked["id"], network.network_id())
    plan = network.get(f"/plans/{network.get(f'/plan-runs/{asked["id"]}').json()['plan_id']}").json()
    network.published(plan)
    network.ok("/needs", a_need(other, kg="50", people_served=10))
    with network.driver(shift) as driver:
        yield UnderWay(network, workshop, clock, store, bank, other, shift, plan, driver)


def test_food_refused_at_the_door_goes_to_the_next_food_bank(day: UnderWay) -> None:
    [pickup], [drop_off] = day.stops("pickup"), day.stops("drop_off")
    day.collect(pickup)
    day.tell(drop_off, "refused", kilograms(drop_off["allocations"][0], "12"), reason="refused_at_the_door")
    day.tell(drop_off, "delivered", kilograms(drop_off["allocations"][0], "18"))
    proposed = day.changed()
    day.publish(proposed)
    first, second = day.stops("drop_off")
    assert first["site_name"] == "Newport Food Bank"
    assert (second["site_name"], [each["kg"] for each in second["allocations"]]) == ("Duffryn Community Centre", ["12"])
    assert second["allocations"][0]["from_parcel_id"] == drop_off["allocations"][0]["parcel_id"]
    assert day.books()["kg_refused"] == "0"  # on its way again
    day.deliver(second)
    books = day.books()
    assert (books["kg_delivered"], books["kg_still_open"]) == ("30", "0")


def test_a_full_van_leaves_an_open_offer_that_is_on_a_route_again(day: UnderWay) -> None:
    [pickup] = day.stops("pickup")
    day.collect(pickup, "20", reason="van_full")
    assert day.books()["kg_still_open"] == "30"
    proposed = day.changed()
    day.publish(proposed)
    kinds = [stop["kind"] for stop in day.route()["route"]["stops"] if stop["kind"] in ("pickup", "drop_off")]
    assert kinds == ["pickup", "drop_off", "pickup", "drop_off"]  # it takes no more before it has unloaded
    [_, again] = day.stops("pickup")
    assert (again["site_name"], [each["kg"] for each in again["allocations"]]) == ("Lidl, Cardiff Road", ["10"])
    [first, last] = day.stops("drop_off")
    day.deliver(first, "20")
    day.collect(again)
    day.deliver(last)
    assert day.books()["kg_delivered"] == "30"


def test_what_a_full_van_leaves_behind_is_fetched_by_another_where_it_does_not_come_back_in_time(day: UnderWay) -> None:
    second = day.network.vehicle_and_shift(day.store, name="Blue van")
    [pickup] = day.stops("pickup")
    day.clock.set(datetime.fromisoformat(f"{DAY}T11:50:00+00:00"))  # the store closes its door at noon
    day.collect(pickup, "20", reason="van_full", occurred_at=day.clock().isoformat())
    proposed = day.changed()
    fetching = [route["shift_id"] for route in proposed["routes"] for stop in route["stops"]
                for each in stop["allocations"] if (stop["kind"], each["kg"]) == ("pickup", "10")]  # fmt: skip
    assert fetching == [second["id"]]


def test_a_food_bank_that_is_closed_is_driven_round(day: UnderWay) -> None:
    [pickup], [drop_off] = day.stops("pickup"), day.stops("drop_off")
    day.collect(pickup)
    day.tell(drop_off, "failed", reason="closed")
    day.publish(day.changed())
    [*_, other] = day.stops("drop_off")
    assert other["site_name"] == "Duffryn Community Centre"
    day.deliver(other)
    assert day.books()["kg_delivered"] == "30"


def test_a_food_bank_that_calls_before_is_driven_round_too(day: UnderWay) -> None:
    day.collect(day.stops("pickup")[0])
    proposed = day.changed(closed_site_ids=[day.bank["id"]])
    day.publish(proposed)
    assert [stop["site_name"] for stop in day.stops("drop_off")] == ["Duffryn Community Centre"]
    day.deliver(day.stops("drop_off")[0])
    assert day.books()["kg_delivered"] == "30"


def test_a_late_offer_is_taken_along_by_a_van_that_is_out(day: UnderWay) -> None:
    day.collect(day.stops("pickup")[0])
    tesco = day.network.site(TESCO_SPYTTY, "Tesco Spytty")
    day.network.ok("/offers", an_offer(tesco, a_line(kg="25")))
    proposed = day.changed()
    day.publish(proposed)
    assert [stop["site_name"] for stop in day.stops("pickup")] == ["Lidl, Cardiff Road", "Tesco Spytty"]
    for stop in [*day.stops("pickup")[1:], *day.stops("drop_off")]:
        (day.collect if stop["kind"] == "pickup" else day.deliver)(stop)
    assert day.books()["kg_delivered"] == "55"


def test_what_was_reported_stays_reported_and_the_stops_that_stay_are_the_same(day: UnderWay) -> None:
    day.collect(day.stops("pickup")[0])
    before = day.route()
    proposed = day.changed()
    assert (proposed["stops_moved"], proposed["stops_forced"]) == (0, 0)
    day.publish(proposed)
    after = day.route()
    assert [each["state"] for each in after["progress"]] == [each["state"] for each in before["progress"]]
    assert [each["kg_collected"] for each in after["allocations"]] == ["30"]
    assert [stop["arrive_at"] for stop in after["route"]["stops"][:2]] == [
        stop["arrive_at"] for stop in before["route"]["stops"][:2]
    ]
    assert after["contradictions"] == []
    [food], [same] = (
        [each for stop in shown["route"]["stops"][:2] for each in stop["allocations"]] for shown in (before, after)
    )
    assert food["id"] != same["id"]
    assert food["parcel_id"] == same["parcel_id"]
    assert same["from_parcel_id"] is None


def test_a_phone_that_still_has_the_route_of_before_reports_all_the_same(day: UnderWay) -> None:
    old = day.stops("drop_off")[0]
    day.collect(day.stops("pickup")[0])
    day.network.ok("/offers", an_offer(day.network.site(TESCO_SPYTTY, "Tesco Spytty"), a_line(kg="25")))
    day.publish(day.changed())
    day.deliver(old)
    assert day.books()["kg_delivered"] == "30"
    states = {each["stop_id"]: each["state"] for each in day.route()["progress"]}
    kept = [stop for stop in day.stops("drop_off") if stop["site_name"] == old["site_name"]]
    assert "done" in [states[stop["id"]] for stop in kept]


def test_food_handed_over_before_the_change_was_heard_of_is_not_given_twice(day: UnderWay) -> None:
    """The phone was offline: the food was delivered as first planned while the change gave it to somebody else."""
    [pickup], [old] = day.stops("pickup"), day.stops("drop_off")
    day.collect(pickup)
    day.publish(day.changed(closed_site_ids=[day.bank["id"]]))
    day.deliver(old)
    assert day.books()["kg_delivered"] == "30"
    told = {each["allocation_id"]: each["kg_collected"] for each in day.route()["allocations"]}
    [new] = [each["id"] for stop in day.stops("drop_off") for each in stop["allocations"] if each["id"] in told]
    assert told[new] == "0"  # nothing is left to bring there


@pytest.fixture
def two_foods(day: UnderWay) -> UnderWay:
    """The van fetches food for both food banks at one stop."""
    day.network.ok("/offers", an_offer(day.store, a_line(kg="20")))
    day.publish(day.changed())
    [pickup] = day.stops("pickup")
    assert sorted(each["kg"] for each in pickup["allocations"]) == ["20", "30"]
    return day


def fetched(day: UnderWay, *stops: tuple[str, ...]) -> dict[str, list[str]]:
    """Publish a change that has the van come to the store as often as said, each time for the food of these kilograms
    ("30", or "30:29" for 29 of them), and bring it before it comes again; the kilograms at each stop there, by its
    visit."""

    async def mender(question: Question, seconds: float, seed: int) -> dict[str, Any]:
        request = request_from_json(vars(question))
        assert request.plan is not None
        assert request.news is not None
        problem = routing.rest_of_day(request.problem, request.plan, request.news).problem
        [route] = request.plan.routes
        carried = {f"{each.grams // 1000}": each for each in request.plan.allocations}
        visits = []
        for each in stops:
            cargo = []
            for whole, _, part in (kg.partition(":") for kg in each):
                grams = int(part or whole) * 1000
                cargo.append(routing.Cargo(carried[whole].lot, carried[whole].need, grams, len(visits)))
            visits.append(routing.Visit("pickup", problem.lots_by_id[cargo[0].lot].site, tuple(cargo)))
            visits += [routing.Visit("drop_off", problem.needs_by_id[one.need].site, (one,)) for one in cargo]
        found = routing.plan_as_it_stands(problem, {route.shift: visits})
        return {"plan": routing.plan_to_json(found), "moved": {}, "forced": 0}

    day.publish(day.changed(mender=mender))
    return {stop["visit_id"]: [each["kg"] for each in stop["allocations"]] for stop in day.stops("pickup")}


@pytest.mark.parametrize("again", ["nothing", "the same once more", "none is there", "failed"])
def test_food_that_a_phone_without_connection_reports_at_the_stop_where_it_was_to_be_fetched_first_is_not_fetched_again(
    two_foods: UnderWay, again: str
) -> None:
    """A change had the van come to the store a second time for it: that stop was next, and what the driver said there
    took the place of what was on the van."""
    day = two_foods
    [old] = day.stops("pickup")
    assert list(fetched(day, ("30",), ("20",)).values()) == [["30"], ["20"]]
    day.collect(old)
    states = {each["stop_id"]: each["state"] for each in day.route()["progress"]}
    first, second = day.stops("pickup")
    assert (states[first["id"]], states[second["id"]]) == ("done", "done")
    assert {each["kg_collected"] for each in day.route()["allocations"]} == {"30", "20"}
    if again == "failed":
        day.tell(second, "failed", reason="nothing_there")
    elif again != "nothing":
        day.collect(second, "0" if again == "none is there" else None)
    for stop in day.stops("drop_off"):
        day.deliver(stop)
    assert day.route()["contradictions"] == []
    books = day.books()
    assert (books["kg_collected"], books["kg_delivered"], books["kg_still_open"]) == ("50", "50", "0")


@pytest.mark.parametrize("order", [1, -1, 0])
def test_food_that_was_given_back_and_loaded_all_the_same_is_what_the_new_promise_does_not_find(
    two_foods: UnderWay, order: int
) -> None:
    """Where both reports come together, in any order, the food is on the van once. Where it is loaded first, and is
    missing hours later, that may be other food: it came in beside what was posted."""
    day = two_foods
    [old] = day.stops("pickup")
    anew = fetched(day, ("30:29",), ("30:1", "20:19"), ("20:1",))
    assert sorted(kg for there in anew.values() for kg in there) == ["1", "1", "19", "29"]
    stops = day.stops("pickup")
    day.clock.set(datetime.fromisoformat(stops[-1]["leave_at"]))
    loaded = an_event(old, "collected", *(kilograms(each) for each in old["allocations"]))
    empty = [an_event(stop, "collected", *(kilograms(each, "0") for each in stop["allocations"])) for stop in stops]
    for batch in [[loaded, *empty][::order]] if order else [[loaded], empty]:
        assert set(report(day.driver, *batch)) == {"stored"}
    books = day.books()
    assert (books["kg_collected"], books["kg_still_open"]) == ("50", "50")
    assert (books["kg_offered"], books["kg_withdrawn"]) == (("50", "0") if order else ("100", "50"))


def test_a_driver_who_finds_less_at_the_first_stop_may_find_the_rest_at_the_second(two_foods: UnderWay) -> None:
    day = two_foods
    [old] = day.stops("pickup")
    fetched(day, ("30",), ("20",))
    bread, more = sorted(old["allocations"], key=lambda each: str(each["kg"]), reverse=True)
    day.tell(old, "collected", kilograms(bread), kilograms(more, "5"), reason="van_full")
    assert day.books()["kg_still_open"] == "50"  # on the van, and what stayed at the store
    _, second = day.stops("pickup")
    day.collect(second, "12")
    assert {each["kg_collected"] for each in day.route()["allocations"]} == {"30", "17"}
    assert day.route()["contradictions"] == []


def test_of_two_stops_at_one_store_each_is_known_by_what_is_fetched_there(two_foods: UnderWay) -> None:
    day = two_foods
    before = fetched(day, ("30",), ("20",))
    after = fetched(day, ("20",), ("30",))
    assert list(after.values()) == [["20"], ["30"]]
    assert after == before


def test_the_phone_asks_for_no_food_that_was_reported_at_another_stop(two_foods: UnderWay) -> None:
    day = two_foods
    fetched(day, ("30",), ("20",))
    _, old = day.stops("pickup")
    fetched(day, ("30", "20"))
    day.collect(old)
    link = day.network.ok(f"/shifts/{day.shift['id']}/driver-links")["token"]
    day.driver = day.network.another(link)
    with httpx.Client(base_url=day.network.address, cookies={DRIVER_COOKIE: link}) as phone:
        page = phone.get("/drive").text
    bread, more = sorted(day.stops("pickup")[0]["allocations"], key=lambda each: str(each["kg"]), reverse=True)
    assert f'id="kg-pickup-{bread["id"]}"' in page
    assert f'id="kg-pickup-{more["id"]}"' not in page
    assert "Reported already: <bdi>20</bdi> kg" in page
    # Worked out anew, the food that is on the van is only brought, and the other fetched.
    day.publish(day.changed())
    pickup = next(stop for stop in day.stops("pickup") if any(each["kg"] == "30" for each in stop["allocations"]))
    day.tell(pickup, "collected", *(kilograms(each) for each in pickup["allocations"] if each["kg"] == "30"))
    for stop in day.stops("drop_off"):
        day.deliver(stop)
    assert (day.books()["kg_collected"], day.books()["kg_delivered"]) == ("50", "50")


def test_a_change_that_a_report_has_overtaken_is_worked_out_again(day: UnderWay) -> None:
    [pickup], [old] = day.stops("pickup"), day.stops("drop_off")
    day.collect(pickup)
    proposed = day.changed(closed_site_ids=[day.bank["id"]])
    day.deliver(old)
    answer = day.network.post(f"/plans/{proposed['id']}/publish", None, **{"If-Match": f'"{proposed["version"]}"'})
    assert (answer.status_code, answer.json()["code"]) == (409, "plan_outdated")
    assert day.books()["kg_delivered"] == "30"
    assert day.network.get(f"/plans/{day.plan['id']}").json()["state"] == "published"


def test_a_van_that_breaks_down_leaves_its_stops_to_the_others(day: UnderWay) -> None:
    second = day.network.vehicle_and_shift(day.bank, name="Blue van")
    proposed = day.changed(gone_shift_ids=[day.shift["id"]])
    assert [route["shift_id"] for route in proposed["routes"]] == [second["id"]]
    day.publish(proposed)
    assert day.books()["kg_still_open"] == "30"
    answer = day.driver.get("/driver/route")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_route_yet")


def test_a_van_whose_phone_is_silent_gets_its_change_all_the_same(day: UnderWay) -> None:
    """It is taken to drive as planned."""
    [pickup] = day.stops("pickup")
    day.clock.set(datetime.fromisoformat(pickup["leave_at"]))
    day.publish(day.changed(closed_site_ids=[day.bank["id"]]))
    [stop] = day.stops("drop_off")
    assert (stop["site_name"], [each["kg"] for each in stop["allocations"]]) == ("Duffryn Community Centre", ["30"])
    assert day.books()["kg_still_open"] == "30"
    day.collect(day.stops("pickup")[0])  # now the phone is back
    day.deliver(stop)
    assert day.books()["kg_delivered"] == "30"


def test_a_promise_of_a_silent_van_stays_the_same_through_the_changes_that_follow(day: UnderWay) -> None:
    """It was new with each change, and the food stood under the first of them when the report came at last: nobody
    could say of the last one what had become of it."""
    [pickup] = day.stops("pickup")
    day.clock.set(datetime.fromisoformat(pickup["leave_at"]))
    day.publish(day.changed(closed_site_ids=[day.bank["id"]]))
    [handed_on] = day.stops("drop_off")[0]["allocations"]
    day.publish(day.changed(closed_site_ids=[day.bank["id"]]))
    [again] = day.stops("drop_off")[0]["allocations"]
    assert again["id"] != handed_on["id"]
    assert again["parcel_id"] == handed_on["parcel_id"]
    day.collect(day.stops("pickup")[0])
    day.network.ok(f"/allocations/{again['id']}/settle", {"wasted_kg": "30"})
    assert day.books()["kg_wasted"] == "30"


def test_a_silent_van_that_has_brought_the_food_already_is_believed(day: UnderWay) -> None:
    [pickup], [old] = day.stops("pickup"), day.stops("drop_off")
    day.clock.set(datetime.fromisoformat(pickup["leave_at"]))
    day.publish(day.changed(closed_site_ids=[day.bank["id"]]))
    day.collect(pickup)
    day.deliver(old)
    assert day.books()["kg_delivered"] == "30"
    assert [each["kg_collected"] for each in day.route()["allocations"] if each["kg_delivered"] is None] == ["0"]


def test_a_van_that_falls_silent_after_its_first_report_is_not_taken_off_what_it_is_doing(day: UnderWay) -> None:
    [pickup], [drop_off] = day.stops("pickup"), day.stops("drop_off")
    day.collect(pickup)
    day.clock.set(datetime.fromisoformat(drop_off["leave_at"]) + timedelta(minutes=45))
    tesco = day.network.site(TESCO_SPYTTY, "Tesco Spytty")
    day.network.ok("/offers", an_offer(tesco, a_line(kg="25")))
    proposed = day.changed()
    assert (proposed["stops_moved"], proposed["stops_forced"]) == (0, 0)
    assert proposed["kg_allocated"] == "55"  # what it is taken to have brought, and what is new
    day.publish(proposed)
    day.tell(drop_off, "delivered", *(kilograms(each) for each in drop_off["allocations"]))  # the phone is back
    assert day.books()["kg_delivered"] == "30"


def test_a_driver_who_is_late_finishes_the_round_though_the_shift_is_over(day: UnderWay) -> None:
    [pickup], [drop_off] = day.stops("pickup"), day.stops("drop_off")
    end = datetime.fromisoformat(day.shift["ends_at"])
    day.collect(pickup, occurred_at=(end - timedelta(minutes=2)).isoformat())
    day.clock.set(end - timedelta(minutes=1))
    proposed = day.changed(closed_site_ids=[day.other["id"]])
    assert [stop["site_name"] for stop in proposed["routes"][0]["stops"]][-2:-1] == [drop_off["site_name"]]
    assert proposed["unserved"] == []


def test_a_van_has_room_for_what_is_on_it_though_it_is_more_than_was_written(day: UnderWay) -> None:
    hall = day.network.site(TESCO_SPYTTY, "Hall", kind="distribution_point")
    day.network.ok("/needs", a_need(hall, kg="700"))
    day.collect(day.stops("pickup")[0], "640")  # the vehicle is said to carry 600
    proposed = day.changed()
    assert float(proposed["kg_allocated"]) > 600


def test_food_on_board_weighs_more_than_food_at_its_store_and_new_food_leaves_time_to_spare(day: UnderWay) -> None:
    day.collect(day.stops("pickup")[0])
    day.network.ok("/offers", an_offer(day.network.site(TESCO_SPYTTY, "Tesco Spytty"), a_line(kg="25")))
    document = day.network.get(f"/plans/{day.changed()['id']}/document").json()
    problem = routing.problem_from_json(document["problem"])
    loaded, waiting = sorted(problem.lots, key=lambda lot: lot.on_board is None)
    assert loaded.value_per_kg == rest.WORTH_ON_BOARD * waiting.value_per_kg
    [shift], end = problem.shifts, datetime.fromisoformat(day.shift["ends_at"])
    assert end.hour * 3600 - shift.window.latest == rest.SPARE_SECONDS


@given(st.integers(0, 80_000), st.integers(0, 20_000), st.integers(0, 100_000))
def test_a_round_that_is_planned_may_end_and_none_ends_later_than_people_put_up_with(
    earliest: int, seconds: int, home: int
) -> None:
    latest = earliest + seconds
    found = rest.until_home(a_shift(window=routing.TimeWindow(earliest, latest)), home).window
    assert found.earliest == earliest <= found.latest <= max(latest, min(home, latest + rest.OVERTIME_SECONDS))
    assert found.latest >= min(home, latest)
    assert found.latest >= latest - rest.SPARE_PART * seconds - 1


def test_food_that_was_left_at_a_store_where_the_van_still_stands_is_on_offer_once(day: UnderWay) -> None:
    second = day.network.vehicle_and_shift(day.bank, name="Blue van")
    [pickup] = day.stops("pickup")
    day.tell(pickup, "failed", kilograms(pickup["allocations"][0], "0"), reason="van_full")
    proposed = day.changed()
    promised = [each for route in proposed["routes"] for stop in route["stops"] if stop["kind"] == "drop_off"
                for each in stop["allocations"]]  # fmt: skip
    assert [each["kg"] for each in promised] in ([], ["30"])
    day.publish(proposed)
    books = day.books()
    assert books["kg_still_open"] == "30"
    assert second["id"]


def test_a_locked_route_stays_as_it_is(day: UnderWay) -> None:
    tesco = day.network.site(TESCO_SPYTTY, "Tesco Spytty")
    day.network.ok("/offers", an_offer(tesco, a_line(kg="25")))
    proposed = day.changed(locked_shift_ids=[day.shift["id"]])
    assert [stop["site_name"] for stop in proposed["routes"][0]["stops"]] == [
        stop["site_name"] for stop in day.plan["routes"][0]["stops"]
    ]
    assert [each["kg"] for each in proposed["unserved"]] == ["25"]


def test_food_that_is_held_back_is_promised_to_nobody_until_a_person_lets_it_go(
    network: ServiceClient, workshop: run.Workshop, day: UnderWay
) -> None:
    line = a_line(kg="8", category="dairy_and_eggs", temperature_class="chilled", date_mark="use_by", mark_date=DAY)
    network.ok("/offers", an_offer(day.store, line))
    network.ok("/needs", a_need(day.bank, kg="8", category="dairy_and_eggs"))
    day.publish(day.changed())
    pickups = [stop for stop in day.stops("pickup") if any(each["kg"] == "8" for each in stop["allocations"])]
    milk = next(each for each in pickups[0]["allocations"] if each["kg"] == "8")
    others = [kilograms(each) for each in pickups[0]["allocations"] if each is not milk]
    day.tell(pickups[0], "collected", {**kilograms(milk), "celsius": 15}, *others)
    proposed = day.changed()
    assert all(each["id"] != milk["id"] for route in proposed["routes"] for stop in route["stops"]
               if stop["kind"] == "drop_off" for each in stop["allocations"])  # fmt: skip
    day.publish(proposed)
    [held] = network.get("/quarantines", state="open").json()["items"]
    network.ok(f"/quarantines/{held['id']}/release", {"note": "The probe lay in the sun"}, **{"If-Match": '"1"'})
    day.publish(day.changed())
    assert "8" in [each["kg"] for stop in day.stops("drop_off") for each in stop["allocations"]]


def test_a_change_is_neither_edited_by_hand_nor_copied(day: UnderWay) -> None:
    change = day.changed()
    command = {"kind": "lock_route", "route_id": change["routes"][0]["id"]}
    version = {"If-Match": f'"{change["version"]}"'}
    for verb, body in (("edits", command), ("copy", None)):
        answer = day.network.post(f"/plans/{change['id']}/{verb}", body, **version)
        assert (answer.status_code, answer.json()["code"]) == (409, "plan_not_editable"), verb


@pytest.mark.parametrize("wish", ["gone_shift_ids", "locked_shift_ids", "closed_site_ids", "left_out_line_ids"])
def test_a_wish_about_what_there_is_not_is_refused(day: UnderWay, wish: str) -> None:
    answer = day.network.post(f"/plans/{day.plan['id']}/changes", {wish: [day.plan["id"]]})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert day.network.get("/plans").json()["items"][0]["id"] == day.plan["id"]


def test_only_the_plan_that_is_driven_is_changed(day: UnderWay) -> None:
    draft = day.changed()
    answer = day.network.post(f"/plans/{draft['id']}/changes", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "plan_not_published")


def test_a_plan_from_the_beginning_is_not_published_over_a_day_under_way(day: UnderWay) -> None:
    day.tell(day.stops("pickup")[0], "arrived")
    asked = day.network.ok("/plan-runs", {"service_date": DAY})
    plan_here(day.workshop, asked["id"], day.network.network_id())
    fresh = day.network.get(f"/plans/{day.network.get(f'/plan-runs/{asked["id"]}').json()['plan_id']}").json()
    answer = day.network.post(f"/plans/{fresh['id']}/publish", None, **{"If-Match": f'"{fresh["version"]}"'})
    assert (answer.status_code, answer.json()["code"]) == (409, "day_under_way")


def test_a_change_of_a_change_goes_on_from_there(day: UnderWay) -> None:
    day.collect(day.stops("pickup")[0])
    day.publish(day.changed(closed_site_ids=[day.bank["id"]]))
    other = day.stops("drop_off")[-1]
    day.clock.set(day.clock() + timedelta(minutes=1))
    day.tell(other, "refused", kilograms(other["allocations"][0], "30"), reason="refused_at_the_door")
    proposed = day.changed()
    assert [(each["kg"], each["site_name"]) for each in proposed["unserved"]] == [("30", "Lidl, Cardiff Road")]
    day.publish(proposed)  # the first food bank is still closed, though nobody said so again
    assert [stop["site_name"] for stop in day.stops("drop_off")] == ["Duffryn Community Centre"]
    day.publish(day.changed(closed_site_ids=[]))
    assert [stop["site_name"] for stop in day.stops("drop_off")][1:] == ["Newport Food Bank"]
    day.deliver(day.stops("drop_off")[-1])
    assert day.books()["kg_delivered"] == "30"


def test_a_van_that_broke_down_stays_out_of_the_changes_that_follow(day: UnderWay) -> None:
    day.network.vehicle_and_shift(day.bank, name="Blue van")
    day.publish(day.changed(gone_shift_ids=[day.shift["id"]]))
    day.network.ok("/offers", an_offer(day.network.site(TESCO_SPYTTY, "Tesco Spytty"), a_line(kg="25")))
    assert day.shift["id"] not in [route["shift_id"] for route in day.changed()["routes"]]


def test_routes_that_a_change_leaves_alone_are_stored_as_they_were_made_while_the_solver_searched(
    day: UnderWay, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[RowsAtHand] = []

    def at_hand(*given: Any) -> RowsAtHand:
        made.append(rows_at_hand(*given))
        return made[-1]

    monkeypatch.setattr(run, "rows_at_hand", at_hand)
    day.collect(day.stops("pickup")[0])
    same, other = day.changed(), day.changed(closed_site_ids=[day.bank["id"]])
    before, after = (str(each.routes[day.shift["id"]].route.id) for each in made)
    assert [route["id"] for route in same["routes"]] == [before]
    assert after not in [route["id"] for route in other["routes"]]


def test_the_driver_is_told_what_has_changed_and_has_all_instructions_before_driving_there(day: UnderWay) -> None:
    assert day.route()["changes"] == []
    day.collect(day.stops("pickup")[0])
    notes = "Ring twice, the gate is behind the church"
    tesco = day.network.site(TESCO_SPYTTY, "Tesco Spytty", access="dock", access_notes=notes)
    day.network.ok("/offers", an_offer(tesco, a_line(kg="25")))
    day.publish(day.changed())
    route = day.route()
    assert {"code": "added", "site_name": "Tesco Spytty"} in route["changes"]
    assert all(each["site_name"] != "Lidl, Cardiff Road" for each in route["changes"])  # that is done
    assert route["version"] == day.plan["number"]
    assert [stop["access_notes"] for stop in day.stops("pickup")][1] == notes


def test_stores_and_food_banks_hear_of_a_change_only_if_it_concerns_them(day: UnderWay) -> None:
    def told(kind: str) -> int:
        return len(day.network.get("/events/list", kind=kind, limit=200).json()["items"])

    day.collect(day.stops("pickup")[0])
    before = told("allocations.published"), told("delivery.scheduled")
    day.publish(day.changed())
    assert (told("allocations.published"), told("delivery.scheduled")) == before
    day.publish(day.changed(closed_site_ids=[day.bank["id"]]))
    assert told("delivery.scheduled") == before[1] + 1


def test_what_was_driven_before_a_change_is_learnt_from_after_it(day: UnderWay, database: Database) -> None:
    pickup = day.stops("pickup")[0]
    day.tell(pickup, "arrived")
    day.collect(pickup)
    day.publish(day.changed())
    network_id, date = day.network.network_id(), datetime.fromisoformat(DAY).date()
    with database.transaction(Scope(network=network_id)) as session:
        [driven] = driven_routes(session, network_id, date, date)
    states = {stop.kind: driven.route.state(stop).state for stop in driven.route.stops}
    assert states["pickup"] == "done"


def test_a_store_sees_who_gets_its_food_now_and_not_who_was_to_get_it(
    day: UnderWay, database: Database, clock: HandSetClock
) -> None:
    day.collect(day.stops("pickup")[0])
    day.publish(day.changed(closed_site_ids=[day.bank["id"]]))
    secret = day.network.http.headers["Authorization"].removeprefix("Bearer ")
    office = authenticate(database, secret, clock())
    with database.transaction(office.scope) as session:
        [fate] = offers_with_fate(session, office, datetime.fromisoformat(DAY).date())
        assert [each.receiver_name for each in fate.lines[0].allocations] == ["Duffryn Community Centre"]


def test_the_change_stands_on_the_dispatchers_page_until_it_is_published(day: UnderWay) -> None:
    day.collect(day.stops("pickup")[0])
    proposed = day.changed(closed_site_ids=[day.bank["id"]])
    secret = day.network.http.headers["Authorization"].removeprefix("Bearer ")
    address = str(day.network.http.base_url).partition("/api")[0]
    with httpx.Client(base_url=address, cookies={SESSION_COOKIE: secret}) as page:
        shown = page.get("/day", params={"date": DAY}).text
        assert f"plan={proposed['id']}" in shown
        looked = page.get("/day", params={"date": DAY, "plan": proposed["id"]}).text
        assert "Publish the change" in looked
        day.publish(proposed)
        assert "A change is proposed" not in page.get("/day", params={"date": DAY}).text
