"""The verb that makes a plan the one that is driven."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

import routing
from app.domain import lifecycle
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import conflict, stale
from app.models.events import StopEvent
from app.models.fleet import Shift, Vehicle
from app.models.offers import OfferLine
from app.models.partners import Network
from app.models.plans import Allocation, Plan, Route
from app.partners.membership import active_organisations
from app.planning import agreed, carrying_on
from app.planning.declined import refuse_declined
from app.planning.edits.violations import sentences
from app.planning.promising import lock_lines, promise_lines
from app.planning.queries import driven_plan, find_plan
from app.planning.snapshot import shift_as_solved
from app.planning.telling import tell_published
from app.planning.telling_drivers import tell_drivers
from app.planning.telling_needs import tell_unmet


def publish_plan(session: Session, principal: Principal, plan_id: UUID, version: int, now: datetime) -> Plan:
    """Make a plan the one that is driven: frozen, booked in the ledger, the one before it superseded.

    A plan that changes the published one keeps what of it is done, on board or stays: that is not booked again.

    Raises `day_under_way` (409) when drivers already report on the published plan and this one does not go on from it,
    and `plan_outdated` (409) when food that the plan promises was changed or taken back since it was made, a partner
    takes part no longer, or drivers have reported what it does not know; `plan_breaks_rules` (409) for one that was
    edited into something that cannot be driven.
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
    _refuse_other_agreements(session, plan)
    _refuse_who_left(session, plan)
    _require_shifts_as_planned(session, plan)
    refuse_declined(session, plan)
    before = driven_plan(session, plan.network_id, plan.service_date, lock=True)
    if plan.changes_plan_id is not None:
        carrying_on.carry_on(session, before, plan, now)
    else:
        if before is not None:
            _refuse_under_way(session, before)
            carrying_on.give_back(session, before, plan, now)
        _promise(session, plan, now)
    session.execute(
        update(Allocation)
        .where(Allocation.plan_id == plan.id)
        .values(published_at=now)
        .execution_options(synchronize_session=False)
    )
    plan.state, plan.published_at = "published", now
    session.flush()
    if plan.changes_plan_id is not None:
        carrying_on.book_handed_on(session, plan, now)
    audit.record(session, principal, "plans.publish", ("plan", plan.id), now, number=plan.number)
    tell_published(session, plan, before, now)
    tell_drivers(session, plan, before, now)
    tell_unmet(session, plan, now)
    session.flush()
    return plan


def _refuse_broken(plan: Plan) -> None:
    """A plan that was edited by hand is published when it breaks nothing."""
    if plan.violations:
        sentence = "This plan cannot be driven as it was edited: {first}"
        raise conflict("plan_breaks_rules", sentence, first=sentences(plan.violations))


def _refuse_other_agreements(session: Session, plan: Plan) -> None:
    """A plan made before an agreement began or ended is published as long as it keeps those that are in force now. A
    change of a driven plan keeps its word, whatever has been agreed since."""
    now = agreed.read_agreements(session, plan.network_id, plan.service_date)
    if now == agreed.agreements_of(plan.obeyed) or plan.changes_plan_id is not None:
        return
    session.refresh(plan, ["problem", "document"])
    try:
        problem, drawn = routing.problem_from_json(plan.problem), routing.plan_from_json(plan.document)
    except routing.ProblemError as error:
        raise conflict("plan_outdated", "This plan cannot be read any more. Plan the day again.") from error
    obeying = agreed.obeying(agreed.freed(problem, plan.obeyed), now)
    if agreed.breaches(obeying.problem, drawn, obeying.told()):
        raise conflict(
            "plan_outdated", "An agreement that this plan does not keep is in force now. Plan the day again."
        )


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
    shifts_then = session.scalar(select(Plan.shifts_read).where(Plan.id == plan.id))
    made_for = {each["id"]: each for each in shifts_then or ()}
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


def _refuse_under_way(session: Session, plan: Plan) -> None:
    """Raise `day_under_way` where drivers are on the road with the plan already; their shifts stay locked."""
    driven = select(Route.shift_id).where(Route.plan_id == plan.id)
    session.scalars(
        select(Shift.id).where(Shift.id.in_(driven)).order_by(Shift.id).with_for_update(key_share=True)
    ).all()
    reported = session.scalars(
        select(StopEvent.id).join(Route, Route.shift_id == StopEvent.shift_id).where(Route.plan_id == plan.id)
    ).first()
    if reported is not None:
        raise conflict("day_under_way", "Drivers are already on the road with the published plan.")


def _promise(session: Session, plan: Plan, now: datetime) -> None:
    """Move what the plan allocates from offered to allocated; there must be as much on offer."""
    promise_lines(session, plan, _locked_lines(session, plan), now)


def _locked_lines(session: Session, plan: Plan) -> Sequence[tuple[OfferLine, int]]:
    """The lines that the plan uses, locked in a fixed order, with the grams it allocates of each."""
    grams: Counter[UUID] = Counter()
    for line_id, amount in session.execute(
        select(Allocation.offer_line_id, Allocation.grams).where(Allocation.plan_id == plan.id)
    ):
        grams[line_id] += amount
    return lock_lines(session, grams)
