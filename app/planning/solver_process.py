"""A solve is a child process: problem in, progress and plan out as JSON lines, killed when it overruns."""

import asyncio
import contextlib
import fcntl
import os
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).resolve().parents[2]
OVERRUN_SECONDS = 30.0
SECONDS_BESIDE_A_SEARCH = 3.0  # on a busy machine
type Said = dict[str, Any]
type Told = Callable[[Said], Awaitable[None]]
PIPE_BYTES = 1024 * 1024
LONGEST_LINE = 64 * 1024 * 1024
MOST_QUESTIONS = 200  # of one child: what it does not give back of its memory goes with it
COMPLAINTS_KEPT = 20


class SolverFailed(Exception):
    """The child ended without a plan; the message is for the log, not for people."""


@dataclass(frozen=True)
class Listener:
    """Who hears of the child's progress, of the plan as soon as it is there, and of the comparison behind it."""

    progress: Callable[[dict[str, Any]], Awaitable[None]]
    plan: Callable[[dict[str, Any]], Awaitable[None]]
    comparison: Callable[[dict[str, Any]], Awaitable[None]]
    enough: asyncio.Event | None = None  # set when somebody wants the best plan so far: the search ends then


@dataclass(frozen=True)
class Question:
    """A problem as JSON without its travel tables, and the files that hold them, by profile."""

    problem: Mapping[str, Any]
    travel_files: dict[str, str]
    plan: dict[str, Any] | None = None  # to be changed as little as the news ask for
    news: dict[str, Any] | None = None
    later: list[list[str]] | None = None  # pairs that get what the search leaves over
    orders: dict[str, list[list[str]]] | None = None  # of places, by shift: they are kept, and nothing is searched
    start: dict[str, Any] | None = None  # a plan of the problem, to begin the search with
    agreed: Mapping[str, list[str]] | None = None  # by food bank, the stores that it has an agreement with


async def solve_in_child(
    question: Question, seconds: float, seed: int, listener: Listener, *, alone: bool = True
) -> None:
    """Run `python -m routing child` and pass on what it says; `alone`: the comparison with the day alone too.

    Raises SolverFailed when it dies, overruns or says nothing that can be read; asyncio.CancelledError ends the child.
    """

    async def told(said: Said) -> None:
        if "progress" in said:
            await listener.progress(said["progress"])
        if "plan" in said:
            await listener.plan(said["plan"])
        if "alone" in said:
            await listener.comparison(said)

    await _ask_child({**vars(question), "seconds": seconds, "seed": seed, "alone": alone}, told, listener.enough)


async def solve_again_in_child(question: Question, seconds: float, seed: int) -> Said:
    """The plan of the question as JSON and nothing else; raises what `solve_in_child` raises."""
    answers: list[Said] = []

    async def told(said: Said) -> None:
        if "plan" in said:
            answers.append(said["plan"])

    await _ask_child({**vars(question), "seconds": seconds, "seed": seed}, told)
    return answers[0]


async def change_in_child(question: Question, seconds: float, seed: int) -> Said:
    """The smallest change of the question's plan, with the stops that move; raises what `solve_in_child` raises."""
    answers: list[Said] = []

    async def told(said: Said) -> None:
        if "plan" in said:
            answers.append(said)

    await _ask_child({**vars(question), "seconds": seconds, "seed": seed}, told)
    return answers[0]


async def compare_in_child(question: Question, wish: Mapping[str, Any], seconds: float, seed: int) -> list[Said]:
    """The day of the question beside the same day alone, under each of the wish's `variants`; `seconds` for each day
    that is planned for it. Raises what `solve_in_child` raises, also where the child has not said all of them."""
    found: list[Said] = []

    async def told(said: Said) -> None:
        if "compared" in said:
            found.append(said["compared"])

    variants = wish["variants"]
    asked = {**vars(question), **wish, "seconds": seconds, "seed": seed}
    banks = len({need["organisation"] for need in question.problem["needs"]})
    each = 2 * seconds + banks * SECONDS_BESIDE_A_SEARCH  # together again, and alone, a search for each food bank
    await _ask_child(asked, told, most_seconds=len(variants) * each)
    if len(found) != len(variants):
        raise SolverFailed(f"the solver compared {len(found)} of {len(variants)} days")
    return found


