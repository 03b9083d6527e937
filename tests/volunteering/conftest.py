"""A network with a depot, a van that nobody drives, and people who help."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings
from tests.people.builders import entered, own, signed_in
from tests.service_client import DAY, FOOD_BANK, ServiceClient


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """No worker beside the pages: tests do its work themselves."""
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@dataclass
class Helpers:
    """The one who runs the network, what there is to do, and those who do it."""

    network: ServiceClient
    shift: dict[str, Any]

    def somebody(self, role: str = "volunteer", **profile: Any) -> ServiceClient:
        """Signed in, with what they offer."""
        client = signed_in(self.network, entered(self.network, own(self.network), role, name=f"A {role}"))
        if profile:
            assert client.http.put("/me/volunteer-profile", json=profile).is_success
        return client

    def task(self, **fields: Any) -> dict[str, Any]:
        """Sorting on the morning of the day, for one."""
        body = {
            "kind": "sorting", "title": "Sort bread", "place": "Depot", "starts_at": f"{DAY}T09:00:00Z",
            "ends_at": f"{DAY}T11:30:00Z",
        }  # fmt: skip
        return self.network.ok("/tasks", {**body, **fields})

    def to_drive(self, **fields: Any) -> dict[str, Any]:
        """The shift, offered."""
        return self.network.ok("/tasks", {"kind": "drive", "shift_id": self.shift["id"], **fields})

    def shift_now(self) -> dict[str, Any]:
        found: dict[str, Any] = self.network.get(f"/shifts/{self.shift['id']}").json()
        return found


@pytest.fixture
def helpers(network: ServiceClient) -> Helpers:
    depot = network.site(FOOD_BANK, "Depot", kind="depot")
    shift = network.vehicle_and_shift(depot)
    free = network.http.patch(f"/shifts/{shift['id']}", json={"driver_name": ""}, headers={"If-Match": '"1"'})
    assert free.is_success, free.text
    return Helpers(network, free.json())
