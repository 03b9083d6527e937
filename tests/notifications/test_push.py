"""Web push to a real server on loopback: only the browser reads it, the network signs it, and what is gone goes."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from cryptography.exceptions import InvalidTag
from py_vapid import Vapid02

from app.kit.clock import HandSetClock
from app.kit.tenancy import Scope
from app.models.notifications import PushSubscription
from app.notifications import by_push
from app.notifications.by_push import ByPush, new_private_key, private_key_of
from app.notifications.newsroom import push_contact
from app.settings import Settings
from app.webhooks.addresses import Guard
from tests.notifications.conftest import HANDLED, Desk, Happens, People
from tests.notifications.push_browser import PushBrowser, claims_of
from tests.people.builders import own, signed_in
from tests.service_client import ServiceClient
from tests.webhooks.receiver import Received, Receiver


class PushService(Receiver):
    """Answers for each browser as a test says, else that it was taken."""

    def __init__(self) -> None:
        self.statuses: dict[str, int] = {}
        super().__init__(lambda received: (self.statuses.get(received.path, 201), {}, b""))

    def refuse(self, browser: PushBrowser, status: int) -> None:
        self.statuses["/" + browser.endpoint.partition("://")[2].partition("/")[2]] = status


@pytest.fixture
def service() -> Iterator[PushService]:
    with PushService() as running:
        yield running


@pytest.fixture(autouse=True)
def by_day(clock: HandSetClock) -> None:
    clock.set(datetime(2026, 11, 25, 9, 0, tzinfo=UTC))


@pytest.fixture
def till(network: ServiceClient, people: People) -> ServiceClient:
    """Whoever is at the till; trouble comes to their devices unless they choose otherwise."""
    return signed_in(network, people.till)


def added(client: ServiceClient, browser: PushBrowser) -> dict[str, Any]:
    return client.ok("/me/devices", browser.subscription)


def trouble(desk: Desk, people: People, happens: Happens) -> None:
    happens("food.refused", people.shop, **HANDLED)
    desk.make()
    desk.send(channel="push")


def test_only_the_browser_reads_it_and_knows_who_has_signed_it(
    desk: Desk, people: People, happens: Happens, till: ServiceClient, service: PushService
) -> None:
    browser = PushBrowser(service.url)
    added(till, browser)
    trouble(desk, people, happens)
    [received] = service.received
    told = browser.read(received.body)
    assert told["title"] == "رُفض الطعام"
    assert "\u2068Brown loaves\u2069" in told["body"]
    assert (told["page"], told["lang"], told["dir"]) == ("/offers", "ar", "rtl")
    assert b"loaves" not in received.body
    with pytest.raises(InvalidTag):
        PushBrowser(service.url, auth=browser.auth).read(received.body)
    claims = claims_of(received.headers["authorization"], till.get("/me/push-key").json()["key"])
    assert claims["aud"] == service.url.removesuffix("/hooks")
    assert claims["sub"] == "mailto:wasl@example.org"
    assert 0 < claims["exp"] - time.time() <= 24 * 3600
    assert received.headers["content-encoding"] == "aes128gcm"
    assert int(received.headers["ttl"]) == 24 * 3600
    assert received.headers["urgency"] == "normal"
    [row] = desk.rows(channel="push")
    assert (row.state, received.headers["topic"]) == ("sent", row.id.hex)


def test_the_key_stays_the_same_and_each_network_has_its_own(till: ServiceClient, network: ServiceClient) -> None:
    keys = {till.get("/me/push-key").json()["key"] for _ in range(2)}
    assert len(keys) == 1


def test_every_device_is_told_and_one_that_is_gone_is_taken_off(
    desk: Desk, people: People, happens: Happens, till: ServiceClient, service: PushService
) -> None:
    browsers = [PushBrowser(service.url) for _ in range(3)]
    for browser in browsers:
        added(till, browser)
    service.refuse(browsers[0], 410)
    service.refuse(browsers[1], 404)
    trouble(desk, people, happens)
    assert len(service.received) == 3
    assert len(till.get("/me/devices").json()["items"]) == 1
    [row] = desk.rows(channel="push")
    assert row.state == "sent"


def test_when_all_are_gone_it_is_not_sent_and_no_more_is_made(
    desk: Desk, people: People, happens: Happens, till: ServiceClient, service: PushService
) -> None:
    browser = PushBrowser(service.url)
    added(till, browser)
    service.refuse(browser, 410)
    trouble(desk, people, happens)
    [row] = desk.rows(channel="push")
    assert (row.state, row.trouble) == ("refused", "no device takes it any more")
    happens("food.refused", people.shop, **HANDLED)
    desk.make()
    assert len(desk.rows(channel="push")) == 1


@pytest.mark.parametrize(("status", "state"), [(503, "waiting"), (429, "waiting"), (403, "waiting"), (413, "refused")])
def test_what_may_change_is_tried_again(
    desk: Desk, people: People, happens: Happens, till: ServiceClient, service: PushService, status: int, state: str
) -> None:
    browser = PushBrowser(service.url)
    added(till, browser)
    service.refuse(browser, status)
    trouble(desk, people, happens)
    [row] = desk.rows(channel="push")
    assert row.state == state
    assert len(till.get("/me/devices").json()["items"]) == 1
    service.statuses.clear()
    desk.send(channel="push")
    first, *rest = service.received
    assert [each.headers["topic"] for each in rest] == [first.headers["topic"]] * (state == "waiting")
    assert all(each.body != first.body for each in rest)  # a key and a salt of its own each time


def test_a_service_that_does_not_answer_is_tried_again(
    desk: Desk, people: People, happens: Happens, till: ServiceClient, service: PushService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(by_push, "ANSWER_SECONDS", 0.3)

    def slow(_: Received) -> tuple[int, dict[str, str], bytes]:
        time.sleep(1)
        return 201, {}, b""

    added(till, PushBrowser(service.url))
    service.answer = slow
    trouble(desk, people, happens)
    [row] = desk.rows(channel="push")
    assert (row.state, row.trouble) == ("waiting", "the push service did not take it")


@pytest.mark.parametrize("fault", ["contact", "key"])
def test_a_fault_of_ours_takes_no_device_off(
    desk: Desk, people: People, happens: Happens, till: ServiceClient, service: PushService,
    monkeypatch: pytest.MonkeyPatch, fault: str,
) -> None:  # fmt: skip
    added(till, PushBrowser(service.url))
    if fault == "contact":
        ours = ByPush(Guard(to_loopback=True), "mailto:wasl@mailhost")
        desk.newsroom.senders.update({next(each for each in desk.newsroom.senders if each == "push"): ours})  # type: ignore[attr-defined]
    else:
        monkeypatch.setattr(by_push, "private_key_of", lambda _: int("no number"))
    trouble(desk, people, happens)
    [row] = desk.rows(channel="push")
    assert (row.state, row.trouble) == ("waiting", "the push service did not take it")
    assert len(till.get("/me/devices").json()["items"]) == 1


def test_a_device_with_broken_keys_is_taken_off(
    desk: Desk, people: People, happens: Happens, till: ServiceClient, service: PushService
) -> None:
    """The API takes none with such keys in: this one is written beside it."""
    owner = UUID(people.till["id"])
    till.get("/me/push-key")
    with desk.newsroom.database.transaction(Scope(network=desk.network_id)) as session:
        spoilt = {"endpoint": service.url, "endpoint_sha256": "0" * 64, "p256dh": "AAAA", "auth": "AAAA"}
        whose = {"network_id": desk.network_id, "organisation_id": UUID(people.shop["id"]), "person_id": owner}
        session.add(PushSubscription(created_at=desk.newsroom.clock(), **whose, **spoilt))
    trouble(desk, people, happens)
    assert till.get("/me/devices").json()["items"] == []
    assert service.received == []


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://127.0.0.2.nip.io.local/push",
        "https://10.0.0.8/push",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:10.0.0.8]/push",
        "http://93.184.215.14/push",
        "https://93.184.215.14:22/push",
        "https://user@93.184.215.14/push",
        "file:///etc/passwd",
    ],
)
def test_nothing_inside_is_reached_by_a_subscription(till: ServiceClient, endpoint: str) -> None:
    wish = {**PushBrowser("https://x").subscription, "endpoint": endpoint}
    answer = till.post("/me/devices", wish)
    assert (answer.status_code, answer.json()["code"]) == (422, "push_service_refused")


def test_what_came_to_lead_inside_afterwards_is_not_reached_and_taken_off(
    desk: Desk, people: People, happens: Happens, till: ServiceClient, service: PushService
) -> None:
    """Checked again before every message: here the installation stopped to reach itself."""
    added(till, PushBrowser(service.url))
    strict = ByPush(Guard(to_loopback=False), "mailto:wasl@example.org")
    desk.newsroom.senders.update({next(each for each in desk.newsroom.senders if each == "push"): strict})  # type: ignore[attr-defined]
    trouble(desk, people, happens)
    assert service.received == []
    assert till.get("/me/devices").json()["items"] == []


@pytest.mark.parametrize(
    "keys",
    [
        {"p256dh": "AAAA", "auth": "BTBZMqHH6r4Tts7J_aSIgg"},
        {"p256dh": "B" + "A" * 86, "auth": "BTBZMqHH6r4Tts7J_aSIgg"},
        {**PushBrowser("https://x").subscription["keys"], "auth": "AAAA"},
        {**PushBrowser("https://x").subscription["keys"], "auth": "not base64!"},
    ],
    ids=["short", "off the curve", "short secret", "no base64"],
)
def test_keys_that_are_none_are_refused(till: ServiceClient, service: PushService, keys: dict[str, str]) -> None:
    answer = till.post("/me/devices", {"endpoint": service.url, "keys": keys})
    assert answer.status_code == 422


def test_a_shared_browser_tells_whoever_subscribed_it_last_alone(
    network: ServiceClient, people: People, till: ServiceClient, service: PushService
) -> None:
    browser = PushBrowser(service.url)
    added(till, browser)
    office = signed_in(network, people.office)
    added(office, browser)
    assert till.get("/me/devices").json()["items"] == []
    assert len(office.get("/me/devices").json()["items"]) == 1


def test_one_takes_off_ones_own_devices_alone(
    network: ServiceClient, people: People, till: ServiceClient, service: PushService
) -> None:
    device = added(till, PushBrowser(service.url))
    office = signed_in(network, people.office)
    assert office.http.delete(f"/me/devices/{device['id']}").status_code == 404
    assert office.get("/me/devices").json()["items"] == []
    assert till.http.delete(f"/me/devices/{device['id']}").status_code == 204
    assert till.http.delete(f"/me/devices/{device['id']}").status_code == 404
    key = network.client_of(own(network), "offers")
    assert key.post("/me/devices", PushBrowser(service.url).subscription).status_code == 403


def test_of_many_devices_the_oldest_makes_room(till: ServiceClient, service: PushService, clock: HandSetClock) -> None:
    first, *_ = [added(till, PushBrowser(service.url)) for _ in _minutes(clock, 11)]
    left = {each["id"] for each in till.get("/me/devices").json()["items"]}
    assert len(left) == 10
    assert first["id"] not in left


def _minutes(clock: HandSetClock, count: int) -> Iterator[int]:
    for number in range(count):
        clock.set(datetime(2026, 11, 25, 9, number, tzinfo=UTC))
        yield number


def test_what_is_urgent_is_said_to_the_push_service(
    desk: Desk, people: People, till: ServiceClient, service: PushService, clock: HandSetClock, network: ServiceClient
) -> None:
    """A trial is, as an alarm is: tests/notifications/test_alarms.py has who is told of one."""
    clock.set(datetime(2026, 11, 25, 9, 5, tzinfo=UTC))
    browser = PushBrowser(service.url)
    added(till, browser)
    till.ok("/me/notifications/test", {"channel": "push"})
    desk.send(channel="push")
    [received] = service.received
    assert received.headers["urgency"] == "high"
    assert browser.read(received.body)["page"] == "/notifications"


@pytest.mark.parametrize(
    ("fields", "contact"),
    [
        ({}, None),
        ({"base_url": "http://wasl.example.org"}, None),
        ({"base_url": "https://wasl.example.org:8443/"}, "https://wasl.example.org"),
        ({"base_url": "https://wasl:8443/"}, None),
        ({"base_url": "https://[2001:db8::1]/"}, None),
        ({"base_url": "https://wasl.example.org", "mail_from": "wasl@example.org"}, "mailto:wasl@example.org"),
    ],
)
def test_there_is_web_push_where_a_push_service_may_write_to_somebody(
    fields: dict[str, str], contact: str | None
) -> None:
    found = push_contact(Settings.model_validate(fields))
    assert found == contact
    if found is not None:  # and what signs takes it
        assert Vapid02(private_key_of(new_private_key())).sign({"aud": "https://push.example.org", "sub": found})


def test_the_worker_of_this_page_is_not_the_drivers(network: ServiceClient) -> None:
    address = str(network.http.base_url).partition("/api")[0]
    script = httpx.get(f"{address}/notify-worker.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert '"fetch"' not in script.text
