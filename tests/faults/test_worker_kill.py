"""A worker that is killed in the middle of a plan leaves nothing half done, and another one takes the job over."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings
from tests.conftest import ROOT, TestDatabase
from tests.service_client import FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient, a_need, an_offer


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """No worker beside the pages: this test brings its own."""
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


class Workers:
    """Worker processes on one database, ended by their own process ids."""

    def __init__(self, migrated: TestDatabase, folder: Path) -> None:
        self._environment = {
            **os.environ,
            "WASL_DATABASE_URL": migrated.service_url,
            "WASL_DATA_FOLDER": str(folder),
            "WASL_PLAN_SECONDS": "4",
            "WASL_STALLED_SECONDS": "4",
        }
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "worker"],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._running.append(process)
        return process

    def stop(self) -> None:
        for process in self._running:
            process.kill()
            process.wait()


@pytest.fixture
def workers(migrated: TestDatabase, config: Settings) -> Iterator[Workers]:
    found = Workers(migrated, config.data_folder)
    yield found
    found.stop()


def ended(network: ServiceClient, run: dict[str, Any], seconds: float = 120) -> dict[str, Any]:
    """The run, once it is over."""
    until = time.monotonic() + seconds
    while True:
        found: dict[str, Any] = network.get(f"/plan-runs/{run['id']}").json()
        if found["state"] in ("done", "failed"):
            return found
        assert time.monotonic() < until, found
        time.sleep(0.1)


def solvers_of(pid: int, seconds: float = 120) -> list[int]:
    """The solvers that a worker has started, as soon as there is one: a small day is solved in a moment."""
    until = time.monotonic() + seconds
    while True:
        if found := [child for child in _children_of(pid) if _is_solver(child)]:
            return found
        assert time.monotonic() < until, "the solver is a child process"
        time.sleep(0.01)


def _children_of(pid: int) -> list[int]:
    """The processes that this one started, by the kernel's own list; its threads come and go while it is read."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def test_a_killed_workers_plan_is_made_by_another_and_no_half_plan_is_left(
    network: ServiceClient, workers: Workers
) -> None:
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl")
    bank = network.site(FOOD_BANK, "Bank", kind="distribution_point")
    network.ok("/needs", a_need(bank))
    network.ok("/offers", an_offer(store))
    network.vehicle_and_shift(bank)
    run = network.ok("/plan-runs", {"service_date": "2026-11-25"})
    first = workers.start()
    orphans = solvers_of(first.pid)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert network.get(f"/plan-runs/{run['id']}").json()["state"] == "running"
    assert network.get("/plans").json()["items"] == []
    workers.start()
    done = ended(network, run)
    assert done["state"] == "done", done
    plans = network.get("/plans").json()["items"]
    assert [plan["number"] for plan in plans] == [1]
    assert not [pid for pid in orphans if _is_solver(pid)]


def _is_solver(pid: int) -> bool:
    try:
        return b"routing" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
