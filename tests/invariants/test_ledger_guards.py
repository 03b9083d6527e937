"""I1, I2, I7: no gram is lost or promised twice, no offer silently dropped; and what happens without the guards."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from app.domain.ledger import entries_for_allocation, entries_for_expiry
from app.kit.db import Database
from app.kit.errors import WaslError
from app.kit.tenancy import Scope
from app.ledger.queries import orphans
from app.ledger.service import balances_of, write_entries
from app.models.offers import OfferLine
from app.models.plans import UnservedOffer
from tests.conftest import MORNING, TestDatabase
from tests.hand_made_plan import Ride, draft
from tests.service_client import FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient, a_line, a_need, an_offer


@pytest.fixture
def owner(migrated: TestDatabase) -> Iterator[Engine]:
    """The database as the owner of its tables."""
    engine = create_engine(migrated.owner_url)
    yield engine
    engine.dispose()


@pytest.fixture
def day(network: ServiceClient) -> dict[str, Any]:
    """30 kg of bread on offer, a need of bread and a shift."""
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl")
    bank = network.site(FOOD_BANK, "Bank", kind="distribution_point")
    return {
        "store": store,
        "need": network.ok("/needs", a_need(bank)),
        "offer": network.ok("/offers", an_offer(store, a_line(kg="30"))),
        "shift": network.vehicle_and_shift(bank),
    }


def promise_twice_at_once(database: Database, network_id: UUID, line_id: UUID) -> list[str | None]:
    """Two transactions that each promise all of one line, both before either commits: the error each ended in."""
    both = threading.Barrier(2, timeout=30)

    def promise(number: int) -> str | None:
        try:
            with database.transaction(Scope(network=network_id)) as session:
                line = session.get_one(OfferLine, line_id)
                write_entries(
                    session, line, entries_for_allocation(str(line_id), 30_000), ("plan", UUID(int=number)), MORNING
                )
                both.wait()
        except WaslError as error:
            return error.code
        return None

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(promise, (1, 2)))


def balance(database: Database, network_id: UUID, line_id: UUID) -> dict[str, int]:
    with database.transaction(Scope(network=network_id)) as session:
        return {account: grams for account, grams in balances_of(session, [line_id])[line_id].items() if grams}


def test_two_that_promise_the_same_grams_at_once_do_not_both_succeed(
    network: ServiceClient, database: Database, day: dict[str, Any]
) -> None:
    network_id, line_id = network.network_id(), UUID(day["offer"]["lines"][0]["id"])
    assert sorted(promise_twice_at_once(database, network_id, line_id), key=str) == [None, "food_moved"]
    assert balance(database, network_id, line_id) == {"supply": -30_000, "allocated": 30_000}


def test_without_the_trigger_the_same_grams_are_promised_twice(
    network: ServiceClient, database: Database, owner: Engine, day: dict[str, Any]
) -> None:
    """The twin: it is the deferred constraint trigger that stops the second."""
    with owner.begin() as connection:
        connection.execute(text("DROP TRIGGER balanced ON ledger_entries"))
    network_id, line_id = network.network_id(), UUID(day["offer"]["lines"][0]["id"])
    assert promise_twice_at_once(database, network_id, line_id) == [None, None]
    assert balance(database, network_id, line_id) == {"supply": -30_000, "offered": -30_000, "allocated": 60_000}


def publish(network: ServiceClient, plan: dict[str, Any]) -> int:
    return network.post(f"/plans/{plan['id']}/publish", None, **{"If-Match": f'"{plan["version"]}"'}).status_code


def test_two_publications_at_once_leave_one_plan_and_one_promise(
    network: ServiceClient, database: Database, day: dict[str, Any]
) -> None:
    plans = [draft(database, network, day["shift"], Ride(day["offer"], day["need"], 30_000)) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda plan: publish(network, plan), plans))
    assert set(answers) <= {200, 409}
    assert 200 in answers
    states = sorted(network.get(f"/plans/{plan['id']}").json()["state"] for plan in plans)
    assert states.count("published") == 1
    line_id = UUID(day["offer"]["lines"][0]["id"])
    assert balance(database, network.network_id(), line_id) == {"supply": -30_000, "allocated": 30_000}


def test_a_plan_that_promises_more_than_there_is_cannot_be_published(
    network: ServiceClient, database: Database, day: dict[str, Any]
) -> None:
    plan = draft(database, network, day["shift"], Ride(day["offer"], day["need"], 30_001))
    assert publish(network, plan) == 409
    line_id = UUID(day["offer"]["lines"][0]["id"])
    assert balance(database, network.network_id(), line_id) == {"supply": -30_000, "offered": 30_000}


@pytest.mark.parametrize("change", ["UPDATE ledger_entries SET grams = 1", "DELETE FROM ledger_entries"])
def test_what_is_booked_is_never_changed(
    network: ServiceClient, database: Database, day: dict[str, Any], change: str
) -> None:
    assert day["offer"]["state"] == "open"
    scope = Scope(network=network.network_id())
    with pytest.raises(DBAPIError, match="permission denied"), database.transaction(scope) as session:
        session.execute(text(change))


def lost(database: Database, network: ServiceClient) -> list[str]:
    network_id = network.network_id()
    with database.transaction(Scope(network=network_id)) as session:
        return [str(each) for each in orphans(session, network_id)]


def test_an_open_line_is_no_orphan_before_a_plan_on_it_and_after_it_is_gone(
    network: ServiceClient, database: Database, day: dict[str, Any]
) -> None:
    assert lost(database, network) == []
    plan = draft(database, network, day["shift"], Ride(day["offer"], day["need"], 20_000))
    later = network.ok("/offers", an_offer(day["store"]))
    with database.transaction(Scope(network=network.network_id())) as session:
        session.execute(text("UPDATE plans SET created_at = '2026-11-25T05:00:00+00:00'"))
    assert lost(database, network) == []  # one is allocated, the other was posted after the plan was asked for
    network.published(plan)
    network.ok(f"/offers/{later['id']}/withdraw")
    assert lost(database, network) == []


def test_a_line_that_a_plan_knew_of_and_does_not_name_is_an_orphan_until_it_is_named_or_gone(
    network: ServiceClient, database: Database, day: dict[str, Any]
) -> None:
    """The twin: the query sees what a plan has silently dropped."""
    other = network.ok("/offers", an_offer(day["store"]))
    dropped = other["lines"][0]["id"]
    plan = draft(database, network, day["shift"], Ride(day["offer"], day["need"], 30_000))
    assert lost(database, network) == [dropped]
    network_id = network.network_id()
    with database.transaction(Scope(network=network_id)) as session:
        session.execute(text("UPDATE plans SET created_at = '2026-11-25T05:00:00+00:00'"))
    assert lost(database, network) == []
    with database.transaction(Scope(network=network_id)) as session:
        session.execute(
            text("UPDATE plans SET line_ids = ARRAY[cast(:line AS uuid)]"),
            {"line": dropped},
        )
    assert lost(database, network) == [dropped]
    with database.transaction(Scope(network=network_id)) as session:
        session.add(
            UnservedOffer(
                network_id=network_id, plan_id=UUID(plan["id"]), offer_id=UUID(other["id"]),
                offer_line_id=UUID(dropped), position=0, grams=10_000, reason="no_eligible_need", details={},
                change=None,
            )
        )  # fmt: skip
    assert lost(database, network) == []


def test_a_line_that_expired_is_no_orphan(network: ServiceClient, database: Database, day: dict[str, Any]) -> None:
    other = network.ok("/offers", an_offer(day["store"]))
    draft(database, network, day["shift"], Ride(day["offer"], day["need"], 30_000))
    network_id, line_id = network.network_id(), UUID(other["lines"][0]["id"])
    with database.transaction(Scope(network=network_id)) as session:
        line = session.get_one(OfferLine, line_id)
        write_entries(session, line, entries_for_expiry(str(line_id), line.grams), ("offer", line.offer_id), MORNING)
    assert lost(database, network) == []
