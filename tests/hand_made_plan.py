"""Plans written by hand into the database: for tests of what comes after planning, without a solver's seconds."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import routing
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.fleet import Shift, Vehicle
from app.models.needs import Need
from app.models.offers import OfferLine
from app.models.partners import Network, Organisation, Site
from app.models.plans import Allocation, Plan, PlanRun, Route, Stop
from app.planning.snapshot import shift_as_solved
from tests.conftest import MORNING
from tests.service_client import ServiceClient

PLANNED_AT = MORNING + timedelta(minutes=1)  # what was posted in the morning is food that the plan knew of
KINDS = ("start", "pickup", "drop_off", "end")

type Visit = tuple[datetime, str, UUID]  # when, one of KINDS, the site


@dataclass(frozen=True)
class Ride:
    """Grams of an offer's first line for a need; the clock times, in UTC, are those at the store and at the bank."""

    offer: dict[str, Any]
    need: dict[str, Any]
    grams: int
    pickup: str = "09:00"
    drop_off: str = "10:00"

    def visits(self, day: date) -> tuple[Visit, Visit]:
        """Where the van loads and where it unloads."""
        first, then = (datetime.fromisoformat(f"{day}T{time}:00+00:00") for time in (self.pickup, self.drop_off))
        return (first, "pickup", UUID(self.offer["site_id"])), (then, "drop_off", UUID(self.need["site_id"]))


def draft(
    database: Database, network: ServiceClient, shift: dict[str, Any], *rides: Ride, asked_by: str | None = None
) -> dict[str, Any]:
    """The day's next draft, as the API shows it: one route, its stops in order of time, an allocation per ride.

    asked_by: who asked for it, where a planning run should say so. All drives are 0 metres and 0 seconds long.
    """
    network_id = network.network_id()
    with database.transaction(Scope(network=network_id)) as session:
        driven = session.get_one(Shift, UUID(shift["id"]))
        plan = _plan(session, driven, rides)
        route = _route(session, plan, driven)
        stops = _stops(session, route, driven, rides)
        route.line = [[stop.longitude, stop.latitude] for stop in stops.values()]
        allocations = [_allocation(session, plan, route, stops, ride) for ride in rides]
        run = PlanRun(
            network_id=network_id, service_date=plan.service_date, state="done", plan_id=plan.id,
            requested_by=asked_by, requested_at=PLANNED_AT, ended_at=PLANNED_AT,
        )  # fmt: skip
        for rows in ([plan], [route], stops.values(), allocations, [] if asked_by is None else [run]):
            session.add_all(rows)
            session.flush()
        plan_id = plan.id
    found: dict[str, Any] = network.get(f"/plans/{plan_id}").json()
    return found


def _plan(session: Session, shift: Shift, rides: tuple[Ride, ...]) -> Plan:
    day, network = shift.service_date, session.get_one(Network, shift.network_id)
    last = session.scalar(select(func.max(Plan.number)).where(Plan.network_id == network.id, Plan.service_date == day))
    vehicle = session.get_one(Vehicle, shift.vehicle_id)
    # Publishing looks whether the shift is still so.
    as_solved = routing.shift_to_json(shift_as_solved(shift, vehicle, day, ZoneInfo(network.time_zone)))
    return Plan(
        id=uuid4(), network_id=network.id, service_date=day, number=(last or 0) + 1, problem_digest="by hand",
        problem={"lots": []}, document={}, engine="by hand", seed=1, shifts_read=[as_solved],
        grams_allocated=sum(ride.grams for ride in rides), metres=0, seconds=0, created_at=PLANNED_AT,
    )  # fmt: skip


def _route(session: Session, plan: Plan, shift: Shift) -> Route:
    return Route(
        id=uuid4(), network_id=plan.network_id, plan_id=plan.id, shift_id=shift.id, number=1,
        vehicle_name=session.get_one(Vehicle, shift.vehicle_id).name, driver_name=shift.driver_name,
        metres=0, seconds=0, driving_seconds=0,
    )  # fmt: skip


def _stops(session: Session, route: Route, shift: Shift, rides: tuple[Ride, ...]) -> dict[Visit, Stop]:
    visits: list[Visit] = [
        (shift.starts_at, "start", shift.start_site_id),
        *(visit for ride in rides for visit in ride.visits(shift.service_date)),
        (shift.ends_at, "end", shift.end_site_id),
    ]
    in_order = sorted(dict.fromkeys(visits), key=lambda visit: (visit[0], KINDS.index(visit[1])))
    return {visit: _stop(session, route, visit, sequence) for sequence, visit in enumerate(in_order)}


def _stop(session: Session, route: Route, visit: Visit, sequence: int) -> Stop:
    at, kind, site_id = visit
    site = session.get_one(Site, site_id)
    return Stop(
        id=uuid4(), network_id=route.network_id, route_id=route.id, shift_id=route.shift_id, site_id=site_id,
        sequence=sequence, kind=kind, site_name=site.name,
        organisation_name=session.get_one(Organisation, site.organisation_id).name, address=site.address,
        access_notes=site.access_notes, latitude=site.latitude, longitude=site.longitude,
        arrive_at=at, begin_at=at, leave_at=at, metres_from_previous=0,
    )  # fmt: skip


def _allocation(session: Session, plan: Plan, route: Route, stops: dict[Visit, Stop], ride: Ride) -> Allocation:
    line = session.get_one(OfferLine, UUID(ride.offer["lines"][0]["id"]))
    need = session.get_one(Need, UUID(ride.need["id"]))
    pickup, drop_off = (stops[visit] for visit in ride.visits(plan.service_date))
    return Allocation(
        id=uuid4(), network_id=plan.network_id, plan_id=plan.id, route_id=route.id, shift_id=route.shift_id,
        offer_line_id=line.id, need_id=need.id, donor_organisation_id=line.organisation_id,
        receiver_organisation_id=need.organisation_id, pickup_stop_id=pickup.id, drop_off_stop_id=drop_off.id,
        grams=ride.grams, crates=line.crates, description=line.description, category=line.category,
        temperature_class=line.temperature_class,
        use_by=line.mark_date if line.date_mark == "use_by" else None, donor_name=pickup.site_name,
        receiver_name=drop_off.site_name, pickup_at=pickup.arrive_at, drop_off_at=drop_off.arrive_at,
    )  # fmt: skip
