"""A driven day with two vans, and money that is given for it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from app.kit.clock import HandSetClock
from app.planning.run import Workshop
from tests.arrivals.conftest import the_hour
from tests.reports.together.conftest import Town, config, driven, published, town, workshop
from tests.service_client import DAY, ServiceClient

__all__ = ["config", "town", "workshop"]


def a_grant(**fields: Any) -> dict[str, Any]:
    """Money without a purpose of its own, for this year."""
    return {
        "giver": "The Usk Trust",
        "amount": "1000.00",
        "valid_from": "2026-11-01",
        "valid_until": "2027-10-31",
        **fields,
    }


@pytest.fixture
def driven_day(network: ServiceClient, town: Town, workshop: Workshop, clock: HandSetClock) -> dict[str, Any]:
    """The plan of a day that was driven as it was planned."""

    def day() -> dict[str, Any]:
        plan = published(network, workshop)
        driven(network, clock, plan)
        return plan

    with ThreadPoolExecutor(1) as beside:  # an open browser has the loop of this thread
        return beside.submit(day).result()


def the_morning_after(clock: HandSetClock) -> None:
    """When the day counts for the pace of the last four weeks."""
    clock.set(the_hour("08:00") + timedelta(days=1))


def counted(network: ServiceClient) -> dict[str, Any]:
    """The day's routes, counted now."""
    return network.ok("/funding/days", {"service_date": DAY})
