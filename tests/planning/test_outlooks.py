"""Routes stand before the posts come: an outlook is solved and checked as a plan is, and promises nobody anything."""

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.events import LedgerEntry
from app.models.offers import Offer
from app.models.plans import Plan
from tests.learning.conftest import Wednesday, day_of, van, wednesday
from tests.service_client import FOOD_BANK, LIDL_CARDIFF_ROAD, TESCO_SPYTTY, ServiceClient, a_need

__all__ = ["van", "wednesday"]
FIFTH = day_of(4)


@pytest.fixture
def stores(
    network: ServiceClient, van: dict[str, Any], wednesday: Wednesday, clock: HandSetClock
) -> dict[str, dict[str, Any]]:
    """Lidl has posted 40 kg on four Wednesdays, Tesco 20 kg on two of them; it is the day before the fifth, on which a
    van drives and the pantry wants 100 kg."""
    found = {
        "lidl": network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road"),
        "tesco": network.site(TESCO_SPYTTY, "Tesco, Spytty"),
        "pantry": network.site(FOOD_BANK, "Pantry", kind="distribution_point"),
    }
    for week in range(4):
        wednesday(network, found["lidl"], week, "40")
        if week < 2:
            wednesday(network, found["tesco"], week, "20")
    clock.set(clock() + timedelta(days=6))
    network.ok("/learnt")
    network.ok("/needs", a_need(found["pantry"], service_date=str(FIFTH), kg="100"))
    times = {"starts_at": f"{FIFTH}T08:00:00Z", "ends_at": f"{FIFTH}T16:00:00Z"}
    network.ok("/shifts", {**van, **times, "driver_name": "Driver"})
    return found


def ended(network: ServiceClient, run: dict[str, Any]) -> dict[str, Any]:
    until = time.monotonic() + 60
    while run["state"] not in ("done", "failed"):
        assert time.monotonic() < until, run
        time.sleep(0.2)
        run = network.get(f"/plan-runs/{run['id']}").json()
    return run


def looked_ahead(network: ServiceClient) -> dict[str, Any]:
    run = ended(network, network.ok("/outlooks", {"service_date": str(FIFTH)}))
    assert (run["state"], run["outlook"], run["plan_id"]) == ("done", True, None), run
    found: dict[str, Any] = network.get(f"/outlooks/{run['id']}").json()
    return found


def kept(database: Database, network_id: UUID) -> tuple[int, ...]:
    """How much there is of what promises something."""
    with database.transaction(Scope(network=network_id)) as session:
        return tuple(
            session.scalars(select(func.count()).select_from(model)).one() for model in (Plan, Offer, LedgerEntry)
        )


def test_the_day_is_driven_with_what_is_expected_and_nothing_is_promised(
    network: ServiceClient, stores: dict[str, dict[str, Any]], database: Database
) -> None:
    before = kept(database, network.network_id())
    outlook = looked_ahead(network)
    assert (outlook["kg_expected"], outlook["kg_posted"], outlook["kg_brought"]) == ("40", "0", "40")
    assert [(store["site_name"], store["kg"], store["days"]) for store in outlook["stores"]] == [
        ("Lidl, Cardiff Road", "40", 4)
    ]
    (route,) = outlook["routes"]
    assert [(stop["kind"], stop["site_name"], stop["kg"], stop["kg_expected"]) for stop in route["stops"]] == [
        ("start", "Depot", "0", "0"),
        ("pickup", "Lidl, Cardiff Road", "40", "40"),
        ("drop_off", "Pantry", "40", "40"),
        ("end", "Depot", "0", "0"),
    ]
    pickup = route["stops"][1]
    assert f"{FIFTH}T09:00:00Z" <= pickup["begin_at"] <= f"{FIFTH}T12:00:00Z"
    assert kept(database, network.network_id()) == before
    assert network.get("/plans", service_date=str(FIFTH)).json()["items"] == []
    assert network.post(f"/plans/{outlook['id']}/publish", None, **{"If-Match": '"1"'}).status_code == 404


def test_what_is_posted_takes_the_place_of_what_was_expected(
    network: ServiceClient, stores: dict[str, dict[str, Any]], wednesday: Wednesday
) -> None:
    wednesday(network, stores["lidl"], 4, "15")
    outlook = looked_ahead(network)
    assert (outlook["kg_expected"], outlook["kg_posted"], outlook["stores"]) == ("0", "15", [])


def test_a_store_that_said_that_there_is_nothing_is_not_waited_for(
    network: ServiceClient, stores: dict[str, dict[str, Any]]
) -> None:
    network.ok("/nothing-today", {"site_id": stores["lidl"]["id"], "service_date": str(FIFTH)})
    outlook = looked_ahead(network)
    assert (outlook["kg_expected"], outlook["routes"]) == ("0", [])


def test_where_routes_are_published_and_for_days_that_are_over_there_is_no_outlook(
    network: ServiceClient, stores: dict[str, dict[str, Any]], wednesday: Wednesday
) -> None:
    past = network.post("/outlooks", {"service_date": str(day_of(3))})
    assert (past.status_code, past.json()["code"]) == (422, "day_over")
    wednesday(network, stores["lidl"], 4, "15")
    network.published(network.planned(str(FIFTH)))
    again = network.post("/outlooks", {"service_date": str(FIFTH)})
    assert (again.status_code, again.json()["code"]) == (409, "plan_published")
