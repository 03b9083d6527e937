"""The parent's end of an import: a child process that works, progress as it comes, one result."""

import asyncio
import contextlib
import json
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.roads.region import RegionError

ROOT = Path(__file__).resolve().parents[2]
REPORT_SECONDS = 1.0
LONGEST_LINE = 1024 * 1024

Report = Callable[[str, int], Awaitable[None]]


class ImportCrashed(Exception):
    """The child ended without a result; the message is for the log."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of it."""

    fingerprint: str
    warnings: tuple[str, ...]
    bytes: int


async def import_in_child(wish: dict[str, Any], report: Report) -> Imported:
    """Run `python -m app.roads.region`; `report` hears a sentence and a per cent, at most every second.

    Raises RegionError with the sentence of a refusal, ImportCrashed when the child dies. Cancelling ends the child.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "app.roads.region",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
        cwd=ROOT,
    )
    assert child.stderr is not None  # noqa: S101  (opened as a pipe above)
    complaints = asyncio.create_task(child.stderr.read())
    try:
        return await _converse(child, wish, report, complaints)
    finally:
        await _end(child)
        complaints.cancel()


async def _converse(
    child: asyncio.subprocess.Process, wish: dict[str, Any], report: Report, complaints: asyncio.Task[bytes]
) -> Imported:
    assert child.stdin is not None  # noqa: S101
    assert child.stdout is not None  # noqa: S101
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        child.stdin.write(json.dumps(wish).encode() + b"\n")
        await child.stdin.drain()
    reported, last = 0.0, ""
    async for line in child.stdout:
        said = json.loads(line)
        if "done" in said:
            done = said["done"]
            return Imported(done["fingerprint"], tuple(done["warnings"]), done["bytes"])
        if "refused" in said:
            raise RegionError(said["refused"])
        if said["progress"] != last or time.monotonic() - reported >= REPORT_SECONDS:
            reported, last = time.monotonic(), said["progress"]
            await report(said["progress"], said["percent"])
    status = await child.wait()
    said_last = (await complaints).decode(errors="replace")[-2000:]
    raise ImportCrashed(said_last or f"exit status {status}")


async def _end(child: asyncio.subprocess.Process) -> None:
    """End the child if it is still there: asked first, so that it clears away what it began, then killed."""
    for order, patience in ((None, 0.5), (signal.SIGINT, 3.0), (signal.SIGKILL, 5.0)):
        if child.returncode is not None:
            return
        if order is not None:
            with contextlib.suppress(ProcessLookupError):
                child.send_signal(order)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(child.wait(), patience)
