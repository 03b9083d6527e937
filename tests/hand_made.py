"""Draft plans written by hand instead of solved: the same at every run, and there in no time."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select

from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.needs import Need
from app.models.offers import Offer, OfferLine
from app.models.partners import Organisation, Site
from app.models.plans import Allocation, Plan, Route, Stop
from tests.conftest import MORNING
from tests.hand_made_plan import shifts_of
from tests.service_client import DAY, ServiceClient


@dataclass(frozen=True)
class Ride:
    """The first line of an offer for a need: how many grams, when the van is at the store and at the food bank."""

    offer: dict[str, Any]
    need: dict[str, Any]
    grams: int
    pickup: str
    drop_off: str


def _at(clock_time: str) -> datetime:
    return datetime.fromisoformat(f"{DAY}T{clock_time}:00+00:00")


def draft(database: Database, network: ServiceClient, shift: dict[str, Any], *rides: Ride) -> dict[str, Any]:
    """A draft of one route; stops in the order of their times."""
    network_id = UUID(network.get("/me").json()["network"]["id"])
    with database.transaction(Scope(network=network_id)) as session:
        number = session.scalar(select(func.max(Plan.number)).where(Plan.network_id == network_id)) or 0
        plan = Plan(
            id=uuid4(),
            network_id=network_id,
            service_date=date.fromisoformat(DAY),
            number=number + 1,
            problem_digest="by hand",
            problem={"shifts": shifts_of(session, UUID(shift["id"]))},
            document={},
            engine="by_hand",
            seed=1,
            travel={},
            grams_allocated=sum(ride.grams for ride in rides),
            metres=0,
            seconds=0,
            created_at=MORNING,
        )
        route = Route(
            id=uuid4(),
            network_id=network_id,
            plan_id=plan.id,
            shift_id=UUID(shift["id"]),
            number=1,
            vehicle_name="White van",
            driver_name="Driver",
            metres=0,
            seconds=0,
            driving_seconds=0,
            line=[],
        )
        visits: dict[tuple[str, str, UUID], Stop] = {}

        def stop(kind: str, at: str, site_id: UUID) -> Stop:
            site = session.get_one(Site, site_id)
            return visits.setdefault(
                (at, kind, site_id),
                Stop(
                    id=uuid4(),
                    network_id=network_id,
                    route_id=route.id,
                    shift_id=route.shift_id,
                    site_id=site_id,
                    kind=kind,
                    site_name=site.name,
                    organisation_name=session.get_one(Organisation, site.organisation_id).name,
                    address=site.address,
                    access_notes=site.access_notes,
                    latitude=site.latitude,
                    longitude=site.longitude,
                    arrive_at=_at(at),
                    begin_at=_at(at),
                    leave_at=_at(at),
                    metres_from_previous=0,
                    seconds_from_previous=None,
                    table_seconds_from_previous=None,
                ),
            )

        allocations = []
        for ride in rides:
            line = session.get_one(OfferLine, UUID(ride.offer["lines"][0]["id"]))
            need = session.get_one(Need, UUID(ride.need["id"]))
            pickup = stop("pickup", ride.pickup, session.get_one(Offer, line.offer_id).site_id)
            drop_off = stop("drop_off", ride.drop_off, need.site_id)
            allocations.append(
                Allocation(
                    id=uuid4(),
                    network_id=network_id,
                    plan_id=plan.id,
                    route_id=route.id,
                    shift_id=route.shift_id,
                    offer_line_id=line.id,
                    need_id=need.id,
                    donor_organisation_id=line.organisation_id,
                    receiver_organisation_id=need.organisation_id,
                    pickup_stop_id=pickup.id,
                    drop_off_stop_id=drop_off.id,
                    grams=ride.grams,
                    crates=1,
                    description=line.description,
                    category=line.category,
                    temperature_class=line.temperature_class,
                    donor_name=pickup.site_name,
                    receiver_name=drop_off.site_name,
                    pickup_at=pickup.arrive_at,
                    drop_off_at=drop_off.arrive_at,
                )
            )
        for sequence, key in enumerate(sorted(visits, key=lambda each: (each[0], each[1] == "drop_off"))):
            visits[key].sequence = sequence
        for group in ([plan], [route], list(visits.values()), allocations):
            session.add_all(group)
            session.flush()
        plan_id = plan.id
    found: dict[str, Any] = network.get(f"/plans/{plan_id}").json()
    return found
