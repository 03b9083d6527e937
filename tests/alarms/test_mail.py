"""People of a step get a mail in their language, once; a mail that could not be sent for hours is not sent any more."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.people.mail_jobs import mailroom_of, send_message
from app.settings import Settings
from tests.alarms.conftest import Carrier
from tests.alarms.test_api import EIGHT, the_alarm
from tests.arrivals.conftest import Look
from tests.conftest import TestDatabase
from tests.people.builders import as_owner
from tests.people.conftest import PUBLIC, mailbox, mailing, smtp_url
from tests.people.mailbox import Mailbox
from tests.service_client import ServiceClient

__all__ = ["mailbox", "mailing", "smtp_url"]


def waiting(migrated: TestDatabase) -> list[tuple[object, object]]:
    """Network and id of the mails about alarms that wait, oldest first."""
    query = text(
        "SELECT network_id, id FROM mail_messages WHERE kind = 'alarm' AND state = 'waiting' ORDER BY created_at"
    )
    with as_owner(migrated) as connection:
        return [(row[0], row[1]) for row in connection.execute(query)]


def sent(database: Database, clock: HandSetClock, mailing: Settings, migrated: TestDatabase) -> None:
    """Send all that waits, as the job does."""
    for network_id, message_id in waiting(migrated):
        send_message(mailroom_of(database, clock, mailing), network_id, message_id)  # type: ignore[arg-type]


def test_the_first_step_is_mailed_to_the_organisations_dispatcher_and_the_second_to_the_networks_in_arabic(
    network: ServiceClient, carrier: Carrier, look: Look, database: Database, clock: HandSetClock, mailing: Settings,
    mailbox: Mailbox, migrated: TestDatabase,
) -> None:  # fmt: skip
    carrier.shift()
    look(EIGHT - timedelta(hours=24))
    look(EIGHT - timedelta(hours=23))
    sent(database, clock, mailing, migrated)
    [first] = mailbox.mails
    assert (first["To"], first["Content-Language"]) == (carrier.dispatcher["email"], "en")
    assert first["Subject"] == "Alarm: a shift on 2026-11-26 needs somebody"
    words = first.get_content()
    assert "Nobody drives Green van from 08:00 until 16:00. Name a driver or cancel the shift." in words
    assert f"{PUBLIC}/day?date=2026-11-26" in words
    look(EIGHT - timedelta(hours=22))
    sent(database, clock, mailing, migrated)
    _, second = mailbox.mails
    assert (second["To"], second["Content-Language"]) == (carrier.of_network["email"], "ar")
    assert "لا أحد يقود" in second.get_content()
    assert waiting(migrated) == []
    with as_owner(migrated) as connection:
        assert set(connection.execute(text("SELECT state, words::text FROM mail_messages"))) == {("sent", "{}")}


def test_what_could_not_be_sent_for_hours_is_not_sent_any_more(
    network: ServiceClient, carrier: Carrier, look: Look, database: Database, clock: HandSetClock, mailing: Settings,
    mailbox: Mailbox, migrated: TestDatabase,
) -> None:  # fmt: skip
    carrier.shift()
    look(EIGHT - timedelta(hours=24))
    clock.set(clock() + timedelta(hours=6))
    sent(database, clock, mailing, migrated)
    assert mailbox.mails == []
    assert waiting(migrated) == []


@pytest.mark.parametrize("name", ["Van\nBcc: all@example.org", "Van {token}"])
def test_what_a_vehicle_is_called_is_words_and_nothing_more(
    network: ServiceClient, carrier: Carrier, look: Look, database: Database, clock: HandSetClock, mailing: Settings,
    mailbox: Mailbox, migrated: TestDatabase, name: str,
) -> None:  # fmt: skip
    version = {"If-Match": f'"{carrier.vehicle["version"]}"'}
    changed = carrier.office.http.patch(f"/vehicles/{carrier.vehicle['id']}", json={"name": name}, headers=version)
    carrier.shift()
    look(EIGHT - timedelta(hours=24))
    sent(database, clock, mailing, migrated)
    [mail] = mailbox.mails
    assert mail["Bcc"] is None
    called = " ".join(name.split()) if changed.is_success else "Green van"
    assert f"Nobody drives {called} from" in mail.get_content()


def test_nothing_is_mailed_twice_though_it_stands_for_hours(
    network: ServiceClient, carrier: Carrier, look: Look, migrated: TestDatabase
) -> None:
    carrier.shift()
    start: datetime = EIGHT - timedelta(hours=24)
    for minutes in range(0, 600, 60):
        look(start + timedelta(minutes=minutes))
    people = [each for step in the_alarm(network)["told"] for each in step["people"]]
    assert len(people) == len(set(people)) == 3
    assert len(waiting(migrated)) == 3
