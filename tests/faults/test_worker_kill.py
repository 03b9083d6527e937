"""A worker that is killed in the middle of a plan leaves nothing half done, and another one takes the job over."""

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
    return Settings(data_folder=tmp_path, worker="off")


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


def wait_for(network: ServiceClient, run: dict[str, Any], *states: str, seconds: float = 60) -> dict[str, Any]:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found: dict[str, Any] = network.get(f"/plan-runs/{run['id']}").json()
        if found["state"] in states and (found["state"] != "running" or found["progress"].get("elapsed_seconds")):
            return found
        time.sleep(0.1)
    raise AssertionError(network.get(f"/plan-runs/{run['id']}").text)


def children_of(pid: int) -> list[int]:
    """The processes that this one started, by the kernel's own list."""
    tasks = Path(f"/proc/{pid}/task")
    return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]


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
    wait_for(network, run, "running")
    orphans = children_of(first.pid)
    assert orphans, "the solver is a child process"
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert network.get("/plans").json()["items"] == []
    workers.start()
    done = wait_for(network, run, "done", "failed")
    assert done["state"] == "done", done
    plans = network.get("/plans").json()["items"]
    assert [plan["number"] for plan in plans] == [1]
    assert not [pid for pid in orphans if Path(f"/proc/{pid}/cmdline").exists() and _is_solver(pid)]


def _is_solver(pid: int) -> bool:
    return b"routing" in Path(f"/proc/{pid}/cmdline").read_bytes()
