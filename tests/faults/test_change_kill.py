"""A worker that is killed at any named point of a change or a plan leaves one plan, never a half; another goes on."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from app.kit.db import Database
from app.settings import Settings
from tests.conftest import TestDatabase
from tests.faults.doomed_worker import FORGETFUL, OF_A_CHANGE, OF_A_PLAN, OF_NEWS, start_worker
from tests.faults.test_worker_kill import ended
from tests.hand_made_plan import Ride, draft
from tests.invariants.laws import broken_laws
from tests.service_client import (
    DUFFRYN_CENTRE,
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    ServiceClient,
    a_line,
    a_need,
    an_event,
    an_offer,
    kilograms,
    report,
    stops_of,
)

HALF_PLANS = """
    SELECT p.id FROM plans p WHERE p.grams_allocated <> coalesce((
        SELECT sum(a.grams) FROM allocations a WHERE a.plan_id = p.id AND a.from_parcel_id IS NULL), 0)
"""


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """No worker beside the pages: these tests bring their own."""
    return Settings(data_folder=tmp_path, worker="off", request_log="off", plan_seconds=1, stalled_seconds=2)


@dataclass
class Workers:
    """Worker processes on one database, ended by whoever started them."""

    migrated: TestDatabase
    config: Settings
    running: list[ForkServerProcess]

    def one_that_dies(self, point: str) -> None:
        """Start a worker and wait until it has killed itself."""
        worker = self.start(point)
        worker.join(120)
        assert worker.exitcode == -9, f"it never came to the point: {point}"

    def start(self, point: str | None = None) -> ForkServerProcess:
        worker = start_worker(self.migrated.service_url, self.config, point)
        self.running.append(worker)
        return worker

    def lawful(self) -> None:
        """No half plan, and no law broken, whoever was killed."""
        engine = create_engine(self.migrated.owner_url)
        with engine.connect() as connection:
            assert broken_laws(connection) == []
            assert connection.execute(text(HALF_PLANS)).all() == []
        engine.dispose()


@pytest.fixture
def workers(migrated: TestDatabase, config: Settings) -> Iterator[Workers]:
    found = Workers(migrated, config, [])
    yield found
    for worker in found.running:
        worker.kill()
        worker.join()


@dataclass
class Driven:
    """A published day of one van that has bread on board, which the first food bank refuses."""

    network: ServiceClient
    plan: dict[str, Any]
    driver: ServiceClient

    def refuse(self) -> None:
        """The food bank's door stays shut; the driver says so."""
        pickup, drop_off, food = stops_of(self.driver)
        assert report(
            self.driver,
            an_event(pickup, "collected", kilograms(food)),
            an_event(drop_off, "refused", kilograms(food), reason="refused_at_the_door"),
        ) == ["stored", "stored"]

    def plans(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.network.get("/plans").json()["items"]
        return found


@pytest.fixture
def driven(network: ServiceClient, database: Database) -> Iterator[Driven]:
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road")
    bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
    other = network.site(DUFFRYN_CENTRE, "Duffryn Community Centre", kind="distribution_point")
    need = network.ok("/needs", a_need(bank, kg="30"))
    offer = network.ok("/offers", an_offer(store, a_line(kg="30")))
    shift = network.vehicle_and_shift(bank)
    plan = network.published(draft(database, network, shift, Ride(offer, need, 30_000)))
    network.ok("/needs", a_need(other, kg="50"))
    with network.driver(shift) as driver:
        yield Driven(network, plan, driver)


@pytest.mark.parametrize("point", OF_A_CHANGE)
def test_a_change_whose_worker_is_killed_is_made_once_by_another(driven: Driven, workers: Workers, point: str) -> None:
    driven.refuse()
    asked = driven.network.ok(f"/plans/{driven.plan['id']}/changes", {})
    workers.one_that_dies(point)
    workers.lawful()
    workers.start()
    over = ended(driven.network, asked)
    assert over["state"] == "done", over
    workers.lawful()
    change = next(each for each in driven.plans() if each["id"] == over["plan_id"])
    assert change["changes_plan_id"] == driven.plan["id"]
    assert change["kg_allocated"] == "30"
    of_this_run = [each for each in driven.plans() if each["number"] <= change["number"]]
    assert [each["number"] for each in of_this_run] == [2, 1]
    driven.network.published(driven.network.get(f"/plans/{change['id']}").json())
    workers.lawful()


def test_without_a_look_for_what_is_stored_already_there_are_two_changes(driven: Driven, workers: Workers) -> None:
    asked = driven.network.ok(f"/plans/{driven.plan['id']}/changes", {})
    workers.one_that_dies("after the change is stored")
    workers.start(FORGETFUL)
    assert ended(driven.network, asked)["state"] == "done"
    assert [each["number"] for each in driven.plans()] == [3, 2, 1]


@pytest.mark.parametrize("point", OF_NEWS)
def test_news_whose_worker_is_killed_are_still_answered(driven: Driven, workers: Workers, point: str) -> None:
    driven.refuse()
    workers.one_that_dies(point)
    workers.lawful()
    workers.start()
    until = time.monotonic() + 120
    while len(driven.plans()) < 2:
        assert time.monotonic() < until, "nobody has proposed a change"
        time.sleep(0.1)
    assert [each["changes_plan_id"] for each in driven.plans()] == [driven.plan["id"], None]
    workers.lawful()


@pytest.mark.parametrize("point", OF_A_PLAN)
def test_a_plan_whose_worker_is_killed_late_is_the_one_that_is_kept(
    network: ServiceClient, workers: Workers, point: str
) -> None:
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road")
    bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
    network.ok("/needs", a_need(bank, kg="30"))
    network.ok("/offers", an_offer(store, a_line(kg="30")))
    network.vehicle_and_shift(bank)
    run = network.ok("/plan-runs", {"service_date": "2026-11-25"})
    workers.one_that_dies(point)
    workers.lawful()
    workers.start()
    assert ended(network, run)["state"] == "done"
    assert [each["number"] for each in network.get("/plans").json()["items"]] == [1]
    workers.lawful()
