"""A phone number gets a code and is confirmed on the page, without a script; what is wrong is said at its field."""

from collections.abc import Iterator

import httpx
import pytest

from app.domain.units import in_digits
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.notifications.newsroom import Newsroom, newsroom_of
from app.settings import Settings
from tests.notifications.conftest import Desk, People, config, desk, happens, mailbox, people, smtp_url
from tests.notifications.provider import PHONE, Provider, provider
from tests.people.builders import PASSWORD
from tests.service_client import ServiceClient

__all__ = ["config", "desk", "happens", "mailbox", "people", "provider", "smtp_url"]
UNTIL = "until you have typed in the code"


@pytest.fixture
def newsroom(database: Database, clock: HandSetClock, config: Settings, provider: Provider) -> Newsroom:
    """With a provider of text messages."""
    provider.set_up(config)
    return newsroom_of(database, clock, config)


@pytest.fixture
def page(network: ServiceClient, people: People, desk: Desk) -> Iterator[httpx.Client]:
    """The browser of the supermarket's administrator."""
    address = str(network.http.base_url).partition("/api")[0]
    with httpx.Client(base_url=address, headers={"Accept": "text/html", "Accept-Language": "en"}) as client:
        client.post("/sign-in", data={"email": people.office["email"], "password": PASSWORD})
        yield client


def save(page: httpx.Client, phone: str, version: int = 1) -> str:
    fields = {"version": f"{version}", "quiet": "1", "quiet_from": "21:00", "quiet_until": "07:00", "language": "en"}
    return page.post("/notifications", data={**fields, "phone": phone}).headers["location"]


def test_a_number_that_is_saved_gets_a_code_at_once_and_is_confirmed_by_it(
    page: httpx.Client, desk: Desk, provider: Provider
) -> None:
    assert "Confirm your phone number" not in page.get("/notifications").text
    assert save(page, "+44 7911 123456") == "/notifications?done=saved_and_code"
    shown = page.get("/notifications?done=saved_and_code").text
    assert ("A code is on its way" in shown, UNTIL in shown, "Send me a trial by text" in shown) == (True, True, False)
    desk.send(subject="code")
    assert provider.texts()[0][0] == PHONE
    typed = in_digits(provider.newest_code(), "arabic")
    assert page.post("/notifications/phone/confirm", data={"code": typed}).headers["location"].endswith("confirmed")
    shown = page.get("/notifications?done=confirmed").text
    assert ("This number is confirmed." in shown, UNTIL in shown) == (True, False)
    assert "Send me a trial by text message" in shown
    assert "A code for your phone number" in shown[shown.index("The last ten") :]
    assert save(page, PHONE, 3) == "/notifications?done=saved"  # the same number needs no other code


def test_what_was_typed_stays_with_what_is_wrong_about_it(page: httpx.Client, desk: Desk, provider: Provider) -> None:
    save(page, PHONE)
    shown = page.post("/notifications/phone/confirm", data={"code": "12 34"})
    assert (shown.status_code, "Write the six digits" in shown.text, 'value="12 34"' in shown.text) == (422, True, True)
    desk.send(subject="code")
    wrong = f"{(int(provider.newest_code()) + 1) % 1_000_000:06}"
    answers = [page.post("/notifications/phone/confirm", data={"code": wrong}) for _ in range(6)]
    assert [each.status_code for each in answers] == [422] * 5 + [409]
    assert 'id="fault-/code">This is not the code.' in answers[0].text
    assert "This code holds no longer. Have a new one sent." in answers[-1].text


def test_a_code_is_sent_again_and_not_without_end(page: httpx.Client, desk: Desk, provider: Provider) -> None:
    save(page, PHONE)
    answers = [page.post("/notifications/phone/code") for _ in range(3)]
    assert [each.status_code for each in answers] == [303, 303, 429]
    assert "Too many codes were asked for." in answers[-1].text
    assert answers[-1].headers["Retry-After"] == "3600"
    assert save(page, "+44 7911 123457", 2) == "/notifications?done=saved_without_code"
    desk.send(subject="code")
    assert provider.received == []  # those that waited were for another number


def test_in_arabic(page: httpx.Client, desk: Desk) -> None:
    save(page, PHONE)
    shown = page.get("/notifications", headers={"Accept-Language": "ar"}).text
    assert "أكّد رقم هاتفك" in shown
    answer = page.post("/notifications/phone/confirm", data={"code": "٠"}, headers={"Accept-Language": "ar"}).text
    assert "اكتب الأرقام الستة التي في الرسالة النصية." in answer
