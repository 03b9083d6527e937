"""The queue's own upkeep: what a worker that died had begun is done by another."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest
from procrastinate import Blueprint

from app.kit.db import Database
from app.kit.jobs import conninfo, give_back, open_jobs

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
