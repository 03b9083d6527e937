"""What a store has posted before, as the database has it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.kit.auth import Principal
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.offers.usual import line_with_gtin, usual_lines
from tests.service_client import TESCO_SPYTTY, ServiceClient, a_line, an_offer

TODAY = date(2027, 1, 6)  # so that five weeks before it the partnership has begun
GTIN = "04006381333931"
type Post = Callable[..., dict[str, Any]]


@pytest.fixture
def assistant(network: ServiceClient, lidl: dict[str, Any]) -> Principal:
    return Principal("person", uuid4(), network.network_id(), UUID(lidl["id"]), "Assistant", "donor_staff")


@pytest.fixture
def post(till: ServiceClient, store: dict[str, Any], clock: HandSetClock) -> Post:
    """Post lines so many days before today, and come back to today."""

    def posted(days_back: int, *lines: dict[str, Any], site: dict[str, Any] = store) -> dict[str, Any]:
        now, day = clock(), TODAY - timedelta(days=days_back)
        clock.set(datetime(day.year, day.month, day.day, 6, tzinfo=UTC))
        window = {"pickup_from": f"{day}T08:00:00+00:00", "pickup_until": f"{day}T12:00:00+00:00"}
        offer = till.ok("/offers", an_offer(site, *lines, **window))
        clock.set(now)
        return offer

    return posted


def usual(database: Database, assistant: Principal, store: dict[str, Any]) -> list[str]:
    with database.transaction(assistant.scope) as session:
        return [line.description for line in usual_lines(session, assistant, UUID(store["id"]), TODAY)]


def test_a_store_is_offered_what_it_has_posted_in_the_last_four_weeks(
    database: Database, assistant: Principal, store: dict[str, Any], post: Post
) -> None:
    post(29, a_line(description="Too long ago"))
    post(28, a_line(description="Rolls"))
    post(2, a_line(description=" loaves "), a_line(description="Milk", category="dairy_and_eggs"))
    post(1, a_line(description="Loaves"))
    assert usual(database, assistant, store) == ["Rolls", "Loaves", "Milk"]


def test_what_was_taken_back_or_amended_away_is_not_offered(
    database: Database, till: ServiceClient, assistant: Principal, store: dict[str, Any], post: Post
) -> None:
    offer = post(1, a_line(description="Taken back"))
    till.ok(f"/offers/{offer['id']}/withdraw")
    offer = post(1, a_line(description="Amended away"))
    change = {"lines": [a_line(description="Amended")]}
    assert till.http.patch(f"/offers/{offer['id']}", json=change, headers={"If-Match": '"1"'}).is_success
    assert usual(database, assistant, store) == ["Amended"]


def test_a_barcode_is_known_in_every_store_of_the_chain_and_in_no_other(
    database: Database,
    network: ServiceClient,
    till: ServiceClient,
    lidl: dict[str, Any],
    assistant: Principal,
    post: Post,
) -> None:
    second = network.site(TESCO_SPYTTY, "Second store", organisation_id=lidl["id"])
    tesco = network.organisation("supermarket", "Tesco")
    theirs = network.site(TESCO_SPYTTY, "Tesco", organisation_id=tesco["id"])
    network.ok("/offers", an_offer(theirs, a_line(description="Theirs", gtin=GTIN)))
    with database.transaction(assistant.scope) as session:
        assert line_with_gtin(session, assistant, GTIN) is None
    post(40, a_line(description="Jam of before", gtin=GTIN))
    mistaken = post(1, a_line(description="Not jam at all", gtin=GTIN))
    till.ok(f"/offers/{mistaken['id']}/withdraw")
    post(3, a_line(description="Jam", gtin=GTIN), site=second)
    with database.transaction(assistant.scope) as session:
        found = line_with_gtin(session, assistant, GTIN)
        assert found is not None
        assert found.description == "Jam"
