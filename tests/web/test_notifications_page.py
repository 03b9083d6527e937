"""The page of what one is told, without a script: chosen and kept, what does not fit at its field, nothing lost."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from app.kit.clock import HandSetClock
from tests.notifications.conftest import (
    HANDLED,
    Desk,
    Happens,
    People,
    config,
    desk,
    happens,
    mailbox,
    newsroom,
    people,
    smtp_url,
)
from tests.people.builders import PASSWORD
from tests.people.mailbox import Mailbox
from tests.service_client import ServiceClient

__all__ = ["config", "desk", "happens", "mailbox", "newsroom", "people", "smtp_url"]


@pytest.fixture
def page(network: ServiceClient, people: People, clock: HandSetClock) -> Iterator[httpx.Client]:
    """The browser of the supermarket's administrator."""
    clock.set(datetime(2026, 11, 25, 9, 0, tzinfo=UTC))
    address = str(network.http.base_url).partition("/api")[0]
    with httpx.Client(base_url=address, headers={"Accept": "text/html", "Accept-Language": "en"}) as client:
        client.post("/sign-in", data={"email": people.office["email"], "password": PASSWORD})
        yield client


def form(**fields: object) -> dict[str, object]:
    return {
        "version": "1", "subject-trouble": "1", "channels-trouble": ["push"], "subject-receipt": "1", "quiet": "1",
        "quiet_from": "20:30", "quiet_until": "06:15", "language": "en", "phone": "", **fields,
    }  # fmt: skip


def test_what_is_ticked_is_kept_and_what_the_form_did_not_show_stays(page: httpx.Client) -> None:
    assert 'value="21:00"' in page.get("/notifications").text
    saved = page.post("/notifications", data=form())
    assert saved.headers["location"] == "/notifications?done=saved"
    shown = page.get("/notifications?done=saved").text
    assert "It is saved." in shown
    assert 'value="20:30"' in shown
    found = page.get("/api/v1/me/notification-choices").json()
    assert {each["subject"]: each["channels"] for each in found["subjects"]} == {
        "collection": ["push"], "delivery": ["email", "push"], "arrival": ["push"], "receipt": [],
        "trouble": ["push"], "unfetched": ["email"], "question": ["push"], "alarm": ["push"], "unmet": ["push"],
        "help": ["push"],
    }  # fmt: skip


def test_no_quiet_hours_are_none(page: httpx.Client) -> None:
    page.post("/notifications", data={name: value for name, value in form().items() if name != "quiet"})
    assert page.get("/api/v1/me/notification-choices").json()["quiet_hours"] is None


def test_what_does_not_fit_is_said_and_nothing_that_was_typed_is_lost(page: httpx.Client) -> None:
    shown = page.post("/notifications", data=form(quiet_until="", **{"channels-receipt": ["email"]}))
    assert shown.status_code == 422
    assert "Write the time of day as 09:30." in shown.text
    assert 'value="20:30"' in shown.text
    assert 'name="channels-receipt" value="email" checked' in shown.text
    assert page.get("/api/v1/me/notification-choices").json()["version"] == 1


def test_somebody_who_chose_in_another_window_is_not_overwritten(page: httpx.Client) -> None:
    page.post("/notifications", data=form())
    assert page.post("/notifications", data=form(quiet_from="22:00")).status_code == 412
    assert page.post("/notifications", data=form(version="nonsense")).status_code == 412


def test_a_trial_is_sent_and_stands_among_the_last_ten(
    page: httpx.Client, desk: Desk, mailbox: Mailbox, people: People, happens: Happens
) -> None:
    assert page.post("/notifications/test", data={"channel": "email"}).headers["location"].endswith("done=tried")
    happens("food.refused", people.shop, **HANDLED)
    desk.make()
    mailbox.answers = ["550 no such mailbox at secret-host"]
    desk.send(subject="trouble")
    desk.send()
    shown = page.get("/notifications").text
    assert shown.index("Food was refused, or could not be collected") < shown.index("The last ten")
    last = shown[shown.index("The last ten") :]
    assert ("Not taken" in last, "A trial" in last, "Sent" in last, "secret-host" in last) == (True, True, True, False)


def test_another_sites_form_chooses_nothing(page: httpx.Client) -> None:
    page.post("/notifications", data=form(), headers={"Sec-Fetch-Site": "cross-site"})
    assert page.get("/api/v1/me/notification-choices").json()["version"] == 1


def test_the_way_out_has_a_button_and_says_that_it_is_done(
    page: httpx.Client, desk: Desk, mailbox: Mailbox, people: People, happens: Happens
) -> None:
    happens("food.refused", people.shop, **HANDLED)
    desk.make()
    desk.send()
    path = "/unsubscribe/" + mailbox.mails[-1]["List-Unsubscribe"].strip("<>").rpartition("/")[2]
    with httpx.Client(base_url=page.base_url, headers={"Accept-Language": "ar"}) as stranger:
        assert "رُفض طعام" in stranger.get(path).text
        assert "لن تُخبَر بهذا بالبريد الإلكتروني" in stranger.post(path).text
        assert stranger.get(path).headers["Referrer-Policy"] == "no-referrer"
