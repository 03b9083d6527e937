"""Many rows in one statement are what they would be one by one."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.kit.db import CompressedJson, Database
from app.kit.many_rows import among, insert_at_once, new_row
from app.kit.tenancy import Scope
from app.models.partners import Site
from app.models.plans import Plan, Route, Stop
from tests.service_client import FOOD_BANK, ServiceClient

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def a_plan(network_id: UUID) -> Plan:
    return Plan(
        id=uuid4(), network_id=network_id, service_date=date(2026, 11, 25), number=1, problem_digest="", problem={},
        document={}, engine="by hand", seed=1, grams_allocated=0, metres=0, seconds=0, created_at=NOON,
    )  # fmt: skip


def test_rows_get_what_they_say_their_models_defaults_and_none(database: Database, network: ServiceClient) -> None:
    site = network.site(FOOD_BANK, "بنك الطعام «نيوبورت»", kind="distribution_point")
    shift = network.vehicle_and_shift(site)
    scope = Scope(network=network.network_id())
    with database.transaction(scope) as session:
        plan = a_plan(network.network_id())
        session.add(plan)
        session.flush()
        shared: dict[str, Any] = {"network_id": plan.network_id, "shift_id": UUID(shift["id"])}
        route = {
            "id": uuid4(), "plan_id": plan.id, "number": 1, "vehicle_name": "Van", "driver_name": 'A "quoted" name',
            "metres": 0, "seconds": 0, "driving_seconds": 0, "line": [[-2.99, 51.58], [1e-7, 0]], "what else": object(),
        }  # fmt: skip
        insert_at_once(session, Route, [{**shared, **route}])
        stop = {
            "route_id": route["id"], "site_id": UUID(site["id"]), "kind": "start", "site_name": site["name"],
            "organisation_name": "", "address": "", "access_notes": "", "latitude": 51.5, "longitude": -3,
            "arrive_at": NOON, "begin_at": NOON, "leave_at": NOON, "metres_from_previous": 0,
        }  # fmt: skip
        stops = [
            {**shared, **stop, "id": (id := uuid4()), "visit_id": id, "sequence": number, **more}
            for number, more in enumerate([{}, {"seconds_from_previous": 60}])
        ]
        insert_at_once(session, Stop, stops)
        insert_at_once(session, Stop, [])
    with database.transaction(scope) as session:
        found = session.scalars(select(Route)).one()
        assert (found.driver_name, found.line, found.locked) == ('A "quoted" name', [[-2.99, 51.58], [1e-7, 0]], False)
        assert [(each.sequence, each.seconds_from_previous) for each in found.stops] == [(0, None), (1, 60)]
        told = {(each.site_name, each.arrive_at, each.access) for each in found.stops}
        assert told == {(site["name"], NOON, "unknown")}
    with database.transaction(scope) as session:
        later = {**shared, **stop, "id": uuid4(), "site_name": "Later", "sequence": 2}
        other_way_round = [{**each, "sequence": 1 - each["sequence"], "site_name": "Renewed"} for each in stops]
        insert_at_once(session, Stop, [*other_way_round, later], or_renew=True)
    with database.transaction(scope) as session:
        found = session.scalars(select(Route)).one()
        assert [each.id for each in found.stops] == [stops[1]["id"], stops[0]["id"], later["id"]]
        assert [each.site_name for each in found.stops] == ["Renewed", "Renewed", "Later"]
    with pytest.raises(IntegrityError), database.transaction(scope) as session:
        insert_at_once(session, Stop, stops[:1])


def test_a_new_row_says_what_its_model_would_and_takes_what_is_set_later(network: ServiceClient) -> None:
    said: dict[str, Any] = {"id": uuid4(), "network_id": network.network_id(), "number": 3, "line": [[-2.99, 51.58]]}
    quick, usual = new_row(Route, **said), Route(**said)
    quick.locked = usual.locked = True
    names = [*said, "locked"]
    assert isinstance(quick, Route)
    assert [getattr(quick, name) for name in names] == [getattr(usual, name) for name in names]
    assert quick.vehicle_name is None


def test_rows_are_found_among_any_number_of_ids(database: Database, network: ServiceClient) -> None:
    sites = [network.site(FOOD_BANK, f"Site {number}", kind="distribution_point") for number in range(3)]
    ids = [UUID(each["id"]) for each in sites]
    with database.transaction(Scope(network=network.network_id())) as session:
        for wanted in ([], ids[:1], [*ids[:2], *(uuid4() for _ in range(500))]):
            found = set(session.scalars(select(Site.id).where(among(Site.id, wanted))))
            assert found == set(wanted) & set(ids)


def test_what_is_packed_already_is_kept_as_it_is(database: Database, network: ServiceClient) -> None:
    packed = CompressedJson.packed({"lots": [1, 2], "name": "بنك الطعام"})
    assert CompressedJson.packed(packed) is packed
    scope = Scope(network=network.network_id())
    with database.transaction(scope) as session:
        plan = a_plan(network.network_id())
        plan.problem = packed  # type: ignore[assignment]  # a value made ready before
        session.add(plan)
    with database.transaction(scope) as session:
        assert session.scalars(select(Plan.problem)).one() == {"lots": [1, 2], "name": "بنك الطعام"}
