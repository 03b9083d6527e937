"""Shares as they are read: one's own for a partner, everybody's and the day's cost for the network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased, undefer

from app.kit.auth import Principal
from app.kit.errors import refused
from app.models.partners import Organisation
from app.models.shares import CostShare, DayCost

LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Shares:
    """The shares of some days that the caller may see, by day and partner, as planned and as recorded, of each the
    newest number; `costs` only for the network."""

    shares: Sequence[CostShare]
    costs: Sequence[DayCost]
    names: Mapping[UUID, str]

    def of_kind(self, kind: str) -> "Shares":
        """Those as planned alone, or as recorded: the two are never one sum."""
        return Shares(
            [row for row in self.shares if row.kind == kind],
            [row for row in self.costs if row.kind == kind],
            self.names,
        )


def shares_between(session: Session, principal: Principal, first: date, last: date, *, groups: bool = False) -> Shares:
    """The shares of these days, both included; `groups`: with what each group would have paid by itself. Raises
    `range_inverted` or `range_too_long` (422)."""
    principal.require("shares.read")
    if last < first:
        raise refused("range_inverted", "The last day is before the first. Swap the two.")
    if last - first > LONGEST:
        raise refused("range_too_long", "A report covers at most a year. Choose fewer days.")
    rows = session.scalars(_newest_shares(principal, first, last)).all()
    whole = [undefer(DayCost.group_costs)] if groups else []
    costs = session.scalars(_newest_costs(principal, first, last).options(*whole)).all()
    ids = {row.organisation_id for row in rows} | {UUID(each) for cost in costs for each in cost.driven}
    found = session.scalars(select(Organisation).where(Organisation.id.in_(ids)))
    names = {each.id: each.name for each in found}
    return Shares(sorted(rows, key=lambda row: (row.service_date, names.get(row.organisation_id, ""))), costs, names)


def _newest_shares(principal: Principal, first: date, last: date) -> Select[CostShare]:
    newer = aliased(CostShare)
    later = select(newer.id).where(
        newer.network_id == CostShare.network_id,
        newer.organisation_id == CostShare.organisation_id,
        newer.service_date == CostShare.service_date,
        newer.kind == CostShare.kind,
        newer.number > CostShare.number,
    )
    return (
        select(CostShare)
        .where(CostShare.network_id == principal.network_id, CostShare.service_date.between(first, last))
        .where(~later.exists())
        .order_by(CostShare.service_date, CostShare.organisation_id)
    )


def _newest_costs(principal: Principal, first: date, last: date) -> Select[DayCost]:
    newer = aliased(DayCost)
    later = select(newer.id).where(
        newer.network_id == DayCost.network_id,
        newer.service_date == DayCost.service_date,
        newer.kind == DayCost.kind,
        newer.number > DayCost.number,
    )
    return (
        select(DayCost)
        .where(DayCost.network_id == principal.network_id, DayCost.service_date.between(first, last))
        .where(~later.exists())
        .order_by(DayCost.service_date)
    )
