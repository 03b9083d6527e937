"""One partner of the network, and a mail server for those who need one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings
from tests.people.mailbox import Controlled, Mailbox
from tests.service_client import ServiceClient

PUBLIC = "https://wasl.example.org"


@pytest.fixture
def lidl(network: ServiceClient) -> dict[str, Any]:
    """A supermarket."""
    return network.organisation("supermarket", "Lidl")


@pytest.fixture
def mailbox() -> Mailbox:
    """Where mails arrive."""
    return Mailbox()


@pytest.fixture
def smtp_url(mailbox: Mailbox) -> Iterator[str]:
    """The mail server's address."""
    server = Controlled(mailbox)
    server.start()
    yield f"smtp://127.0.0.1:{server.port}"
    server.stop()


@pytest.fixture
def mailing(tmp_path: Path, smtp_url: str) -> Settings:
    """Settings with that mail server."""
    return Settings(
        data_folder=tmp_path, plan_seconds=1, smtp_url=smtp_url, mail_from="wasl@example.org", base_url=PUBLIC
    )
