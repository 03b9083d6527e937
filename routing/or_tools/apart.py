"""A search in a process of its own that tells of its tours as it finds them, and that can be ended at any moment.

OR-Tools' time limits are soft, and it holds the interpreter while it searches: only killing its process ends it in
time.
"""

import os
import signal
import threading
import time
from collections.abc import Buffer, Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from pickle import UnpicklingError
from typing import Any, Self

from routing.problem import Problem
from routing.retime import Tour

SECONDS_BETWEEN_LOOKS = 0.5  # whether the parent is there
SECONDS_BETWEEN_NEWS = 0.05
Search = Callable[..., Sequence[Tour]]  # problem; by name seconds, seed, stopped, report


class Apart:
    """`search` at work elsewhere, from now until the end of the block.

    started: whether there is a process at all; a daemonic process may have none. pid: its number.
    latest: what it found last, None so far without anything.
    """

    def __init__(self, search: Search, problem: Problem, *, seconds: float, seed: int) -> None:
        # Packed before there is a process that could be left behind; sent by a thread, since it takes a second to read.
        request = ForkingPickler.dumps((search, problem, seconds, seed, time.time()))
        context = get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, os.getpid()), daemon=True)
        self._news = threading.Condition()
        self._unread = self._over = False
        self.latest: tuple[Tour, ...] | None = None
        self.started = _starts(self._process)
        self.pid = self._process.pid
        theirs.close()
        self._reader = threading.Thread(target=self._read, args=(request,), daemon=True)
        self._reader.start()

    def _read(self, request: Buffer) -> None:
        try:
            self._ours.send_bytes(request)
            while True:
                found = self._ours.recv()
                with self._news:
                    self.latest, self._unread = found, True
                    self._news.notify_all()
        except (EOFError, OSError, UnpicklingError):  # it is done, or dead
            with self._news:
                self._over = True
                self._news.notify_all()

    def next(self, over: Callable[[], bool]) -> tuple[Tour, ...] | None:
        """The newest tours not asked for yet, waiting for some until it is over; None then, and when the process is at
        its end."""
        with self._news:
            while not (self._unread or self._over or over()):
                self._news.wait(SECONDS_BETWEEN_NEWS)
            found = self.latest if self._unread else None
            self._unread = False
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left of the process after this."""
        if self.started:
            self._process.kill()
            self._process.join()
            self._process.close()
        self._reader.join()
        self._ours.close()


def _starts(process: Any) -> bool:
    try:
        process.start()
    except (AssertionError, OSError):
        return False
    return True


def _work(connection: Connection, parent: int) -> None:
    """The life of the process: one request, then tours until the search is done."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a key pressed is for the parent, which then ends this one
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    search, problem, seconds, seed, sent = connection.recv()
    late = max(0.0, time.time() - sent)  # of the time, what it took to get here
    try:
        tours = search(
            problem,
            seconds=seconds - late,
            seed=seed,
            stopped=lambda: False,
            report=lambda _, found: connection.send(tuple(found)),
        )
        connection.send(tuple(tours))
    except BrokenPipeError:  # nobody listens any more
        return


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(SECONDS_BETWEEN_LOOKS)
    os._exit(1)
