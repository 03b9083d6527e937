"""The parent's end of the OSRM child process: starts it when first asked, and again when it has died."""

import contextlib
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np

from app.roads.closed import ClosedAtTheEnd
from app.roads.provider import RoadsUnavailable

PROGRAM = Path(__file__).with_name("osrm_process.py")
ANSWER_SECONDS = 120.0


class OsrmRefusal(Exception):
    """OSRM understood the question and refused it: NoSegment, NoRoute, ..."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class _ChildDied(Exception):
    """The child ended, or was ended, before it answered."""


class OsrmHandle(ClosedAtTheEnd):
    """One child process on one graph; safe to share between threads, which then take turns."""

    def __init__(self, graph: Path, *, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._graph = graph
        self._answer_seconds = answer_seconds
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def ask(self, call: str, **question: Any) -> Any:
        """The answer to one question; a table comes as `tables`, int32 of shape (2, origins, destinations): seconds,
        metres. A child that died is replaced once.

        Raises OsrmRefusal where OSRM refuses, RoadsUnavailable when no child can be kept alive.
        """
        with self._lock:
            for _ in range(2):
                try:
                    return self._exchange(self._running(), {"call": call, **question})
                except _ChildDied:
                    self._end()
        raise RoadsUnavailable(
            "The street engine stopped twice while it was asked; try again, or import the region anew."
        )

    @property
    def process_id(self) -> int | None:
        """The child's process id while it runs."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    def close(self) -> None:
        """End the child; the next question starts another."""
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        self._end()
        # -P: the folder of the program must not shadow other modules of the same names.
        self._child = subprocess.Popen(
            [sys.executable, "-P", str(PROGRAM), str(self._graph)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        try:
            self._read(self._child)
        except OsrmRefusal as refusal:
            self._end()
            raise RoadsUnavailable(
                "The street graph of this region cannot be opened; import the region again."
            ) from refusal
        return self._child

    def _exchange(self, child: subprocess.Popen[bytes], question: dict[str, Any]) -> Any:
        assert child.stdin is not None  # noqa: S101  (opened as a pipe above)
        try:
            child.stdin.write(json.dumps(question, separators=(",", ":")).encode() + b"\n")
            child.stdin.flush()
        except OSError as error:
            raise _ChildDied from error
        return self._read(child)

    def _read(self, child: subprocess.Popen[bytes]) -> Any:
        assert child.stdout is not None  # noqa: S101
        # A child that hangs is ended by the timer, and the read below then sees the end of the pipe.
        timer = threading.Timer(self._answer_seconds, child.kill)
        timer.start()
        try:
            line = child.stdout.readline()
            if not line.endswith(b"\n"):
                raise _ChildDied
            reply: dict[str, Any] = json.loads(line)
            tables = child.stdout.read(reply.get("bytes", 0))
        finally:
            timer.cancel()
        if len(tables) != reply.get("bytes", 0):
            raise _ChildDied
        if "refusal" in reply:
            raise OsrmRefusal(reply["refusal"]["code"], reply["refusal"]["message"])
        answer = reply["answer"]
        if tables:
            answer["tables"] = np.frombuffer(tables, dtype=np.int32).reshape(answer["shape"])
        return answer

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                # The last question may still be in the buffer of a child that died.
                with contextlib.suppress(OSError):
                    pipe.close()
        child.wait()
