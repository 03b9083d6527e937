"""Attempts: on schedule, to the one address that was checked, outside of any transaction, kept exactly once."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, func, select, text

from app.domain.webhook_schedule import WAITS
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.system import OutboxMessage
from app.models.webhooks import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from app.settings import Settings
from app.webhooks import deliver, fan_out
from app.webhooks.addresses import Destination, Guard
from app.webhooks.deliver import Letter, Postroom, post
from tests.conftest import TestDatabase
from tests.service_client import ServiceClient
from tests.webhooks.conftest import Happens
from tests.webhooks.receiver import Received, Receiver

Attempt = Callable[[], str]


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """No worker: the tests make each attempt themselves."""
    return Settings(data_folder=tmp_path, worker="off", webhooks_to_loopback=True, request_log="off")


@pytest.fixture
def endpoint(network: ServiceClient, receiver: Receiver) -> dict[str, Any]:
    """An endpoint of the network's own staff, which hears everything."""
    return network.ok("/webhooks", {"url": receiver.url, "whole_network": True})


def in_network(network: ServiceClient) -> Scope:
    return Scope(network=network.network_id())


def answering(status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> Any:
    return lambda _: (status, headers or {}, body)


def test_ten_attempts_on_schedule_and_then_the_endpoint_is_disabled_and_that_is_announced(
    network: ServiceClient,
    receiver: Receiver,
    endpoint: dict[str, Any],
    happens: Happens,
    postroom: Postroom,
    attempt: Attempt,
    clock: HandSetClock,
) -> None:
    happens("food.delivered")
    assert fan_out.fan_out(postroom) == 1
    receiver.answer = answering(503)
    path = f"/webhooks/{endpoint['id']}"
    for wait in WAITS[1:]:
        assert attempt() == "pending"
        found = network.get(f"{path}/deliveries").json()["items"][0]
        expected = clock() + timedelta(seconds=wait)
        assert found["next_attempt_at"].removesuffix("Z") == expected.isoformat().removesuffix("+00:00")
        assert network.get(path).json()["state"] == "failing"
        clock.set(expected)
    assert attempt() == "failed"
    stands = network.get(path).json()
    assert (stands["state"], stands["disabled_because"]) == ("disabled", "gave_up")
    assert len(receiver.received) == 10
    assert len({each.headers["webhook-id"] for each in receiver.received}) == 1
    assert len(network.get(f"{path}/deliveries").json()["items"][0]["attempts"]) == 10
    told = network.get("/events/list", kind="webhook.disabled").json()["items"]
    assert [each["data"]["reason"] for each in told] == ["gave_up"]


def test_one_message_that_nobody_takes_does_not_disable_an_endpoint_that_takes_others(
    network: ServiceClient,
    receiver: Receiver,
    endpoint: dict[str, Any],
    happens: Happens,
    postroom: Postroom,
    attempt: Attempt,
    database: Database,
    clock: HandSetClock,
) -> None:
    happens("food.delivered")
    fan_out.fan_out(postroom)
    receiver.answer = answering(500)
    for _ in range(9):
        attempt()
    with database.transaction(in_network(network)) as session:
        session.get_one(WebhookEndpoint, UUID(endpoint["id"])).last_delivered_at = clock()
    assert attempt() == "failed"
    assert network.get(f"/webhooks/{endpoint['id']}").json()["state"] == "failing"


def test_a_receiver_that_asks_to_wait_is_left_alone_for_so_long(
    network: ServiceClient,
    receiver: Receiver,
    endpoint: dict[str, Any],
    happens: Happens,
    postroom: Postroom,
    attempt: Attempt,
    clock: HandSetClock,
) -> None:
    happens("food.delivered")
    fan_out.fan_out(postroom)
    receiver.answer = answering(429, {"Retry-After": "7200"})
    attempt()
    found = network.get(f"/webhooks/{endpoint['id']}/deliveries").json()["items"][0]
    assert found["next_attempt_at"].startswith((clock() + timedelta(hours=2)).isoformat()[:19])


def test_redirects_are_not_followed(
    receiver: Receiver, endpoint: dict[str, Any], happens: Happens, postroom: Postroom, attempt: Attempt
) -> None:
    happens("food.delivered")
    fan_out.fan_out(postroom)
    with Receiver() as elsewhere:
        for status in (301, 302, 307, 308):
            receiver.answer = answering(status, {"Location": elsewhere.url})
            assert attempt() == "pending"
        assert elsewhere.received == []


def letter_to(url: str) -> Letter:
    some = UUID(int=1)
    return Letter(some, some, some, some, 1, 0, "msg_1", url, '{"a":1}', ("whsec_c2VjcmV0",))


def posted(guard: Guard, url: str) -> deliver.Reply:
    return asyncio.run(post(guard, letter_to(url), {"webhook-id": "msg_1"}))


def test_a_receiver_that_dawdles_is_left_after_the_time_that_it_has(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert deliver.ANSWER_SECONDS == 15
    monkeypatch.setattr(deliver, "ANSWER_SECONDS", 0.5)

    def slowly(_: Received) -> tuple[int, dict[str, str], bytes]:
        time.sleep(2)
        return 200, {}, b""

    receiver.answer = slowly
    begun = time.monotonic()
    reply = posted(Guard(to_loopback=True), receiver.url)
    assert reply.status is None
    assert (reply.failure or "").startswith("timeout")
    assert time.monotonic() - begun < 2


def test_of_a_long_answer_the_beginning_is_read(receiver: Receiver) -> None:
    receiver.answer = answering(200, body=b"x" * 30_000_000)
    reply = posted(Guard(to_loopback=True), receiver.url)
    assert (reply.status, reply.answer) == (200, "x" * 1000)


def test_a_receiver_that_is_not_there_is_a_failed_attempt() -> None:
    with Receiver() as closed:
        url = closed.url
    reply = posted(Guard(to_loopback=True), url)
    assert (reply.status, reply.failure) == (None, "connection: ConnectError")


def test_a_proxy_of_the_environment_is_not_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert posted(Guard(to_loopback=True), receiver.url).accepted
        assert proxy.received == []


def test_no_transaction_is_open_while_the_receiver_thinks(
    receiver: Receiver,
    endpoint: dict[str, Any],
    happens: Happens,
    postroom: Postroom,
    attempt: Attempt,
    migrated: TestDatabase,
) -> None:
    engine = create_engine(migrated.owner_url.replace("wasl_owner", "postgres"))
    open_ones = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'wasl_app'"
        " AND xact_start IS NOT NULL"
    )
    seen: list[int] = []

    def look(_: Received) -> tuple[int, dict[str, str], bytes]:
        with engine.connect() as connection:
            seen.append(connection.execute(open_ones).scalar_one())
        return 200, {}, b""

    receiver.answer = look
    happens("food.delivered")
    fan_out.fan_out(postroom)
    assert attempt() == "delivered"
    assert seen == [0]
    with postroom.database.transaction(Scope()):  # the twin: one that is held open is seen by the same look
        posted(Guard(to_loopback=True), receiver.url)
    assert seen == [0, 1]
    engine.dispose()


@dataclass
class Rebinding:
    """A name server that says a public address first and this machine afterwards."""

    answers: list[str]
    asked: int = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return [self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]]


