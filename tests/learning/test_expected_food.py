"""What a store is expected to have is learnt from what was there, and stands beside what it has said of the day."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.kit.clock import HandSetClock
from app.settings import Settings
from tests.learning.conftest import Wednesday, day_of
from tests.service_client import DAY, FOOD_BANK, LIDL_CARDIFF_ROAD, TESCO_SPYTTY, ServiceClient


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@pytest.fixture
def lidl(network: ServiceClient) -> dict[str, Any]:
    chain = network.organisation("supermarket", "Lidl")
    return network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road", organisation_id=chain["id"])


@pytest.fixture
def till(network: ServiceClient, lidl: dict[str, Any]) -> ServiceClient:
    return network.client_of({"id": lidl["organisation_id"]}, "offers")


def expected(client: ServiceClient, day: date) -> list[dict[str, Any]]:
    answer = client.get("/expected-food", service_date=str(day))
    assert answer.status_code == 200, answer.text
    stores: list[dict[str, Any]] = answer.json()["stores"]
    return stores


def test_where_nothing_was_posted_nothing_is_expected(network: ServiceClient, lidl: dict[str, Any]) -> None:
    network.ok("/learnt")
    assert network.get("/expected-food", service_date=DAY).json() == {
        "service_date": DAY, "learnt_at": None, "stores": [],
    }  # fmt: skip


def test_four_wednesdays_say_what_the_fifth_will_bring_and_three_that_they_are_too_few(
    network: ServiceClient, lidl: dict[str, Any], till: ServiceClient, wednesday: Wednesday, clock: HandSetClock
) -> None:
    for week, at in enumerate(("06:30", "07:00", "07:10")):
        wednesday(till, lidl, week, "40", at)
    clock.set(clock() + timedelta(days=1))
    network.ok("/learnt")
    (store,) = expected(network, day_of(4))
    assert (store["usable"], store["counted_on"], store["foods"][0]["usable"]) == (False, False, False)
    wednesday(till, lidl, 3, "40", "07:20")
    clock.set(clock() + timedelta(days=1))
    network.ok("/learnt")
    (store,) = expected(network, day_of(4))
    assert (store["site_name"], store["kg"], store["days"], store["posted_percent"]) == (
        "Lidl, Cardiff Road",
        "40",
        4,
        100,
    )
    assert store["usually_posted_by"] == f"{day_of(4)}T07:14:00Z"
    assert (store["pickup_from"], store["pickup_until"]) == (f"{day_of(4)}T09:00:00Z", f"{day_of(4)}T12:00:00Z")
    (food,) = store["foods"]
    assert (food["category"], food["temperature_class"], food["kg"], food["kg_spread"]) == (
        "bread_and_bakery", "ambient", "40", "0",
    )  # fmt: skip
    assert (store["posted"], store["said_nothing"], store["counted_on"]) == (False, False, True)
    assert expected(network, day_of(4).replace(day=day_of(4).day + 1)) == []


def test_what_the_driver_found_counts_and_what_nobody_needed_too(
    network: ServiceClient,
    lidl: dict[str, Any],
    till: ServiceClient,
    wednesday: Wednesday,
    driven: Callable[..., Any],
    clock: HandSetClock,
) -> None:
    bank = network.site(FOOD_BANK, "Pantry", kind="distribution_point")
    for week, found in enumerate(("30", "30", "30")):
        driven(wednesday(till, lidl, week, "60"), bank, promised=60_000, collected=found)
    driven(wednesday(till, lidl, 3, "30"), bank, promised=10_000)  # 20 kg stay, since nobody needs them
    clock.set(clock() + timedelta(days=1))
    network.ok("/learnt")
    assert expected(network, day_of(4))[0]["kg"] == "30"


def test_a_store_that_took_everything_back_said_nothing_and_a_closed_day_is_none(
    network: ServiceClient, lidl: dict[str, Any], till: ServiceClient, wednesday: Wednesday, clock: HandSetClock
) -> None:
    for week in range(4):
        offer = wednesday(till, lidl, week, "40")
        if week == 3:
            till.ok(f"/offers/{offer['id']}/withdraw")
    clock.set(clock() + timedelta(days=1))
    network.ok("/learnt")
    (store,) = expected(network, day_of(4))
    assert (store["days"], store["days_posted"], store["days_answered"]) == (4, 3, 4)
    closed = {"exceptions": [{"date": str(day_of(2)), "closed": True, "windows": [], "note": ""}]}
    changed = network.http.patch(f"/sites/{lidl['id']}", json=closed, headers={"If-Match": '"1"'})
    assert changed.is_success, changed.text
    network.ok("/learnt")
    (store,) = expected(network, day_of(4))
    assert (store["days"], store["days_posted"]) == (3, 2)


def test_a_store_sees_its_own_and_nobody_elses(
    network: ServiceClient, lidl: dict[str, Any], till: ServiceClient, wednesday: Wednesday, clock: HandSetClock
) -> None:
    chain = network.organisation("supermarket", "Tesco")
    tesco = network.site(TESCO_SPYTTY, "Tesco, Spytty", organisation_id=chain["id"])
    other = network.client_of(chain, "offers")
    wednesday(till, lidl, 0, "40")
    wednesday(other, tesco, 0, "50")
    clock.set(clock() + timedelta(days=1))
    network.ok("/learnt")
    assert [store["kg"] for store in expected(network, day_of(1))] == ["40", "50"]
    assert [store["kg"] for store in expected(till, day_of(1))] == ["40"]
    assert [store["kg"] for store in expected(other, day_of(1))] == ["50"]


def test_nothing_today_is_said_once_and_an_offer_all_the_same_counts(
    network: ServiceClient, lidl: dict[str, Any], till: ServiceClient, wednesday: Wednesday, clock: HandSetClock
) -> None:
    for week in range(4):
        wednesday(till, lidl, week, "40")
    clock.set(clock() + timedelta(days=1))
    network.ok("/learnt")
    wish = {"site_id": lidl["id"], "service_date": str(day_of(4))}
    first = till.ok("/nothing-today", wish)
    clock.set(clock() + timedelta(minutes=5))
    assert till.ok("/nothing-today", wish) == first
    (store,) = expected(network, day_of(4))
    assert (store["said_nothing"], store["counted_on"]) == (True, False)
    wednesday(till, lidl, 4, "10")
    (store,) = expected(network, day_of(4))
    assert store["posted"] is True
    refused = till.post("/nothing-today", wish)
    assert (refused.status_code, refused.json()["code"]) == (409, "posted_already")
    past = till.post("/nothing-today", {**wish, "service_date": str(day_of(3))})
    assert (past.status_code, past.json()["code"]) == (422, "day_over")


def test_a_said_nothing_is_an_answer_when_it_is_learnt(
    network: ServiceClient, lidl: dict[str, Any], till: ServiceClient, wednesday: Wednesday, clock: HandSetClock
) -> None:
    for week in range(4):
        wednesday(till, lidl, week, "40")
    till.ok("/nothing-today", {"site_id": lidl["id"], "service_date": str(day_of(4))})
    clock.set(clock() + timedelta(weeks=1, days=1))
    network.ok("/learnt")
    (store,) = expected(network, day_of(5))
    assert (store["days"], store["days_posted"], store["days_answered"]) == (5, 4, 5)
