"""A worker that is killed while a receiver thinks: another makes the attempt again, under the same id, kept once."""

import os
import signal
import threading
from pathlib import Path

import pytest

from app.settings import Settings
from tests.conftest import TestDatabase
from tests.faults.test_worker_kill import Workers
from tests.service_client import ServiceClient
from tests.webhooks.receiver import Received, Receiver, eventually


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """No worker beside the pages: this test brings its own."""
    return Settings(data_folder=tmp_path, worker="off", webhooks_to_loopback=True, request_log="off")


def test_a_message_whose_worker_was_killed_arrives_all_the_same_and_is_kept_once(
    network: ServiceClient, migrated: TestDatabase, config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WASL_WEBHOOKS_TO_LOOPBACK", "true")
    workers, dead = Workers(migrated, config.data_folder), threading.Event()

    def think(_: Received) -> tuple[int, dict[str, str], bytes]:
        if not dead.is_set():
            dead.wait(60)
        return 200, {}, b"thanks"

    try:
        with Receiver(think) as receiver:
            endpoint = network.ok("/webhooks", {"url": receiver.url})
            path = f"/webhooks/{endpoint['id']}"
            network.ok(f"{path}/test")
            first = workers.start()
            receiver.wait_for(1, seconds=90)
            os.kill(first.pid, signal.SIGKILL)
            first.wait()
            dead.set()
            assert network.get(f"{path}/deliveries", state="pending").json()["items"][0]["attempts"] == []
            workers.start()
            [done] = eventually(lambda: network.get(f"{path}/deliveries", state="delivered").json()["items"], 120)
            assert [each["status"] for each in done["attempts"]] == [200]
            assert len({each.headers["webhook-id"] for each in receiver.received}) == 1
            assert len(network.get(f"{path}/deliveries").json()["items"]) == 1
    finally:
        dead.set()
        workers.stop()
