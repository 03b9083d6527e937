"""The last place has one taker, wherever two meet; the guards are the lock of the task, and the place that is one
person's once. With twins that take them away."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import Connection, create_engine, text

from app.kit.auth import authenticate
from app.kit.db import Database
from app.kit.errors import WaslError
from app.volunteering.signing_up import take
from tests.conftest import MORNING, TestDatabase
from tests.escalation.test_races import Verb, races
from tests.service_client import ServiceClient
from tests.volunteering.conftest import Helpers

FORGET = "DELETE FROM task_sign_ups; DELETE FROM outbox_messages"
TAKEN = "SELECT count(*) FROM task_sign_ups WHERE state = 'taken'"


@pytest.fixture
def everything(migrated: TestDatabase) -> Iterator[Connection]:
    """As the superuser."""
    engine = create_engine(migrated.owner_url.replace("wasl_owner", "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def taking(client: ServiceClient, task: UUID) -> Verb:
    secret = client.http.headers["Authorization"].removeprefix("Bearer ")

    def verb(database: Database) -> object:
        principal = authenticate(database, secret, MORNING)
        with database.transaction(principal.scope) as session:
            return take(session, principal, task, MORNING)

    return verb


@pytest.fixture
def two(helpers: Helpers) -> tuple[Verb, Verb]:
    """Two people who take the one place."""
    task = UUID(helpers.task(people_wanted=1)["id"])
    first, second = taking(helpers.somebody(), task), taking(helpers.somebody(), task)
    return first, second


def test_of_two_who_take_the_last_place_at_once_one_has_it_and_the_other_is_told(
    migrated: TestDatabase, everything: Connection, two: tuple[Verb, Verb]
) -> None:
    met = 0
    for outcome in races(migrated, everything, FORGET, *two, guarded=True):
        met += 1
        assert everything.scalar(text(TAKEN)) == 1
        [refused] = [each.error for each in outcome if each.error is not None]
        assert isinstance(refused, WaslError)
        assert refused.code == "task_full"
    assert met > 5


def test_without_the_lock_of_the_task_the_database_still_has_one(
    migrated: TestDatabase, everything: Connection, two: tuple[Verb, Verb]
) -> None:
    for _ in races(migrated, everything, FORGET, *two, guarded=False):
        assert everything.scalar(text(TAKEN)) == 1


def test_without_the_lock_and_the_unique_place_two_have_the_last_one(
    migrated: TestDatabase, everything: Connection, two: tuple[Verb, Verb]
) -> None:
    everything.execute(text("DROP INDEX uq_task_sign_ups_place"))
    found = set()
    for _ in races(migrated, everything, FORGET, *two, guarded=False):
        found.add(everything.scalar(text(TAKEN)))
        if 2 in found:
            break
    everything.execute(text(FORGET))
    everything.execute(
        text(
            "CREATE UNIQUE INDEX uq_task_sign_ups_place ON task_sign_ups (task_id, place_number)"
            " WHERE state IN ('taken','done','no_show')"
        )
    )
    assert 2 in found, "no harm was done: the guard that this twin takes away guards nothing"
