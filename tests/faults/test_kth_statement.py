"""Every verb, broken off at every one of its statements: all or nothing, and the same request again succeeds."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, create_engine, event, text

from app.kit.auth import Principal
from app.kit.db import Database
from app.kit.errors import WaslError
from app.kit.idempotency import Answer, once
from tests.conftest import MORNING
from tests.invariants.conftest import Copy, copy, scenes  # noqa: F401 - fixtures
from tests.invariants.verbs import (
    Verb,
    adding_a_shift,
    amending,
    changing_the_need,
    collecting,
    copying,
    editing,
    posting,
    publishing,
    requesting_a_plan,
    revoking,
    stating,
    withdrawing,
)

MOST_STATEMENTS = 120
# What takes the place of the k-th statement: the database's own disk-full error, or the end of its process.
FAULTS = {
    "disk full": "DO $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$",
    "killed": "SELECT pg_terminate_backend(pg_backend_pid())",
}
VERBS: dict[str, tuple[str, str, Verb]] = {
    "post an offer": ("planned", "till", posting),
    "amend an offer": ("planned", "till", amending),
    "withdraw an offer": ("planned", "till", withdrawing),
    "state a need": ("planned", "office", stating),
    "change a need": ("planned", "office", changing_the_need("60")),
    "plan a shift": ("planned", "office", adding_a_shift),
    "ask for a plan": ("planned", "office", requesting_a_plan),
    "edit a plan": ("planned", "office", editing("second", 1)),
    "copy a plan": ("planned", "office", copying),
    "publish a plan": ("planned", "office", publishing("second")),
    "publish another": ("published", "office", publishing("first")),
    "report what was collected": ("published", "driver", collecting(uuid4())),
    "take a key back": ("planned", "office", revoking),
}


class Breaker:
    """Breaks a pool's `at`-th statement from now on; a commit counts as one."""

    def __init__(self, database: Database, fault: str) -> None:
        self._fault, self._left = fault, 0
        event.listen(database.engine, "before_cursor_execute", self._statement, retval=True)
        event.listen(database.engine, "commit", self._commit)

    def arm(self, at: int) -> None:
        """Break the `at`-th statement that comes."""
        self._left = at

    @property
    def broke(self) -> bool:
        """Whether it came so far."""
        return self._left <= 0

    def _statement(
        self, connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> tuple[str, Any]:
        self._left -= 1
        return (self._fault, [()] if many else ()) if self._left == 0 else (statement, parameters)

    def _commit(self, connection: Connection) -> None:
        if self._left == 1:
            connection.exec_driver_sql("SELECT 1")


def everything(here: Copy) -> str:
    """A digest of every row of every table, the queue's included."""
    engine = create_engine(here.at.owner_url.replace("wasl_owner", "postgres"))
    with engine.connect() as connection:
        tables = connection.scalars(
            text(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
                " AND relname NOT LIKE 'procrastinate_w%' ORDER BY 1"
            )
        ).all()
        digests = [
            connection.scalar(
                text(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t")
            )
            for table in tables
        ]
    engine.dispose()
    return "".join(map(str, digests))


def asked(here: Copy, verb: Verb, database: Database, principal: Principal) -> Answer:
    """As the API asks: in one transaction with the record of its key."""

    def in_one(session: Any) -> Answer:
        class Within:
            """The verb's own transaction is the one that the key is recorded in."""

            def transaction(self, _: Any) -> "Within":
                return self

            def __enter__(self) -> Any:
                return session

            def __exit__(self, *_: object) -> None:
                return None

        return Answer(200, {"told": str(verb(here, Within(), principal))})  # type: ignore[arg-type]

    return once(database, principal, "the same key", "the same body", MORNING, in_one)


def answered(ask: Callable[[], Answer]) -> tuple[Answer | None, WaslError | None]:
    """The answer, or the error instead."""
    try:
        return ask(), None
    except WaslError as error:
        return None, error


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", VERBS)
def test_a_verb_that_is_broken_off_anywhere_leaves_nothing_and_can_be_asked_again(
    name: str,
    fault: str,
    copy: Callable[[str], Copy],  # noqa: F811
) -> None:
    scene, caller, verb = VERBS[name]
    here = copy(scene)
    database, principal = here.caller(caller)
    before = everything(here)
    breaker = Breaker(database, FAULTS[fault])
    broken = 0
    for at in range(1, MOST_STATEMENTS):
        breaker.arm(at)
        told, refusal = answered(lambda: asked(here, verb, database, principal))
        if refusal is None:
            break
        assert (refusal.status, refusal.code) == (503, "unavailable"), at
        assert breaker.broke
        assert everything(here) == before, f"statement {at} left something behind"
        broken += 1
    assert broken >= 3
    after = everything(here)
    assert after != before
    assert here.broken() == []
    breaker.arm(10 * MOST_STATEMENTS)  # nothing breaks any more
    again = asked(here, verb, database, principal)
    assert told is not None
    assert (again.body, everything(here)) == (told.body, after)


def test_without_one_transaction_the_same_fault_leaves_half(copy: Callable[[str], Copy]) -> None:  # noqa: F811
    """The twin: statements that are each committed alone leave what came before the fault."""
    here = copy("planned")
    before = everything(here)
    engine = create_engine(here.at.owner_url.replace("wasl_owner", "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("UPDATE offers SET state = 'withdrawn' WHERE id = :o"), {"o": here.scene.ids["offer"]})
        with pytest.raises(Exception, match="no room"):
            connection.exec_driver_sql(FAULTS["disk full"])
    engine.dispose()
    assert everything(here) != before
    assert any("I7" in law for law in here.broken())