class _Staying:
    """A child that has loaded the engine and answers one question after the other."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process, self.asked = process, 0
        self._complaints = deque[bytes](maxlen=COMPLAINTS_KEPT)
        self._listening = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        assert self.process.stderr is not None  # noqa: S101
        async for line in self.process.stderr:
            self._complaints.append(line)

    @property
    def is_well(self) -> bool:
        """Whether it can be asked again."""
        return self.process.returncode is None and self.asked < MOST_QUESTIONS

    async def ask(self, request: bytes, told: Told, enough: asyncio.Event | None = None) -> None:
        """Raises SolverFailed for a question that it cannot answer, and where it ends instead."""
        assert self.process.stdin is not None  # noqa: S101
        assert self.process.stdout is not None  # noqa: S101
        self.asked += 1
        planned = False
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.process.stdin.write(request + b"\n")
            await self.process.stdin.drain()
        async with _search_ended_by(enough, self.process) as begun:
            async for line in self.process.stdout:
                begun.set()
                said = _read(line)
                if "answered" in said:
                    if said["answered"] != 0 or not planned:
                        raise SolverFailed(said.get("complaint", "the solver said no plan"))
                    return
                await told(said)
                planned = planned or _answers(said)
        await self._listening
        raise SolverFailed(b"".join(self._complaints).decode(errors="replace") or "the solver has ended")

    async def end(self) -> None:
        """Nothing is to be asked any more."""
        await _end(self.process)
        self._listening.cancel()


class _AtHand:
    """One that waits for the next question; who asks meanwhile gets another, which is ended then."""

    def __init__(self) -> None:
        self._waiting: _Staying | None = None

    async def ask(self, request: bytes, told: Told, enough: asyncio.Event | None = None) -> None:
        """Ask the one that waits, or a new one where none does; one that fails is not asked again."""
        child, self._waiting = self._waiting, None
        if child is None or not child.is_well:
            await self._end(child)
            child = _Staying(await _started("--stay"))
        answered = False
        try:
            await child.ask(request, told, enough)
            answered = True
        finally:
            if answered and child.is_well and self._waiting is None:
                self._waiting = child
            else:
                await child.end()

    async def end(self) -> None:
        """Nothing is to be asked any more."""
        await self._end(self._waiting)

    @staticmethod
    async def _end(child: _Staying | None) -> None:
        if child is not None:
            await child.end()


_at_hand: ContextVar[_AtHand | None] = ContextVar("solver_at_hand", default=None)


@contextlib.asynccontextmanager
async def solver_at_hand() -> AsyncIterator[None]:
    """Whoever asks within this block finds, from the second question on, a solver that is loaded already: a change of a
    day under way is waited for, and loading takes longer than the change. It holds some 200 MB."""
    found = _AtHand()
    token = _at_hand.set(found)
    try:
        yield
    finally:
        _at_hand.reset(token)
        await found.end()


async def _ask_child(
    request: Said, told: Told, enough: asyncio.Event | None = None, *, most_seconds: float = 0.0
) -> None:
    """most_seconds: how long it may take, where that is not a search and a comparison."""
    hand, question = _at_hand.get(), orjson.dumps(request)
    try:
        async with asyncio.timeout((most_seconds or 2 * request["seconds"]) + OVERRUN_SECONDS):
            await (_ask_once(question, told, enough) if hand is None else hand.ask(question, told, enough))
    except TimeoutError as error:
        raise SolverFailed("the solver overran its budget") from error


async def _ask_once(question: bytes, told: Told, enough: asyncio.Event | None) -> None:
    child = await _started()
    try:
        await _converse(child, question, told, enough)
    finally:
        await _end(child)


async def _started(*options: str) -> asyncio.subprocess.Process:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "routing",
        "child",
        *options,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
        cwd=ROOT,
        preexec_fn=lambda: os.nice(5),  # pages stay quick while a plan is made
    )
    _widen(child.stdin)
    return child


def _widen(pipe: asyncio.StreamWriter | None) -> None:
    """A question has megabytes: by the usual pipe, each sixteenth of one waits until this process's other threads let
    it be sent."""
    assert pipe is not None  # noqa: S101
    with contextlib.suppress(OSError, AttributeError):  # not allowed so much, or no such call: it takes longer
        fcntl.fcntl(pipe.get_extra_info("pipe").fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)


@contextlib.asynccontextmanager
async def _search_ended_by(
    enough: asyncio.Event | None, child: asyncio.subprocess.Process
) -> AsyncIterator[asyncio.Event]:
    """Within, the child is told to search no longer when `enough` is set, but not before the event that this gives is:
    a child that has said nothing yet may not know the signal, and would die of it."""
    begun = asyncio.Event()

    async def tell() -> None:
        if enough is not None:
            await begun.wait()
            await enough.wait()
            with contextlib.suppress(ProcessLookupError):
                child.send_signal(signal.SIGUSR1)

    telling = asyncio.create_task(tell())
    try:
        yield begun
    finally:
        telling.cancel()


async def _converse(
    child: asyncio.subprocess.Process, request: bytes, told: Told, enough: asyncio.Event | None
) -> None:
    assert child.stdin is not None  # noqa: S101
    assert child.stdout is not None  # noqa: S101
    assert child.stderr is not None  # noqa: S101
    complaints = asyncio.create_task(child.stderr.read())
    try:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            child.stdin.write(request)
            await child.stdin.drain()
            child.stdin.close()
        planned = False
        async with _search_ended_by(enough, child) as begun:
            async for line in child.stdout:
                begun.set()
                said = _read(line)
                await told(said)
                planned = planned or _answers(said)
        status = await child.wait()
        if status != 0 or not planned:
            raise SolverFailed((await complaints).decode(errors="replace")[-2000:] or f"exit status {status}")
    finally:
        complaints.cancel()


def _answers(said: Said) -> bool:
    """Whether this is what the child was asked for, and no mere progress."""
    return "plan" in said or "compared" in said


def _read(line: bytes) -> Said:
    try:
        said: Said = orjson.loads(line)
    except ValueError as error:
        raise SolverFailed("the solver said something that is not JSON") from error
    return said


async def _end(child: asyncio.subprocess.Process) -> None:
    """End the child if it is still there: asked first, then killed."""
    for order, patience in ((signal.SIGTERM, 2.0), (signal.SIGKILL, 5.0)):
        if child.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(order)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(child.wait(), patience)
