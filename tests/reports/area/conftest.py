"""Three supermarkets and three food banks, one day driven by hand, and a city that reads its area's totals."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.settings import Settings
from tests.hand_made_plan import Ride, draft
from tests.reports.together.conftest import driven
from tests.service_client import (
    DUFFRYN_CENTRE,
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    TESCO_SPYTTY,
    ServiceClient,
    a_line,
    a_need,
    an_offer,
)

MONTH = {"from": "2026-11-01", "until": "2026-11-30"}
IN_DECEMBER = datetime(2026, 12, 1, 9, tzinfo=UTC)
# Round all of Newport; and round its west alone, where one supermarket and one food bank are.
ALL_OF_IT = {"type": "Polygon", "coordinates": [[[-3.1, 51.5], [-2.9, 51.5], [-2.9, 51.7], [-3.1, 51.7], [-3.1, 51.5]]]}
WEST = {"type": "Polygon", "coordinates": [[[-3.1, 51.5], [-3.0, 51.5], [-3.0, 51.7], [-3.1, 51.7], [-3.1, 51.5]]]}


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@dataclass
class City:
    """The partners, their sites, and the city with its key."""

    organisations: dict[str, dict[str, Any]]
    sites: dict[str, dict[str, Any]]
    city: dict[str, Any]
    office: ServiceClient
    plan: dict[str, Any]

    @property
    def everywhere(self) -> list[str]:
        return [each["id"] for each in self.sites.values()]


@pytest.fixture
def planned(network: ServiceClient, database: Database) -> City:
    """Lidl's 50 kg for Duffryn, Tesco's 40 kg for the pantry, Aldi's 30 kg for the kitchen: published."""
    shops = {name: network.organisation("supermarket", name) for name in ("Lidl", "Tesco", "Aldi")}
    banks = {name: network.organisation("food_bank", name) for name in ("Duffryn", "Pantry", "Kitchen")}
    city = network.organisation("public_body", "City of Newport")
    places = {"Lidl": LIDL_CARDIFF_ROAD, "Tesco": TESCO_SPYTTY, "Aldi": (TESCO_SPYTTY[0] + 0.002, TESCO_SPYTTY[1])}
    homes = {"Duffryn": DUFFRYN_CENTRE, "Pantry": FOOD_BANK, "Kitchen": (FOOD_BANK[0] - 0.004, FOOD_BANK[1])}
    sites = {
        **{name: network.site(at, f"{name}, store", organisation_id=shops[name]["id"]) for name, at in places.items()},
        **{
            name: network.site(at, name, kind="distribution_point", organisation_id=banks[name]["id"])
            for name, at in homes.items()
        },
    }
    rides = []
    for number, (shop, bank, kg) in enumerate(
        (("Lidl", "Duffryn", 50), ("Tesco", "Pantry", 40), ("Aldi", "Kitchen", 30))
    ):
        offer = network.ok("/offers", an_offer(sites[shop], a_line(kg=str(kg))))
        need = network.ok("/needs", a_need(sites[bank], kg=str(kg)))
        rides.append(Ride(offer, need, kg * 1000, f"09:{number}0", f"10:{number}0"))
    shift = network.vehicle_and_shift(sites["Duffryn"])
    plan = network.published(draft(database, network, shift, *rides))
    whole = network.get(f"/plans/{plan['id']}").json()
    return City({**shops, **banks}, sites, city, network.client_of(city, "organisation"), whole)


@pytest.fixture
def driven_city(network: ServiceClient, planned: City, clock: HandSetClock) -> City:
    """All of it was driven as planned; it is the next month."""
    driven(network, clock, planned.plan)
    clock.set(IN_DECEMBER)
    return planned


def name_area(network: ServiceClient, organisation: dict[str, Any], version: int | None = None, **area: Any) -> Any:
    """What naming an area is answered."""
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return network.http.put(f"/organisations/{organisation['id']}/area", json=area, headers=headers)
