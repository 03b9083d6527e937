"""Two verbs at once, by design: the first stops before a chosen statement, the second runs meanwhile."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from app.kit.db import Database
from app.kit.errors import WaslError
from tests.conftest import TestDatabase

LONGEST_SECONDS = 60.0
LOOK_SECONDS = 0.002


class Gate:
    """Stops a database's only user before its `at`-th statement (1 is the first; a commit counts as one)."""

    def __init__(self, database: Database, at: int) -> None:
        self.at, self.seen = at, 0
        self.reached, self.opened = threading.Event(), threading.Event()
        event.listen(database.engine, "before_cursor_execute", self._statement)
        event.listen(database.engine, "commit", self._count)

    def _statement(self, *_: Any) -> None:
        self._count()

    def _count(self, *_: Any) -> None:
        self.seen += 1
        if self.seen == self.at:
            self.reached.set()
            assert self.opened.wait(LONGEST_SECONDS)


@dataclass
class Told:
    """What came of a verb: its answer, or the error that it was refused with."""

    answer: Any = None
    error: Exception | None = None

    @property
    def code(self) -> str | None:
        """The stable code of a refusal."""
        return self.error.code if isinstance(self.error, WaslError) else None

    @property
    def cause(self) -> str | None:
        """What the database said, where a refusal is its word: a wait that took too long, or a deadlock."""
        return None if self.error is None else repr(self.error.__cause__)


def _running(verb: Callable[[], Any], told: Told) -> threading.Thread:
    def run() -> None:
        try:
            told.answer = verb()
        except Exception as error:
            told.error = error

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def interleaved(
    gate: Gate, first: Callable[[], Any], second: Callable[[], Any], waits: Callable[[], bool]
) -> tuple[Told, Told] | None:
    """Both verbs, the second begun when the first stands at the gate; None when the first ended before it got there.

    The first goes on when the second has ended, or when `waits` says that it waits for a lock of the first one's.
    """
    one, other = Told(), Told()
    running = _running(first, one)
    while not gate.reached.wait(LOOK_SECONDS):
        if not running.is_alive():
            return None
    beside, until = _running(second, other), time.monotonic() + LONGEST_SECONDS
    while beside.is_alive() and not waits() and time.monotonic() < until:
        beside.join(LOOK_SECONDS)
    gate.opened.set()
    for thread in (running, beside):
        thread.join(LONGEST_SECONDS)
        assert not thread.is_alive(), "two verbs wait for each other"
    return one, other


def without_row_locks(database: Database) -> None:
    """For a twin: what is read for a change is read without keeping others away."""

    def unlocked(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
        return re.sub(r" FOR (NO KEY )?UPDATE", "", statement), parameters

    event.listen(database.engine, "before_cursor_execute", unlocked, retval=True)


@contextmanager
def workers(migrated: TestDatabase, *, guarded: bool) -> Iterator[tuple[Database, Database]]:
    """Two, each with connections of its own."""
    both = Database(migrated.service_url, pool_size=2), Database(migrated.service_url, pool_size=2)
    for each in both:
        with each.engine.connect():  # what a first connection asks for is no statement of the deed
            pass
        if not guarded:
            without_row_locks(each)
    yield both
    for each in both:
        each.close()
