"""What drivers report is learnt from once a route is over, said with its error, and planned with when it is enough."""

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.domain.pace import Leg, learn_pace
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.learning.jobs import learn_later
from app.learning.service import _pace_row
from app.models.roads import LearntPace, LearntServiceTime
from tests.conftest import TestDatabase
from tests.service_client import (
    DAY,
    DUFFRYN_CENTRE,
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    ServiceClient,
    a_line,
    a_need,
    an_event,
    an_offer,
    kilograms,
)


@pytest.fixture
def sites(network: ServiceClient) -> dict[str, dict[str, Any]]:
    """A store with 60 kg of bread for two food banks."""
    found = {
        "store": network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road", setup_seconds=300, service_seconds=60),
        "bank": network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point"),
        "centre": network.site(DUFFRYN_CENTRE, "Duffryn Community Centre", kind="distribution_point"),
    }
    for name in ("bank", "centre"):
        network.ok("/needs", a_need(found[name], kg="30"))
    network.ok("/offers", an_offer(found["store"], a_line(kg="60")))
    return found


@pytest.fixture
def shift(network: ServiceClient, sites: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The day is published; its one van starts at the food bank."""
    shift = network.vehicle_and_shift(sites["bank"])
    network.published(network.planned())
    return shift


def drive(
    network: ServiceClient, shift: dict[str, Any], clock: HandSetClock, *, late_minutes: int
) -> list[dict[str, Any]]:
    """The whole route is reported, every arrival so much later than planned; the stops with something to do."""
    late = timedelta(minutes=late_minutes)
    with network.driver(shift) as driver:
        stops = [s for s in driver.get("/driver/route").json()["route"]["stops"] if s["kind"] in ("pickup", "drop_off")]
        for stop in stops:
            done = "collected" if stop["kind"] == "pickup" else "delivered"
            moments = {"arrived": stop["arrive_at"], done: stop["leave_at"]}
            for kind, planned in moments.items():
                lines = [] if kind == "arrived" else [kilograms(each) for each in stop["allocations"]]
                real = datetime.fromisoformat(planned) + late
                clock.set(max(clock(), real))
                event = an_event(stop, kind, *lines, occurred_at=real.isoformat())
                driver.ok("/driver/stop-events", {"events": [event]})
    return stops


def waited_for(found: Callable[[], Any], seconds: float = 15) -> Any:
    until = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < until
        time.sleep(0.2)
    return value


def test_before_anything_is_reported_nothing_is_learnt_and_the_page_of_numbers_says_so(network: ServiceClient) -> None:
    learnt = network.get("/learnt").json()
    assert (learnt["learnt_at"], learnt["pace_used"], learnt["sites"]) == (None, False, [])
    assert learnt["overall"]["percent"] == 100
    assert learnt["overall"]["too_little_data"] is True
    assert len(learnt["hours"]) == 24 + 7 * 24
    report = network.get("/reports/arrivals", **{"from": DAY, "until": DAY}).json()
    assert (report["overall"], report["days"], report["routes"]) == (None, {}, {})


def test_after_the_last_stop_of_a_route_its_drives_and_stops_are_learnt(
    network: ServiceClient, shift: dict[str, Any], clock: HandSetClock
) -> None:
    stops = drive(network, shift, clock, late_minutes=4)
    assert len(stops) == 3
    learnt = waited_for(lambda: (told := network.get("/learnt").json())["learnt_at"] and told)
    assert learnt["overall"]["legs"] == 2
    assert learnt["pace_used"] is False
    assert {site["site_name"] for site in learnt["sites"]} == {stop["site_name"] for stop in stops}
    store = next(site for site in learnt["sites"] if site["site_name"].startswith("Lidl"))
    assert (store["stops"], store["used"], store["entered_setup_seconds"]) == (1, False, 300)
    assert abs(store["setup_seconds"] - 300) < 30


def test_the_report_compares_planned_and_real_arrivals(
    network: ServiceClient, shift: dict[str, Any], clock: HandSetClock
) -> None:
    drive(network, shift, clock, late_minutes=12)
    report = network.get("/reports/arrivals", **{"from": DAY, "until": DAY}).json()
    overall = report["overall"]
    assert (overall["arrivals"], overall["median_minutes"], overall["share_on_time"]) == (3, 12.0, 0.0)
    assert overall["too_little_data"] is True
    assert list(report["days"]) == [DAY]
    assert sum(hour["arrivals"] for hour in report["hours"].values()) == 3
    other = network.get("/reports/arrivals", **{"from": "2026-11-26", "until": "2026-11-27"}).json()
    assert other["overall"] is None


def test_reports_of_impossible_ranges_are_refused_in_a_sentence(network: ServiceClient) -> None:
    for first, last, code in (
        ("2026-11-26", "2026-11-25", "range_inverted"),
        ("2020-01-01", "2026-11-25", "range_too_long"),
    ):
        answer = network.get("/reports/arrivals", **{"from": first, "until": last})
        assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_learning_now_forgets_what_is_older_than_twelve_weeks(
    network: ServiceClient, shift: dict[str, Any], clock: HandSetClock
) -> None:
    drive(network, shift, clock, late_minutes=0)
    assert network.ok("/learnt")["overall"]["legs"] == 2
    clock.set(clock() + timedelta(weeks=13))
    learnt = network.ok("/learnt")
    assert (learnt["overall"]["legs"], learnt["sites"]) == (0, [])


def test_only_who_plans_may_learn(network: ServiceClient) -> None:
    store = network.organisation("supermarket", "Lidl")
    with network.client_of(store, "offers") as till:
        assert till.get("/learnt").status_code == 403
        assert till.post("/learnt").status_code == 403
        assert till.get("/reports/arrivals", **{"from": DAY, "until": DAY}).status_code == 403


def test_what_is_learnt_goes_into_the_next_plan_and_stands_with_it(
    network: ServiceClient, sites: dict[str, dict[str, Any]], database: Database, clock: HandSetClock
) -> None:
    network_id = network.network_id()
    weekday = date.fromisoformat(DAY).isoweekday()
    legs = [Leg(weekday, hour, 600, 1200) for hour in range(6, 20) for _ in range(40)]
    with database.transaction(Scope(network=network_id)) as session:
        session.add(_pace_row(network_id, learn_pace(legs), clock()))
        session.add(
            LearntServiceTime(
                site_id=UUID(sites["store"]["id"]),
                network_id=network_id,
                organisation_id=UUID(sites["store"]["organisation_id"]),
                stops=6,
                setup_seconds=700,
                service_seconds=110,
                error_seconds=80,
                learnt_at=clock(),
            )
        )
    network.vehicle_and_shift(sites["bank"])
    plan = network.planned()
    document = network.get(f"/plans/{plan['id']}/document").json()["problem"]
    percents = {step["percent"] for step in document["pace"]}
    assert max(percents) > 180
    store = next(site for site in document["sites"] if site["id"] == sites["store"]["id"])
    assert (store["setup_seconds"], store["service_seconds"]) == (700, 110)
    learnt = plan["travel"]["learnt"]
    assert learnt["service_times"] == 1
    assert learnt["pace"]["legs"] == len(legs)
    assert [step["percent"] for step in document["pace"]] == [percent for _, percent in learnt["pace"]["steps"]]
    with database.transaction(Scope(network=network_id)) as session:
        found = session.get_one(LearntPace, network_id)
        assert found.legs == len(legs)
    stops = plan["routes"][0]["stops"]
    drives = [
        datetime.fromisoformat(after["arrive_at"]) - datetime.fromisoformat(before["leave_at"])
        for before, after in pairwise(stops)
    ]
    index = {site["id"]: number for number, site in enumerate(document["sites"])}
    names = {site["name"]: index[site["id"]] for site in sites.values()}
    seconds = document["travel"]["car"]["seconds"]
    for drive_time, (before, after) in zip(drives, pairwise(stops), strict=True):
        table = seconds[names[before["site_name"]]][names[after["site_name"]]]
        assert 1.8 * table - 2 <= drive_time.total_seconds() <= 2.1 * table + 2


def test_another_network_sees_nothing_of_it(
    network: ServiceClient, shift: dict[str, Any], database: Database, clock: HandSetClock
) -> None:
    drive(network, shift, clock, late_minutes=3)
    network.ok("/learnt")
    with database.transaction(Scope(network=UUID(int=7))) as session:
        assert session.query(LearntPace).count() == session.query(LearntServiceTime).count() == 0


def test_a_report_from_a_phone_whose_clock_runs_ahead_is_not_believed(
    network: ServiceClient, shift: dict[str, Any], clock: HandSetClock
) -> None:
    with network.driver(shift) as driver:
        stop = next(s for s in driver.get("/driver/route").json()["route"]["stops"] if s["kind"] == "pickup")
        for ahead in (60, 0):
            clock.set(datetime.fromisoformat(stop["arrive_at"]))
            real = clock() + timedelta(minutes=ahead)
            driver.ok("/driver/stop-events", {"events": [an_event(stop, "arrived", occurred_at=real.isoformat())]})
            report = network.get("/reports/arrivals", **{"from": DAY, "until": DAY}).json()
            assert (report["overall"] is None) == (ahead > 0)


def test_a_job_that_waits_already_is_not_queued_twice_and_the_report_is_kept(migrated: TestDatabase) -> None:
    database = Database(migrated.service_url)
    try:
        with database.transaction(Scope(network=UUID(int=3))) as session:
            assert learn_later(session, UUID(int=3)) is True
            assert learn_later(session, UUID(int=3)) is False
            assert session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 1
    finally:
        database.close()
