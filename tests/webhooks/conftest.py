"""What the webhook tests stand on: a service that may reach this machine, a receiver, something that happens."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.outbox import announce
from app.kit.tenancy import Scope
from app.models.webhooks import WebhookDelivery
from app.settings import Settings
from app.webhooks import deliver
from app.webhooks.addresses import Guard
from app.webhooks.deliver import Postroom
from tests.service_client import ServiceClient
from tests.webhooks.receiver import Receiver


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """Webhooks may go to loopback here."""
    return Settings(data_folder=tmp_path, plan_seconds=1, worker="on", webhooks_to_loopback=True, request_log="off")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def postroom(database: Database, clock: HandSetClock) -> Postroom:
    """What a worker has at hand, for attempts that a test makes itself."""
    return Postroom(database, clock, Guard(to_loopback=True), chance=lambda: 0.0)


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


@pytest.fixture
def attempt(database: Database, network: ServiceClient, postroom: Postroom) -> Callable[[], str]:
    """Makes the next attempt of the only delivery at once, whatever time it is; says how the delivery stands then."""
    network_id = network.network_id()

    def make() -> str:
        with database.transaction(Scope(network=network_id)) as session:
            found = session.scalars(select(WebhookDelivery)).one()
        asyncio.run(deliver.attempt(postroom, network_id, found.id, found.round, found.attempts))
        with database.transaction(Scope(network=network_id)) as session:
            return session.scalars(select(WebhookDelivery.state)).one()

    return make
