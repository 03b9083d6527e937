"""Two supermarkets and three food banks, of which two have a van each: planned, published, driven, compared here."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID

import pytest

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.planning.run import Workshop
from app.planning.solver_process import Question
from app.reports.together import jobs
from app.roads.streets import Streets
from app.settings import Settings
from routing import compared
from routing.child import compared_out, request_from_json
from tests.arrivals.conftest import the_hour
from tests.planned_here import plan_here, workshop_of
from tests.service_client import (
    DAY,
    DUFFRYN_CENTRE,
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    TESCO_SPYTTY,
    ServiceClient,
    a_line,
    a_need,
    an_event,
    an_offer,
    kilograms,
)

ITERATIONS = 40
COMPARED_DAY = date.fromisoformat(DAY)


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@pytest.fixture
def workshop(database: Database, streets: Streets, clock: HandSetClock, tmp_path: Path) -> Workshop:
    return workshop_of(database, streets, clock, tmp_path)


@dataclass
class Town:
    """The partners, their offices, the two shifts, and the published plan once there is one."""

    organisations: dict[str, dict[str, Any]]
    offices: dict[str, ServiceClient]
    shifts: dict[str, dict[str, Any]]
    offers: dict[str, dict[str, Any]]


@pytest.fixture
def town(network: ServiceClient) -> Town:
    """Lidl has 62 kg and Tesco 40 kg of bread; each food bank wants 60 kg. The kitchen has no vehicle."""
    shops = {name: network.organisation("supermarket", name) for name in ("Lidl", "Tesco")}
    banks = {name: network.organisation("food_bank", name) for name in ("Duffryn", "Pantry", "Kitchen")}
    stores = {
        "Lidl": network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road", organisation_id=shops["Lidl"]["id"]),
        "Tesco": network.site(TESCO_SPYTTY, "Tesco, Spytty", organisation_id=shops["Tesco"]["id"]),
    }
    places = {
        "Duffryn": DUFFRYN_CENTRE, "Pantry": FOOD_BANK, "Kitchen": (FOOD_BANK[0] - 0.004, FOOD_BANK[1]),
    }  # fmt: skip
    homes = {
        name: network.site(place, name, kind="distribution_point", organisation_id=banks[name]["id"])
        for name, place in places.items()
    }
    for home in homes.values():
        network.ok("/needs", a_need(home, kg="60"))
    offers = {
        name: network.ok("/offers", an_offer(stores[name], a_line(kg=kg)))
        for name, kg in (("Lidl", "62"), ("Tesco", "40"))
    }
    offices = {name: network.client_of(each, "organisation", "fleet") for name, each in {**shops, **banks}.items()}
    shifts = {name: offices[name].vehicle_and_shift(homes[name]) for name in ("Duffryn", "Pantry")}
    return Town({**shops, **banks}, offices, shifts, offers)


def published(network: ServiceClient, workshop: Workshop, day: str = DAY) -> dict[str, Any]:
    """The day's plan, made in this process and published."""
    run = network.ok("/plan-runs", {"service_date": day})
    plan_here(workshop, run["id"], network.network_id())
    over = network.get(f"/plan-runs/{run['id']}").json()
    assert over["state"] == "done", over
    network.published(network.get(f"/plans/{over['plan_id']}").json())
    found: dict[str, Any] = network.get(f"/plans/{over['plan_id']}").json()
    return found


def driven(
    network: ServiceClient, clock: HandSetClock, plan: dict[str, Any], short: str = "", later: timedelta = timedelta()
) -> None:
    """Every route is reported: each stop when it was planned, what was promised, but for `short`: kilograms of the
    first promise that its food bank does not take. later: than the day of the town."""
    clock.set(the_hour("15:59") + later)
    for route in plan["routes"]:
        with network.driver({"id": route["shift_id"]}) as driver:
            stops = driver.get("/driver/route").json()["route"]["stops"]
            events = []
            for stop in stops:
                if stop["kind"] not in ("pickup", "drop_off"):
                    continue
                events.append(an_event(stop, "arrived"))
                for food in stop["allocations"]:
                    if stop["kind"] == "pickup":
                        done = [an_event(stop, "collected", kilograms(food), occurred_at=stop["leave_at"])]
                    elif short:
                        less = f"{float(food['kg']) - float(short):g}"
                        done = [an_event(stop, "delivered", kilograms(food, less), occurred_at=stop["leave_at"])]
                        short = ""
                    else:
                        done = [an_event(stop, "delivered", kilograms(food), occurred_at=stop["leave_at"])]
                    events += done
            results = driver.ok("/driver/stop-events", {"events": events})["results"]
            assert {each["status"] for each in results} == {"stored"}
    clock.set(the_hour("16:00") + later + timedelta(minutes=1))


async def compare_here(question: Question, wish: Mapping[str, Any], seconds: float, seed: int) -> list[dict[str, Any]]:
    """What the solver's process answers, in steps of the search instead of seconds."""
    assert seconds > 0
    request = request_from_json({**vars(question), **wish})
    assert request.variants is not None
    found = compared(
        request.problem,
        request.plan,
        request.variants,
        agreed=request.agreed,
        there=request.there,
        early=request.early,
        iterations=ITERATIONS,
        seed=seed,
    )
    return [compared_out(each) for each in found]


def compared_day(workshop: Workshop, network_id: UUID, day: date = COMPARED_DAY) -> None:
    """Do the job behind a day's comparison."""
    with mock.patch.object(jobs, "compare_in_child", compare_here):
        asyncio.run(jobs.compare_day(workshop, network_id, day))


def side(kind: dict[str, Any], which: str, variant: str = "usual", partner: str | None = None) -> dict[str, Any]:
    """One line of a day's figures."""
    [found] = [
        each
        for each in kind["figures"]
        if (each["side"], each["variant"], each["organisation_name"]) == (which, variant, partner)
    ]
    return found
