"""What the routes of a day cost that was driven: kept by route, so that a sponsor reads the same next year.

Kilometres and hours are those of a day as it was recorded (app.reports.together.recorded), the rates those that the
day's plan was made with. A route that nobody reported is none.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain.funding import Rates, route_cents, route_co2e
from app.kit.db import ROW_LOCK
from app.kit.many_rows import among
from app.ledger.settlement import Known, known_of_shifts
from app.models.events import StopEvent
from app.models.fleet import Shift, Vehicle
from app.models.funding import RouteCost
from app.models.partners import Network
from app.models.plans import Route, Stop
from app.planning.queries import driven_plan
from app.reports.together.planned import PlannedRates, planned_rates
from app.reports.together.recorded import reported_seconds

COOLED = frozenset({"chilled", "frozen"})


def record_day(session: Session, network_id: UUID, service_date: date, now: datetime) -> int:
    """Keep what the day's routes cost in the place of what was kept; how many were reported."""
    session.get_one(Network, network_id, with_for_update=ROW_LOCK)  # one keeps at a time
    session.execute(delete(RouteCost).where(RouteCost.network_id == network_id, RouteCost.service_date == service_date))
    plan = driven_plan(session, network_id, service_date)
    if plan is None:
        return 0
    shifts = [route.shift_id for route in plan.routes]
    reported = set(session.scalars(select(StopEvent.shift_id).where(among(StopEvent.shift_id, shifts)).distinct()))
    known = known_of_shifts(session, sorted(reported))
    rates, vehicles = planned_rates(session, plan), _vehicles(session, reported)
    rows = [
        _row(session, route, known[route.shift_id], vehicles[route.shift_id], rates.get(str(route.shift_id)), now)
        for route in plan.routes
        if route.shift_id in known
    ]
    for row in rows:
        row.network_id, row.service_date, row.plan_id = network_id, service_date, plan.id
    session.add_all(rows)
    session.flush()
    return len(rows)


def _vehicles(session: Session, shifts: set[UUID]) -> dict[UUID, Vehicle]:
    query = select(Shift.id, Vehicle).join(Vehicle, Vehicle.id == Shift.vehicle_id).where(among(Shift.id, list(shifts)))
    return dict(session.execute(query).all())


def _row(
    session: Session, route: Route, known: Known, vehicle: Vehicle, said: PlannedRates | None, now: datetime
) -> RouteCost:
    own = Rates(vehicle.cents_per_km, vehicle.cents_per_hour, vehicle.cents_per_use)
    said = said or PlannedRates(own, vehicle.grams_co2e_per_km)
    seconds = reported_seconds(route, known) or route.seconds
    places, cooled = _brought(session, known)
    came_to = [each for each in route.stops if each.kind == "pickup" and known.stop(each).state != "waiting"]
    return RouteCost(
        shift_id=route.shift_id,
        vehicle_id=vehicle.id,
        vehicle_name=route.vehicle_name,
        number=route.number,
        cents=route_cents(route.metres, seconds, said.rates),
        has_rates=said.rates.known,
        metres=route.metres,
        seconds=seconds,
        grams=sum(places.values()),
        grams_co2e_driving=route_co2e(route.metres, said.grams_co2e_per_km),
        cooled=cooled,
        stores=len({each.site_id for each in came_to}),
        places=dict(places),
        worked_out_at=now,
    )


def _brought(session: Session, known: Known) -> tuple[Mapping[str, int], bool]:
    """Grams in the books as delivered by place, and whether any of them were chilled or frozen."""
    brought = {
        parcel: known.outcomes[parcel].booked_as_delivered
        for parcel in known.promises.rows
        if known.outcomes[parcel].booked_as_delivered
    }
    rows = [known.promises.rows[parcel] for parcel in brought]
    query = select(Stop.id, Stop.site_id).where(among(Stop.id, [row.drop_off_stop_id for row in rows]))
    sites = dict(session.execute(query).all())
    places: defaultdict[str, int] = defaultdict(int)
    for parcel, grams in brought.items():
        places[str(sites[known.promises.rows[parcel].drop_off_stop_id])] += grams
    return places, any(row.temperature_class in COOLED for row in rows)
