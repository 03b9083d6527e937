"""Published days with their routes and visits to stores, from rows: recorded where drivers reported, else planned."""

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

import routing
from app.domain.counting import factor_on
from app.domain.duplicates import Savings, VisitedDay
from app.kit.many_rows import among
from app.ledger.settlement import Known, known_of_shifts
from app.models.events import StopEvent
from app.models.plans import Allocation, Plan, Route
from app.reports.duplicates.drawing import drawn_day
from app.reports.impact.choices import choices_of

MOST_REMEMBERED = 400  # published plans
_remembered: OrderedDict[UUID, Savings] = OrderedDict()
_remembering = Lock()


@dataclass(frozen=True)
class DaysRead:
    """The days in order. unread: published days whose plan cannot be read any more: nothing is said of them."""

    days: Sequence[VisitedDay]
    unread: Sequence[date]


def read_days(session: Session, network_id: UUID, first: date, last: date) -> DaysRead:
    """Every published day from the first to the last, both included. Of a day that anybody reported those routes that
    were reported; of another one all routes, as planned."""
    published = session.execute(
        select(Plan.id, Plan.service_date)
        .where(
            Plan.network_id == network_id,
            Plan.state == "published",
            Plan.service_date >= first,
            Plan.service_date <= last,
        )
        .order_by(Plan.service_date)
    ).all()
    routes = _routes(session, [plan for plan, _ in published])
    known = _known(session, {route.shift_id for found in routes.values() for route in found})
    promised = _promised(session, [route.id for found in routes.values() for route in found])
    choices = choices_of(session, network_id)
    days, unread = [], []
    for plan, service_date in published:
        driven = [route for route in routes[plan] if route.shift_id in known]
        try:
            problems = _problems(session, plan)
        except routing.ProblemError:
            unread.append(service_date)
            continue
        told = known if driven else None
        food = factor_on(choices, "co2e", service_date)
        drawn = drawn_day(service_date, problems, driven or routes[plan], promised, told, _savings(plan), food)
        days.append(drawn)
    return DaysRead(days, unread)


def _savings(plan_id: UUID) -> Savings:
    """What this process has worked out of the plan before: its routes never change once it is published."""
    with _remembering:
        found = _remembered.setdefault(plan_id, {})
        _remembered.move_to_end(plan_id)
        while len(_remembered) > MOST_REMEMBERED:
            _remembered.popitem(last=False)
    return found


def _routes(session: Session, plans: Collection[UUID]) -> dict[UUID, list[Route]]:
    found: dict[UUID, list[Route]] = {plan: [] for plan in plans}
    for route in session.scalars(select(Route).where(among(Route.plan_id, list(plans))).order_by(Route.number)):
        found[route.plan_id].append(route)
    return found


def _known(session: Session, shifts: Collection[UUID]) -> Mapping[UUID, Known]:
    """What is known of the shifts that anything was reported of."""
    reported = session.scalars(
        select(StopEvent.shift_id).where(among(StopEvent.shift_id, list(shifts))).distinct()
    ).all()
    return known_of_shifts(session, reported) if reported else {}


def _promised(session: Session, routes: Collection[UUID]) -> Mapping[UUID, list[Allocation]]:
    """By route what it carries."""
    found: dict[UUID, list[Allocation]] = {route: [] for route in routes}
    rows = select(Allocation).where(among(Allocation.route_id, list(routes))).order_by(Allocation.id)
    for row in session.scalars(rows):
        found[row.route_id].append(row)
    return found


def _problems(session: Session, plan_id: UUID) -> list[routing.Problem]:
    """What the day's plan answers: the plan that it goes back to first, since a change of a day under way answers what
    was left of the day. Raises routing.ProblemError."""
    told = []
    wanted: UUID | None = plan_id
    while wanted is not None:
        plan = session.scalars(
            select(Plan).where(Plan.id == wanted).options(undefer(Plan.problem))
            .execution_options(populate_existing=True)
        ).one()  # fmt: skip
        if plan.changes_plan_id is None or plan.id == plan_id:
            told.append(routing.problem_from_json(plan.problem))
        wanted = plan.changes_plan_id
        session.expire(plan, ["problem"])  # large, and of no more use
    return told[::-1]
