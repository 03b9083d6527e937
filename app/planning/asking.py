"""Ask for a plan: a whole day from the beginning, or the smallest change of the published plan after news.

Of one network and day one run is under way at a time; what comes meanwhile makes another one follow.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import conflict, not_found, refused
from app.kit.jobs import defer
from app.models.fleet import Shift
from app.models.offers import OfferLine
from app.models.partners import Network, Site
from app.models.plans import PlanRun
from app.needs.standing import fill_day
from app.planning.queries import driven_plan, find_plan
from app.planning.schemas import ChangeWishIn

PLAN_DAY = "planning:plan_day"
CHANGE_LATER = "planning:change_later"
PLAN_ANEW = "cut_off:plan_anew"
RUN_HAS_ENDED = "run_has_ended"
BY_ITSELF = "news of the day"  # who asked, where nobody did
GAVE_WAY = "A plan of the day was asked for, and an outlook is of no use then."
LIKE = "like_date"  # in the wish of a run: the day whose order is kept
SECONDS_TO_PLAN_ANEW = 60.0  # before anybody drives: whoever posts late often posts more


def request_plan(
    session: Session, principal: Principal, service_date: date, now: datetime, like_date: date | None = None
) -> PlanRun:
    """Ask for a plan of the day; a run that is already under way is given back instead of a second one.

    like_date: a day whose published plan's order is kept. Raises `no_plan_that_day` (422) where none was published.
    """
    principal.require("plans.request")
    session.get_one(Network, principal.network_id, with_for_update=ROW_LOCK)  # one request at a time decides
    alive = alive_plan_run(session, principal.network_id, service_date, now)
    if alive is not None:
        return alive
    wish: dict[str, Any] = {}
    if like_date is not None:
        if driven_plan(session, principal.network_id, like_date) is None:
            raise refused("no_plan_that_day", "No plan of {day} was published: choose another day.", day=like_date)
        wish = {LIKE: like_date.isoformat()}
    run = queue_run(session, principal.network_id, service_date, principal.name, now, wish=wish)
    fill_day(session, principal.network_id, service_date, now)
    audit.record(session, principal, "plans.request", ("planning run", run.id), now, day=str(service_date), **wish)
    return run


def request_change(session: Session, principal: Principal, plan_id: UUID, wish: ChangeWishIn, now: datetime) -> PlanRun:
    """Ask for the smallest change of a published plan: what is done or on board stays, and as much else as can.

    A run of that day which is already under way is given back instead, and followed by one with this wish.
    Raises `plan_not_published` (409), since what is not driven is planned anew or edited instead, and `not_found` for
    a shift, site or line that the wish names and the network has not.
    """
    principal.require("plans.request")
    session.get_one(Network, principal.network_id, with_for_update=ROW_LOCK)
    plan = find_plan(session, principal, plan_id)
    if plan.state != "published":
        raise conflict("plan_not_published", "Only the plan that is driven can be changed so. Plan the day instead.")
    _require_there(session, wish)
    asked = wish.model_dump(mode="json", exclude_none=True)
    alive = alive_plan_run(session, plan.network_id, plan.service_date, now)
    if alive is not None:
        alive.again, alive.wish = True, {**alive.wish, **asked}
        session.flush()
        return alive
    run = queue_run(session, plan.network_id, plan.service_date, principal.name, now, plan.id, asked)
    audit.record(session, principal, "plans.change", ("planning run", run.id), now, number=plan.number, **asked)
    return run


def end_search(session: Session, principal: Principal, run_id: UUID, now: datetime) -> PlanRun:
    """Take the best plan that a run has found so far: its search ends, and the plan is checked and kept as any other.

    Said twice is said once, and it holds for a run that has to begin anew: whoever does not want to wait gets the first
    plan then. Raises `not_found`; `run_has_ended` (409) for a run that searches no more, and
    `nothing_to_end` (409) for one that makes no plan of a whole day: a change's search takes no half second.
    """
    principal.require("plans.request")
    run = session.get(PlanRun, run_id, with_for_update=ROW_LOCK)
    if run is None:
        raise not_found("planning run")
    if run.outlook or run.changes_plan_id is not None:
        raise conflict("nothing_to_end", "Only the search for a plan of a whole day can be ended early.")
    if run.state not in ("queued", "running"):
        raise conflict(RUN_HAS_ENDED, "This search has ended by itself.")
    if run.search_ended_by is None:
        run.search_ended_by = principal.name
        audit.record(session, principal, "plans.end_search", ("planning run", run.id), now, day=str(run.service_date))
        session.flush()
    return run


def ask_later(session: Session, network_id: UUID, service_date: date) -> None:
    """Have the plan that is driven on a day, if there is one, changed in a moment: something came that it knows not.

    Before that, a plan that was made by itself is made anew. Works in any scope, since a job does it; the burst that
    this belongs to makes one job.
    """
    if not session.scalar(select(func.wasl_day_is_driven(network_id, service_date))):
        plan_anew_later(session, network_id, service_date)
        return
    defer(
        session,
        CHANGE_LATER,
        lock=f"{network_id}:{service_date}:change",
        network_id=str(network_id),
        service_date=service_date.isoformat(),
    )


def plan_anew_later(session: Session, network_id: UUID, service_date: date) -> None:
    """Have a day that was planned by itself, at the cut-off time, planned anew: its offers are not what they were.

    Works in any scope; all that comes within a minute makes one run.
    """
    if not session.scalar(select(func.wasl_day_was_cut_off(network_id, service_date))):
        return
    defer(
        session,
        PLAN_ANEW,
        lock=f"{network_id}:{service_date}:anew",
        seconds=SECONDS_TO_PLAN_ANEW,
        network_id=str(network_id),
        service_date=service_date.isoformat(),
    )


def _require_there(session: Session, wish: ChangeWishIn) -> None:
    named: tuple[tuple[str, type[Shift | Site | OfferLine], set[UUID]], ...] = (
        ("shift", Shift, {*(wish.gone_shift_ids or ()), *(wish.locked_shift_ids or ())}),
        ("site", Site, {*(wish.closed_site_ids or ())}),
        ("offer line", OfferLine, {*(wish.left_out_line_ids or ())}),
    )
    for noun, model, ids in named:
        if ids - set(session.scalars(select(model.id).where(model.id.in_(ids)))):
            raise not_found(noun)


def change_by_itself(session: Session, network_id: UUID, service_date: date, now: datetime) -> PlanRun | None:
    """Have the published plan of the day changed because of what has come in; None where there is none to change."""
    session.get_one(Network, network_id, with_for_update=ROW_LOCK)
    plan = driven_plan(session, network_id, service_date)
    if plan is None:
        return None
    alive = alive_plan_run(session, network_id, service_date, now)
    if alive is not None:
        alive.again = True
        session.flush()
        return alive
    return queue_run(session, network_id, service_date, BY_ITSELF, now, plan.id)


def follow_up(session: Session, run: PlanRun, now: datetime) -> PlanRun | None:
    """The run that follows one during which something came: a change of the plan that is driven, or else the day anew
    where that is what it was about.
    """
    if not run.again:
        return None
    plan = driven_plan(session, run.network_id, run.service_date)
    if plan is None and run.changes_plan_id is None:
        return queue_run(session, run.network_id, run.service_date, run.requested_by, now, wish=run.wish)
    if plan is None:
        return None
    return queue_run(session, run.network_id, run.service_date, run.requested_by, now, plan.id, run.wish)


def alive_run(session: Session, network_id: UUID, service_date: date) -> PlanRun | None:
    """The run of a network's day that is queued or under way."""
    query = select(PlanRun).where(PlanRun.network_id == network_id, PlanRun.service_date == service_date)
    return session.scalars(query.where(PlanRun.state.in_(("queued", "running")))).first()


