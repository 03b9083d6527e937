"""Planning anew keeps what a dispatcher has locked: the routes that are locked in the newest plan of the day.

A route is kept as far as the day still allows it: where its food, its shift or its hours have changed so that it cannot
be driven as it was locked, it is planned like all others, and is locked no longer.
"""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import routing
from app.models.plans import Plan
from routing import LockedCargo, LockedRoute, LockedStop, Problem, ProblemError, Tour


@dataclass(frozen=True)
class Kept:
    """A plan, and the shifts in it whose routes are locked."""

    plan: routing.Plan
    shifts: frozenset[str]


def read_kept(session: Session, network_id: UUID, service_date: date) -> Kept | None:
    """The newest plan of the day, where it has locked routes."""
    newest = session.scalars(
        select(Plan)
        .where(
            Plan.network_id == network_id,
            Plan.service_date == service_date,
            Plan.changes_plan_id.is_(None),  # the document of a change is the rest of a day
        )
        .order_by(Plan.number.desc())
        .limit(1)
    ).first()
    shifts = frozenset(str(route.shift_id) for route in newest.routes if route.locked) if newest else frozenset()
    if newest is None or not shifts:
        return None
    session.refresh(newest, ["document"])
    return Kept(routing.plan_from_json(newest.document), shifts)


def keeping(problem: Problem, kept: Kept | None) -> Problem:
    """The problem whose plans all drive these routes as they are locked."""
    if kept is None:
        return problem
    tours = zip(problem.shifts, routing.tours_of_plan(problem, kept.plan), strict=True)
    for shift, tour in tours:
        if shift.id in kept.shifts and tour:
            problem = _with(problem, LockedRoute(shift.id, _stops(tour)))
    return problem


def _with(problem: Problem, route: LockedRoute) -> Problem:
    """With this route too; without it where it cannot be driven any more."""
    try:
        routing.locked_tours(replace(problem, locked=(route,)))
        return replace(problem, locked=(*problem.locked, route))
    except ProblemError:
        return problem


def _stops(tour: Tour) -> tuple[LockedStop, ...]:
    return tuple(
        LockedStop(visit.kind, visit.site, tuple(LockedCargo(each.lot, each.need, each.grams) for each in visit.cargo))
        for visit in tour
        if visit.kind != "break"
    )
