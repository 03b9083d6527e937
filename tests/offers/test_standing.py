"""Standing offers: each of their dates is posted once as an ordinary offer, or not and it is said why."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.live_server import LiveServer
from app.kit.tenancy import Scope
from app.models.offers import Offer
from app.models.system import OutboxMessage
from app.offers import standing
from app.offers.jobs import post_everywhere
from tests.conftest import TestDatabase
from tests.service_client import ServiceClient, a_line, an_offer, found_network


@dataclass(frozen=True)
class Bench:
    """What the job has at hand."""

    database: Database
    clock: HandSetClock


@pytest.fixture
def config(config: Any) -> Any:
    """No worker beside the pages: these tests say themselves when the job runs."""
    return config.model_copy(update={"worker": "off"})


@pytest.fixture
def bench(database: Database, clock: HandSetClock) -> Bench:
    return Bench(database, clock)


def weekly(store: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Bread on Thursdays and Fridays from the next one on."""
    body = {
        "site_id": store["id"],
        "recurrence": "FREQ=WEEKLY;BYDAY=TH,FR",
        "starts_on": "2026-11-26",
        "pickup_from": "08:00",
        "pickup_until": "12:00",
        "lines": [a_line(kg="12.5", date_mark="best_before", mark_days_after_pickup=2)],
    }
    return {**body, **fields}


def change(client: ServiceClient, method: str, path: str, version: int, body: Any = None) -> Any:
    return client.http.request(method, f"/standing-offers/{path}", json=body, headers={"If-Match": f'"{version}"'})


def states(client: ServiceClient, wish: dict[str, Any], until: str = "2026-12-04") -> list[tuple[str, str]]:
    items = client.get(f"/standing-offers/{wish['id']}/occurrences", **{"from": "2026-11-26", "until": until}).json()
    return [(item["date"][5:], item["state"]) for item in items["items"]]


def test_the_coming_day_is_posted_from_the_evening_before_and_once(
    till: ServiceClient, store: dict[str, Any], bench: Bench
) -> None:
    wish = till.ok("/standing-offers", weekly(store))
    assert (wish["state"], wish["post_at"], wish["post_days_before"]) == ("active", "18:00:00", 1)
    bench.clock.set(datetime(2026, 11, 25, 17, 59, tzinfo=UTC))
    post_everywhere(bench)
    assert till.get("/offers").json()["items"] == []
    bench.clock.set(datetime(2026, 11, 25, 18, 0, tzinfo=UTC))
    for _ in range(3):
        post_everywhere(bench)
    [offer] = till.get("/offers").json()["items"]
    assert (offer["standing_offer_id"], offer["service_date"]) == (wish["id"], "2026-11-26")
    assert (offer["lines"][0]["kg"], offer["lines"][0]["mark_date"]) == ("12.5", "2026-11-28")
    assert (offer["pickup_from"], offer["pickup_until"]) == ("2026-11-26T08:00:00Z", "2026-11-26T12:00:00Z")
    assert states(till, wish) == [
        ("11-26", "posted"),
        ("11-27", "upcoming"),
        ("12-03", "upcoming"),
        ("12-04", "upcoming"),
    ]
    till.ok(f"/offers/{offer['id']}/withdraw")  # what was withdrawn is not posted anew
    post_everywhere(bench)
    assert len(till.get("/offers").json()["items"]) == 1


def test_dates_are_skipped_amended_and_as_usual_again(till: ServiceClient, store: dict[str, Any], bench: Bench) -> None:
    wish = till.ok("/standing-offers", weekly(store))
    skipped = till.ok(f"/standing-offers/{wish['id']}/dates/2026-11-26/skip")
    assert [(day["day"], day["kind"]) for day in skipped["days"]] == [("2026-11-26", "skipped")]
    body = {"pickup_from": "09:00", "lines": [a_line(kg="3", note="less today")], "note": "Ring"}
    path = f"{wish['id']}/dates/2026-11-27"
    assert till.http.put(f"/standing-offers/{path}", json=body).status_code == 428
    amended = change(till, "PUT", path, skipped["version"], body)
    assert amended.status_code == 200, amended.text
    assert states(till, wish, "2026-11-27") == [("11-26", "skipped"), ("11-27", "upcoming")]
    for wrong in ("2026-11-28", "2026-11-19"):
        assert till.post(f"/standing-offers/{wish['id']}/dates/{wrong}/skip").json()["code"] == "no_such_date"
    bench.clock.set(datetime(2026, 11, 26, 18, 30, tzinfo=UTC))
    post_everywhere(bench)
    [offer] = till.get("/offers").json()["items"]
    assert (offer["pickup_from"], offer["note"]) == ("2026-11-27T09:00:00Z", "Ring")
    assert [(line["kg"], line["mark_date"], line["note"]) for line in offer["lines"]] == [("3", None, "less today")]
    assert change(till, "PUT", path, amended.json()["version"], body).json()["code"] == "date_posted"
    again = change(till, "DELETE", f"{wish['id']}/dates/2026-11-26", amended.json()["version"])
    assert [day["day"] for day in again.json()["days"]] == ["2026-11-27"]
    assert states(till, wish, "2026-11-26") == [("11-26", "missed")]


