"""The Python client that is generated from the API's description: whole, importable, and enough for a day's work."""

import builtins
import importlib
import keyword
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from app import client
from app.client import ClientError, write_client
from tests.security.api_description import DESCRIBED, api_description
from tests.service_client import DAY, FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of the generated package, importable while these tests run."""
    folder = tmp_path_factory.mktemp("generated")
    write_client(folder / "wasl_client")
    sys.path.insert(0, str(folder))
    yield "wasl_client"
    sys.path.remove(str(folder))
    for name in [each for each in sys.modules if each.partition(".")[0] == "wasl_client"]:
        del sys.modules[name]


def test_every_operation_has_a_short_name_of_its_own() -> None:
    names = [each.operation_id for each in DESCRIBED]
    assert len(names) == len(set(names))
    for name in names:
        assert name.isidentifier(), name
        assert not keyword.iskeyword(name), name
        assert not hasattr(builtins, name), name
        assert "api_v1" not in name, f"{name}: name the function that answers it"
        assert len(name) <= 40, name


def test_every_schema_has_a_title_and_a_description() -> None:
    schemas = api_description()["components"]["schemas"]
    assert [name for name, schema in schemas.items() if not schema.get("title")] == []
    assert [name for name, schema in schemas.items() if not schema.get("description")] == []


def test_a_day_is_worked_through_with_the_generated_client(package: str, network: ServiceClient) -> None:
    """Two organisations join, one offers, the other needs, a plan is made, published, driven and accounted for."""

    def operation(tag: str, name: str) -> Any:
        return importlib.import_module(f"{package}.api.{tag}.{name}")

    models = importlib.import_module(f"{package}.models")
    signed_in = importlib.import_module(package).AuthenticatedClient
    secret = network.http.headers["Authorization"].removeprefix("Bearer ")

    def done(answer: Any) -> Any:
        assert answer is not None
        assert not isinstance(answer, models.Problem), answer
        return answer

    with signed_in(network.address, secret, raise_on_unexpected_status=True) as staff:
        kinds = models.OrganisationInKind
        shop, bank = (
            done(
                operation("partners", "add_organisation").sync(
                    client=staff, body=models.OrganisationIn(kind=kinds(kind), name=name)
                )
            )
            for kind, name in (("supermarket", "Lidl"), ("food_bank", "Newport Food Bank"))
        )
        sites = [
            done(
                operation("partners", "add_site").sync(
                    client=staff,
                    body=models.SiteIn(
                        kind=models.SiteInKind(kind),
                        name=owner.name,
                        organisation_id=owner.id,
                        latitude=place[0],
                        longitude=place[1],
                        windows=[models.WindowIn(weekdays=[1, 2, 3, 4, 5, 6, 7], opens="06:00", closes="22:00")],
                    ),
                )
            )
            for owner, place, kind in (
                (shop, LIDL_CARDIFF_ROAD, "store"),
                (bank, FOOD_BANK, "distribution_point"),
            )
        ]
        till = done(
            operation("partners", "add_key").sync(
                client=staff,
                organisation_id=shop.id,
                body=models.KeyIn(name="till", scopes=[models.KeyInScopesItem("offers")]),
            )
        )
        with signed_in(network.address, till.key, raise_on_unexpected_status=True) as shop_floor:
            offer = done(
                operation("offers", "post_offer").sync(
                    client=shop_floor,
                    body=models.OfferIn.from_dict(
                        {
                            "site_id": str(sites[0].id),
                            "pickup_from": f"{DAY}T08:00:00+00:00",
                            "pickup_until": f"{DAY}T12:00:00+00:00",
                            "lines": [{"category": "bread_and_bakery", "description": "Loaves", "kg": "12.5"}],
                        }
                    ),
                    idempotency_key="monday-1",
                )
            )
            assert offer.lines[0].kg == "12.5"
        need = {"site_id": str(sites[1].id), "service_date": DAY, "category": "bread_and_bakery", "kg": "50"}
        done(operation("needs", "state_need").sync(client=staff, body=models.NeedIn.from_dict(need)))
        vehicle = done(
            operation("fleet", "add_vehicle").sync(
                client=staff, body=models.VehicleIn.from_dict({"name": "White van", "capacity_kg": "600"})
            )
        )
        shift = done(
            operation("fleet", "add_shift").sync(
                client=staff,
                body=models.ShiftIn(
                    vehicle_id=vehicle.id,
                    driver_name="Driver",
                    starts_at=datetime(2026, 11, 25, 8, tzinfo=UTC),
                    ends_at=datetime(2026, 11, 25, 16, tzinfo=UTC),
                    start_site_id=sites[1].id,
                    end_site_id=sites[1].id,
                ),
            )
        )
        run = done(
            operation("plans", "request_plan").sync(
                client=staff, body=models.PlanRunIn(service_date=date.fromisoformat(DAY))
            )
        )
        until = time.monotonic() + 180
        while str(run.state) not in ("done", "failed"):
            assert time.monotonic() < until, run
            time.sleep(0.3)
            run = done(operation("plans", "get_run").sync(client=staff, run_id=run.id))
        plan = done(operation("plans", "get_plan").sync(client=staff, plan_id=run.plan_id))
        published = operation("plans", "publish_plan").sync_detailed(
            client=staff, plan_id=plan.id, if_match=f'"{plan.version}"'
        )
        assert published.status_code == 200
        link = done(operation("fleet", "give_driver_link").sync(client=staff, shift_id=shift.id))
        with signed_in(network.address, link.token, raise_on_unexpected_status=True) as driver:
            stops = done(operation("driver", "driver_route").sync(client=driver)).route.stops
            events = [
                {
                    "id": str(uuid4()),
                    "stop_id": str(stop.id),
                    "kind": kind,
                    "occurred_at": stop.arrive_at.isoformat(),
                    "lines": [{"allocation_id": str(stop.allocations[0].id), "kg": "12.5"}],
                }
                for stop, kind in zip(
                    [stop for stop in stops if str(stop.kind) in ("pickup", "drop_off")],
                    ("collected", "delivered"),
                    strict=True,
                )
            ]
            told = done(
                operation("driver", "record_events").sync(
                    client=driver, body=models.StopEventsIn.from_dict({"events": events})
                )
            )
            assert [str(each.status) for each in told.results] == ["stored", "stored"]
        report = done(
            operation("reports", "day_report").sync(client=staff, service_date=date.fromisoformat(DAY))
        ).to_dict()
        assert float(report["actuals"]["kg_delivered"]) == 12.5


def test_without_the_generator_one_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "GENERATOR", "a_generator_that_is_not_here")
    with pytest.raises(ClientError, match="install `openapi-python-client`"):
        write_client(tmp_path / "wasl_client")


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(ClientError, match="has other files in it"):
        write_client(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["letter.txt"]
