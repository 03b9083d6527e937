"""Verbs on shares: ask for a day's, read what they come of, keep them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import orjson
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

import routing
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import not_found
from app.kit.jobs import defer
from app.models.partners import Network, Organisation
from app.models.plans import Plan
from app.models.shares import CostShare, DayCost
from app.partners.service import network_of
from app.planning.queries import driven_plan
from app.sharing.working_out import Asked, DayShares, PartnerShare, asked
from routing.group_days import STEPS

SHARE_DAY = "sharing:share_day"
SEED = 1
MOST_DAYS_LATE = 40  # a worker that stood still for longer leaves what is older, until somebody asks for it


@dataclass(frozen=True)
class DayRead:
    """A day as it was planned, whole; `digest` is that of problem and plan."""

    plan_id: UUID
    asked: Asked
    digest: str


def ask_for_shares(session: Session, principal: Principal, service_date: date, now: datetime) -> None:
    """Have the shares of a published day worked out now, anew where they were before; raises `not_found`."""
    principal.require("plans.publish")
    network = network_of(session, principal)
    if whole_day_plan(session, network.id, service_date) is None:
        raise not_found("plan")
    share_later(session, network.id, service_date)
    audit.record(session, principal, "shares.ask", ("network", network.id), now, day=str(service_date))


def share_later(session: Session, network_id: UUID, service_date: date) -> bool:
    """Queue the job within the running transaction; False when it waits already."""
    return defer(
        session,
        SHARE_DAY,
        lock=f"{network_id}:{service_date}:shares",
        network_id=str(network_id),
        service_date=str(service_date),
    )


def days_to_share(session: Session, now: datetime) -> list[tuple[UUID, date]]:
    """The days of all networks that are over, were published and are not shared yet; all that the job may ask across
    networks."""
    days = func.wasl_days_to_share(now, MOST_DAYS_LATE).table_valued("network_id", "service_date")
    return [(network_id, day) for network_id, day in session.execute(select(days.c.network_id, days.c.service_date))]


def whole_day_plan(session: Session, network_id: UUID, service_date: date) -> Plan | None:
    """The published plan of a day as the day began: changes under way are plans of what was left of it."""
    plan = driven_plan(session, network_id, service_date)
    while plan is not None and plan.changes_plan_id is not None:
        plan = session.get(Plan, plan.changes_plan_id)
    return plan


def read_day(session: Session, network_id: UUID, service_date: date) -> DayRead | None:
    """What the shares of a day come of; None where no plan is published. Raises routing.ProblemError for a plan that
    cannot be read any more."""
    plan = whole_day_plan(session, network_id, service_date)
    if plan is None:
        return None
    session.refresh(plan, ["problem", "document"])
    said = orjson.dumps([plan.problem, plan.document], option=orjson.OPT_SORT_KEYS)
    problem, drawn = routing.problem_from_json(plan.problem), routing.plan_from_json(plan.document)
    return DayRead(plan.id, asked(problem, drawn, SEED), hashlib.sha256(said).hexdigest())


def keep_shares(
    session: Session, network_id: UUID, service_date: date, day: DayRead, found: DayShares, now: datetime
) -> DayCost:
    """Keep a day's shares in the place of those that there were."""
    session.get_one(Network, network_id, with_for_update=ROW_LOCK)  # one keeps at a time
    session.execute(delete(DayCost).where(DayCost.network_id == network_id, DayCost.service_date == service_date))
    cost = DayCost(
        network_id=network_id,
        service_date=service_date,
        plan_id=day.plan_id,
        standing=found.standing,
        cents=found.cents,
        network_carries_cents=found.network_carries,
        most_to_gain_cents=found.most_to_gain,
        groups=found.groups,
        exact=found.exact,
        driven=dict(found.driven),
        vans_without_rates=found.vans_without_rates,
        inputs_digest=day.digest,
        engine=day.asked.plan.engine,
        steps=STEPS,
        seed=SEED,
        worked_out_at=now,
    )
    session.add(cost)
    session.flush()
    names = _names(session, found)
    session.add_all([_row(cost, share, names) for share in found.shares])
    session.add_all([_left_out(cost, organisation, why) for organisation, why in sorted(found.left_out.items())])
    session.flush()
    audit.record_own_deed(
        session, network_id, "shares.work_out", ("day cost", cost.id), now, day=str(service_date), cents=cost.cents
    )
    return cost


def _names(session: Session, found: DayShares) -> Mapping[str, str]:
    ids = [UUID(share.organisation) for share in found.shares]
    rows = session.scalars(select(Organisation).where(Organisation.id.in_(ids)))
    return {str(each.id): each.name for each in rows}


def _row(cost: DayCost, share: PartnerShare, names: Mapping[str, str]) -> CostShare:
    nearest = share.nearest
    return CostShare(
        network_id=cost.network_id,
        organisation_id=UUID(share.organisation),
        day_cost_id=cost.id,
        service_date=cost.service_date,
        standing=cost.standing,
        exact=cost.exact,
        left_out=None,
        share_cents=share.cents,
        alone_cents=share.alone,
        alone_vans=share.alone_vans,
        fair_cents=share.fair,
        fair_error_cents=share.standard_error,
        own_vans_cents=share.own_vans,
        nearest=[] if nearest is None else sorted(names.get(each, "") for each in nearest.group),
        nearest_saves_cents=None if nearest is None else nearest.saves_by_staying,
        worked_out_at=cost.worked_out_at,
    )


def _left_out(cost: DayCost, organisation: str, why: str) -> CostShare:
    return CostShare(
        network_id=cost.network_id,
        organisation_id=UUID(organisation),
        day_cost_id=cost.id,
        service_date=cost.service_date,
        standing=cost.standing,
        exact=cost.exact,
        left_out=why,
        nearest=[],
        worked_out_at=cost.worked_out_at,
    )
