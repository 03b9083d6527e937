"""A day with one thing more, searched in a process of its own: the search holds the interpreter, and takes minutes."""

import asyncio
import os
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).resolve().parents[3]
LOADING_SECONDS = 120.0  # a busy machine, and an engine that may have to be compiled
SECONDS_A_SEARCH = 120.0  # the first day of a large network; a small one takes a second or two
LONGEST_LINE = 1024 * 1024
COMPLAINTS_KEPT = 20
type Said = dict[str, Any]
type Told = Callable[[Said], Awaitable[None]]


class SearchFailed(Exception):
    """The process ended without all of its answers; the message is for the log."""


async def search_in_child(request: Mapping[str, Any], told: Told) -> list[Said]:
    """What `python -m routing additions` says of the request, line by line to `told` too, while it is said.

    Raises SearchFailed when the process dies, takes too long over one search or ends too early. Cancelled, and where
    `told` raises, it ends the process.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "routing",
        "additions",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
        cwd=ROOT,
        preexec_fn=lambda: os.nice(10),  # nobody waits for it
    )
    complaints: deque[bytes] = deque(maxlen=COMPLAINTS_KEPT)
    listening = asyncio.create_task(_listen(child, complaints))
    try:
        await _ask(child, orjson.dumps(dict(request), option=orjson.OPT_SERIALIZE_NUMPY))
        found = await _answers(child, told)
        status = await child.wait()
        await listening
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
        listening.cancel()
    if status != 0 or not found or found[-1]["to_come"] != 0:
        raise SearchFailed(b"".join(complaints).decode(errors="replace")[-2000:] or f"exit status {status}")
    return found


async def _listen(child: asyncio.subprocess.Process, complaints: deque[bytes]) -> None:
    assert child.stderr is not None  # noqa: S101
    async for line in child.stderr:
        complaints.append(line)


async def _ask(child: asyncio.subprocess.Process, request: bytes) -> None:
    assert child.stdin is not None  # noqa: S101
    try:
        child.stdin.write(request)
        await child.stdin.drain()
        child.stdin.close()
    except (BrokenPipeError, ConnectionResetError):
        return  # it has ended: what it complained of says why


async def _answers(child: asyncio.subprocess.Process, told: Told) -> list[Said]:
    assert child.stdout is not None  # noqa: S101
    found: list[Said] = []
    patience = LOADING_SECONDS + SECONDS_A_SEARCH
    while True:
        try:
            async with asyncio.timeout(patience):
                line = await child.stdout.readline()
        except TimeoutError as error:
            raise SearchFailed("one search took too long") from error
        except ValueError as error:
            raise SearchFailed("the process said a line without end") from error
        if not line:
            return found
        patience = SECONDS_A_SEARCH
        found.append(_read(line))
        await told(found[-1])


def _read(line: bytes) -> Said:
    try:
        said: Said = orjson.loads(line)
        said["to_come"], said["outcome"]
    except (ValueError, TypeError, KeyError) as error:
        raise SearchFailed("the process said something that is no search") from error
    return said
