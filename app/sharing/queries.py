"""Shares as they are read: one's own for a partner, everybody's and the day's cost for the network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.auth import Principal
from app.kit.errors import refused
from app.models.partners import Organisation
from app.models.shares import CostShare, DayCost

LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Shares:
    """The shares of some days that the caller may see, by day and partner; `costs` only for the network."""

    shares: Sequence[CostShare]
    costs: Sequence[DayCost]
    names: Mapping[UUID, str]


def shares_between(session: Session, principal: Principal, first: date, last: date) -> Shares:
    """The shares of these days, both included; raises `range_inverted` or `range_too_long` (422)."""
    principal.require("shares.read")
    if last < first:
        raise refused("range_inverted", "The last day is before the first. Swap the two.")
    if last - first > LONGEST:
        raise refused("range_too_long", "A report covers at most a year. Choose fewer days.")
    rows = session.scalars(
        select(CostShare)
        .where(CostShare.network_id == principal.network_id, CostShare.service_date.between(first, last))
        .order_by(CostShare.service_date, CostShare.organisation_id)
    ).all()
    costs = session.scalars(
        select(DayCost)
        .where(DayCost.network_id == principal.network_id, DayCost.service_date.between(first, last))
        .order_by(DayCost.service_date)
    ).all()
    ids = {row.organisation_id for row in rows} | {UUID(each) for cost in costs for each in cost.driven}
    found = session.scalars(select(Organisation).where(Organisation.id.in_(ids)))
    names = {each.id: each.name for each in found}
    return Shares(sorted(rows, key=lambda row: (row.service_date, names.get(row.organisation_id, ""))), costs, names)
