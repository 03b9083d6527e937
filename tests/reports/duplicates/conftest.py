"""A store that keeps its bread for one food bank and its drinks for another, whose vans alone fetch them: two vans come
to the same store on one day, planned and driven by the product itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.planning.run import Workshop
from app.roads.streets import Streets
from app.settings import Settings
from tests.planned_here import plan_here, workshop_of
from tests.service_client import (
    DAY,
    DUFFRYN_CENTRE,
    FOOD_BANK,
    TESCO_SPYTTY,
    ServiceClient,
    a_line,
    a_need,
    an_offer,
)

PAPER = {"signed_document": {"name": "Agreement", "signed_on": DAY}}
FIRST = date.fromisoformat(DAY)
KEPT_FOR = {"Duffryn": "bread_and_bakery", "Pantry": "drinks"}


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@pytest.fixture
def workshop(database: Database, streets: Streets, clock: HandSetClock, tmp_path: Path) -> Workshop:
    return workshop_of(database, streets, clock, tmp_path)


@dataclass
class Twice:
    """The store and its two food banks; a day of them is posted, planned and published."""

    network: ServiceClient
    workshop: Workshop
    store: dict[str, Any]
    banks: dict[str, dict[str, Any]] = field(default_factory=dict)
    homes: dict[str, dict[str, Any]] = field(default_factory=dict)
    vans: dict[str, dict[str, Any]] = field(default_factory=dict)

    def published(self, day: date = FIRST, kg: str = "30") -> dict[str, Any]:
        """The plan of a day on which both come to the store."""
        at = str(day)
        times = {"pickup_from": f"{at}T08:00:00Z", "pickup_until": f"{at}T12:00:00Z"}
        lines = [a_line(kg=kg, category=category) for category in KEPT_FOR.values()]
        self.network.ok("/offers", an_offer(self.store, *lines, **times))
        for name, category in KEPT_FOR.items():
            self.network.ok("/needs", a_need(self.homes[name], category=category, service_date=at, kg="80"))
            if day != FIRST:
                shift = {each: self.vans[name][each] for each in ("vehicle_id", "start_site_id", "end_site_id")}
                hours = {"starts_at": f"{at}T08:00:00Z", "ends_at": f"{at}T16:00:00Z"}
                self.network.ok("/shifts", {**shift, **hours, "driver_name": "Driver"})
        run = self.network.ok("/plan-runs", {"service_date": at})
        plan_here(self.workshop, run["id"], self.network.network_id())
        over = self.network.get(f"/plan-runs/{run['id']}").json()
        assert over["state"] == "done", over
        self.network.published(self.network.get(f"/plans/{over['plan_id']}").json())
        found: dict[str, Any] = self.network.get(f"/plans/{over['plan_id']}").json()
        return found


@pytest.fixture
def twice(network: ServiceClient, workshop: Workshop) -> Twice:
    """Tesco at Spytty, two food banks with a van each, their agreements."""
    chain = network.organisation("supermarket", "Tesco")
    found = Twice(network, workshop, network.site(TESCO_SPYTTY, "Tesco Spytty", organisation_id=chain["id"]))
    for name, place in (("Duffryn", DUFFRYN_CENTRE), ("Pantry", FOOD_BANK)):
        bank = found.banks[name] = network.organisation("food_bank", name)
        home = network.site(place, name, kind="distribution_point", organisation_id=bank["id"])
        office = network.client_of(bank, "organisation", "fleet")
        found.homes[name] = home
        found.vans[name] = office.vehicle_and_shift(home, cost_per_km="0.45", cost_per_hour="0", cost_per_use="0")
        sides = {"donor_organisation_id": chain["id"], "receiver_organisation_id": bank["id"]}
        wish = {**sides, "categories": [KEPT_FOR[name]], "driver_organisation_id": bank["id"], "exclusive": True}
        agreement = network.ok("/agreements", wish)
        network.ok(f"/agreements/{agreement['id']}/accept", PAPER)
    return found


Listed = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def listed(network: ServiceClient) -> Listed:
    """The list, as the API has it."""

    def read(until: date = FIRST, **query: Any) -> list[dict[str, Any]]:
        days = {"from": str(FIRST - timedelta(days=1)), "until": str(until)}
        answer = network.get("/duplicate-efforts", **{**days, **query})
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    return read
