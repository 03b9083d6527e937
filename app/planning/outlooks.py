"""A day as it would be driven if every store that has not posted yet had what is expected of it.

Asked for and read here; how it is made is in `outlook_day` and `run`. Nothing is promised by an outlook: it is no plan,
the ledger does not know of it, and it cannot be published.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.recurrence import is_coming
from app.domain.service_date import service_date_of
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import conflict, not_found, refused
from app.models.expected import Outlook
from app.models.partners import Network
from app.models.plans import PlanRun
from app.needs.standing import fill_day
from app.partners.service import zone_of
from app.planning import asking
from app.planning.queries import driven_plan


def request_outlook(session: Session, principal: Principal, service_date: date, now: datetime) -> PlanRun:
    """Ask how a coming day would be driven; a run of one that is under way already is given back.

    Raises `day_over` (422) for a day that is past or too far off, `plan_published` (409) where routes stand already,
    and `day_is_planned_now` (409) while a plan of the day is made.
    """
    principal.require("plans.request")
    network = session.get_one(Network, principal.network_id, with_for_update=ROW_LOCK)
    if not is_coming(service_date, service_date_of(now, zone_of(network))):
        raise refused("day_over", "Ask for today or a day that is coming.")
    if driven_plan(session, network.id, service_date) is not None:
        raise conflict("plan_published", "This day has a published plan already. Look at its routes.")
    alive = asking.alive_run(session, network.id, service_date)
    if alive is not None:
        if alive.outlook:
            return alive
        raise conflict("day_is_planned_now", "A plan of this day is being made. Look at it when it is there.")
    fill_day(session, network.id, service_date, now)
    run = asking.queue_run(session, network.id, service_date, principal.name, now, outlook=True)
    audit.record(session, principal, "outlooks.request", ("planning run", run.id), now, day=str(service_date))
    return run


def get_outlook(session: Session, principal: Principal, outlook_id: UUID) -> Outlook:
    """One outlook, by the id of the run that made it; raises `not_found`, also while it is being made."""
    principal.require("plans.read")
    found = session.get(Outlook, outlook_id)
    if found is None:
        raise not_found("outlook")
    return found


def latest_outlook(session: Session, principal: Principal, service_date: date) -> tuple[PlanRun | None, Outlook | None]:
    """The newest run of an outlook of a day, and the newest outlook that there is of it."""
    principal.require("plans.read")
    runs = select(PlanRun).where(PlanRun.service_date == service_date, PlanRun.outlook.is_(True))
    outlooks = select(Outlook).where(Outlook.service_date == service_date)
    return (
        session.scalars(runs.order_by(PlanRun.requested_at.desc(), PlanRun.id).limit(1)).first(),
        session.scalars(outlooks.order_by(Outlook.created_at.desc(), Outlook.id).limit(1)).first(),
    )
