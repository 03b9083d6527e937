"""What nobody fetched expires by itself, once, and nothing else does."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.domain.driver_link import STORED_REPORTS
from app.domain.ledger import Entry, entries_along
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.ledger.closing import GRACE
from app.ledger.jobs import expire_everywhere, ledger_jobs
from app.ledger.service import write_entries
from app.models.offers import OfferLine
from app.models.system import OutboxMessage
from tests.hand_made_plan import Ride, draft
from tests.ledger.test_api import places
from tests.service_client import ServiceClient, a_line, an_event, an_offer, found_network, kilograms, report, stops_of

CLOSED = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_an_offer_that_nobody_fetched_expires_two_hours_after_its_pickup_and_is_told_once(
    network: ServiceClient, database: Database, day: dict[str, Any]
) -> None:
    assert expire_everywhere(database, HandSetClock(CLOSED + GRACE - timedelta(seconds=1))) == 0
    assert places(network, day["offer"]) == {"kg_offered": "30"}
    assert expire_everywhere(database, HandSetClock(CLOSED + GRACE)) == 1
    assert expire_everywhere(database, HandSetClock(CLOSED + GRACE)) == 0
    assert places(network, day["offer"]) == {"kg_expired": "30"}
    with database.transaction(Scope(network=network.network_id())) as session:
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "offer.expired")).all()
    assert [each.data for each in told] == [{"kg": "30", "service_date": "2026-11-25"}]


def test_an_offer_that_has_expired_is_neither_amended_nor_withdrawn(
    network: ServiceClient, database: Database, day: dict[str, Any]
) -> None:
    expire_everywhere(database, HandSetClock(CLOSED + GRACE))
    path = f"/offers/{day['offer']['id']}"
    amended = network.http.patch(path, json={"note": "Still there"}, headers={"If-Match": '"1"'})
    assert (amended.status_code, amended.json()["code"]) == (409, "offer_gone")
    assert network.post(f"{path}/withdraw").json()["code"] == "offer_gone"


def test_what_is_promised_or_on_the_van_waits_for_a_person(
    network: ServiceClient, database: Database, day: dict[str, Any]
) -> None:
    plan = draft(database, network, day["shift"], Ride(day["offer"], day["need"], 20_000))
    network.published(plan)
    assert expire_everywhere(database, HandSetClock(CLOSED + GRACE)) == 1
    assert places(network, day["offer"]) == {"kg_allocated": "20", "kg_expired": "10"}
    with network.driver(day["shift"]) as driver:
        pickup, _, food = stops_of(driver)
        report(driver, an_event(pickup, "collected", kilograms(food)))
    assert expire_everywhere(database, HandSetClock(CLOSED + timedelta(days=3))) == 0
    assert places(network, day["offer"]) == {"kg_collected": "20", "kg_expired": "10"}


def test_what_no_driver_has_reported_on_expires_once_no_report_can_come_any_more(
    network: ServiceClient, database: Database, day: dict[str, Any]
) -> None:
    network.published(draft(database, network, day["shift"], Ride(day["offer"], day["need"], 20_000)))
    link_ends = datetime.fromisoformat(day["shift"]["ends_at"]) + STORED_REPORTS
    assert expire_everywhere(database, HandSetClock(link_ends - timedelta(seconds=1))) == 1
    assert places(network, day["offer"]) == {"kg_allocated": "20", "kg_expired": "10"}
    assert expire_everywhere(database, HandSetClock(link_ends)) == 1
    assert places(network, day["offer"]) == {"kg_expired": "30"}
    assert expire_everywhere(database, HandSetClock(link_ends)) == 0
    actuals = network.get("/reports/day", service_date="2026-11-25").json()["actuals"]
    assert (actuals["kg_expired"], actuals["kg_unaccounted"]) == ("30", "0")


def test_what_was_reported_stays_as_it_was_said_when_the_rest_is_given_back(
    network: ServiceClient, database: Database, day: dict[str, Any]
) -> None:
    network.published(draft(database, network, day["shift"], Ride(day["offer"], day["need"], 20_000)))
    with network.driver(day["shift"]) as driver:
        pickup, drop_off, food = stops_of(driver)
        report(driver, an_event(pickup, "collected", kilograms(food)), an_event(drop_off, "delivered", kilograms(food)))
    expire_everywhere(database, HandSetClock(CLOSED + timedelta(days=3)))
    assert places(network, day["offer"]) == {"kg_delivered": "20", "kg_expired": "10"}


def test_a_late_report_takes_back_what_had_expired_meanwhile(
    network: ServiceClient, database: Database, driven: dict[str, Any]
) -> None:
    with network.driver(driven["shift"]) as driver:
        pickup, _, food = stops_of(driver)
        report(driver, an_event(pickup, "collected", kilograms(food, "10"), reason="van_full"))
        assert places(network, driven["offer"]) == {"kg_offered": "20", "kg_collected": "10"}
        expire_everywhere(database, HandSetClock(CLOSED + GRACE))
        assert places(network, driven["offer"]) == {"kg_expired": "20", "kg_collected": "10"}
        again = an_event(pickup, "collected", kilograms(food, "25"), occurred_at="2026-11-25T10:00:00+00:00")
        report(driver, again)
    assert places(network, driven["offer"]) == {"kg_expired": "5", "kg_collected": "25"}


def test_what_becomes_free_after_a_late_report_took_as_much_from_what_was_never_there_was_never_there(
    network: ServiceClient, database: Database, day: dict[str, Any]
) -> None:
    """A driver finds 10 of 30 kg missing; then it is told that another had loaded 10, while the rest was promised."""
    line_id = UUID(day["offer"]["lines"][0]["id"])
    told = (
        ("allocation", [Entry(str(line_id), "offered", "withdrawn", 10_000)]),
        ("late_report", [Entry(str(line_id), "withdrawn", "offered", 10_000)]),
        ("allocation", entries_along(str(line_id), 10_000, "offered", "collected")),
    )
    with database.transaction(Scope(network=network.network_id())) as session:
        line = session.get_one(OfferLine, line_id)
        for cause, entries in told:
            write_entries(session, line, entries, (cause, line_id), CLOSED)
    assert places(network, day["offer"]) == {"kg_offered": "20", "kg_collected": "10"}
    assert expire_everywhere(database, HandSetClock(CLOSED + GRACE)) == 1
    assert places(network, day["offer"]) == {"kg_withdrawn": "10", "kg_expired": "10", "kg_collected": "10"}
    with database.transaction(Scope(network=network.network_id())) as session:
        write_entries(
            session, line, entries_along(str(line_id), 5_000, "collected", "offered"), ("offer", line_id), CLOSED
        )
    assert expire_everywhere(database, HandSetClock(CLOSED + GRACE)) == 1
    assert places(network, day["offer"]) == {"kg_withdrawn": "10", "kg_expired": "15", "kg_collected": "5"}


def test_every_network_is_looked_after_and_sees_only_its_own(
    network: ServiceClient, database: Database, clock: HandSetClock, day: dict[str, Any]
) -> None:
    with found_network(database, network.address, clock, "Elsewhere") as other:
        store = other.site((51.5760379, -2.946449), "Tesco")
        theirs = other.ok("/offers", an_offer(store, a_line(kg="5")))
        assert expire_everywhere(database, HandSetClock(CLOSED + GRACE)) == 2
        assert places(other, theirs) == {"kg_expired": "5"}
        assert network.get(f"/offers/{theirs['id']}/ledger").status_code == 404


def test_the_job_is_one_of_the_workers_and_comes_round_by_itself() -> None:
    jobs = ledger_jobs()
    assert set(jobs.tasks) == {"expire_offers"}
    assert [each.cron for each in jobs.periodic_registry.periodic_tasks.values()] == ["*/5 * * * *"]
