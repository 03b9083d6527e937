"""What food banks hear of needs that a published plan leaves unmet: one message a need, and none again while no less
comes than was said."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from app.domain.units import kg_text
from app.domain.unmet import has_to_be_told, told_afterwards
from app.kit.outbox import announce
from app.models.needs import Need
from app.models.partners import Site
from app.models.plans import Allocation, Plan


@dataclass(frozen=True)
class Stated:
    """A need of the day, its place, and the grams that the plan brings of it."""

    need: Need
    site_name: str
    planned: int

    @property
    def missing(self) -> int:
        """Grams that do not come."""
        return self.need.grams - self.planned


def tell_unmet(session: Session, plan: Plan, now: datetime) -> None:
    """Announce the needs of the plan's day that it meets by less than half, each to the food bank that stated it. What
    somebody said yes to beyond their needs is no need of theirs."""
    stated = _stated(session, plan)
    unmet: defaultdict[UUID, list[Stated]] = defaultdict(list)
    for each in stated:
        if has_to_be_told(each.need.grams, each.planned, each.need.unmet_told_grams):
            unmet[each.need.site_id].append(each)
    for rows in unmet.values():
        most = max(rows, key=lambda each: each.missing)
        for each in rows:
            _tell(session, plan, each, len(rows) - 1, most is each, now)
    _remember(session, stated)


def _stated(session: Session, plan: Plan) -> list[Stated]:
    planned = (
        select(Allocation.need_id, func.sum(Allocation.grams).label("grams"))
        .where(Allocation.plan_id == plan.id)
        .group_by(Allocation.need_id)
        .subquery()
    )
    query = (
        select(Need, Site.name, func.coalesce(planned.c.grams, 0))
        .join(Site, Site.id == Need.site_id)
        .outerjoin(planned, planned.c.need_id == Need.id)
        .where(Need.network_id == plan.network_id, Need.service_date == plan.service_date)
        .where(Need.state == "open", Need.offer_line_id.is_(None))
        .order_by(Need.site_id, Need.category)
    )
    return [Stated(need, name, int(grams)) for need, name, grams in session.execute(query)]


def _tell(session: Session, plan: Plan, unmet: Stated, others: int, is_most: bool, now: datetime) -> None:
    need = unmet.need
    announce(
        session,
        plan.network_id,
        [need.organisation_id],
        "need.unmet",
        ("need", need.id),
        now,
        service_date=str(plan.service_date),
        number=plan.number,
        site_id=str(need.site_id),
        site_name=unmet.site_name,
        category=need.category,
        kg=kg_text(need.grams),
        kg_planned=kg_text(unmet.planned),
        others=others,
        most_missing=is_most,
    )


def _remember(session: Session, stated: Sequence[Stated]) -> None:
    """Past the needs' versions: nobody has changed what they ask for."""
    found = [
        {"this": each.need.id, "told": told}
        for each in stated
        if (told := told_afterwards(each.need.grams, each.planned, each.need.unmet_told_grams))
        != each.need.unmet_told_grams
    ]
    if found:
        table = cast(Table, Need.__table__)
        statement = update(table).where(table.c.id == bindparam("this")).values(unmet_told_grams=bindparam("told"))
        session.connection().execute(statement, found)
