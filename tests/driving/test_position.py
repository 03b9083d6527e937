"""A driver shares where the van is, or does not: the newest place alone is kept, and none after the shift."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from app.driving.jobs import EVERY, driving_jobs, forget_ended
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.privacy.forgetting import forget
from tests.conftest import TestDatabase
from tests.service_client import DAY, ServiceClient, an_event, kilograms, report, stops_of

HERE = {"latitude": 51.5842, "longitude": -2.9977, "accuracy_metres": 12}
THERE = {**HERE, "latitude": 51.6}


@pytest.fixture
def superuser(migrated: TestDatabase) -> Iterator[Engine]:
    engine = create_engine(migrated.owner_url.replace("wasl_owner", "postgres"))
    yield engine
    engine.dispose()


@pytest.fixture
def on_the_road(network: ServiceClient, shift: dict[str, Any], clock: HandSetClock) -> Iterator[ServiceClient]:
    """The driver, an hour after the shift's begin."""
    clock.set(datetime.fromisoformat(shift["starts_at"]) + timedelta(hours=1))
    with network.driver(shift) as driver:
        yield driver


def share(driver: ServiceClient, place: dict[str, Any]) -> int:
    return driver.http.put("/driver/position", json=place).status_code


def rows(superuser: Engine) -> list[float]:
    """The latitudes that the database holds, past every guard."""
    with superuser.connect() as connection:
        return list(connection.execute(text("SELECT latitude FROM van_positions")).scalars())


def shown(network: ServiceClient) -> list[float]:
    return [each["latitude"] for each in network.get("/van-positions", service_date=DAY).json()["items"]]


def test_without_sharing_nothing_is_known(on_the_road: ServiceClient, network: ServiceClient) -> None:
    on_the_road.get("/driver/route")
    assert shown(network) == []


def test_the_newest_place_alone_is_kept_and_seen_by_dispatchers(
    on_the_road: ServiceClient, network: ServiceClient, superuser: Engine, clock: HandSetClock
) -> None:
    assert [share(on_the_road, place) for place in (HERE, THERE)] == [200, 200]
    assert rows(superuser) == shown(network) == [51.6]
    clock.set(clock() + timedelta(minutes=16))
    assert shown(network) == []  # too old to say where the van is now


def test_whoever_shares_it_no_longer_is_forgotten_at_once(on_the_road: ServiceClient, superuser: Engine) -> None:
    share(on_the_road, HERE)
    assert on_the_road.http.delete("/driver/position").status_code == 204
    assert on_the_road.http.delete("/driver/position").status_code == 204
    assert rows(superuser) == []


def test_whoever_shares_it_too_early_hears_from_when_on_it_is_taken(
    on_the_road: ServiceClient, shift: dict[str, Any], superuser: Engine, clock: HandSetClock
) -> None:
    starts = datetime.fromisoformat(shift["starts_at"])
    begins = on_the_road.get("/driver/route").json()["sharing_begins_at"]
    assert datetime.fromisoformat(begins) == starts - timedelta(hours=1)
    clock.set(starts - timedelta(minutes=70))
    early = on_the_road.http.put("/driver/position", json=HERE)
    assert (early.status_code, early.json()["code"]) == (409, "sharing_not_yet")
    assert "from 07:00" in early.json()["detail"]
    arabic = on_the_road.http.put("/driver/position", json=HERE, headers={"Accept-Language": "ar"}).json()["detail"]
    assert "07:00" in arabic
    assert "مناوبتها" in arabic
    assert rows(superuser) == []
    clock.set(starts - timedelta(minutes=60))
    assert share(on_the_road, HERE) == 200


