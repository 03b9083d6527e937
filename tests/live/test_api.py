"""Whoever may hear of something hears it as it happens: once, in order, their own alone, for as long as they may."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.live_server import LiveServer
from app.kit.outbox import announce
from app.kit.tenancy import Scope
from app.models.system import OutboxMessage
from tests.service_client import ServiceClient, found_network
from tests.webhooks.conftest import Happens

Lines = Iterator[str]


@contextmanager
def listening(client: ServiceClient, headers: dict[str, str] | None = None, **query: Any) -> Iterator[Lines]:
    """The stream's lines, once the service has said that it listens."""
    timeout = httpx.Timeout(20)
    with client.http.stream("GET", "/events", params=query, headers=headers, timeout=timeout) as response:
        assert response.status_code == 200, response.read()
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = response.iter_lines()
        assert next(lines) == ": listening"
        yield lines


def heard(lines: Lines, count: int) -> list[dict[str, Any]]:
    """The next messages; the id of each event is its message's."""
    found: list[dict[str, Any]] = []
    for line in lines:
        if line.startswith("data: "):
            found.append(json.loads(line.removeprefix("data: ")))
        elif line.startswith("id: "):
            assert line.removeprefix("id: ") == found[-1]["id"]
            if len(found) == count:
                break
    return found


def numbers(messages: list[dict[str, Any]]) -> list[int]:
    return [message["data"]["n"] for message in messages]


def test_a_listener_hears_what_happens_and_comes_back_without_loss_or_repetition(
    network: ServiceClient, happens: Happens
) -> None:
    shop = network.organisation("supermarket", "Lidl")
    happens("food.delivered", shop, n=0)
    with network.client_of(shop, "offers") as till:
        with listening(till) as lines:
            for n in (1, 2, 3):
                happens("food.delivered", shop, n=n)
            first = heard(lines, 2)
        assert numbers(first) == [1, 2]
        happens("food.refused", shop, n=4)
        with listening(till, {"Last-Event-ID": first[-1]["id"]}) as lines:
            happens("stop.arrived", shop, n=5)
            assert numbers(heard(lines, 3)) == [3, 4, 5]
        with listening(till, since="2026-11-25T06:00:00+00:00", kind="food.refused") as lines:
            assert numbers(heard(lines, 1)) == [4]
        assert numbers(till.get("/events/list", kind="food.*").json()["items"]) == [0, 1, 2, 3, 4]
        assert till.get("/events/list", kind="nothing.*").status_code == 422


def test_a_partner_hears_its_own_messages_the_staff_all_of_the_network_and_a_stranger_nothing(
    network: ServiceClient, happens: Happens, database: Database, server: LiveServer, clock: HandSetClock
) -> None:
    shop, bank = network.organisation("supermarket", "Lidl"), network.organisation("food_bank", "Bank")
    happens("food.collected", shop, bank, n=1)
    happens("allocations.published", shop, n=2)
    happens("delivery.scheduled", bank, n=3)
    happens("plan.published", n=4)
    since = "2026-11-25T06:00:00+00:00"
    told = {}
    with (
        network.client_of(shop, "offers") as till,
        network.client_of(bank, "needs") as pantry,
        found_network(database, server.address, clock, "Stranger") as stranger,
    ):
        for name, client, count in (("shop", till, 2), ("bank", pantry, 2), ("staff", network, 4)):
            kinds = ["food.*", "allocations.*", "delivery.*", "plan.*"]
            with listening(client, since=since, kind=kinds) as lines:
                told[name] = numbers(heard(lines, count))
            assert numbers(client.get("/events/list", kind=kinds).json()["items"]) == told[name]
        assert told == {"shop": [1, 2], "bank": [1, 3], "staff": [1, 2, 3, 4]}
        assert stranger.get("/events/list").json()["items"] == []
        newest = network.get("/events/list").json()["items"][-1]["id"]
        for client in (till, stranger):
            assert client.get("/events/list", cursor=newest).status_code == 422
            assert client.http.get("/events", headers={"Last-Event-ID": newest}).status_code == 422


def test_a_stream_ends_within_seconds_when_the_key_is_revoked(network: ServiceClient, happens: Happens) -> None:
    shop = network.organisation("supermarket", "Lidl")
    made = network.ok(f"/organisations/{shop['id']}/api-keys", {"name": "till", "scopes": ["offers"]})
    with ServiceClient(network.address, made["key"]) as till, listening(till) as lines:
        happens("food.delivered", shop, n=1)
        assert numbers(heard(lines, 1)) == [1]
        network.http.delete(f"/api-keys/{made['id']}")
        begun = time.monotonic()
        happens("food.delivered", shop, n=2)
        assert [line for line in lines if line.startswith("data")] == []
        assert time.monotonic() - begun < 10
        assert till.get("/events").status_code == 401


def test_the_places_of_an_organisation_are_bounded_and_given_back(
    network: ServiceClient, server: LiveServer, happens: Happens
) -> None:
    opened = []
    for _ in range(10):
        stream = listening(network)
        stream.__enter__()
        opened.append(stream)
    answer = network.get("/events")
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_streams")
    assert answer.headers["Retry-After"] == "30"
    for stream in opened:
        stream.__exit__(None, None, None)
    until = time.monotonic() + 15
    while time.monotonic() < until:
        with network.http.stream("GET", "/events") as response:
            if response.status_code == 200:
                return
        time.sleep(0.3)
    pytest.fail("no place was given back")


def test_pages_follow_the_order_and_unknown_kinds_and_cursors_are_refused(
    network: ServiceClient, happens: Happens
) -> None:
    for n in range(7):
        happens("food.delivered", n=n)
    found, cursor = [], None
    while True:
        query = {"limit": 3} if cursor is None else {"limit": 3, "cursor": cursor}
        page = network.get("/events/list", **query).json()
        found += numbers(page["items"])
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == list(range(7))
    for query in ({"kind": "food.eaten"}, {"cursor": "msg_1"}, {"cursor": f"msg_{uuid4().hex}"}, {"colour": "red"}):
        assert network.get("/events/list", **query).status_code == 422, query


def test_what_is_committed_late_is_not_passed_over(
    network: ServiceClient, happens: Happens, database: Database, clock: HandSetClock
) -> None:
    """The order is that of commits. By id, given while a transaction runs, the late one would lie in the past."""
    network_id = network.network_id()
    begun, go_on = threading.Event(), threading.Event()

    def slowly() -> None:
        with database.transaction(Scope(network=network_id)) as session:
            announce(session, network_id, [], "food.delivered", ("allocation", uuid4()), clock(), n=1)
            begun.set()
            go_on.wait(20)

    slow = threading.Thread(target=slowly)
    slow.start()
    assert begun.wait(20)
    happens("food.delivered", n=2)
    quick = network.get("/events/list").json()["items"]
    assert numbers(quick) == [2]
    go_on.set()
    slow.join()
    late = network.get("/events/list", cursor=quick[-1]["id"]).json()["items"]
    assert numbers(late) == [1]
    with database.transaction(Scope(network=network_id)) as session:
        by_id = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
        assert [message.data["n"] for message in by_id] == [1, 2]  # the twin: behind the last id there is nothing
        assert session.scalar(select(func.count()).where(OutboxMessage.id > by_id[-1].id)) == 0


def test_a_driver_and_whoever_is_not_signed_in_hear_nothing(network: ServiceClient, server: LiveServer) -> None:
    with ServiceClient(server.address, None) as nobody:
        assert nobody.get("/events").status_code == 401
        assert nobody.get("/events/list").status_code == 401
