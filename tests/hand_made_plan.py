"""A plan written by hand into the database: for tests of what comes after planning, without a solver's seconds."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

import routing
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.fleet import Shift, Vehicle
from app.models.partners import Network
from app.models.plans import Allocation, Plan, Route, Stop
from app.planning.snapshot import shift_as_solved
from tests.service_client import ServiceClient

NINE = datetime(2026, 11, 25, 9, tzinfo=UTC)


def network_id_of(network: ServiceClient) -> UUID:
    return UUID(network.get("/me").json()["network"]["id"])


def shifts_of(session: Session, *shift_ids: UUID) -> list[dict[str, Any]]:
    """The shifts as a plan's problem has them: publishing looks whether they are still so."""
    found = []
    for shift_id in shift_ids:
        shift = session.get_one(Shift, shift_id)
        zone = ZoneInfo(session.get_one(Network, shift.network_id).time_zone)
        vehicle = session.get_one(Vehicle, shift.vehicle_id)
        found.append(routing.shift_to_json(shift_as_solved(shift, vehicle, shift.service_date, zone)))
    return found


def plan_by_hand(
    database: Database,
    network: ServiceClient,
    shift: dict[str, Any],
    pairs: list[tuple[dict[str, Any], int, dict[str, Any], int]],
    *,
    number: int = 1,
    problem: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A draft with one pickup, one drop-off and an allocation of (offer, line's position, need, grams) each."""
    network_id, day = network_id_of(network), date.fromisoformat(shift["service_date"])
    offer, _, need, _ = pairs[0]
    plan = Plan(
        id=uuid4(), network_id=network_id, service_date=day, number=number, problem_digest="by hand",
        problem={}, document={}, engine="by hand", seed=1, metres=1, seconds=1,
        grams_allocated=sum(grams for *_, grams in pairs), figures=None, created_at=NINE, published_at=None,
    )  # fmt: skip
    route = Route(
        id=uuid4(), network_id=network_id, plan_id=plan.id, shift_id=UUID(shift["id"]), number=1,
        vehicle_name="White van", driver_name="Driver", metres=1, seconds=1, driving_seconds=1, line=[],
    )  # fmt: skip
    visits = [
        ("start", shift["start_site_id"]),
        ("pickup", offer["site_id"]),
        ("drop_off", need["site_id"]),
        ("end", shift["end_site_id"]),
    ]
    stops = [
        Stop(
            id=uuid4(), network_id=network_id, route_id=route.id, shift_id=route.shift_id, site_id=UUID(site),
            sequence=index, kind=kind, site_name="Site", organisation_name="Organisation", address="", access_notes="",
            latitude=51.5, longitude=-3.0, arrive_at=NINE + timedelta(minutes=10 * index),
            begin_at=NINE + timedelta(minutes=10 * index), leave_at=NINE + timedelta(minutes=10 * index + 5),
            metres_from_previous=0, seconds_from_previous=None, table_seconds_from_previous=None,
        )
        for index, (kind, site) in enumerate(visits)
    ]  # fmt: skip
    allocations = []
    for given, position, taker, grams in pairs:
        line = given["lines"][position]
        allocations.append(
            Allocation(
                id=uuid4(), network_id=network_id, plan_id=plan.id, route_id=route.id, shift_id=route.shift_id,
                offer_line_id=UUID(line["id"]), need_id=UUID(taker["id"]),
                donor_organisation_id=UUID(given["organisation_id"]),
                receiver_organisation_id=UUID(taker["organisation_id"]),
                pickup_stop_id=stops[1].id, drop_off_stop_id=stops[2].id, grams=grams, crates=0,
                description=line["description"], category=line["category"],
                temperature_class=line["temperature_class"],
                use_by=date.fromisoformat(line["mark_date"]) if line["date_mark"] == "use_by" else None,
                donor_name="Store", receiver_name="Bank", pickup_at=NINE, drop_off_at=NINE, published_at=None,
            )
        )  # fmt: skip
    with database.transaction(Scope(network=network_id)) as session:
        plan.problem = {"lots": [], **(problem or {}), "shifts": shifts_of(session, route.shift_id)}
        for group in ([plan], [route], stops, allocations):
            session.add_all(group)
            session.flush()
    found: dict[str, Any] = network.get(f"/plans/{plan.id}").json()
    return found
