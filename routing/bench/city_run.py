"""Start one run in its own child process, watch it, end it when it overstays, and say what came of it."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from routing.bench.city_figures import THOUSANDTHS, CityFigures

READY_SECONDS = 300.0  # making the day, importing, compiling
CHECK_SECONDS = 600.0
LOOK_SECONDS = 0.2
GRACE, GRACE_SECONDS = 1.5, 10.0  # times, and on top of, what was asked for

Step = tuple[float, int, int, int]


@dataclass(frozen=True)
class Run:
    """What to run. `seconds` of search, `workers` processes; a plan that stands is written to `plan`."""

    instance: str
    engine: str
    seconds: float
    seed: int
    workers: int = 1
    plan: str | None = None

    @property
    def label(self) -> str:
        """The engine, and how many processes if there are several."""
        return self.engine if self.workers == 1 else f"{self.engine}:{self.workers}"


@dataclass(frozen=True)
class Result:
    """What came of a run. `fault` is empty for a plan that the checker accepts.

    steps: (seconds since the start, worth in thousandths of a cent, grams, metres) of plans on the way, a few times
        a second, and of the plan at the end.
    peak_mib: of the process with all its children, without making the day and compiling.
    """

    run: Run
    fault: str = ""
    digest: str = ""
    elapsed_seconds: float | None = None
    peak_mib: float | None = None
    figures: CityFigures | None = None
    steps: tuple[Step, ...] = field(default=())

    @property
    def first_plan_seconds(self) -> float | None:
        return self.steps[0][0] if self.steps else None

    def to_plain(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "Result":
        """Read what `to_plain` gave, after a way through JSON."""
        figures = plain["figures"]
        rest = {name: value for name, value in plain.items() if name not in ("run", "figures", "steps")}
        return cls(
            run=Run(**plain["run"]),
            figures=None if figures is None else CityFigures(**figures),
            steps=tuple((step[0], step[1], step[2], step[3]) for step in plain["steps"]),
            **rest,
        )


def one_run(run: Run, *, command: tuple[str, ...] = (sys.executable, "-m", "routing.bench.city_child")) -> Result:
    """Run it to its end, or to its hard end: 1.5 times what was asked for and ten seconds."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )
    watch = _Watch(process, run)
    try:
        return watch.result()
    finally:
        _end(process)
        watch.close()


class _Watch:
    """Reads what a child says, with a limit for each of its phases."""

    def __init__(self, process: subprocess.Popen[str], run: Run) -> None:
        self.process, self.run = process, run
        self.lines: queue.Queue[str | None] = queue.Queue()
        self.errors: list[str] = []
        self.steps: list[Step] = []
        self.peak_mib = 0.0
        self.readers = [threading.Thread(target=each, daemon=True) for each in (self._read, self._read_errors)]
        for reader in self.readers:
            reader.start()

    def result(self) -> Result:
        assert self.process.stdin is not None  # noqa: S101 - it was asked for
        with contextlib.suppress(BrokenPipeError):  # it may have ended already: what it said tells why
            self.process.stdin.write(json.dumps(asdict(self.run)))
            self.process.stdin.close()
        if self._until("ready", READY_SECONDS) is None:
            return self._failed("was not ready")
        self.peak_mib = 0.0
        solved = self._until("solved", self.run.seconds * GRACE + GRACE_SECONDS)
        if solved is None:
            return self._failed("was killed without an answer")
        elapsed, own = solved["solved"], solved["peak_mib"]
        checked = self._until("checked", CHECK_SECONDS)
        if checked is None:
            return self._failed("was not checked in time")
        known = {"elapsed_seconds": elapsed, "peak_mib": max(self.peak_mib, own or 0.0) or None}
        if "refused" in checked:
            return Result(self.run, checked["refused"], steps=tuple(self.steps), **known)
        figures = CityFigures(**checked["checked"])
        if figures.worth is not None:
            last = round(figures.worth * THOUSANDTHS), round(figures.kg * 1000), round(figures.km * 1000)
            self.steps.append((elapsed, *last))
        return Result(self.run, "", checked["digest"], figures=figures, steps=tuple(self.steps), **known)

    def _until(self, phase: str, seconds: float) -> dict[str, Any] | None:
        """The message that ends this phase; None if the child ends first or the time is over."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if phase == "solved":
                self.peak_mib = max(self.peak_mib, _held_mib(self.process.pid))
            try:
                line = self.lines.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                continue
            if line is None:
                return None
            said = json.loads(line)
            if "step" in said:
                seconds_since, worth, grams, metres = said["step"]
                self.steps.append((seconds_since, worth, grams, metres))
            elif phase in said or "refused" in said:
                return dict(said)
        return None

    def _failed(self, how: str) -> Result:
        _end(self.process)
        self.close()
        last = self.errors[-1].strip() if self.errors else ""
        return Result(self.run, f"The run {how}.{' ' + last if last else ''}", steps=tuple(self.steps))

    def _read(self) -> None:
        assert self.process.stdout is not None  # noqa: S101
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def _read_errors(self) -> None:
        assert self.process.stderr is not None  # noqa: S101
        for line in self.process.stderr:
            self.errors.append(line)

    def close(self) -> None:
        for reader in self.readers:
            reader.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None and not stream.closed:
                stream.close()


def _end(process: subprocess.Popen[str]) -> None:
    """The child with all its own children, at once."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _held_mib(pid: int) -> float:
    """The memory of a process and its children, what they share counted once; 0 where the system does not say."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    own = next((int(line.split()[1]) / 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0.0)
    return own + sum(_held_mib(int(child)) for child in children)
