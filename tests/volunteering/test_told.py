"""People are reminded of what they have taken, once each, and hear when it is off; coordinators of what comes back."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.notifications.newsroom import Newsroom
from app.settings import Settings
from app.volunteering.jobs import look_everywhere
from tests.cards.test_api import WISH, a_card
from tests.notifications.conftest import Desk, config, mailbox, newsroom, smtp_url
from tests.people.builders import entered, own, signed_in
from tests.people.mailbox import Mailbox
from tests.service_client import ServiceClient
from tests.volunteering.conftest import Helpers

__all__ = ["config", "mailbox", "newsroom", "smtp_url"]


@pytest.fixture
def amal(helpers: Helpers) -> dict[str, Any]:
    """A volunteer who reads Arabic."""
    return entered(helpers.network, own(helpers.network), "volunteer", name="أمل", language="ar")


def test_everybody_is_reminded_once_and_hears_when_it_is_off(
    helpers: Helpers, database: Database, clock: HandSetClock, newsroom: Newsroom, mailbox: Mailbox,
    amal: dict[str, Any], config: Settings,
) -> None:  # fmt: skip
    desk = Desk(newsroom, helpers.network.network_id())
    task = helpers.task(starts_at="2026-11-26T15:00:00Z", ends_at="2026-11-26T17:00:00Z")
    helpers.task(title="Nobody's", starts_at="2026-11-26T15:00:00Z", ends_at="2026-11-26T17:00:00Z")
    signed_in(helpers.network, amal).ok(f"/tasks/{task['id']}/sign-ups")
    desk.make()
    for hour, minute in ((14, 0), (15, 5), (15, 10), (20, 0)):
        clock.set(datetime(2026, 11, 25, hour, minute, tzinfo=UTC))
        look_everywhere(database, clock)
    desk.make()
    desk.send()
    [mail] = mailbox.mails
    assert (mail["To"], mail["Subject"]) == (amal["email"], "قريبًا: ما تعهّدت به")
    assert "Sort bread" in mail.get_content()
    assert "/my-tasks" in mail.get_content()
    clock.set(datetime(2026, 11, 26, 13, 5, tzinfo=UTC))
    look_everywhere(database, clock)
    look_everywhere(database, clock)
    desk.make()
    desk.send()
    helpers.network.ok(f"/tasks/{task['id']}/cancel")
    desk.make()
    desk.send()
    assert [each["Subject"] for each in mailbox.mails][1:] == ["قريبًا: ما تعهّدت به", "أُلغيت"]
    assert desk.told() == {(amal["id"], "task", "email")}


def test_a_coordinator_hears_what_is_given_back_and_that_somebody_wants_to_help(
    helpers: Helpers, newsroom: Newsroom, amal: dict[str, Any], network: ServiceClient
) -> None:
    admin = entered(network, own(network), "network_admin")
    elsewhere = entered(network, network.organisation("carrier", "Hauliers"), "organisation_admin")
    desk = Desk(newsroom, network.network_id())
    desk.make()
    task, client = helpers.task(), signed_in(network, amal)
    taken = client.ok(f"/tasks/{task['id']}/sign-ups")
    client.ok(f"/sign-ups/{taken['id']}/give-back")
    desk.make()
    told = {person for person, subject, _ in desk.told() if subject == "help"}
    assert admin["id"] in told
    assert elsewhere["id"] not in told


def test_administrators_hear_that_somebody_has_written_through_a_card_and_nobody_else_does(
    helpers: Helpers, newsroom: Newsroom, mailbox: Mailbox, network: ServiceClient, clock: HandSetClock
) -> None:
    clock.set(datetime(2026, 11, 25, 9, 0, tzinfo=UTC))  # nobody's quiet hours
    admin = entered(network, own(network), "network_admin", language="ar")
    entered(network, own(network), "dispatcher")
    desk = Desk(newsroom, network.network_id())
    network.ok("/cards", a_card())
    desk.make()
    wrote = httpx.post(f"{network.address}/api/v1/public-cards/sara/enquiries", json={**WISH, "wish": "drive"})
    assert wrote.status_code == 202
    desk.make()
    desk.send()
    assert {(person, subject) for person, subject, _ in desk.told()} == {(admin["id"], "enquiry")}
    [mail] = mailbox.mails
    assert mail["Subject"] == "كتب أحدهم عن طريق بطاقة"
    assert "/cards" in mail.get_content()
    assert WISH["name"] not in mail.get_content()
