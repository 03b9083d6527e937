"""What was acknowledged is durable (I10): a web process is killed under many callers."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from app.kit.db import Database
from app.settings import Settings
from tests.conftest import ROOT, TestDatabase
from tests.service_client import ServiceClient

CALLERS, ENOUGH, LONGEST_SECONDS = 8, 40, 120.0


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


class WebProcess:
    """A web process of the product on a port of its own, which can be killed and started again."""

    def __init__(self, migrated: TestDatabase, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._environment = {
            **os.environ,
            "WASL_DATABASE_URL": migrated.service_url,
            "WASL_DATA_FOLDER": str(folder),
            "WASL_PORT": str(self.port),
            "WASL_WORKER": "off",
        }

    def start(self) -> None:
        quiet = subprocess.DEVNULL
        command = [sys.executable, "-m", "app.cli", "serve"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=quiet, stderr=quiet)
        until = time.monotonic() + LONGEST_SECONDS
        while True:
            try:
                httpx.get(f"{self.address}/readyz").raise_for_status()
                return
            except httpx.TransportError:
                assert self.process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.1)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def web(migrated: TestDatabase, config: Settings) -> Iterator[WebProcess]:
    process = WebProcess(migrated, config.data_folder)
    process.start()
    yield process
    process.kill()


class Posting:
    """Callers who add one partner after the other, and note what was acknowledged and what they never heard of."""

    def __init__(self, address: str, secret: str) -> None:
        self.acknowledged: dict[str, str] = {}  # key of the request: id of the partner
        self.unheard: list[str] = []
        self._address, self._secret = address, secret
        self._threads = [threading.Thread(target=self._post, daemon=True) for _ in range(CALLERS)]

    def run_until(self, enough: int, then: WebProcess) -> None:
        """Kill the process in the middle of it."""
        for thread in self._threads:
            thread.start()
        until = time.monotonic() + LONGEST_SECONDS
        while len(self.acknowledged) < enough:
            assert time.monotonic() < until
            time.sleep(0.001)
        then.kill()
        for thread in self._threads:
            thread.join(LONGEST_SECONDS)

    def _post(self) -> None:
        with ServiceClient(self._address, self._secret) as caller:
            while True:
                key = str(uuid4())
                try:
                    answer = post(caller, key)
                except httpx.TransportError:
                    self.unheard.append(key)
                    return
                self.acknowledged[key] = answer["id"]


def post(caller: ServiceClient, key: str) -> dict[str, str]:
    return caller.ok("/organisations", {"kind": "supermarket", "name": f"Shop {key}"}, **{"Idempotency-Key": key})


def test_nothing_acknowledged_is_lost_and_nothing_sent_again_is_doubled(
    web: WebProcess, network: ServiceClient, database: Database
) -> None:
    secret = network.http.headers["Authorization"].removeprefix("Bearer ")
    posting = Posting(web.address, secret)
    posting.run_until(ENOUGH, web)
    web.start()
    with ServiceClient(web.address, secret) as again:
        for key in posting.unheard:
            posting.acknowledged[key] = post(again, key)["id"]
        for key, identity in posting.acknowledged.items():
            assert post(again, key)["id"] == identity
    found = [each for each in all_of(network, "/organisations") if each["name"].startswith("Shop ")]
    assert sorted(each["id"] for each in found) == sorted(posting.acknowledged.values())
    assert len({each["name"] for each in found}) == len(found)


def all_of(caller: ServiceClient, path: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    query: dict[str, str] = {"limit": "200"}
    while True:
        page = caller.get(path, **query).json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]
