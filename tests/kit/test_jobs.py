"""The queue's own upkeep: what a worker that died had begun is done by another; and what waits is known."""

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from procrastinate import Blueprint

from app.kit.db import Database
from app.kit.jobs import conninfo, defer, give_back, open_jobs, waiting_among
from app.kit.tenancy import Scope

DIED = "UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL WHERE id = {}"


def a_task() -> dict[str, Blueprint]:
    found = Blueprint()
    found.task(name="deed", queue="wasl")(lambda: None)
    return {"tests": found}


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(conninfo(database.url), autocommit=True) as opened:
        yield opened


def given_back(database: Database, connection: psycopg.Connection, *, asked_again: bool) -> list[str]:
    """The states of the jobs after one was begun by a worker that died, and perhaps asked for again meanwhile."""

    async def run() -> None:
        async with open_jobs(database.url, a_task()) as jobs:
            deed = jobs.configure_task("tests:deed", lock="one at a time", queueing_lock="this deed")
            begun = await deed.defer_async()
            connection.execute(DIED.format(begun).encode())
            if asked_again:
                await deed.defer_async()
            await give_back(jobs, 0)

    asyncio.run(run())
    return [str(row[0]) for row in connection.execute("SELECT status FROM procrastinate_jobs ORDER BY id")]


def test_what_a_dead_worker_had_begun_waits_again(database: Database, connection: psycopg.Connection) -> None:
    assert given_back(database, connection, asked_again=False) == ["todo"]


def test_where_the_same_job_waits_already_that_one_does_it_and_the_lock_is_free(
    database: Database, connection: psycopg.Connection
) -> None:
    """Left as it was begun, the dead one would hold the lock, and nothing behind it would ever run."""
    assert given_back(database, connection, asked_again=True) == ["failed", "todo"]


@pytest.mark.parametrize(
    ("status", "waits"),
    [("todo", True), ("doing", True), ("succeeded", False), ("failed", False), ("cancelled", False)],
)
def test_a_job_waits_until_it_is_over(
    database: Database, connection: psycopg.Connection, status: str, waits: bool
) -> None:
    with database.transaction(Scope(uuid4())) as session:
        defer(session, "tests:deed", lock="one at a time", waits_once="of Monday")
        defer(session, "tests:deed", lock="of Sunday")
    connection.execute(
        "UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status WHERE queueing_lock = %s",
        [status, "tests:deed:of Monday"],
    )
    with database.transaction(Scope(uuid4())) as session:
        found = waiting_among(session, "tests:deed", ["of Monday", "of Tuesday", "of Sunday"])
        assert found == ({"of Monday", "of Sunday"} if waits else {"of Sunday"})
        assert not waiting_among(session, "tests:other_deed", ["of Monday"])
        assert not waiting_among(session, "tests:deed", [])
