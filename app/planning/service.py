"""Verbs on plans: request one, publish one."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

import routing
from app.domain import ledger, lifecycle
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import conflict, stale
from app.kit.jobs import defer
from app.ledger.service import balances_of, write_entries
from app.models.events import StopEvent
from app.models.fleet import Shift, Vehicle
from app.models.offers import OfferLine
from app.models.partners import Network
from app.models.plans import Allocation, Plan, PlanRun, Route
from app.needs.standing import fill_day
from app.partners.membership import active_organisations
from app.planning.edits.violations import sentences
from app.planning.queries import find_plan
from app.planning.snapshot import shift_as_solved
from app.planning.telling import tell_published

PLAN_DAY = "planning:plan_day"


def request_plan(session: Session, principal: Principal, service_date: date, now: datetime) -> PlanRun:
    """Ask for a plan of the day; a run that is already under way is given back instead of a second one."""
    principal.require("plans.request")
    session.get_one(Network, principal.network_id, with_for_update=ROW_LOCK)  # one request at a time decides
    alive = session.scalars(
        select(PlanRun).where(PlanRun.service_date == service_date, PlanRun.state.in_(("queued", "running")))
    ).first()
    if alive is not None:
        return alive
    run = PlanRun(
        network_id=principal.network_id,
        service_date=service_date,
        requested_by=principal.name,
        requested_at=now,
    )
    session.add(run)
    session.flush()
    fill_day(session, principal.network_id, service_date, now)
    defer(
        session,
        PLAN_DAY,
        lock=f"{principal.network_id}:{service_date}",
        run_id=str(run.id),
        network_id=str(principal.network_id),
    )
    audit.record(session, principal, "plans.request", ("planning run", run.id), now, day=str(service_date))
    return run


def publish_plan(session: Session, principal: Principal, plan_id: UUID, version: int, now: datetime) -> Plan:
    """Make a plan the one that is driven: frozen, booked in the ledger, the one before it superseded.

    Raises `day_under_way` (409) when drivers already report on the published plan, and `plan_outdated` (409) when
    food that the plan promises was changed or taken back since it was made, or a partner takes part no longer;
    `plan_breaks_rules` (409) for one that was edited into something that cannot be driven.
    """
    principal.require("plans.publish")
    session.get_one(Network, principal.network_id, with_for_update=ROW_LOCK)  # one publication at a time
    plan = find_plan(session, principal, plan_id)
    session.refresh(plan, with_for_update=ROW_LOCK)
    if plan.version != version:
        raise stale()
    if not lifecycle.may_become(lifecycle.PLAN_MOVES, plan.state, "published"):
        raise conflict("plan_not_publishable", f"This plan is {plan.state} and cannot be published.")
    _refuse_broken(plan)
    _refuse_who_left(session, plan)
    _require_shifts_as_planned(session, plan)
    before = _published(session, plan)
    if before is not None:
        _supersede(session, before, now)
    _promise(session, plan, now)
    session.execute(
        update(Allocation)
        .where(Allocation.plan_id == plan.id)
        .values(published_at=now)
        .execution_options(synchronize_session=False)
    )
    plan.state, plan.published_at = "published", now
    audit.record(session, principal, "plans.publish", ("plan", plan.id), now, number=plan.number)
    tell_published(session, plan, before, now)
    session.flush()
    return plan


def _refuse_broken(plan: Plan) -> None:
    """A plan that was edited by hand is published when it breaks nothing."""
    if plan.violations:
        sentence = "This plan cannot be driven as it was edited: {first}"
        raise conflict("plan_breaks_rules", sentence, first=sentences(plan.violations))


def _refuse_who_left(session: Session, plan: Plan) -> None:
    """A plan made while a partnership was in force is not published once it is suspended or ended."""
    taking_part = active_organisations(session, plan.network_id, plan.service_date)
    parties = select(Allocation.donor_organisation_id, Allocation.receiver_organisation_id)
    found = session.execute(parties.where(Allocation.plan_id == plan.id).distinct())
    drivers = select(Shift.organisation_id).join(Route, Route.shift_id == Shift.id).where(Route.plan_id == plan.id)
    concerned = {party for pair in found for party in pair} | set(session.scalars(drivers))
    if not concerned <= taking_part:
        raise conflict("plan_outdated", "A partner of this plan takes part no longer. Plan the day again.")


def _require_shifts_as_planned(session: Session, plan: Plan) -> None:
    """Raise `plan_outdated` where a shift that the plan drives was cancelled, or it or its vehicle was changed since.

    The shifts stay locked until the plan is published: whoever changes one meanwhile waits, and then is refused.
    """
    network = session.get_one(Network, plan.network_id)
    # The shifts alone: the rest of a problem can be tens of megabytes.
    shifts_then = session.scalar(select(Plan.problem["shifts"]).where(Plan.id == plan.id)) or []
    made_for = {each["id"]: each for each in shifts_then}
    shifts = session.scalars(
        select(Shift)
        .where(Shift.id.in_([route.shift_id for route in plan.routes]))
        .order_by(Shift.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    for shift in shifts:
        vehicle = session.get_one(Vehicle, shift.vehicle_id, with_for_update=ROW_LOCK)
        now = routing.shift_to_json(shift_as_solved(shift, vehicle, plan.service_date, ZoneInfo(network.time_zone)))
        if shift.state != "open" or made_for.get(str(shift.id)) != now:
            raise conflict("plan_outdated", "A shift has changed since this plan was made. Plan the day again.")


def _published(session: Session, plan: Plan) -> Plan | None:
    return session.scalars(
        select(Plan)
        .where(
            Plan.network_id == plan.network_id,
            Plan.service_date == plan.service_date,
            Plan.state == "published",
        )
        .with_for_update(key_share=True)
    ).first()


def _supersede(session: Session, plan: Plan, now: datetime) -> None:
    """Give back what the plan before had promised, unless its drivers are on the road already."""
    reported = session.scalars(
        select(StopEvent.id).join(Route, Route.shift_id == StopEvent.shift_id).where(Route.plan_id == plan.id)
    ).first()
    if reported is not None:
        raise conflict("day_under_way", "Drivers are already on the road with the published plan.")
    for line, grams in _locked_lines(session, plan):
        write_entries(session, line, ledger.entries_for_release(str(line.id), grams), ("plan", plan.id), now)
    plan.state = "superseded"
    session.flush()


def _promise(session: Session, plan: Plan, now: datetime) -> None:
    """Move what the plan allocates from offered to allocated; there must be as much on offer."""
    lines = _locked_lines(session, plan)
    balances = balances_of(session, [line.id for line, _ in lines])
    for line, grams in lines:
        if line.position < 0 or balances.get(line.id, {}).get("offered", 0) < grams:
            raise conflict("plan_outdated", "Some offers have changed since this plan was made. Plan the day again.")
        write_entries(session, line, ledger.entries_for_allocation(str(line.id), grams), ("plan", plan.id), now)


def _locked_lines(session: Session, plan: Plan) -> Sequence[tuple[OfferLine, int]]:
    """The lines that the plan uses, locked in a fixed order, with the grams it allocates of each."""
    grams: Counter[UUID] = Counter()
    for line_id, amount in session.execute(
        select(Allocation.offer_line_id, Allocation.grams).where(Allocation.plan_id == plan.id)
    ):
        grams[line_id] += amount
    lines = session.scalars(
        select(OfferLine)
        .where(OfferLine.id.in_(grams))
        .order_by(OfferLine.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return [(line, grams[line.id]) for line in lines]
