"""The plan of a day is asked for by itself at the network's cut-off time, once; late offers ask for another.

Every plan so made is a draft: a person looks at it and publishes it. A draft that somebody has edited stays as it is
beside the newer one, which keeps the routes that were locked in it.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.cut_off import cut_off_of
from app.domain.service_date import service_date_of
from app.kit import audit
from app.kit.db import ROW_LOCK
from app.models.cut_offs import CutOffRun
from app.models.offers import Offer, OfferLine
from app.models.partners import Network
from app.models.plans import PlanRun
from app.needs.standing import fill_day
from app.partners.service import zone_of
from app.planning.asking import alive_plan_run, change_by_itself, queue_run
from app.planning.queries import driven_plan

THE_CUT_OFF = "the cut-off time"  # who asked


def networks_with_cut_off(session: Session) -> list[UUID]:
    """The networks that have set one; the only thing that the job may ask across networks."""
    return list(session.scalars(select(func.wasl_networks_with_cut_off())))


def days_to_ask_for(session: Session, network_id: UUID, now: datetime) -> list[date]:
    """The days whose cut-off is over and for which nothing was asked by itself yet."""
    network = session.get_one(Network, network_id)
    cut_off = cut_off_of(network.policy)
    due = [] if cut_off is None else cut_off.due(now, zone_of(network))
    asked = select(CutOffRun.service_date).where(CutOffRun.network_id == network_id, CutOffRun.service_date.in_(due))
    done = set(session.scalars(asked))
    return [day for day in due if day not in done]


def ask_at_cut_off(session: Session, network_id: UUID, service_date: date, now: datetime) -> PlanRun | None:
    """Ask for the plan of a day whose cut-off is over; None where that was done, a plan is published, or no food is
    there to be planned, which may still come.
    """
    network = session.get_one(Network, network_id, with_for_update=ROW_LOCK, populate_existing=True)
    cut_off = cut_off_of(network.policy)
    if cut_off is None or service_date not in days_to_ask_for(session, network_id, now):
        return None
    if driven_plan(session, network_id, service_date) is not None or not _has_food(
        session, network_id, service_date, now
    ):
        return None
    fill_day(session, network_id, service_date, now)
    run = _ask(session, network_id, service_date, now)
    cut_off_at = cut_off.instant(service_date, zone_of(network))
    session.add(
        CutOffRun(
            network_id=network_id, service_date=service_date, plan_run_id=run.id, cut_off_at=cut_off_at, asked_at=now
        )
    )
    session.flush()
    audit.record_own_deed(session, network_id, "plans.request", ("planning run", run.id), now, day=str(service_date))
    return run


def plan_anew(session: Session, network_id: UUID, service_date: date, now: datetime) -> PlanRun | None:
    """Ask once more for a day that was planned by itself, since offers of it came, were changed or went; None where
    the day is over or was never planned so. A plan published meanwhile is changed instead.
    """
    network = session.get_one(Network, network_id, with_for_update=ROW_LOCK)
    if service_date < service_date_of(now, zone_of(network)):
        return None
    if session.get(CutOffRun, (network_id, service_date)) is None:
        return None
    if driven_plan(session, network_id, service_date) is not None:
        return change_by_itself(session, network_id, service_date, now)
    run = _ask(session, network_id, service_date, now)
    audit.record_own_deed(session, network_id, "plans.request", ("planning run", run.id), now, day=str(service_date))
    return run


def _ask(session: Session, network_id: UUID, service_date: date, now: datetime) -> PlanRun:
    """A new run; or the one under way, which may have read the day before what came: then another follows it."""
    alive = alive_plan_run(session, network_id, service_date, now)
    if alive is None:
        return queue_run(session, network_id, service_date, THE_CUT_OFF, now)
    alive.again = True
    session.flush()
    return alive


def _has_food(session: Session, network_id: UUID, service_date: date, now: datetime) -> bool:
    """Whether food is on offer that a van could still fetch on that day."""
    on_offer = select(Offer.id).where(
        Offer.network_id == network_id,
        Offer.service_date == service_date,
        Offer.state == "open",
        Offer.pickup_until > now,
        Offer.id.in_(select(OfferLine.offer_id).where(func.wasl_line_balance(OfferLine.id, "offered") > 0)),
    )
    return session.scalar(select(on_offer.exists())) or False
