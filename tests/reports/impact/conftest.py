"""The town of the days together and alone, with rates for a van: planned, published, driven, over."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.kit.clock import HandSetClock
from app.planning.run import Workshop
from tests.arrivals.conftest import the_hour
from tests.reports.together.conftest import Town, config, driven, published, town, workshop
from tests.service_client import ServiceClient

__all__ = ["config", "town", "workshop"]


@pytest.fixture
def plan(network: ServiceClient, town: Town, workshop: Workshop) -> dict[str, Any]:
    """The published plan: Duffryn's van has rates, the Pantry's has none."""
    office = town.offices["Duffryn"]
    [vehicle] = office.get("/vehicles").json()["items"]
    answer = office.http.patch(
        f"/vehicles/{vehicle['id']}",
        json={"cost_per_km": "1.00", "cost_per_hour": "12.00", "cost_per_use": "5.00"},
        headers={"If-Match": f'"{vehicle["version"]}"'},
    )
    assert answer.status_code == 200, answer.text
    return published(network, workshop)


@pytest.fixture
def over(network: ServiceClient, plan: dict[str, Any], clock: HandSetClock) -> dict[str, Any]:
    """The plan, driven as planned but for 1.234 kg that nobody took; it is the morning after."""
    driven(network, clock, plan, short="1.234")
    clock.set(the_next_morning())
    return plan


def the_next_morning() -> datetime:
    return the_hour("16:00") + timedelta(hours=16)
