"""A solve is a child process: problem in, progress and plan out as JSON lines, killed when it overruns."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
OVERRUN_SECONDS = 30.0
LONGEST_LINE = 64 * 1024 * 1024


class SolverFailed(Exception):
    """The child ended without a plan; the message is for the log, not for people."""


@dataclass(frozen=True)
class Listener:
    """Who hears of the child's progress, of the plan as soon as it is there, and of the comparison behind it."""

    progress: Callable[[dict[str, Any]], Awaitable[None]]
    plan: Callable[[dict[str, Any]], Awaitable[None]]
    comparison: Callable[[dict[str, Any]], Awaitable[None]]
    whole: Callable[[dict[str, Any]], Awaitable[None]] | None = None  # the plan with what is said beside it


@dataclass(frozen=True)
class Question:
    """A problem as JSON without its travel tables, and the files that hold them, by profile."""

    problem: dict[str, Any]
    travel_files: dict[str, str]
    plan: dict[str, Any] | None = None  # to be changed as little as the news ask for
    news: dict[str, Any] | None = None


async def solve_in_child(question: Question, seconds: float, seed: int, listener: Listener) -> None:
    """Run `python -m routing child` and pass on what it says.

    Raises SolverFailed when it dies, overruns or says nothing that can be read; asyncio.CancelledError ends the child.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "routing",
        "child",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
        cwd=ROOT,
        preexec_fn=lambda: os.nice(5),  # pages stay quick while a plan is made
    )
    request = json.dumps({**vars(question), "seconds": seconds, "seed": seed, "alone": question.plan is None})
    try:
        async with asyncio.timeout(2 * seconds + OVERRUN_SECONDS):
            await _converse(child, request, listener)
    except TimeoutError as error:
        raise SolverFailed("the solver overran its budget") from error
    finally:
        await _end(child)


async def change_in_child(
    question: Question, seconds: float, seed: int, answer: Callable[[dict[str, Any]], Awaitable[None]]
) -> None:
    """Ask for the smallest change of a plan; the answer is the child's whole line, with the stops that move.

    Raises what `solve_in_child` raises.
    """
    said: list[dict[str, Any]] = []

    async def keep(line: dict[str, Any]) -> None:
        said.append(line)

    await solve_in_child(question, seconds, seed, Listener(keep, keep, keep, whole=keep))
    await answer(next(line for line in said if "moved" in line))


async def _converse(child: asyncio.subprocess.Process, request: str, listener: Listener) -> None:
    assert child.stdin is not None  # noqa: S101
    assert child.stdout is not None  # noqa: S101
    assert child.stderr is not None  # noqa: S101
    complaints = asyncio.create_task(child.stderr.read())
    try:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            child.stdin.write(request.encode())
            await child.stdin.drain()
            child.stdin.close()
        planned = False
        async for line in child.stdout:
            planned = await _pass_on(line, listener) or planned
        status = await child.wait()
        if status != 0 or not planned:
            raise SolverFailed((await complaints).decode(errors="replace")[-2000:] or f"exit status {status}")
    finally:
        complaints.cancel()


async def _pass_on(line: bytes, listener: Listener) -> bool:
    """Tell the listener; whether it was the plan."""
    try:
        said = json.loads(line)
    except ValueError as error:
        raise SolverFailed("the solver said something that is not JSON") from error
    if "progress" in said:
        await listener.progress(said["progress"])
    if "plan" in said:
        await (listener.plan(said["plan"]) if listener.whole is None else listener.whole(said))
    if "alone" in said:
        await listener.comparison(said)
    return "plan" in said


async def _end(child: asyncio.subprocess.Process) -> None:
    """End the child if it is still there: asked first, then killed."""
    for order, patience in ((signal.SIGTERM, 2.0), (signal.SIGKILL, 5.0)):
        if child.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(order)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(child.wait(), patience)