def test_a_name_that_was_public_when_it_was_entered_and_leads_inside_later_is_not_asked(receiver: Receiver) -> None:
    port = receiver.url.rsplit(":", 1)[1].split("/")[0]
    names = Rebinding(["93.184.215.14", "127.0.0.1"])
    guard = Guard(resolver=names)
    assert asyncio.run(guard.open_addresses(guard.destination("https://hooks.example.com/"))) == ["93.184.215.14"]
    reply = posted(guard, "https://hooks.example.com/hooks")
    assert reply.failure == "address_refused: This address is not on the public internet."
    assert (receiver.received, names.asked) == ([], 2)
    assert posted(guard, f"http://127.0.0.1:{port}/hooks").failure is not None
    assert receiver.received == []


class NoGuard(Guard):
    """The guard taken away: whatever the name leads to is fine."""

    def destination(self, url: str) -> Destination:
        host, _, port = url.split("/")[2].partition(":")
        return Destination(url.split(":")[0], host, int(port or 443))

    async def open_addresses(self, found: Destination) -> list[str]:
        return list(await self.resolver(found.host, found.port))


def test_with_the_guard_taken_away_this_machine_is_hit_by_the_very_same_name(receiver: Receiver) -> None:
    """The twin: it is the guard that keeps webhooks out; and the name stays the one of the URL in Host."""
    port = receiver.url.rsplit(":", 1)[1].split("/")[0]
    reply = posted(NoGuard(resolver=Rebinding(["127.0.0.1"])), f"http://hooks.example.com:{port}/hooks")
    assert reply.accepted
    assert receiver.received[0].headers["host"] == f"hooks.example.com:{port}"


