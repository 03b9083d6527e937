"""A published day: yoghurt for the food bank that asked first, and another one that would take it too."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import routing
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.planning import run
from app.roads.streets import Streets
from app.settings import Settings
from tests.planned_here import changed_here, plan_here, workshop_of
from tests.service_client import (
    DAY,
    DUFFRYN_CENTRE,
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    ServiceClient,
    a_line,
    a_need,
    an_event,
    an_offer,
    kilograms,
    report,
)

YOGHURT = a_line(
    category="dairy_and_eggs", description="Yoghurt", kg="30", temperature_class="chilled", date_mark="best_before",
    mark_date="2026-12-10",
)  # fmt: skip


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """No worker: the tests do its jobs."""
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@pytest.fixture
def workshop(database: Database, streets: Streets, clock: HandSetClock, tmp_path: Path) -> run.Workshop:
    return workshop_of(database, streets, clock, tmp_path)


@dataclass
class YoghurtDay:
    """What everybody on that day can do."""

    network: ServiceClient
    till: ServiceClient
    first: ServiceClient  # the food bank that the yoghurt is for
    second: ServiceClient
    workshop: run.Workshop
    clock: HandSetClock
    store: dict[str, Any]
    bank: dict[str, Any]
    other: dict[str, Any]
    shift: dict[str, Any]
    plan: dict[str, Any]

    def allocation(self, of: ServiceClient | None = None) -> dict[str, Any]:
        """What the published plan brings to the food bank."""
        [found] = (of or self.first).get("/allocations").json()["items"]
        return dict(found)

    def decline(self, reason: str = "not_wanted", **fields: Any) -> dict[str, Any]:
        return self.first.ok(f"/allocations/{self.allocation()['id']}/decline", {"reason": reason, **fields})

    def changed(self, **wish: Any) -> dict[str, Any]:
        """The change that is proposed, checked by the independent checker."""
        found = changed_here(self.network, self.workshop, self.plan, **wish)
        document = self.network.get(f"/plans/{found['id']}/document").json()
        problem = routing.problem_from_json(document["problem"])
        assert routing.check(problem, routing.plan_from_json(document["plan"])) == ()
        return found

    def planned(self, day: str = DAY) -> dict[str, Any]:
        """A plan of a day from the beginning."""
        return planned(self.network, self.workshop, day)

    def stops(self, kind: str) -> list[dict[str, Any]]:
        with self.network.driver(self.shift) as driver:
            stops = driver.get("/driver/route").json()["route"]["stops"]
        return [stop for stop in stops if stop["kind"] == kind]

    def tell(self, kind: str, place: str, **fields: Any) -> None:
        """The driver reports all the food of the stop of this kind."""
        [stop] = self.stops(place)
        self.clock.set(max(self.clock(), datetime.fromisoformat(stop["arrive_at"])))
        with self.network.driver(self.shift) as driver:
            lines = [kilograms(each) for each in stop["allocations"]]
            assert report(driver, an_event(stop, kind, *lines, **fields)) == ["stored"]


def planned(network: ServiceClient, workshop: run.Workshop, day: str) -> dict[str, Any]:
    asked = network.ok("/plan-runs", {"service_date": day})
    with ThreadPoolExecutor(1) as apart:  # an open browser has an event loop running in this thread
        apart.submit(plan_here, workshop, asked["id"], network.network_id()).result()
    over = network.get(f"/plan-runs/{asked['id']}").json()
    found: dict[str, Any] = network.get(f"/plans/{over['plan_id']}").json()
    return found


def receivers(plan: dict[str, Any]) -> dict[str, str]:
    """Kilograms by the name of the place that gets them."""
    return {
        stop["site_name"]: str(sum(float(each["kg"]) for each in stop["allocations"]))
        for route in plan["routes"]
        for stop in route["stops"]
        if stop["kind"] == "drop_off" and stop["allocations"]
    }


@pytest.fixture
def day(network: ServiceClient, workshop: run.Workshop, clock: HandSetClock) -> YoghurtDay:
    shop = network.organisation("supermarket", "Lidl")
    banks = [network.organisation("food_bank", name) for name in ("Newport Food Bank", "Duffryn Centre")]
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road", organisation_id=shop["id"])
    places = [
        network.site(place, bank["name"], kind="distribution_point", organisation_id=bank["id"])
        for place, bank in zip((FOOD_BANK, DUFFRYN_CENTRE), banks, strict=True)
    ]
    first, second = (network.client_of(bank, "needs") for bank in banks)
    first.ok("/needs", a_need(places[0], kg="30", category="dairy_and_eggs", people_served=400))
    network.ok("/offers", an_offer(store, YOGHURT))
    shift = network.vehicle_and_shift(places[0])
    plan = planned(network, workshop, DAY)
    network.published(plan)
    second.ok("/needs", a_need(places[1], kg="50", category="dairy_and_eggs", people_served=10))
    return YoghurtDay(
        network, network.client_of(shop, "offers"), first, second, workshop, clock, store, *places, shift, plan
    )