def test_a_standing_offer_is_changed_paused_resumed_and_ended(
    till: ServiceClient, store: dict[str, Any], bench: Bench
) -> None:
    wish = till.ok("/standing-offers", weekly(store))
    paused = change(till, "PATCH", wish["id"], wish["version"], {"paused": True}).json()
    assert (paused["state"], paused["paused"]) == ("paused", True)
    assert change(till, "PATCH", wish["id"], wish["version"], {"paused": False}).status_code == 412
    bench.clock.set(datetime(2026, 11, 25, 19, tzinfo=UTC))
    post_everywhere(bench)
    assert till.get("/offers").json()["items"] == []
    body = {"paused": False, "ends_on": "2026-11-27", "lines": [a_line(kg="4")], "post_at": "19:00"}
    resumed = change(till, "PATCH", wish["id"], paused["version"], body).json()
    post_everywhere(bench)
    assert [line["kg"] for line in till.get("/offers").json()["items"][0]["lines"]] == ["4"]
    assert states(till, wish) == [("11-26", "posted"), ("11-27", "upcoming")]
    assert change(till, "DELETE", wish["id"], resumed["version"]).status_code == 204
    read = till.get(f"/standing-offers/{wish['id']}").json()
    assert read["state"] == "ended"
    assert change(till, "PATCH", wish["id"], read["version"], {"note": "x"}).json()["code"] == "standing_offer_ended"
    bench.clock.set(datetime(2026, 11, 26, 20, tzinfo=UTC))
    post_everywhere(bench)
    assert states(till, wish) == [("11-26", "posted")]
    assert till.get("/standing-offers", state="ended").json()["items"] == [read]


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"recurrence": "FREQ=MONTHLY;BYMONTHDAY=1"}, "/recurrence", "recurrence_unfit"),
        ({"pickup_until": "07:00"}, "/pickup_until", "window_inverted"),
        ({"pickup_from": "08:00Z"}, "/pickup_from", "value_error"),
        ({"pickup_from": 28800}, "/pickup_from", "value_error"),
        ({"ends_on": "2026-11-01"}, "/ends_on", "standing_dates_inverted"),
        ({"ends_on": "2026-11-26", "recurrence": "FREQ=WEEKLY;BYDAY=MO"}, "/recurrence", "no_date_left"),
        ({"lines": [a_line(date_mark="use_by")]}, "/lines/0/mark_days_after_pickup", "use_by_date_missing"),
        ({"lines": [a_line(category="frozen_food")]}, "/lines/0/temperature_class", "temperature_class_unfit"),
        ({"lines": [a_line(mark_date="2026-11-30")]}, "/lines/0/mark_date", "extra_forbidden"),
        ({"post_days_before": 8}, "/post_days_before", "less_than_equal"),
    ],
)
def test_what_could_never_be_posted_is_refused_when_it_is_stated(
    standing_till: tuple[ServiceClient, dict[str, Any]], fields: dict[str, Any], pointer: str, code: str
) -> None:
    till, store = standing_till
    answer = till.post("/standing-offers", weekly(store, **fields))
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert answer.json()["detail"].endswith(".")


@pytest.fixture
def standing_till(till: ServiceClient, store: dict[str, Any]) -> tuple[ServiceClient, dict[str, Any]]:
    return till, store


