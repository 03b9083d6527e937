"""Two workers look at the same shift at once, the second at every statement of the first: everything is told once.

With twins that take the guards away and have to find something told twice.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, text

from app.alarms.watching import watch_shift
from app.kit.db import Database
from app.kit.tenancy import Scope
from tests.alarms.conftest import Carrier
from tests.alarms.test_api import EIGHT
from tests.arrivals.conftest import Look, the_hour
from tests.conftest import TestDatabase
from tests.feeds.test_api import Partners
from tests.invariants.conftest import WAITS
from tests.invariants.interleaving import Gate, interleaved, workers
from tests.invariants.interleaving import Told as Outcome
from tests.service_client import ServiceClient

MOST_STATEMENTS = 120
NOT_STARTED, NEXT_STEP = the_hour("08:15"), the_hour("08:25")
LAST_WARNING = EIGHT - timedelta(hours=23)
Told = Counter[tuple[str, str]]  # how often each thing was told
Forgotten = Callable[..., Any]
Race = Callable[[dict[str, Any], datetime, Callable[[Told], bool]], bool]


@pytest.fixture
def forgotten(migrated: TestDatabase) -> Iterator[Forgotten]:
    """As the superuser: run statements; without any, forget all that was told."""
    engine = create_engine(migrated.owner_url.replace("wasl_owner", "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:

        def run(*statements: str) -> Any:
            for each in statements or tuple(
                f"DELETE FROM {table}" for table in ("alarms", "arrivals", "mail_messages", "outbox_messages")
            ):
                connection.execute(text(each))
            return connection

        yield run
    engine.dispose()


def looking(database: Database, network_id: UUID, shift_id: UUID, now: datetime) -> int:
    with database.transaction(Scope(network=network_id)) as session:
        return watch_shift(session, shift_id, now)


def at_once(
    one: Database, other: Database, at: int, network_id: UUID, shift_id: UUID, now: datetime, forgotten: Forgotten
) -> tuple[Outcome, Outcome] | None:
    """The second looks while the first stands before its `at`-th statement; None when the first has not so many."""

    def somebody_waits() -> bool:
        return forgotten("SELECT 1").execute(WAITS).first() is not None

    gate = Gate(one, at)
    first, second = (partial(looking, each, network_id, shift_id, now) for each in (one, other))
    return interleaved(gate, first, second, somebody_waits)


def told(connection: Any) -> Told:
    """How often each thing was told: messages by kind and subject, mails by person."""
    messages = connection.execute(
        text(
            "SELECT kind, subject_id::text FROM outbox_messages WHERE kind LIKE 'arrival.%' UNION ALL"
            " SELECT m.kind, a.kind FROM outbox_messages m JOIN alarms a ON a.id = m.subject_id UNION ALL"
            " SELECT 'mail', person_id::text FROM mail_messages"
        )
    )
    return Counter((str(kind), str(whom)) for kind, whom in messages)


@pytest.mark.parametrize("moment", ["raising", "the next step"])
def test_two_workers_at_once_tell_everything_once_wherever_they_meet(
    network: ServiceClient, carrier: Carrier, partners: Partners, published: dict[str, Any], look: Look,
    migrated: TestDatabase, forgotten: Forgotten, moment: str,
) -> None:  # fmt: skip
    """I11: looked at by two, an alarm is raised once, each step is taken once, an arrival is told once."""
    shift, now = UUID(partners.shift["id"]), NOT_STARTED if moment == "raising" else NEXT_STEP
    met = 0
    for at in range(1, MOST_STATEMENTS):
        forgotten()
        look("08:00" if moment == "raising" else "08:15")
        forgotten("DELETE FROM outbox_messages")
        with workers(migrated, guarded=True) as (one, other):
            outcome = at_once(one, other, at, network.network_id(), shift, now, forgotten)
        if outcome is None:
            break
        met += 1
        assert [each.error for each in outcome] == [None, None], (at, outcome)
        assert sorted(each.answer for each in outcome) == [0, 1], (at, outcome)
        found = told(forgotten("SELECT 1"))
        assert set(found.values()) == {1}, (at, found)
    assert met > 10
    assert met < MOST_STATEMENTS - 1, "the first worker was never run to its end"


def raised_twice(found: Told) -> bool:
    return found["alarm.raised", "shift_without_driver"] > 1


def an_arrival_told_twice(found: Told) -> bool:
    return any(count > 1 for (kind, _), count in found.items() if kind == "arrival.changed")


def test_without_the_lock_of_the_shift_and_the_index_the_same_alarm_stands_and_is_told_twice(
    carrier: Carrier, race: Race, forgotten: Forgotten
) -> None:
    """The twin of the test above. A shift without a route: the rows of arrivals would keep two apart as well."""
    forgotten("DROP INDEX uq_alarms_one_standing")
    assert race(carrier.shift(), LAST_WARNING, raised_twice)


def test_the_index_alone_keeps_an_alarm_from_standing_twice(carrier: Carrier, race: Race) -> None:
    assert not race(carrier.shift(), LAST_WARNING, raised_twice)


def test_without_the_lock_of_the_shift_an_arrival_is_told_twice(
    partners: Partners, published: dict[str, Any], race: Race
) -> None:
    """The twin for arrivals."""
    assert race(partners.shift, NOT_STARTED, an_arrival_told_twice)


@pytest.fixture
def race(network: ServiceClient, look: Look, migrated: TestDatabase, forgotten: Forgotten) -> Race:
    """Whether two workers that keep nobody away do some harm to a shift somewhere."""

    def run(shift: dict[str, Any], now: datetime, harm: Callable[[Told], bool]) -> bool:
        for at in range(1, MOST_STATEMENTS):
            forgotten()
            look("07:59")  # so that the rows of arrivals are there
            with workers(migrated, guarded=False) as (one, other):
                outcome = at_once(one, other, at, network.network_id(), UUID(shift["id"]), now, forgotten)
            if outcome is None:
                return False
            if harm(told(forgotten("SELECT 1"))):
                return True
        raise AssertionError("the first worker was never run to its end")

    return run
