"""Stores see when their van comes and food banks what arrives when; both hear of it when it moves, once."""

from typing import Any

from app.kit.clock import HandSetClock
from app.kit.db import Database
from tests.arrivals.conftest import Look, the_hour
from tests.driving.test_telling import told
from tests.feeds.test_api import Partners
from tests.hand_made_plan import Ride, draft
from tests.service_client import DAY, ServiceClient, an_event, found_network, kilograms, report


def arrivals(client: ServiceClient, **query: Any) -> list[tuple[str, str, str]]:
    """Where, when it is expected and where it stands, as somebody reads it."""
    found = client.get("/arrivals", **query).json()["items"]
    return [(each["kind"], each["expected_at"][11:16], each["state"]) for each in found]


def changes(client: ServiceClient) -> list[tuple[str, str]]:
    """What somebody heard of arrivals that moved: before and now."""
    found = [each["data"] for each in told(client, "arrival.changed")]
    return [(each["told_before"][11:16], each["at"][11:16]) for each in found]


def leaving_lidl(driver: ServiceClient, clock: str) -> dict[str, Any]:
    """Report all of Lidl's bread as collected at that time; the stops of the route by name."""
    _, lidl, tesco, bank, _ = driver.get("/driver/route").json()["route"]["stops"]
    event = an_event(lidl, "collected", kilograms(lidl["allocations"][0]), occurred_at=the_hour(clock).isoformat())
    assert report(driver, event) == ["stored"]
    return {"lidl": lidl, "tesco": tesco, "bank": bank}


def test_a_store_sees_when_its_van_comes_and_a_food_bank_what_arrives(
    network: ServiceClient, partners: Partners, published: dict[str, Any], look: Look
) -> None:
    assert arrivals(partners.of_lidl) == []
    look("06:01")
    assert arrivals(partners.of_lidl) == [("pickup", "09:00", "waiting")]
    assert arrivals(partners.of_tesco) == [("pickup", "09:30", "waiting")]
    assert arrivals(partners.of_bank) == [("drop_off", "11:00", "waiting")]
    [comes] = partners.of_bank.get("/arrivals", service_date=DAY).json()["items"]
    assert [(each["description"], each["kg"]) for each in comes["food"]] == [("Loaves", "62"), ("خبز طازج", "20")]
    assert (comes["site_name"], comes["told_at"], comes["arrived_at"]) == ("Pantry", None, None)
    [fetched] = partners.of_lidl.get("/arrivals").json()["items"]
    assert [each["receiver_name"] for each in fetched["food"]] == ["Pantry"]
    assert len(arrivals(network)) == 3
    assert arrivals(network, service_date="2026-11-26") == []
    assert changes(network) == []


def test_a_van_that_is_late_is_told_once_to_those_who_wait_and_again_when_it_moves_again(
    network: ServiceClient, partners: Partners, published: dict[str, Any], look: Look, clock: HandSetClock
) -> None:
    look("08:00")
    with network.driver(partners.shift) as driver:
        clock.set(the_hour("09:26"))
        leaving_lidl(driver, "09:25")
        for minute in ("09:26", "09:27", "09:40", "10:04"):
            look(minute)
    assert changes(partners.of_tesco) == [("09:30", "09:55")]  # half an hour's drive, as planned
    assert changes(partners.of_bank) == [("11:00", "11:25")]
    assert changes(partners.of_lidl) == []
    look("10:10")  # still not there: expected from now on
    look("10:19")
    assert changes(partners.of_tesco) == [("09:30", "09:55"), ("09:55", "10:10")]
    assert arrivals(partners.of_tesco) == [("pickup", "10:10", "waiting")]
    [heard] = [each for each in told(partners.of_bank, "arrival.changed") if each["data"]["at"][11:16] == "11:25"]
    assert heard["data"]["site_name"] == "Pantry"
    assert heard["data"]["planned_at"] == "2026-11-25T11:00:00+00:00"
    assert heard["subject"]["kind"] == "stop"


def test_up_to_ten_minutes_nobody_is_told(
    network: ServiceClient, partners: Partners, published: dict[str, Any], look: Look
) -> None:
    with network.driver(partners.shift) as driver:
        leaving_lidl(driver, "09:10")
        look("09:11")
        assert changes(network) == []
        report(driver, an_event(driver.get("/driver/route").json()["route"]["stops"][1], "arrived"))
        look("09:12")
    assert changes(network) == []


