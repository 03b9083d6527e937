"""An alarm at night reaches the devices of those whom its ladder has told, at once and in their language."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.notifications.newsroom import newsroom_of
from app.settings import Settings
from tests.alarms.conftest import Carrier, carrier
from tests.alarms.test_api import EIGHT
from tests.arrivals.conftest import Look, look
from tests.notifications.conftest import Desk
from tests.notifications.push_browser import PushBrowser
from tests.people.builders import signed_in
from tests.service_client import ServiceClient
from tests.webhooks.receiver import Receiver

__all__ = ["carrier", "look"]


@pytest.fixture
def service() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def test_the_steps_of_the_ladder_ring_one_after_the_other_at_night(
    network: ServiceClient, carrier: Carrier, look: Look, database: Database, clock: HandSetClock, config: Settings,
    service: Receiver,
) -> None:  # fmt: skip
    first, second = PushBrowser(service.url), PushBrowser(service.url)
    for person, browser in ((carrier.dispatcher, first), (carrier.of_network, second)):
        signed_in(network, person).ok("/me/devices", browser.subscription)
    desk = Desk(newsroom_of(database, clock, config), network.network_id())
    desk.make()
    carrier.shift()
    for moment in (EIGHT - timedelta(hours=24), EIGHT - timedelta(hours=2, minutes=1)):
        look(moment)  # the first step of the warning, in the morning; then nothing until the emergency
    desk.make()
    desk.send()
    service.received.clear()
    look(EIGHT - timedelta(hours=2))  # six in the morning: an emergency
    assert clock() == datetime(2026, 11, 26, 6, tzinfo=UTC)
    desk.make()
    [row] = desk.rows(state="waiting", urgent=True)
    assert (str(row.person_id), row.due_at) == (carrier.dispatcher["id"], clock())
    desk.send(urgent=True)
    [received] = service.received
    told = first.read(received.body)
    assert received.headers["urgency"] == "high"
    assert told["body"] == "Nobody drives Green van from 08:00 until 16:00. Name a driver or cancel the shift."
    assert told["page"] == "/day?date=2026-11-26"
    look(EIGHT - timedelta(hours=2) + timedelta(minutes=15))
    desk.make()
    desk.send(urgent=True)
    assert "لا أحد يقود" in second.read(service.received[-1].body)["body"]
