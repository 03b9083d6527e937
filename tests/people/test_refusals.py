"""Whoever wanted to help and is not taken is mailed so, in their language; what is kept for that goes with the mail."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.people.mail_jobs import mailroom_of, send_message
from app.people.refusals import IS_NEWS, is_mail_address
from app.settings import Settings
from tests.cards.test_api import WISH, a_card
from tests.conftest import MORNING, TestDatabase
from tests.people.builders import as_owner
from tests.people.conftest import mailbox, mailing, smtp_url
from tests.people.mailbox import Mailbox
from tests.service_client import ServiceClient
from tests.volunteering.conftest import config
from tests.volunteering.test_applications import applied, page

__all__ = ["config", "mailbox", "mailing", "page", "smtp_url"]


def sent(database: Database, clock: HandSetClock, config: Settings, migrated: TestDatabase) -> list[Any]:
    """Send what waits; each row's kind, state and words afterwards."""
    with as_owner(migrated) as connection:
        waiting = connection.execute(text("SELECT network_id, id FROM mail_messages WHERE state = 'waiting'")).all()
    for network_id, message_id in waiting:
        send_message(mailroom_of(database, clock, config), network_id, message_id)
    with as_owner(migrated) as connection:
        return [tuple(row) for row in connection.execute(text("SELECT kind, state, words::text FROM mail_messages"))]


@pytest.mark.parametrize(
    ("language", "thanks"), [("en", "Thank you for offering to help"), ("ar", "شكرًا على عرضك مساعدة")]
)
def test_an_application_that_is_refused_is_answered_with_the_reason(
    network: ServiceClient, page: str, database: Database, clock: HandSetClock, mailing: Settings, mailbox: Mailbox,
    migrated: TestDatabase, language: str, thanks: str,
) -> None:  # fmt: skip
    applied(page, language=language, name="Amal\nBcc: all@example.org")
    [row] = network.get("/volunteers").json()["items"]
    network.ok(f"/volunteers/{row['id']}/refuse", {"reason": "We have {enough} hands until spring."})
    assert sent(database, clock, mailing, migrated) == [("refusal", "sent", "{}")]
    [mail] = mailbox.mails
    assert (mail["To"], mail["Content-Language"], mail["Bcc"]) == ("amal@example.org", language, None)
    assert thanks in mail.get_content()
    assert "We have {enough} hands until spring." in mail.get_content()
    assert "Newport" in mail["Subject"]


@pytest.mark.parametrize(("language", "thanks"), [("en", "Thank you for writing"), ("ar", "شكرًا على رسالتك")])
def test_an_enquiry_that_is_declined_is_answered_where_an_address_was_left(
    network: ServiceClient, database: Database, clock: HandSetClock, mailing: Settings, mailbox: Mailbox,
    migrated: TestDatabase, language: str, thanks: str,
) -> None:  # fmt: skip
    network.ok("/cards", a_card())
    for contact in ("nadia@example.org", "01633 496 0000"):
        wrote = httpx.post(
            f"{network.address}/api/v1/public-cards/sara/enquiries",
            json={**WISH, "contact": contact, "language": language},
        )
        assert wrote.status_code == 202
    for each in network.get("/enquiries").json()["items"]:
        assert network.http.delete(f"/enquiries/{each['id']}").status_code == 204
    assert sent(database, clock, mailing, migrated) == [("refusal", "sent", "{}")]
    [mail] = mailbox.mails
    assert (mail["To"], thanks in mail.get_content()) == ("nadia@example.org", True)


def test_an_application_that_is_taken_back_is_not_answered_any_more(
    network: ServiceClient, page: str, database: Database, clock: HandSetClock, mailing: Settings, mailbox: Mailbox,
    migrated: TestDatabase,
) -> None:  # fmt: skip
    token = applied(page).json()["token"]
    [row] = network.get("/volunteers").json()["items"]
    network.ok(f"/volunteers/{row['id']}/refuse", {"reason": "We have enough hands until spring."})
    assert httpx.post(f"{network.address}/help/{token}/take-back").is_success
    assert sent(database, clock, mailing, migrated) == [("refusal", "expired", "{}")]
    assert mailbox.mails == []


def test_after_three_days_nothing_of_a_refusal_that_could_not_be_sent_stays(
    network: ServiceClient, page: str, database: Database, clock: HandSetClock, mailing: Settings,
    migrated: TestDatabase,
) -> None:  # fmt: skip
    applied(page)
    [row] = network.get("/volunteers").json()["items"]
    network.ok(f"/volunteers/{row['id']}/refuse", {"reason": "We have enough hands until spring."})
    clock.set(MORNING + IS_NEWS)
    assert sent(database, clock, mailing, migrated) == [("refusal", "expired", "{}")]


@pytest.mark.parametrize(
    ("contact", "is_one"),
    [("nadia@example.org", True), (" Nadia@Example.org ", True), ("01633 496 0000", False), ("ring @ noon", False)],
)
def test_an_address_is_told_from_a_number(contact: str, is_one: bool) -> None:
    assert is_mail_address(contact) == is_one
