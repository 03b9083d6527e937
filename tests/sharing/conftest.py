"""A published day: one store, two food banks with a van each, and a third that asked for what nobody had."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest import mock

import pytest
from procrastinate import JobContext

import routing
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.planning import run
from app.roads.streets import Streets
from app.settings import Settings
from app.sharing import jobs
from tests.declines.conftest import planned
from tests.planned_here import workshop_of
from tests.service_client import (
    DAY,
    DUFFRYN_CENTRE,
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    ServiceClient,
    a_line,
    a_need,
    an_offer,
)

RATES = {"cost_per_km": "1.00", "cost_per_hour": "12.00", "cost_per_use": "5.00"}
STEPS = 200


async def groups_here(
    problem: routing.Problem,
    plan: routing.Plan,
    groups: Sequence[frozenset[str]],
    seed: int,
    *,
    whole_as_driven: bool = True,
) -> list[routing.GroupDay]:
    """What the process of the groups answers, without its loading."""
    return list(routing.group_days(problem, plan, groups, seed=seed, steps=STEPS, whole_as_driven=whole_as_driven))


@dataclass
class SharedDay:
    """What the partners of that day can ask, and the job."""

    network: ServiceClient
    banks: dict[str, ServiceClient]
    workshop: run.Workshop
    clock: HandSetClock
    ids: dict[str, str]
    plan: dict[str, Any]

    def work_out(self, day: str = DAY) -> None:
        """Do the job of the day's shares."""
        context: Any = SimpleNamespace(additional_context={"workshop": self.workshop})
        job = jobs.share_day(cast(JobContext, context), str(self.network.network_id()), day)
        # An open browser has an event loop running in this thread.
        with mock.patch.object(jobs, "group_days_in_child", groups_here), ThreadPoolExecutor(1) as apart:
            apart.submit(asyncio.run, job).result()

    def shares(self, who: ServiceClient | None = None) -> dict[str, Any]:
        answer = (who or self.network).get("/cost-shares", **{"from": DAY, "until": DAY})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def queued(self) -> int:
        """How many days the hourly job asks for now."""
        return jobs.ask_everywhere(self.workshop.database, self.clock)


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """No worker: the tests do its jobs."""
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@pytest.fixture
def rates() -> dict[str, str]:
    """What the vans cost."""
    return RATES


@pytest.fixture
def capacity() -> str:
    """Kilograms that each van takes."""
    return "600"


@pytest.fixture
def pickup_until() -> str:
    """Until when the store has its food to be fetched, from eight o'clock."""
    return "12:00"


@pytest.fixture
def day(
    network: ServiceClient,
    database: Database,
    streets: Streets,
    clock: HandSetClock,
    tmp_path: Path,
    rates: dict[str, str],
    capacity: str,
    pickup_until: str,
) -> SharedDay:
    workshop = workshop_of(database, streets, clock, tmp_path)
    shop = network.organisation("supermarket", "Lidl")
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road", organisation_id=shop["id"])
    network.ok("/offers", an_offer(store, a_line(kg="60"), pickup_until=f"{DAY}T{pickup_until}:00+00:00"))
    banks, ids = {}, {}
    for name, place, category in (
        ("Newport Food Bank", FOOD_BANK, "bread_and_bakery"),
        ("Duffryn Centre", DUFFRYN_CENTRE, "bread_and_bakery"),
        ("Pantry", DUFFRYN_CENTRE, "drinks"),
    ):
        bank = network.organisation("food_bank", name)
        site = network.site(place, name, kind="distribution_point", organisation_id=bank["id"])
        banks[name], ids[name] = network.client_of(bank, "needs", "organisation", "fleet"), bank["id"]
        banks[name].ok("/needs", a_need(site, kg="30", category=category))
        if category != "drinks":
            a_van(banks[name], site, capacity_kg=capacity, **rates)
    plan = planned(network, workshop, DAY)
    network.published(plan)
    return SharedDay(network, banks, workshop, clock, ids, plan)


def a_van(bank: ServiceClient, site: dict[str, Any], **fields: str) -> None:
    vehicle = bank.ok("/vehicles", {"name": "Van", **fields})
    bank.ok(
        "/shifts",
        {
            "vehicle_id": vehicle["id"],
            "driver_name": "Sam",
            "starts_at": f"{DAY}T07:00:00+00:00",
            "ends_at": f"{DAY}T17:00:00+00:00",
            "start_site_id": site["id"],
            "end_site_id": site["id"],
        },
    )


def the_day() -> date:
    return date.fromisoformat(DAY)