def test_the_connection_goes_to_the_address_that_was_checked_and_names_the_host_in_tls() -> None:
    """Between check and use nobody asks again: one question for one attempt, though the next answer would differ."""
    names = Rebinding(["127.0.0.1", "127.0.0.9"])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)
        hello: list[bytes] = []

        def greet() -> None:
            connection, _ = listener.accept()
            with connection:
                hello.append(connection.recv(4096))

        thread = threading.Thread(target=greet)
        thread.start()
        reply = posted(NoGuard(resolver=names), f"https://hooks.example.com:{listener.getsockname()[1]}/")
        thread.join()
    assert b"hooks.example.com" in hello[0]
    assert (reply.failure or "").startswith("connection")
    assert names.asked == 1


def test_the_same_attempt_made_by_two_workers_is_kept_once(
    network: ServiceClient,
    receiver: Receiver,
    endpoint: dict[str, Any],
    happens: Happens,
    postroom: Postroom,
    database: Database,
) -> None:
    scope = in_network(network)
    happens("food.delivered")
    fan_out.fan_out(postroom)
    barrier = threading.Barrier(2, timeout=20)

    def together(_: Received) -> tuple[int, dict[str, str], bytes]:
        barrier.wait()
        return 500, {}, b""

    receiver.answer = together
    with database.transaction(scope) as session:
        found = session.scalars(select(WebhookDelivery)).one()

    async def twice() -> None:
        one = deliver.attempt(postroom, found.network_id, found.id, 1, 0)
        await asyncio.gather(one, deliver.attempt(postroom, found.network_id, found.id, 1, 0))

    asyncio.run(twice())
    asyncio.run(deliver.attempt(postroom, found.network_id, found.id, 1, 0))
    with database.transaction(scope) as session:
        assert session.scalar(select(func.count()).select_from(WebhookAttempt)) == 1
        assert session.scalars(select(WebhookDelivery.attempts)).one() == 1
    assert len(receiver.received) == 2


def counted(database: Database, scope: Scope) -> tuple[int, int]:
    with database.transaction(scope) as session:
        jobs = session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'webhooks:deliver'"))
        return session.scalar(select(func.count()).select_from(WebhookDelivery)) or 0, jobs or 0


