"""Verbs on shares: ask for a day's, read what they come of as planned, keep them."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import routing
from app.domain.driver_link import STORED_REPORTS
from app.kit import audit
from app.kit.auth import Principal
from app.kit.errors import not_found
from app.kit.jobs import defer, waiting_among
from app.models.plans import Plan
from app.partners.service import network_of
from app.planning.queries import driven_plan
from app.sharing.recorded_day import reports_until
from app.sharing.working_out import GROUPS_ASKED, DayRead, asked

SHARE_DAY = "sharing:share_day"
SEED = 1
MOST_DAYS_LATE = 40  # a worker that stood still for longer leaves what is older, until somebody asks for it
LATELY = timedelta(days=1)  # what is booked or reported of a day that was shared has it looked at again for so long


def ask_for_shares(session: Session, principal: Principal, service_date: date, now: datetime) -> datetime | None:
    """Have the shares of a published day worked out now, as planned, and as recorded where nothing can be reported of
    it any more: the moment from which that is so, None where nobody drives. What has not changed since is not worked
    out again. Raises `not_found`."""
    principal.require("plans.publish")
    network = network_of(session, principal)
    if whole_day_plan(session, network.id, service_date) is None:
        raise not_found("plan")
    share_later(session, network.id, service_date)
    audit.record(session, principal, "shares.ask", ("network", network.id), now, day=str(service_date))
    return reports_until(session, network.id, service_date)


def share_later(session: Session, network_id: UUID, service_date: date) -> bool:
    """Queue the job within the running transaction; False when it waits already."""
    return defer(
        session,
        SHARE_DAY,
        lock=_lock(network_id, service_date),
        network_id=str(network_id),
        service_date=str(service_date),
    )


def days_being_shared(session: Session, network_id: UUID, days: Iterable[date]) -> list[date]:
    """Of these days, those whose job waits or is being done."""
    locks = {_lock(network_id, day): day for day in days}
    return sorted(locks[each] for each in waiting_among(session, SHARE_DAY, locks))


def _lock(network_id: UUID, service_date: date) -> str:
    return f"{network_id}:{service_date}:shares"


def days_to_share(session: Session, now: datetime) -> list[tuple[UUID, date]]:
    """The days of all networks that are over, were published and are not shared yet, as planned or as recorded; all
    that the job may ask across networks."""
    waiting = func.wasl_days_to_share(now, MOST_DAYS_LATE, STORED_REPORTS, LATELY)
    days = waiting.table_valued("network_id", "service_date")
    return [(network_id, day) for network_id, day in session.execute(select(days.c.network_id, days.c.service_date))]


def whole_day_plan(session: Session, network_id: UUID, service_date: date) -> Plan | None:
    """The published plan of a day as the day began: changes under way are plans of what was left of it."""
    plan = driven_plan(session, network_id, service_date)
    while plan is not None and plan.changes_plan_id is not None:
        plan = session.get(Plan, plan.changes_plan_id)
    return plan


def read_day(session: Session, network_id: UUID, service_date: date, most_groups: int = GROUPS_ASKED) -> DayRead | None:
    """What the shares of a day come of as it was planned, about `most_groups` groups; None where no plan is published.
    Raises routing.ProblemError for a plan that cannot be read any more."""
    plan = whole_day_plan(session, network_id, service_date)
    if plan is None:
        return None
    session.refresh(plan, ["problem", "document"])
    said = orjson.dumps([plan.problem, plan.document], option=orjson.OPT_SORT_KEYS)
    problem, drawn = routing.problem_from_json(plan.problem), routing.plan_from_json(plan.document)
    facts = {
        "plan_number": plan.number,
        "metres": drawn.metres,
        "seconds": drawn.seconds,
        "grams": drawn.grams_allocated,
    }
    question = asked(problem, drawn, SEED, most_groups=most_groups)
    return DayRead("planned", plan.id, question, hashlib.sha256(said).hexdigest(), facts)
