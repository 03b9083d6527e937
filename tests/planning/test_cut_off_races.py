"""Two workers at the same cut-off, the second at every statement of the first: one plan is asked for."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, create_engine, text

from app.kit.db import Database
from app.kit.tenancy import Scope
from app.planning.cut_off import ask_at_cut_off
from app.settings import Settings
from tests.conftest import MORNING, TestDatabase
from tests.invariants.conftest import WAITS
from tests.invariants.interleaving import Gate, Told, interleaved, workers
from tests.planning.test_cut_off import cut_off
from tests.service_client import LIDL_CARDIFF_ROAD, ServiceClient, an_offer

TODAY = date(2026, 11, 25)
MOST_STATEMENTS = 60
FORGET = "DELETE FROM cut_off_runs; DELETE FROM plan_runs; DELETE FROM procrastinate_jobs"


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@pytest.fixture
def everything(migrated: TestDatabase) -> Iterator[Connection]:
    """As the superuser."""
    engine = create_engine(migrated.owner_url.replace("wasl_owner", "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def asking(database: Database, network_id: UUID) -> UUID | None:
    with database.transaction(Scope(network=network_id)) as session:
        run = ask_at_cut_off(session, network_id, TODAY, MORNING)
        return None if run is None else run.id


def races(
    migrated: TestDatabase, everything: Connection, network_id: UUID, *, guarded: bool
) -> Iterator[tuple[tuple[Told, Told], int]]:
    """What two workers came to, wherever they met, and how many runs there are then."""
    for at in range(1, MOST_STATEMENTS):
        everything.execute(text(FORGET))
        with workers(migrated, guarded=guarded) as (one, other):
            outcome = interleaved(
                Gate(one, at),
                partial(asking, one, network_id),
                partial(asking, other, network_id),
                lambda: everything.execute(WAITS).first() is not None,
            )
        if outcome is None:
            return
        yield outcome, everything.scalar(text("SELECT count(*) FROM plan_runs")) or 0
    raise AssertionError("the first worker was never run to its end")


@pytest.fixture
def network_id(network: ServiceClient) -> UUID:
    store: dict[str, Any] = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road")
    network.ok("/offers", an_offer(store))
    cut_off(network, "06:00")
    return network.network_id()


def test_two_workers_ask_once_wherever_they_meet(
    migrated: TestDatabase, everything: Connection, network_id: UUID
) -> None:
    met = 0
    for told, runs in races(migrated, everything, network_id, guarded=True):
        met += 1
        assert [each.error for each in told] == [None, None]
        assert [each.answer for each in told].count(None) == 1
        assert runs == 1
    assert met > 10


def test_without_the_lock_and_the_unique_row_two_plans_are_asked_for(
    migrated: TestDatabase, everything: Connection, network_id: UUID
) -> None:
    """The twin: one run alive is a guard of its own."""
    for index in ("uq_plan_runs_one_alive",):
        everything.execute(text(f"DROP INDEX {index}"))
    everything.execute(text("ALTER TABLE cut_off_runs DROP CONSTRAINT pk_cut_off_runs"))
    assert any(runs > 1 for _, runs in races(migrated, everything, network_id, guarded=False))
