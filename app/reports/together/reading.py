"""A day's questions, read in one transaction and put together outside of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import routing
from app.kit.db import Database
from app.kit.many_rows import among
from app.kit.tenancy import Scope
from app.ledger.service import balances_of
from app.models.fleet import Shift
from app.models.needs import Need
from app.models.plans import Plan
from app.planning import snapshot
from app.planning.agreed import InForce, agreed_stores, obeying, read_agreements
from app.planning.snapshot import Day
from app.reports.together.asked import Asked
from app.reports.together.planned import planned_day
from app.reports.together.recorded import RecordedDay, last_shift_ends, really_there, recorded_day
from app.roads.travel import TravelTables


@dataclass(frozen=True)
class _Read:
    """The rows of a day that was driven."""

    day: Day
    recorded: RecordedDay
    agreements: tuple[InForce, ...]
    there: Mapping[str, int]


def questions_of_day(
    database: Database, tables: TravelTables, network_id: UUID, service_date: date, now: datetime
) -> list[Asked]:
    """As it was planned, and, once the last shift is over and somebody has reported anything, as it was recorded."""
    with database.transaction(Scope(network=network_id)) as session:
        planned = planned_day(session, network_id, service_date)
        ended = last_shift_ends(session, network_id, service_date)
        driven = None if planned is None or ended is None or ended > now else _read(session, network_id, service_date)
    if planned is None:
        return []
    return [planned] if driven is None else [planned, _asked(driven, tables, now, planned)]


def _read(session: Session, network_id: UUID, service_date: date) -> _Read | None:
    day = as_it_was(session, snapshot.read_day(session, network_id, service_date))
    recorded = recorded_day(session, day, {shift.id: shift.organisation_id for shift in day.shifts})
    if recorded is None:
        return None
    day = with_needs(session, day, recorded)
    balances = balances_of(session, [line.id for offer in day.offers for line in offer.lines])
    agreements = read_agreements(session, network_id, service_date)
    session.expunge_all()
    return _Read(day, recorded, agreements, really_there(balances))


def as_it_was(session: Session, day: Day) -> Day:
    """With all that was posted still on offer, and with the shifts that were driven whatever became of them since."""
    lines = [line for offer in day.offers for line in offer.lines if line.position >= 0]
    driving = select(Shift).where(
        Shift.network_id == day.network.id,
        Shift.service_date == day.service_date,
    )
    published = select(Plan.id).where(
        Plan.network_id == day.network.id, Plan.service_date == day.service_date, Plan.state == "published"
    )
    known = {shift.id for shift in day.shifts}
    plan = session.scalar(published)
    routes = set() if plan is None else {route.shift_id for route in session.get_one(Plan, plan).routes}
    others = [row for row in session.scalars(driving.order_by(Shift.id)) if row.id in routes - known]
    return replace(day, available={line.id: line.grams for line in lines}, shifts=[*day.shifts, *others])


def with_needs(session: Session, day: Day, recorded: RecordedDay) -> Day:
    """With the needs that food was brought for, should they be closed by now."""
    missing = {UUID(need) for need in recorded.delivered} - set(day.needs_by_id)
    if not missing:
        return day
    others = session.scalars(select(Need).where(among(Need.id, missing)).order_by(Need.created_at, Need.id)).all()
    return replace(day, needs=[*day.needs, *others])


def _asked(read: _Read, tables: TravelTables, now: datetime, planned: Asked) -> Asked:
    day, recorded = read.day, read.recorded
    needed = {site.id for site in snapshot.sites_of(day)}
    sites = list(day.sites.values())
    profiles = snapshot.profiles_of(day)
    travel = {profile: tables.of(day.network, sites, profile, now, needed) for profile in profiles}
    problem = obeying(snapshot.to_problem(day, travel), read.agreements).problem
    return Asked(
        kind="recorded",
        plan_id=recorded.plan.id,
        problem=problem,
        agreed=agreed_stores(read.agreements),
        seed=planned.seed,
        together=routing.day_figures(problem, recorded.routes, recorded.visits, recorded.delivered),
        there={line: grams for line, grams in read.there.items() if line in problem.lots_by_id},
        early=frozenset(planned.problem.lots_by_id) & frozenset(problem.lots_by_id),
        facts={
            "plan_number": recorded.plan.number,
            "routes_reported": len(recorded.routes),
            "routes_measured": recorded.measured,
        },
    )