def test_a_plan_shows_where_each_van_is_expected_and_how_late_against_plan_and_window(
    network: ServiceClient, partners: Partners, published: dict[str, Any], look: Look, clock: HandSetClock
) -> None:
    with network.driver(partners.shift) as driver:
        clock.set(the_hour("11:35"))
        leaving_lidl(driver, "11:34")
    clock.set(the_hour("11:35"))
    found = network.get(f"/plans/{published['id']}/arrivals").json()
    [route] = found["routes"]
    lidl, tesco, bank = route["stops"]
    assert (lidl["state"], lidl["expected_at"], lidl["late_minutes"]) == ("done", None, None)
    assert tesco["expected_at"] == "2026-11-25T12:04:00Z"
    assert (tesco["late_minutes"], tesco["beyond_window_minutes"]) == (154, 4)
    assert [stop["standing"] for stop in route["stops"]] == ["done", "late", "waiting"]
    assert tesco["begin_by"] == "2026-11-25T12:00:00Z"  # until when the offer can be fetched
    assert (bank["late_minutes"], bank["begin_by"]) == (154, "2026-11-25T22:00:00Z")  # when the pantry closes
    assert bank["beyond_window_minutes"] < 0
    assert found["error"] is None


def test_the_error_of_what_was_told_is_kept_and_shown(
    network: ServiceClient, partners: Partners, published: dict[str, Any], look: Look, clock: HandSetClock
) -> None:
    with network.driver(partners.shift) as driver:
        clock.set(the_hour("09:25"))
        stops = leaving_lidl(driver, "09:25")
        report(driver, an_event(stops["lidl"], "arrived", occurred_at=the_hour("09:08").isoformat()))
        look("09:26")
        report(driver, an_event(stops["tesco"], "arrived", occurred_at=the_hour("09:51").isoformat()))
        look("09:52")
        look("10:30")
    rows = {each["site_name"]: each for each in network.get("/arrivals").json()["items"]}
    assert rows["Tesco, Spytty"]["expected_at"] == "2026-11-25T09:55:00Z"  # what was told last
    assert rows["Tesco, Spytty"]["arrived_at"] == "2026-11-25T09:51:00Z"
    error = network.get(f"/plans/{published['id']}/arrivals").json()["error"]
    assert error == {"arrivals": 2, "median_minutes": 6.0, "p90_minutes": 7.6}  # eight late, four early
    clock.set(the_hour("10:30").replace(month=12, day=24))
    assert network.get(f"/plans/{published['id']}/arrivals").json()["error"] is None


def test_a_newer_plan_takes_back_what_nobody_has_reached(
    network: ServiceClient, partners: Partners, database: Database, published: dict[str, Any], look: Look
) -> None:
    look("06:01")
    network.published(
        draft(database, network, partners.shift, Ride(partners.bread, partners.need, 62_000, "10:00", "11:30"))
    )
    look("06:02")
    assert arrivals(partners.of_tesco) == []
    assert arrivals(partners.of_lidl) == [("pickup", "10:00", "waiting")]
    assert changes(network) == []  # that was told by the plan


def test_a_network_sees_nothing_of_anothers_arrivals(
    network: ServiceClient, database: Database, clock: HandSetClock, published: dict[str, Any], look: Look
) -> None:
    look("06:01")
    with found_network(database, network.address, clock, "Elsewhere") as other:
        assert arrivals(other) == []
        assert other.get(f"/plans/{published['id']}/arrivals").status_code == 404
    with network.client_of(network.organisation("supermarket", "Aldi"), "offers") as stranger:
        assert arrivals(stranger) == []
        assert stranger.get(f"/plans/{published['id']}/arrivals").status_code == 403


def test_a_plan_says_where_food_was_refused_and_what_failed(
    network: ServiceClient, partners: Partners, published: dict[str, Any], look: Look, clock: HandSetClock
) -> None:
    with network.driver(partners.shift) as driver:
        clock.set(the_hour("09:25"))
        stops = leaving_lidl(driver, "09:25")
        brought = next(
            each for each in stops["bank"]["allocations"] if each["donor_name"] == stops["lidl"]["site_name"]
        )
        refused = an_event(stops["bank"], "refused", kilograms(brought), reason="refused_at_the_door")
        assert report(driver, an_event(stops["tesco"], "failed", reason="closed"), refused) == ["stored", "stored"]
    [route] = network.get(f"/plans/{published['id']}/arrivals").json()["routes"]
    assert [(stop["state"], stop["standing"]) for stop in route["stops"]] == [
        ("done", "done"),
        ("failed", "failed"),
        ("done", "refused"),
    ]
