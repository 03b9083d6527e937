"""A network with people of every kind, something that happens, and a newsroom that a test works itself."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.outbox import announce
from app.kit.tenancy import Scope
from app.models.notifications import Notification
from app.notifications.making import make_notifications
from app.notifications.newsroom import Newsroom, newsroom_of
from app.notifications.sending import send
from app.settings import Settings
from tests.people.builders import entered, own
from tests.people.conftest import PUBLIC, mailbox, smtp_url
from tests.service_client import LIDL_CARDIFF_ROAD, ServiceClient

__all__ = ["mailbox", "smtp_url"]

HANDLED = {
    "offer_line_id": str(uuid4()), "description": "Brown loaves", "category": "bread_and_bakery",
    "donor_name": "Lidl Cardiff Road", "receiver_name": "Newport Food Bank", "kg": "12.5", "kg_planned": "12.5",
    "at": "2026-11-25T09:00:00+00:00", "corrected": False,
}  # fmt: skip


@pytest.fixture
def config(tmp_path: Path, smtp_url: str) -> Settings:
    """A mail server, and no worker beside the pages: tests do its work themselves."""
    return Settings(
        data_folder=tmp_path, worker="off", request_log="off", smtp_url=smtp_url, mail_from="wasl@example.org",
        base_url=PUBLIC, webhooks_to_loopback=True,
    )  # fmt: skip


@pytest.fixture
def newsroom(database: Database, clock: HandSetClock, config: Settings) -> Newsroom:
    """What a worker has at hand."""
    return newsroom_of(database, clock, config)


@dataclass(frozen=True)
class People:
    """A supermarket with somebody at the till of one store and an administrator, and the network's dispatcher."""

    shop: dict[str, Any]
    store: dict[str, Any]
    till: dict[str, Any]
    office: dict[str, Any]
    dispatcher: dict[str, Any]


@pytest.fixture
def people(network: ServiceClient) -> People:
    shop = network.organisation("supermarket", "Lidl")
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl Cardiff Road", organisation_id=shop["id"])
    till = entered(network, shop, "donor_staff", language="ar", site_id=store["id"], name="نور")
    office = entered(network, shop, "organisation_admin", name="Olive")
    return People(shop, store, till, office, entered(network, own(network), "dispatcher", name="Dee"))


Happens = Callable[..., None]


@pytest.fixture
def happens(database: Database, network: ServiceClient, clock: HandSetClock) -> Happens:
    """Something that happened, told to organisations."""
    network_id = network.network_id()

    def tell(kind: str, *organisations: dict[str, Any], **data: Any) -> None:
        with database.transaction(Scope(network=network_id)) as session:
            heard = [UUID(each["id"]) for each in organisations]
            announce(session, network_id, heard, kind, ("allocation", uuid4()), clock(), **data)

    return tell


@dataclass
class Desk:
    """Makes notifications of what happened, looks at them, sends what waits."""

    newsroom: Newsroom
    network_id: UUID

    def make(self) -> int:
        return make_notifications(self.newsroom)

    def rows(self, **wanted: Any) -> list[Notification]:
        """The notifications that are so, oldest first."""
        with self.newsroom.database.transaction(Scope(network=self.network_id)) as session:
            found = session.scalars(select(Notification).order_by(Notification.created_at, Notification.id)).all()
        return [row for row in found if all(getattr(row, name) == value for name, value in wanted.items())]

    def told(self) -> set[tuple[str, str, str]]:
        """Who is told of what by which channel."""
        return {(str(row.person_id), row.subject, row.channel) for row in self.rows()}

    def send(self, **wanted: Any) -> None:
        """One attempt of each that waits."""
        with ThreadPoolExecutor(1) as pool:  # a browser test has a loop of its own in this thread
            for row in self.rows(state="waiting", **wanted):
                pool.submit(asyncio.run, send(self.newsroom, self.network_id, row.id, row.attempts)).result()


@pytest.fixture
def desk(newsroom: Newsroom, network: ServiceClient, people: People) -> Desk:
    found = Desk(newsroom, network.network_id())
    found.make()  # what setting up has announced is nobody's notification
    return found
