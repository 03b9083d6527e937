"""What was worked out of a day becomes rows, that nobody changes any more: a changed input gets the next number."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit import audit
from app.kit.db import ROW_LOCK
from app.models.partners import Network, Organisation
from app.models.shares import CostShare, DayCost
from app.sharing.service import SEED
from app.sharing.working_out import DayRead, DayShares, LeftOut, PartnerShare
from routing.group_days import STEPS


def newest(session: Session, network_id: UUID, service_date: date, kind: str) -> DayCost | None:
    """The day's cost of this kind as it was worked out last."""
    query = select(DayCost).where(
        DayCost.network_id == network_id, DayCost.service_date == service_date, DayCost.kind == kind
    )
    return session.scalars(query.order_by(DayCost.number.desc()).limit(1)).first()


def is_kept(session: Session, network_id: UUID, service_date: date, day: DayRead) -> bool:
    """Whether the newest shares of the day follow from the same."""
    before = newest(session, network_id, service_date, day.kind)
    return before is not None and before.inputs_digest == day.digest


def keep_shares(
    session: Session, network_id: UUID, service_date: date, day: DayRead, found: DayShares, now: datetime
) -> DayCost | None:
    """Keep a day's shares under the next number; None where another worker was faster."""
    session.get_one(Network, network_id, with_for_update=ROW_LOCK)  # one keeps at a time
    before = newest(session, network_id, service_date, day.kind)
    if before is not None and before.inputs_digest == day.digest:
        return None
    cost = DayCost(
        network_id=network_id,
        service_date=service_date,
        kind=day.kind,
        number=1 if before is None else before.number + 1,
        plan_id=day.plan_id,
        standing=found.standing,
        cents=found.cents,
        network_carries_cents=found.network_carries,
        most_to_gain_cents=found.most_to_gain,
        groups=found.groups,
        group_costs=_group_costs(found) if found.group_costs else None,
        exact=found.exact,
        driven=dict(found.driven),
        vans_without_rates=found.vans_without_rates,
        facts=dict(day.facts),
        not_reported=day.not_reported,
        inputs_digest=day.digest,
        engine=day.asked.plan.engine,
        steps=STEPS,
        seed=SEED,
        worked_out_at=now,
    )
    session.add(cost)
    session.flush()
    names = _names(session, found)
    rows = [_row(cost, day, found, share, names) for share in found.shares]
    left_out = {**_no_more(session, before, found), **found.left_out}
    rows += [_left_out(cost, day, found, organisation, why) for organisation, why in sorted(left_out.items())]
    session.add_all(rows)
    session.flush()
    audit.record_own_deed(
        session, network_id, "shares.work_out", ("day cost", cost.id), now,
        day=str(service_date), kind=cost.kind, number=cost.number, cents=cost.cents,
    )  # fmt: skip
    return cost


def _no_more(session: Session, before: DayCost | None, found: DayShares) -> dict[str, LeftOut]:
    """Who had a line under the number before, and would have none now: it was brought nothing, as far as is known now.
    Without a line it would go on reading the one before."""
    if before is None:
        return {}
    had = session.scalars(select(CostShare.organisation_id).where(CostShare.day_cost_id == before.id))
    sharing = {share.organisation for share in found.shares}
    return {str(each): "nothing_brought" for each in had if str(each) not in sharing}


def _group_costs(found: DayShares) -> dict[str, Any]:
    partners = [share.organisation for share in found.shares]
    bit = {each: 1 << place for place, each in enumerate(partners)}
    costs = sorted((sum(bit[each] for each in group), cents) for group, cents in found.group_costs.items())
    return {"partners": partners, "costs": costs}


def _names(session: Session, found: DayShares) -> Mapping[str, str]:
    ids = [UUID(share.organisation) for share in found.shares]
    rows = session.scalars(select(Organisation).where(Organisation.id.in_(ids)))
    return {str(each.id): each.name for each in rows}


def _row(cost: DayCost, day: DayRead, found: DayShares, share: PartnerShare, names: Mapping[str, str]) -> CostShare:
    nearest = share.nearest
    return CostShare(
        **_of(cost, day, found, share.organisation),
        left_out=None,
        share_cents=share.cents,
        alone_cents=share.alone,
        alone_vans=share.alone_vans,
        fair_cents=share.fair,
        fair_error_cents=share.standard_error,
        own_vans_cents=share.own_vans,
        nearest=[] if nearest is None else sorted(names.get(each, "") for each in nearest.group),
        nearest_saves_cents=None if nearest is None else nearest.saves_by_staying,
    )


def _left_out(cost: DayCost, day: DayRead, found: DayShares, organisation: str, why: str) -> CostShare:
    return CostShare(**_of(cost, day, found, organisation), left_out=why, nearest=[])


def _of(cost: DayCost, day: DayRead, found: DayShares, organisation: str) -> dict[str, Any]:
    return {
        "network_id": cost.network_id,
        "organisation_id": UUID(organisation),
        "day_cost_id": cost.id,
        "service_date": cost.service_date,
        "kind": cost.kind,
        "number": cost.number,
        "standing": cost.standing,
        "exact": cost.exact,
        "not_reported": cost.not_reported,
        "grams": found.grams.get(organisation, 0),
        "planned_grams": day.planned_grams.get(organisation, 0) if cost.kind == "recorded" else None,
        "worked_out_at": cost.worked_out_at,
    }
