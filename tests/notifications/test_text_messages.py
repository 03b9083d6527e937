"""Text messages to a real server on loopback: what arrives there, in both shapes, and what its answers mean."""

import time
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest

from app.domain.text_message import segments
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.notifications import by_sms, sending
from app.notifications.newsroom import Newsroom, newsroom_of
from app.settings import Settings
from tests.notifications.conftest import HANDLED, Desk, Happens, People
from tests.notifications.provider import FORM, PHONE, Provider, change, prove, provider, read
from tests.people.builders import signed_in
from tests.service_client import ServiceClient
from tests.webhooks.receiver import Received

__all__ = ["provider"]
JSON = '{"from": "Wasl", "messages": [{"to": "{to}", "text": "{text}"}], "flash": false}'


@pytest.fixture(params=[FORM, JSON], ids=["form", "json"])
def body(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def newsroom(database: Database, clock: HandSetClock, config: Settings, provider: Provider, body: str) -> Newsroom:
    """With that provider."""
    clock.set(datetime(2026, 11, 25, 9, 0, tzinfo=UTC))
    provider.set_up(config, body)
    return newsroom_of(database, clock, config)


@pytest.fixture
def texted(desk: Desk, people: People, happens: Happens, network: ServiceClient, provider: Provider) -> Desk:
    """The till hears of refused food by text message alone, in Arabic; it has happened."""
    till = signed_in(network, people.till)
    assert change(till, channels={"trouble": ["sms"]}, phone=PHONE).status_code == 200
    prove(till, desk, provider)
    happens("food.refused", people.shop, **HANDLED)
    desk.make()
    return desk


def test_it_arrives_as_the_provider_wants_it_in_one_segment(texted: Desk, provider: Provider) -> None:
    texted.send(channel="sms")
    [received] = provider.received
    to, text = read(received)
    assert to == PHONE
    assert received.headers["authorization"] == "Bearer the-key"
    assert text.startswith("وصل: رفض ")
    assert segments(text) == 1
    [row] = texted.rows(channel="sms", subject="trouble")
    assert row.state == "sent"


@pytest.mark.parametrize("body", [FORM, JSON], ids=["form", "json"], indirect=True)
@pytest.mark.parametrize("name", ['Lidl"}], "to": "+1', "Lidl&To=+1", "{to} {text}", "Lidl\nBcc: x"])
def test_a_name_ends_no_field(
    desk: Desk, people: People, happens: Happens, network: ServiceClient, provider: Provider, name: str
) -> None:
    office = signed_in(network, people.office)
    change(office, channels={"trouble": ["sms"]}, phone=PHONE)
    prove(office, desk, provider)
    happens("food.refused", people.shop, **{**HANDLED, "receiver_name": name})
    desk.make()
    desk.send(channel="sms")
    to, text = read(provider.received[0])
    assert to == PHONE
    assert text.startswith(f"Wasl: {' '.join(name.split())} refused 13 kg of Brown loaves")


@pytest.mark.parametrize("body", [FORM], indirect=True)
@pytest.mark.parametrize(
    ("status", "state"), [(503, "waiting"), (429, "waiting"), (401, "waiting"), (302, "waiting"), (400, "refused")]
)
def test_what_may_change_is_tried_again_and_what_the_provider_says_is_not_kept(
    texted: Desk, provider: Provider, status: int, state: str
) -> None:
    provider.statuses = [status]
    texted.send(channel="sms")
    [row] = texted.rows(channel="sms", subject="trouble")
    assert (row.state, row.trouble, row.attempts) == (state, f"the provider answered {status}", 1)
    texted.send(channel="sms")
    assert len(provider.received) == (2 if state == "waiting" else 1)  # nowhere else, by no redirect


@pytest.mark.parametrize("body", [FORM], indirect=True)
def test_a_provider_that_is_away_is_tried_again(texted: Desk, provider: Provider) -> None:
    provider.__exit__()
    texted.send(channel="sms")
    [row] = texted.rows(channel="sms", subject="trouble")
    assert (row.state, row.trouble) == ("waiting", "no answer: ConnectError")
    provider.__init__()  # type: ignore[misc]
    provider.__enter__()


@pytest.mark.parametrize("body", [FORM], indirect=True)
def test_what_the_provider_may_have_already_does_not_go_again(
    texted: Desk, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_sms, "ANSWER_SECONDS", 0.3)

    def slow(_: Received) -> tuple[int, dict[str, str], bytes]:
        time.sleep(1)
        return 201, {}, b""

    provider.answer = slow
    for _ in range(2):
        texted.send(channel="sms")
    [row] = texted.rows(channel="sms", subject="trouble")
    assert (row.state, row.trouble, row.attempts) == ("sent", "no answer: ReadTimeout", 1)
    assert len(provider.received) == 1


@pytest.mark.parametrize("body", [FORM + "&Once={reference}"], indirect=True)
def test_the_reference_is_the_same_however_often_it_is_tried(texted: Desk, provider: Provider) -> None:
    provider.statuses = [503]
    for _ in range(2):
        texted.send(channel="sms")
    [row] = texted.rows(channel="sms", subject="trouble")
    assert [parse_qs(each.body.decode())["Once"] for each in provider.received] == [[str(row.id)]] * 2


@pytest.mark.parametrize("body", [FORM], indirect=True)
def test_tries_count_as_texts_do(
    texted: Desk, provider: Provider, people: People, happens: Happens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MOST_TEXT_MESSAGES", 1 + 2)  # the code was one
    provider.statuses = [503, 503]
    for _ in range(2):
        texted.send(channel="sms")
    happens("food.refused", people.shop, **HANDLED)
    texted.make()
    texted.send(channel="sms")
    assert len(provider.received) == 2
    assert {(row.state, row.trouble) for row in texted.rows(channel="sms", subject="trouble")} == {
        ("refused", "too many in a day")
    }


@pytest.mark.parametrize("body", [FORM], indirect=True)
def test_nobody_is_texted_without_end(
    texted: Desk, provider: Provider, people: People, happens: Happens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MOST_TEXT_MESSAGES", 1 + 1)  # the code was one
    happens("food.refused", people.shop, **HANDLED)
    texted.make()
    texted.send(channel="sms")
    assert len(provider.received) == 1
    assert {(row.state, row.trouble) for row in texted.rows(channel="sms", subject="trouble")} == {
        ("sent", None), ("refused", "too many in a day"),
    }  # fmt: skip