def test_a_rule_that_refuses_a_date_is_told_and_tried_again_after_a_change(
    network: ServiceClient, till: ServiceClient, store: dict[str, Any], bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = till.ok("/standing-offers", weekly(store))
    home = network.network_id()
    stricter = standing.service._unsafe

    def refuse(*given: Any) -> Any:
        return [standing.FieldError("/lines/0/mark_date", "This network takes no such bread.", "stricter_policy")]

    monkeypatch.setattr(standing.service, "_unsafe", refuse)
    bench.clock.set(datetime(2026, 11, 25, 18, tzinfo=UTC))
    for _ in range(2):
        post_everywhere(bench)
    monkeypatch.setattr(standing.service, "_unsafe", stricter)
    post_everywhere(bench)
    assert till.get("/offers").json()["items"] == []
    query = {"from": "2026-11-26", "until": "2026-11-26"}
    [item] = till.get(f"/standing-offers/{wish['id']}/occurrences", **query).json()["items"]
    assert item["state"] == "refused"
    assert item["refusal"] == {"code": "stricter_policy", "detail": "This network takes no such bread."}
    with bench.database.transaction(Scope(network=home)) as session:
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "standing_offer.refused")).all()
        assert [message.data["date"] for message in told] == ["2026-11-26"]
    read = till.get(f"/standing-offers/{wish['id']}").json()
    assert change(till, "PATCH", wish["id"], read["version"], {"note": "Wrapped"}).status_code == 200
    post_everywhere(bench)
    assert [offer["note"] for offer in till.get("/offers").json()["items"]] == ["Wrapped"]


def test_two_workers_at_once_post_a_date_once(till: ServiceClient, store: dict[str, Any], bench: Bench) -> None:
    till.ok("/standing-offers", weekly(store))
    bench.clock.set(datetime(2026, 11, 25, 18, tzinfo=UTC))
    threads = [threading.Thread(target=post_everywhere, args=(bench,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(till.get("/offers").json()["items"]) == 1


@contextmanager
def owner(migrated: TestDatabase) -> Iterator[Any]:
    engine = create_engine(migrated.owner_url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def test_the_database_itself_refuses_a_second_offer_of_a_date_and_without_its_key_there_would_be_two(
    till: ServiceClient, store: dict[str, Any], bench: Bench, migrated: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = till.ok("/standing-offers", weekly(store))
    home = till.network_id()
    bench.clock.set(datetime(2026, 11, 25, 18, tzinfo=UTC))
    post_everywhere(bench)
    monkeypatch.setattr(standing, "_posted", lambda *given: {})  # a job that does not look

    def careless() -> None:
        with bench.database.transaction(Scope(network=home)) as session:
            standing.post_due(session, home, bench.clock())

    with pytest.raises(IntegrityError):
        careless()
    with owner(migrated) as connection:
        connection.execute(text("ALTER TABLE offers DROP CONSTRAINT uq_offers_standing_offer_id_standing_date"))
    careless()
    with bench.database.transaction(Scope(network=home)) as session:
        assert len(offers_of(session, wish)) == 2


def offers_of(session: Session, wish: dict[str, Any]) -> list[UUID]:
    return list(session.scalars(select(Offer.id).where(Offer.standing_offer_id == UUID(wish["id"]))))


def test_strangers_and_competitors_find_no_standing_offer(
    network: ServiceClient,
    till: ServiceClient,
    store: dict[str, Any],
    database: Database,
    server: LiveServer,
    clock: HandSetClock,
) -> None:
    wish = till.ok("/standing-offers", weekly(store))
    path = f"/standing-offers/{wish['id']}"
    competitor = network.client_of(network.organisation("supermarket", "Aldi"), "offers")
    with found_network(database, server.address, clock, "Stranger") as stranger:
        for client in (competitor, stranger):
            assert client.get("/standing-offers").json()["items"] == []
            for method, address, body in (
                ("GET", path, None),
                ("GET", f"{path}/occurrences?from=2026-11-26&until=2026-11-27", None),
                ("PATCH", path, {"note": "mine"}),
                ("DELETE", path, None),
                ("POST", f"{path}/dates/2026-11-26/skip", None),
                ("PUT", f"{path}/dates/2026-11-26", {"note": "mine"}),
                ("DELETE", f"{path}/dates/2026-11-26", None),
            ):
                answer = client.http.request(method, address, json=body, headers={"If-Match": '"1"'})
                assert answer.status_code == 404, (method, address)
            assert client.post("/standing-offers", weekly(store)).status_code == 404
    assert network.get(path).json()["id"] == wish["id"]
    assert till.post("/offers", an_offer(store)).json()["standing_offer_id"] is None
