"""Weeks of a store's Wednesdays, one after the other: posted, driven or not, and learnt from when a test says so."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from app.kit.clock import HandSetClock
from app.kit.db import Database
from tests.conftest import MORNING
from tests.hand_made_plan import Ride, draft
from tests.service_client import FOOD_BANK, ServiceClient, a_line, a_need, an_event, an_offer, kilograms, stops_of

WEEK = timedelta(weeks=1)
Wednesday = Callable[..., dict[str, Any]]


def day_of(week: int) -> date:
    """The Wednesday so many weeks after the first."""
    return (MORNING + week * WEEK).date()


@pytest.fixture
def wednesday(clock: HandSetClock) -> Wednesday:
    """Let it be that Wednesday, at seven unless it is said when, and post so much there for the late morning."""

    def posted(till: ServiceClient, site: dict[str, Any], week: int, kg: str, at: str = "07:00") -> dict[str, Any]:
        day = day_of(week)
        clock.set(datetime.fromisoformat(f"{day}T{at}:00+00:00"))
        window = {"pickup_from": f"{day}T09:00:00+00:00", "pickup_until": f"{day}T12:00:00+00:00"}
        return till.ok("/offers", an_offer(site, a_line(kg=kg), **window))

    return posted


@pytest.fixture
def van(network: ServiceClient) -> dict[str, Any]:
    """One that drives every Wednesday, from a depot of the network's."""
    depot = network.site(FOOD_BANK, "Depot", kind="depot")
    vehicle = network.ok("/vehicles", {"name": "White van", "capacity_kg": "600"})
    return {"vehicle_id": vehicle["id"], "start_site_id": depot["id"], "end_site_id": depot["id"]}


@pytest.fixture
def driven(
    network: ServiceClient, database: Database, clock: HandSetClock, van: dict[str, Any]
) -> Callable[..., dict[str, Any]]:
    """A published route that fetches an offer for a site, and what its driver says happened at the two stops."""

    def route(
        offer: dict[str, Any],
        bank: dict[str, Any],
        *,
        promised: int,
        collected: str | None = None,
        refused: str | None = None,
        failed: str | None = None,
        failed_there: str | None = None,
        reason: str | None = None,
    ) -> dict[str, Any]:
        day = offer["service_date"]
        need = network.ok("/needs", a_need(bank, service_date=day, kg="500"))
        times = {"starts_at": f"{day}T08:00:00Z", "ends_at": f"{day}T16:00:00Z"}
        shift = network.ok("/shifts", {**van, **times, "driver_name": "Driver"})
        network.published(draft(database, network, shift, Ride(offer, need, promised)))
        clock.set(datetime.fromisoformat(f"{day}T15:00:00+00:00"))
        with network.driver(shift) as driver:
            pickup, drop_off, allocation = stops_of(driver)
            said = kilograms(allocation, collected)
            events = [an_event(pickup, "collected", said, reason=reason)]
            if failed is not None:
                events = [an_event(pickup, "failed", reason=failed)]
            elif failed_there is not None:
                events.append(an_event(drop_off, "failed", reason=failed_there))
            elif refused is not None:
                events.append(
                    an_event(drop_off, "refused", kilograms(allocation, refused), reason="refused_at_the_door")
                )
            else:
                events.append(an_event(drop_off, "delivered", said))
            driver.ok("/driver/stop-events", {"events": events})
        return shift

    return route
