"""One run of a day is alive at a time: an outlook gives way to a plan, and is not asked for beside one."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from procrastinate import JobContext

from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.expected import Outlook
from app.planning.run import plan_day
from app.settings import Settings
from tests.service_client import ServiceClient

DAY = {"service_date": "2026-11-26"}


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


def state_of(network: ServiceClient, run: dict[str, Any]) -> str:
    return str(network.get(f"/plan-runs/{run['id']}").json()["state"])


def test_asked_for_twice_it_is_made_once(network: ServiceClient) -> None:
    first = network.ok("/outlooks", DAY)
    assert network.ok("/outlooks", DAY)["id"] == first["id"]
    assert network.get(f"/outlooks/{first['id']}").status_code == 404


def test_a_plan_goes_first_and_the_worker_of_the_outlook_writes_nothing_more(
    network: ServiceClient, database: Database
) -> None:
    outlook = network.ok("/outlooks", DAY)
    plan = network.ok("/plan-runs", DAY)
    assert plan["id"] != outlook["id"]
    assert (state_of(network, outlook), state_of(network, plan)) == ("failed", "queued")
    job = SimpleNamespace(additional_context={"workshop": SimpleNamespace(database=database)}, job=None)
    asyncio.run(plan_day(cast(JobContext, job), outlook["id"], str(network.network_id())))
    with database.transaction(Scope(network=network.network_id())) as session:
        assert session.query(Outlook).count() == 0


def test_while_a_plan_is_made_there_is_no_outlook(network: ServiceClient) -> None:
    network.ok("/plan-runs", DAY)
    refused = network.post("/outlooks", DAY)
    assert (refused.status_code, refused.json()["code"]) == (409, "day_is_planned_now")
