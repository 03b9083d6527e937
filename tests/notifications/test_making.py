"""From what happened to who is told: each person once by each channel, when they chose, whoever dies between."""

import os
import signal
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.notifications.making import make_notifications
from tests.conftest import TestDatabase
from tests.notifications.conftest import HANDLED, Desk, Happens, People
from tests.people.builders import entered
from tests.service_client import ServiceClient

NIGHT = datetime(2026, 11, 25, 22, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def by_day(clock: HandSetClock) -> None:
    clock.set(datetime(2026, 11, 25, 9, 0, tzinfo=UTC))


def test_those_who_may_hear_of_it_and_want_to_are_told_by_the_channels_that_reach_them(
    desk: Desk, people: People, happens: Happens
) -> None:
    happens("food.refused", people.shop, **HANDLED)
    assert desk.make() == 1
    # The till and the dispatcher would have it on a device, and have none; the office has it by mail too.
    assert desk.told() == {(people.office["id"], "trouble", "email")}


def test_another_organisation_is_told_nothing(
    desk: Desk, people: People, happens: Happens, network: ServiceClient
) -> None:
    tesco = network.organisation("supermarket", "Tesco")
    entered(network, tesco, "organisation_admin")
    happens("food.refused", people.shop, **HANDLED)
    happens("offer.expired", people.shop, kg="3", service_date="2026-11-25")
    desk.make()
    assert {person for person, _, _ in desk.told()} == {people.office["id"]}


def test_what_is_no_persons_business_makes_nothing(desk: Desk, people: People, happens: Happens) -> None:
    happens("offer.posted", people.shop)
    happens("webhook.test", people.shop)
    assert desk.make() == 0
    assert desk.make() == 0


def test_who_came_later_is_not_told_of_what_was_before(
    desk: Desk, people: People, happens: Happens, clock: HandSetClock, network: ServiceClient
) -> None:
    happens("food.refused", people.shop, **HANDLED)
    clock.set(clock() + timedelta(minutes=1))
    entered(network, people.shop, "organisation_admin")
    desk.make()
    assert len(desk.rows()) == 1


def test_at_night_what_can_wait_waits_until_morning_and_what_is_over_by_then_is_written_down_alone(
    desk: Desk, people: People, happens: Happens, clock: HandSetClock
) -> None:
    clock.set(NIGHT)
    happens("food.refused", people.shop, **HANDLED)
    happens("allocations.cancelled", people.shop, service_date="2026-11-25", number=2)
    desk.make()
    [refused] = desk.rows(subject="trouble")
    assert (refused.state, refused.due_at) == ("waiting", datetime(2026, 11, 26, 7, 0, tzinfo=UTC))
    [cancelled] = desk.rows(subject="collection")
    assert (cancelled.state, cancelled.trouble) == ("expired", "out of date")


def test_looked_at_twice_nobody_is_told_twice(
    desk: Desk, people: People, happens: Happens, database: Database, migrated: TestDatabase
) -> None:
    happens("food.refused", people.shop, **HANDLED)
    desk.make()
    look_again(database, desk)
    assert desk.make() == 0
    assert len(desk.rows()) == 1


def test_without_the_unique_key_they_would_be(
    desk: Desk, people: People, happens: Happens, database: Database, migrated: TestDatabase
) -> None:
    """The twin: it is the key that has each told once, when how far it came was lost."""
    engine = create_engine(migrated.owner_url)
    with engine.begin() as connection:
        connection.execute(
            text("ALTER TABLE notifications DROP CONSTRAINT uq_notifications_person_id_message_id_channel")
        )
    engine.dispose()
    happens("food.refused", people.shop, **HANDLED)
    desk.make()
    look_again(database, desk)
    assert desk.make() == 1
    assert len(desk.rows()) == 2


def look_again(database: Database, desk: Desk) -> None:
    with database.transaction(Scope(network=desk.network_id)) as session:
        session.execute(text("UPDATE outbox_progress SET notified_position = 0"))


def test_a_worker_killed_in_the_middle_has_done_all_or_nothing(
    desk: Desk, people: People, happens: Happens, monkeypatch: pytest.MonkeyPatch
) -> None:
    happens("food.refused", people.shop, **HANDLED)
    happens("offer.expired", people.shop, kg="3", service_date="2026-11-25")
    desk.newsroom.database.engine.dispose()
    child = os.fork()
    if child == 0:  # dies after the first notification, before the transaction ends
        from app.notifications import making

        made = making._one

        def doomed(*arguments: object) -> bool:
            made(*arguments)  # type: ignore[arg-type]
            os.kill(os.getpid(), signal.SIGKILL)
            return True

        making._one = doomed
        make_notifications(desk.newsroom)
        os._exit(1)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    assert desk.rows() == []
    assert desk.make() == 2
    assert {row.subject for row in desk.rows()} == {"trouble", "unfetched"}
