"""Arrivals as they are read: a plan's by the network's staff, one's own by everybody, and how true they were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.arrivals.routes import RouteUnderWay, allocations_at, under_way
from app.domain.arrivals import ERROR_WINDOW, ToldError, told_error
from app.kit.auth import Principal
from app.kit.paging import Order, Page, page
from app.ledger.settlement import known_of_shifts
from app.models.alarms import Arrival
from app.models.fleet import Shift
from app.models.plans import Allocation, Plan
from app.planning.queries import find_plan


@dataclass(frozen=True)
class PlanArrivals:
    """All routes of a plan at one moment, and how true what was told has been lately."""

    plan: Plan
    routes: Sequence[RouteUnderWay]
    error: ToldError | None


def arrivals_of_plan(session: Session, principal: Principal, plan_id: UUID, now: datetime) -> PlanArrivals:
    """When each van of a plan is expected where, computed now; raises `not_found`."""
    plan = find_plan(session, principal, plan_id)
    known = known_of_shifts(session, [route.shift_id for route in plan.routes])
    routes = [
        under_way(session, session.get_one(Shift, route.shift_id), route, now, known[route.shift_id])
        for route in plan.routes
    ]
    return PlanArrivals(plan, routes, error_of(session, plan.network_id, now))


def error_of(session: Session, network_id: UUID, now: datetime) -> ToldError | None:
    """How far arrivals of the last four weeks were from what was told last; None where none was reported."""
    rows = session.execute(
        select(Arrival.arrived_at, Arrival.expected_at).where(
            Arrival.network_id == network_id, Arrival.arrived_at > now - ERROR_WINDOW, Arrival.arrived_at <= now
        )
    )
    return told_error([(arrived - expected).total_seconds() / 60 for arrived, expected in rows if arrived is not None])


def list_arrivals(
    session: Session, principal: Principal, *, service_date: date | None, cursor: str | None, limit: int
) -> tuple[Page[Arrival], dict[UUID, list[Allocation]]]:
    """The vans that come to the caller's own sites, or to any of the network's for its staff, in order of the plan;
    with what is handled at each stop."""
    principal.require("allocations.read")
    query = select(Arrival)
    if service_date is not None:
        query = query.where(Arrival.service_date == service_date)
    found = page(session, query, Order(Arrival.planned_at, Arrival.visit_id), cursor, limit)
    return found, allocations_at(session, [row.stop_id for row in found.items])
