"""Notifications by e-mail through a real server: in the reader's language, once, with a way out."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.kit.clock import HandSetClock
from app.notifications.sending import PATIENCE, send
from tests.notifications.conftest import HANDLED, Desk, Happens, People
from tests.people.conftest import PUBLIC
from tests.people.mailbox import Mailbox
from tests.service_client import ServiceClient


@pytest.fixture(autouse=True)
def by_day(clock: HandSetClock) -> None:
    clock.set(datetime(2026, 11, 25, 9, 0, tzinfo=UTC))


def test_it_says_what_happened_where_to_look_and_how_to_have_no_more(
    desk: Desk, people: People, happens: Happens, mailbox: Mailbox
) -> None:
    happens("food.refused", people.shop, **HANDLED)
    desk.make()
    desk.send()
    [mail] = mailbox.mails
    assert (mail["To"], mail["Subject"]) == (people.office["email"], "Food was refused")
    body = mail.get_content()
    assert "Newport Food Bank refused 13 kg of Brown loaves from Lidl Cardiff Road." in body
    assert f"{PUBLIC}/offers" in body.splitlines()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = mail["List-Unsubscribe"].strip("<>")
    assert link.startswith(f"{PUBLIC}/unsubscribe/")
    assert link in body
    [row] = desk.rows()
    assert (row.state, row.attempts, row.trouble) == ("sent", 1, None)


def test_in_arabic_names_keep_their_own_direction(
    desk: Desk, people: People, happens: Happens, mailbox: Mailbox
) -> None:
    row = {"allocation_id": "a", "site_name": "Lidl Cardiff Road", "at": "2026-11-26T09:30:00+00:00", "kg": "20"}
    rows = [row, {**row, "at": "2026-11-26T15:00:00+00:00"}]
    happens("allocations.published", people.shop, service_date="2026-11-26", number=1, kg="40", allocations=rows)
    desk.make()
    desk.send()
    [mail] = mailbox.mails
    assert (mail["To"], mail["Content-Language"]) == (people.till["email"], "ar")
    assert "عمليتا جمع يوم \u2068الخميس 26 نوفمبر 2026\u2069: \u206840\u2069 كغ" in mail.get_content()
    assert "مرحبًا \u2068نور\u2069" in mail.get_content()


def test_a_server_that_is_busy_is_asked_again_ever_more_patiently_until_it_is_out_of_date(
    desk: Desk, people: People, happens: Happens, mailbox: Mailbox, clock: HandSetClock
) -> None:
    mailbox.answers = ["451 try later"] * 40
    happens("food.refused", people.shop, **HANDLED)
    desk.make()
    waits = []
    while desk.rows(state="waiting"):
        desk.send()
        [row] = desk.rows()
        waits.append((row.due_at - clock()).total_seconds())
        clock.set(max(row.due_at, clock()))
        if clock().hour in (21, 22, 23, *range(7)):
            clock.set(clock() + timedelta(hours=10))
    assert tuple(waits[: len(PATIENCE)]) == PATIENCE
    assert (row.state, "451" in str(row.trouble)) == ("expired", True)
    assert mailbox.mails == []


def test_a_mailbox_that_does_not_exist_is_not_tried_again(
    desk: Desk, people: People, happens: Happens, mailbox: Mailbox
) -> None:
    mailbox.answers = ["550 no such mailbox"]
    happens("food.refused", people.shop, **HANDLED)
    desk.make()
    desk.send()
    desk.send()
    [row] = desk.rows()
    assert (row.state, row.attempts, mailbox.mails) == ("refused", 1, [])


def test_two_workers_with_the_same_attempt_keep_it_once_and_the_mails_are_the_same(
    desk: Desk, people: People, happens: Happens, mailbox: Mailbox
) -> None:
    happens("food.refused", people.shop, **HANDLED)
    desk.make()
    [row] = desk.rows()

    async def both() -> None:
        await asyncio.gather(*(send(desk.newsroom, desk.network_id, row.id, 0) for _ in range(2)))

    mailbox.seconds = 0.3
    asyncio.run(both())
    assert [each.attempts for each in desk.rows(state="sent")] == [1]
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 1
    desk.send()
    asyncio.run(send(desk.newsroom, desk.network_id, row.id, 0))
    assert len(mailbox.mails) <= 2


def test_whoever_may_not_hear_of_it_any_more_when_it_goes_is_not_told(
    desk: Desk, people: People, happens: Happens, mailbox: Mailbox, network: ServiceClient
) -> None:
    happens("food.refused", people.shop, **HANDLED)
    desk.make()
    network.ok(f"/people/{people.office['id']}/disable")
    desk.send()
    [row] = desk.rows()
    assert (row.state, row.trouble, mailbox.mails) == ("expired", "not wanted any more", [])


def test_what_is_tried_again_into_the_evening_waits_until_morning(
    desk: Desk, people: People, happens: Happens, mailbox: Mailbox, clock: HandSetClock
) -> None:
    happens("food.refused", people.shop, **HANDLED)
    desk.make()
    clock.set(datetime(2026, 11, 25, 23, 0, tzinfo=UTC))
    desk.send()
    [row] = desk.rows()
    assert (row.state, row.attempts, row.due_at) == ("waiting", 0, datetime(2026, 11, 26, 7, 0, tzinfo=UTC))
    clock.set(row.due_at)
    desk.send()
    assert len(mailbox.mails) == 1