def test_workers_that_tell_on_at_the_same_time_make_each_delivery_once(
    network: ServiceClient, endpoint: dict[str, Any], happens: Happens, postroom: Postroom, database: Database
) -> None:
    for n in range(130):
        happens("food.delivered", n=n)
    threads = [threading.Thread(target=fan_out.fan_out, args=[postroom]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fan_out.fan_out(postroom)
    assert counted(database, in_network(network)) == (130, 130)


def test_telling_on_that_breaks_off_has_done_nothing_and_is_done_again_whole(
    network: ServiceClient,
    endpoint: dict[str, Any],
    happens: Happens,
    postroom: Postroom,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for n in range(5):
        happens("food.delivered", n=n)
    real, made = fan_out.first_delivery, []

    def breaks(*args: Any) -> bool:
        made.append(args)
        if len(made) == 3:
            raise RuntimeError("the power is out")
        return real(*args)

    monkeypatch.setattr(fan_out, "first_delivery", breaks)
    with pytest.raises(RuntimeError):
        fan_out.fan_out(postroom)
    assert counted(database, in_network(network)) == (0, 0)
    assert fan_out.fan_out(postroom) == 5
    assert fan_out.fan_out(postroom) == 0
    assert counted(database, in_network(network)) == (5, 5)


def made_between_two_messages(
    network: ServiceClient, receiver: Receiver, happens: Happens, clock: HandSetClock
) -> dict[str, Any]:
    """An endpoint made a second after something happened that was not told on yet, and before something else did."""
    happens("food.collected")
    clock.set(clock() + timedelta(seconds=1))
    made = network.ok("/webhooks", {"url": receiver.url, "whole_network": True})
    happens("food.delivered")
    return made


def kinds_for(network: ServiceClient, endpoint: dict[str, Any]) -> list[str]:
    return sorted(each["kind"] for each in network.get(f"/webhooks/{endpoint['id']}/deliveries").json()["items"])


def test_an_endpoint_hears_what_is_announced_from_when_it_was_made_on_and_what_was_before_when_it_asks(
    network: ServiceClient, receiver: Receiver, happens: Happens, postroom: Postroom, clock: HandSetClock
) -> None:
    begun = clock()
    endpoint = made_between_two_messages(network, receiver, happens, clock)
    assert fan_out.fan_out(postroom) == 1
    assert kinds_for(network, endpoint) == ["food.delivered"]
    answer = network.post(f"/webhooks/{endpoint['id']}/replay?since={begun:%Y-%m-%dT%H:%M:%SZ}")
    assert answer.json()["queued"] == 1
    assert kinds_for(network, endpoint) == ["food.collected", "food.delivered"]


def test_without_the_look_at_when_it_was_made_an_endpoint_would_hear_of_what_was_before(
    network: ServiceClient,
    receiver: Receiver,
    happens: Happens,
    postroom: Postroom,
    clock: HandSetClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The twin."""
    monkeypatch.setattr(fan_out, "was_there", lambda *_: True)
    endpoint = made_between_two_messages(network, receiver, happens, clock)
    assert fan_out.fan_out(postroom) == 2
    assert kinds_for(network, endpoint) == ["food.collected", "food.delivered"]


def test_an_endpoint_brought_back_hears_what_comes_and_by_replay_what_it_missed(
    network: ServiceClient, endpoint: dict[str, Any], happens: Happens, postroom: Postroom, clock: HandSetClock
) -> None:
    path, begun = f"/webhooks/{endpoint['id']}", clock()

    def becomes(state: str) -> None:
        clock.set(clock() + timedelta(minutes=1))
        version = network.get(path).json()["version"]
        network.http.patch(path, json={"state": state}, headers={"If-Match": f'"{version}"'}).raise_for_status()

    becomes("disabled")
    happens("food.collected")
    assert fan_out.fan_out(postroom) == 0
    becomes("active")
    happens("food.delivered")
    assert fan_out.fan_out(postroom) == 1
    assert kinds_for(network, endpoint) == ["food.delivered"]
    assert network.ok(f"{path}/replay?since={begun:%Y-%m-%dT%H:%M:%SZ}")["queued"] == 1
    assert kinds_for(network, endpoint) == ["food.collected", "food.delivered"]


def test_a_payload_is_the_same_bytes_each_time_and_secrets_stay_out_of_what_is_printed(
    network: ServiceClient, happens: Happens, postroom: Postroom, database: Database
) -> None:
    happens("food.delivered", kg="1.5")
    with database.transaction(in_network(network)) as session:
        first = deliver.body_of(session.scalars(select(OutboxMessage)).one())
    with database.transaction(in_network(network)) as session:
        assert deliver.body_of(session.scalars(select(OutboxMessage)).one()) == first
    shown = repr(replace(letter_to("https://example.org/?token=hidden"), secrets=("whsec_abc",)))
    assert "whsec_" not in shown
    assert "hidden" not in shown