def alive_plan_run(session: Session, network_id: UUID, service_date: date, now: datetime) -> PlanRun | None:
    """The run that is alive, if it makes a plan: an outlook gives way to one, and its worker writes nothing more."""
    alive = alive_run(session, network_id, service_date)
    if alive is None or not alive.outlook:
        return alive
    ended = update(PlanRun).where(PlanRun.id == alive.id, PlanRun.state.in_(("queued", "running")))
    session.execute(ended.values(state="failed", failure=GAVE_WAY, ended_at=now))
    return None


def _said_of(session: Session, plan_id: UUID) -> dict[str, Any]:
    """What was said when a plan was asked for: a van that broke down is not whole again because of the next news."""
    query = select(PlanRun.wish).where(PlanRun.plan_id == plan_id).order_by(PlanRun.requested_at.desc())
    said = session.scalars(query.limit(1)).first() or {}
    return {name: value for name, value in said.items() if name != LIKE}


def queue_run(
    session: Session,
    network_id: UUID,
    service_date: date,
    requested_by: str,
    now: datetime,
    changes_plan_id: UUID | None = None,
    wish: Mapping[str, Any] | None = None,
    *,
    outlook: bool = False,
) -> PlanRun:
    """A new run, and the job that does it; whoever asks holds the network's lock and has seen that none is alive."""
    said = {} if changes_plan_id is None else _said_of(session, changes_plan_id)
    run = PlanRun(
        network_id=network_id,
        service_date=service_date,
        changes_plan_id=changes_plan_id,
        wish={**said, **(wish or {})},
        outlook=outlook,
        requested_by=requested_by,
        requested_at=now,
    )
    session.add(run)
    session.flush()
    lock = f"{network_id}:{service_date}"
    defer(session, PLAN_DAY, lock=lock, run_id=str(run.id), network_id=str(network_id))
    return run
