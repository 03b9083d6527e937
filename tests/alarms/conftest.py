"""As for arrivals: a published day without a worker, looked at when a test says so; and a carrier with people."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.arrivals.conftest import config, look, published
from tests.feeds.test_api import partners
from tests.people.builders import entered, own
from tests.service_client import FOOD_BANK, ServiceClient

__all__ = ["config", "look", "partners", "published"]


@dataclass(frozen=True)
class Carrier:
    """An organisation that drives, with a dispatcher, an administrator and a key; and the network's own dispatcher."""

    organisation: dict[str, Any]
    dispatcher: dict[str, Any]
    administrator: dict[str, Any]
    of_network: dict[str, Any]
    office: ServiceClient
    site: dict[str, Any]
    vehicle: dict[str, Any]

    def shift(self, day: str = "2026-11-26", **fields: Any) -> dict[str, Any]:
        """A shift from eight to four, which nobody drives unless it is said who."""
        times = {"starts_at": f"{day}T08:00:00Z", "ends_at": f"{day}T16:00:00Z"}
        places = {"start_site_id": self.site["id"], "end_site_id": self.site["id"]}
        return self.office.ok("/shifts", {"vehicle_id": self.vehicle["id"], **times, **places, **fields})


@pytest.fixture
def carrier(network: ServiceClient) -> Carrier:
    found = network.organisation("carrier", "Newport Wheels")
    dispatcher, administrator = (entered(network, found, role) for role in ("dispatcher", "organisation_admin"))
    of_network = entered(network, own(network), "dispatcher", language="ar")
    office = network.client_of(found, "organisation", "fleet")
    site = office.site(FOOD_BANK, "Yard", kind="depot")
    vehicle = office.ok("/vehicles", {"name": "Green van", "capacity_kg": "600"})
    return Carrier(found, dispatcher, administrator, of_network, office, site, vehicle)
