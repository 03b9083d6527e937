"""A worker that is killed in the middle of an import: another one begins it again, and nothing goes on unseen."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.live_server import LiveServer
from app.main import create_app
from app.partners.founding import NewNetwork, found
from app.roads.region import open_region
from app.roads.streets import Streets
from app.settings import Settings
from tests.conftest import ROOT, TestDatabase
from tests.faults.test_import_kill import ends_within
from tests.service_client import ServiceClient

NEWPORT = ROOT / "data" / "newport" / "newport.osm.pbf"


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """No worker beside the pages: this test brings its own."""
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@pytest.fixture
def start_worker(migrated: TestDatabase, config: Settings) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    running: list[subprocess.Popen[bytes]] = []
    known = {
        "WASL_DATABASE_URL": migrated.service_url,
        "WASL_DATA_FOLDER": str(config.data_folder),
        "WASL_STALLED_SECONDS": "3",
    }

    def start() -> subprocess.Popen[bytes]:
        worker = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "worker"],
            cwd=ROOT,
            env={**os.environ, **known},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        running.append(worker)
        return worker

    yield start
    for worker in running:
        worker.kill()
        worker.wait()


@pytest.fixture
def town(database: Database, clock: HandSetClock, config: Settings) -> Iterator[ServiceClient]:
    streets = Streets(config.data_folder / "regions")
    with LiveServer(create_app(database, streets, clock, config)) as server:
        wish = NewNetwork("Town", "town", "Europe/London", "GBP", "Town Food Bank")
        with ServiceClient(server.address, found(database, wish, clock()).key) as client:
            yield client
    streets.close()


def wait_for(town: ServiceClient, run: dict[str, Any], reached: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        now: dict[str, Any] = town.get(f"/region-imports/{run['id']}").json()
        if reached(now):
            return now
        time.sleep(0.1)
    raise AssertionError(now)


def test_an_import_of_a_worker_that_is_killed_is_begun_again_by_another(
    town: ServiceClient, start_worker: Callable[[], subprocess.Popen[bytes]], config: Settings, tmp_path: Path
) -> None:
    answered = town.http.post("/region-imports/file", params={"profiles": "car"}, content=NEWPORT.read_bytes())
    run = answered.json()
    first = start_worker()
    wait_for(town, run, lambda now: "Building the streets" in now["phase"])
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert ends_within(30, tmp_path), "the import of the killed worker goes on"
    assert town.get(f"/region-imports/{run['id']}").json()["state"] == "running"
    start_worker()
    ended = wait_for(town, run, lambda now: now["state"] in ("done", "failed"))
    assert ended["state"] == "done", ended
    region = open_region("town", config.data_folder / "regions")
    assert region.fingerprint == ended["fingerprint"]
    assert list((tmp_path / "regions/town/builds").iterdir()) == [region.build]
    assert list((tmp_path / "incoming").iterdir()) == []
