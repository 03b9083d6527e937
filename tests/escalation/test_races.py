"""Two workers, two food banks, or a worker and somebody who hands over, at once, the second at every statement of the
first: each step is taken once, and the food has one taker.

With twins that take the guards away and have to find harm.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import Connection, create_engine, text

from app.escalation.climbing import climb
from app.escalation.schemas import AnswerIn
from app.escalation.service import answer
from app.kit.auth import authenticate
from app.kit.db import Database
from app.kit.tenancy import Scope
from tests.conftest import TestDatabase
from tests.escalation.conftest import BreadDay, escalation
from tests.invariants.conftest import WAITS
from tests.invariants.interleaving import Gate, Told, interleaved, workers

MOST_STATEMENTS = 120
EIGHT = datetime(2026, 11, 25, 8, tzinfo=UTC)
FORGET = "DELETE FROM asks; DELETE FROM escalations; DELETE FROM mail_messages; DELETE FROM outbox_messages"
UNANSWERED = (
    "UPDATE asks SET answer = NULL, answered_at = NULL, answered_by = NULL, need_id = NULL, taken_grams = NULL;"
    "DELETE FROM needs WHERE offer_line_id IS NOT NULL"
)
Verb = Callable[[Database], object]


@pytest.fixture
def everything(migrated: TestDatabase) -> Iterator[Connection]:
    """As the superuser."""
    engine = create_engine(migrated.owner_url.replace("wasl_owner", "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def races(
    migrated: TestDatabase, everything: Connection, forget: str, first: Verb, second: Verb, *, guarded: bool
) -> Iterator[tuple[Told, Told]]:
    """What the two came to, wherever they met."""
    for at in range(1, MOST_STATEMENTS):
        everything.execute(text(forget))
        with workers(migrated, guarded=guarded) as (one, other):
            outcome = interleaved(
                Gate(one, at), partial(first, one), partial(second, other),
                lambda: everything.execute(WAITS).first() is not None,
            )  # fmt: skip
        if outcome is None:
            return
        yield outcome
    raise AssertionError("the first was never run to its end")


def climbing(network_id: UUID, line: UUID) -> Verb:
    def verb(database: Database) -> int:
        with database.transaction(Scope(network=network_id)) as session:
            return climb(session, network_id, line, EIGHT)

    return verb


def counted(everything: Connection, what: str) -> int:
    return int(everything.scalar(text(f"SELECT count(*) FROM {what}")) or 0)


@pytest.fixture
def climb_at_once(day: BreadDay) -> Verb:
    return climbing(day.network.network_id(), UUID(day.line))


def test_two_workers_at_once_ask_once_wherever_they_meet(
    migrated: TestDatabase, everything: Connection, climb_at_once: Verb
) -> None:
    met = 0
    for told in races(migrated, everything, FORGET, climb_at_once, climb_at_once, guarded=True):
        met += 1
        assert [each.error for each in told] == [None, None]
        assert sorted(each.answer for each in told) == [0, 2]
        assert counted(everything, "asks") == counted(everything, "mail_messages") == 1
        assert counted(everything, "outbox_messages WHERE kind = 'food.asked'") == 1
    assert met > 10


def test_without_the_lock_of_the_line_and_the_unique_rows_a_food_bank_is_asked_twice(
    migrated: TestDatabase, everything: Connection, climb_at_once: Verb
) -> None:
    everything.execute(text("ALTER TABLE escalations DROP CONSTRAINT uq_escalations_offer_line_id"))
    everything.execute(text("ALTER TABLE asks DROP CONSTRAINT uq_asks_offer_line_id_site_id"))
    harm = (
        counted(everything, "asks") > 1
        for _ in races(migrated, everything, FORGET, climb_at_once, climb_at_once, guarded=False)
    )
    assert any(harm)


Yes = Callable[[str], Verb]


@pytest.fixture
def yes(day: BreadDay) -> Yes:
    """A food bank's word for all of the food; both were asked at eight."""
    escalation(day.network, radius_metres=20_000)
    day.at("08:00")
    asks = {ask["site_id"]: UUID(ask["id"]) for ask in day.asks()}

    def of(who: str) -> Verb:
        client, site = (day.near, day.near_site) if who == "near" else (day.far, day.far_site)
        secret = str(client.http.headers["Authorization"]).removeprefix("Bearer ")

        def verb(database: Database) -> object:
            principal = authenticate(database, secret, EIGHT)
            with database.transaction(principal.scope) as session:
                return answer(session, principal, asks[site["id"]], AnswerIn(takes=True), EIGHT).answer

        return verb

    return of


def test_of_two_food_banks_that_say_yes_at_once_one_has_the_food_and_the_other_is_told(
    migrated: TestDatabase, everything: Connection, yes: Yes
) -> None:
    met = 0
    for told in races(migrated, everything, UNANSWERED, yes("near"), yes("far"), guarded=True):
        met += 1
        assert sorted(each.code or "" for each in told) == ["", "food_taken"], told
        assert counted(everything, "needs WHERE offer_line_id IS NOT NULL") == 1
    assert met > 10


def test_without_the_lock_of_the_line_two_food_banks_have_the_same_food(
    migrated: TestDatabase, everything: Connection, yes: Yes
) -> None:
    harm = (
        counted(everything, "needs WHERE offer_line_id IS NOT NULL") > 1
        for _ in races(migrated, everything, UNANSWERED, yes("near"), yes("far"), guarded=False)
    )
    assert any(harm)