def test_nothing_is_left_after_the_last_stop_and_nothing_is_taken_then(
    on_the_road: ServiceClient, superuser: Engine
) -> None:
    pickup, drop_off, food = stops_of(on_the_road)
    share(on_the_road, HERE)
    report(on_the_road, an_event(pickup, "collected", kilograms(food)))
    assert len(rows(superuser)) == 1
    report(on_the_road, an_event(drop_off, "delivered", kilograms(food)))
    assert rows(superuser) == []
    refused = on_the_road.http.put("/driver/position", json=HERE)
    assert (refused.status_code, refused.json()["code"]) == (409, "sharing_over")
    assert rows(superuser) == []


def test_a_position_does_not_outlive_the_link_that_it_was_shared_with(
    on_the_road: ServiceClient, network: ServiceClient, shift: dict[str, Any], superuser: Engine
) -> None:
    links = f"/shifts/{shift['id']}/driver-links"
    own = network.client_of({"id": shift["organisation_id"]}, "fleet")
    share(on_the_road, HERE)
    assert own.http.delete(links).is_success
    assert rows(superuser) == []
    with network.driver(shift) as driver:
        share(driver, HERE)
        assert len(rows(superuser)) == 1
        network.ok(links)  # another one, in its stead
        assert rows(superuser) == []
        assert share(driver, HERE) == 401


def test_a_shift_that_is_called_off_leaves_no_position(
    network: ServiceClient, shift: dict[str, Any], superuser: Engine
) -> None:
    unplanned = network.vehicle_and_shift({"id": shift["start_site_id"]}, name="Blue van")
    with superuser.begin() as connection:
        kept = text(
            "INSERT INTO van_positions (shift_id, network_id, latitude, longitude, accuracy_metres, told_at, ends_at)"
            " SELECT id, network_id, 51.5, -3, 1, starts_at, ends_at FROM shifts WHERE id = :shift"
        )
        connection.execute(kept, {"shift": unplanned["id"]})
    assert network.post(f"/shifts/{unplanned['id']}/cancel").is_success
    assert rows(superuser) == []


def test_nothing_is_left_after_the_shift(
    on_the_road: ServiceClient,
    network: ServiceClient,
    shift: dict[str, Any],
    database: Database,
    superuser: Engine,
    clock: HandSetClock,
) -> None:
    ends = datetime.fromisoformat(shift["ends_at"])
    clock.set(ends - timedelta(minutes=1))
    share(on_the_road, HERE)
    assert forget_ended(database, clock()) == 0
    assert len(rows(superuser)) == 1
    clock.set(ends)
    assert shown(network) == []  # even before the job has come
    assert forget_ended(database, clock()) == 1
    assert rows(superuser) == []
    assert share(on_the_road, HERE) == 409
    assert rows(superuser) == []


def test_the_nightly_job_forgets_what_the_other_did_not(
    on_the_road: ServiceClient, network: ServiceClient, database: Database, superuser: Engine, clock: HandSetClock
) -> None:
    share(on_the_road, HERE)
    forget(database, network.network_id(), clock())
    assert len(rows(superuser)) == 1
    forget(database, network.network_id(), clock() + timedelta(days=1))
    assert rows(superuser) == []


@pytest.mark.parametrize("wrong", [{"latitude": 91}, {"longitude": -181}, {"accuracy_metres": -1}, {"speed": 3}])
def test_a_place_that_is_none_is_refused(on_the_road: ServiceClient, wrong: dict[str, Any]) -> None:
    assert share(on_the_road, {**HERE, **wrong}) == 422


def test_a_partner_sees_no_van(on_the_road: ServiceClient, network: ServiceClient) -> None:
    share(on_the_road, HERE)
    shop = network.organisation("supermarket", "Tesco")
    with network.client_of(shop, "plans") as partner:
        found = partner.get("/van-positions", service_date=DAY)
        assert found.status_code == 200
    with network.client_of(shop, "offers") as partner:
        assert partner.get("/van-positions", service_date=DAY).status_code == 403


def test_the_job_comes_round_every_minute() -> None:
    (periodic,) = driving_jobs().periodic_registry.periodic_tasks.values()
    assert (periodic.task.name, periodic.cron) == ("forget_positions", EVERY)
    assert EVERY == "* * * * *"
