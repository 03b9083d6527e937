"""Two days as a month: one that was planned, published and driven, and one on which nothing was planned."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from unittest import mock

import pytest

from app.demo.caller import Caller
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.live_server import LiveServer
from app.month.at_work import AtWork
from app.month.wish import MonthWish, Played
from app.planning.run import Workshop
from app.reports.together import jobs as together_jobs
from app.roads.streets import Streets
from app.settings import Settings
from app.sharing import jobs as sharing_jobs
from app.simulation.works import Works
from app.worker import workrooms_of
from tests.arrivals.conftest import the_hour
from tests.reports.together.conftest import Town, compare_here, driven, published, town, workshop
from tests.service_client import DAY, ServiceClient
from tests.sharing.conftest import groups_here

__all__ = ["town", "workshop"]


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """No worker: the month does its jobs itself, and loads no solver of its own."""
    return Settings(data_folder=tmp_path, worker="off", request_log="off", solver_at_hand="off", plan_seconds=1)


@pytest.fixture
def month(
    network: ServiceClient,
    server: LiveServer,
    database: Database,
    streets: Streets,
    clock: HandSetClock,
    config: Settings,
    town: Town,
    workshop: Workshop,
) -> Iterator[AtWork]:
    grant = {"giver": "Town fund", "amount": "5.00", "valid_from": DAY, "valid_until": "2026-12-31"}
    network.ok("/grants", grant)
    driven(network, clock, published(network, workshop))
    clock.set(the_hour("12:00") + timedelta(days=3))
    key = str(network.http.headers["Authorization"]).removeprefix("Bearer ")
    wish = MonthWish(days=2, first=date.fromisoformat(DAY), plan_seconds=1)
    played = Played(wish, str(network.network_id()), key, "2026-11-28")
    with (
        mock.patch.object(together_jobs, "compare_in_child", compare_here),
        mock.patch.object(sharing_jobs, "group_days_in_child", groups_here),
        Works(workrooms_of(database, streets, clock, config), clock) as works,
        Caller(server.address, key) as office,
    ):
        office.post("/funding/days", {"service_date": DAY})
        yield AtWork(office, works, server, played)
