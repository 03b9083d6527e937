"""A worker that is killed while the mail server thinks: another sends it again, as the same mail, kept once."""

import os
import signal
import threading
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope

from app.kit.clock import HandSetClock
from app.settings import Settings
from tests.conftest import TestDatabase
from tests.faults.test_worker_kill import Workers
from tests.people.builders import entered, signed_in
from tests.people.conftest import PUBLIC
from tests.people.mailbox import Controlled, Mailbox
from tests.service_client import ServiceClient
from tests.webhooks.receiver import eventually


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """No worker beside the pages: this test brings its own."""
    return Settings(
        data_folder=tmp_path, worker="off", smtp_url="smtp://127.0.0.1:1", mail_from="wasl@example.org", base_url=PUBLIC
    )


class ThinkingMailbox(Mailbox):
    """Takes the first mail, and says so only after its sender has died."""

    asked, dead = threading.Event(), threading.Event()

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:
        said = await super().handle_DATA(server, session, envelope)
        self.asked.set()
        self.dead.wait(90)
        return said


def test_a_mail_whose_worker_was_killed_is_sent_again_as_the_same_and_kept_once(
    network: ServiceClient, migrated: TestDatabase, config: Settings, clock: HandSetClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    clock.set(datetime.now(UTC))  # as the worker's
    lidl = network.organisation("supermarket", "Lidl")
    office = signed_in(network, entered(network, lidl, "organisation_admin"))
    mailbox = ThinkingMailbox()
    server = Controlled(mailbox)
    server.start()
    for name, value in (
        ("SMTP_URL", f"smtp://127.0.0.1:{server.port}"), ("MAIL_FROM", "wasl@example.org"), ("BASE_URL", PUBLIC),
    ):  # fmt: skip
        monkeypatch.setenv(f"WASL_{name}", value)
    workers = Workers(migrated, config.data_folder)
    try:
        office.ok("/me/notifications/test", {"channel": "email"})
        first = workers.start()
        assert mailbox.asked.wait(90)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        mailbox.dead.set()
        [row] = office.get("/me/notifications").json()["items"]
        assert row["state"] == "waiting"
        workers.start()
        eventually(lambda: office.get("/me/notifications").json()["items"][0]["state"] == "sent", 120)
        assert len(office.get("/me/notifications").json()["items"]) == 1
        mails: list[EmailMessage] = mailbox.mails
        assert len({mail["Message-ID"] for mail in mails}) == 1
    finally:
        mailbox.dead.set()
        workers.stop()
        server.stop()
