"""Verbs on impact: choose a factor, publish a report. Both add a row that nobody changes."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.impact import Factor
from app.domain.impact_factors import CATALOGUES, OWN, UNITS
from app.domain.service_date import service_date_of
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import refused
from app.models.impact import ImpactFactor, ImpactReport
from app.models.partners import Network
from app.partners.service import network_of, zone_of
from app.reports.impact.frozen import frozen
from app.reports.impact.queries import impact_between, require_range
from app.reports.impact.schemas import ImpactFactorIn


def choose_factor(session: Session, principal: Principal, wish: ImpactFactorIn, now: datetime) -> ImpactFactor:
    """Count with another factor from a day on: the next version of it. What is published stays as it is."""
    principal.require("policy.edit")
    network = network_of(session, principal)
    session.refresh(network, with_for_update=ROW_LOCK)  # one number after the other
    last = select(func.coalesce(func.max(ImpactFactor.number), 0)).where(
        ImpactFactor.network_id == network.id, ImpactFactor.use == wish.use
    )
    factor = _factor(wish)
    kind, identity = audit.actor_of(principal)
    row = ImpactFactor(
        network_id=network.id,
        use=wish.use,
        number=session.scalars(last).one() + 1,
        code=wish.code,
        label=factor.name,
        value=factor.value,
        unit=factor.unit,
        source=factor.source,
        counts_from=wish.counts_from or service_date_of(now, zone_of(network)),
        actor_kind=kind,
        actor_id=identity,
        chosen_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, principal, "impact_factor.choose", ("network", network.id), now, use=row.use, number=row.number,
        code=row.code, value=row.value,
    )  # fmt: skip
    return row


def _factor(wish: ImpactFactorIn) -> Factor:
    if wish.code != OWN or wish.own is None:
        return CATALOGUES[wish.use][wish.code]
    return Factor(wish.own.label, wish.own.value, UNITS[wish.use], wish.own.source)


def publish_report(session: Session, principal: Principal, first: date, last: date, now: datetime) -> ImpactReport:
    """Keep what the days from `first` to `last` come to now, for ever as it is.

    Raises `range_inverted`, `range_too_long`, `days_not_over` and `nothing_recorded` (422).
    """
    principal.require("impact.publish")
    require_range(first, last)
    network = network_of(session, principal)
    if last >= service_date_of(now, zone_of(network)):
        raise refused("days_not_over", "A report is published once its days are over. Choose an earlier last day.")
    figures = impact_between(session, principal, first, last, now)
    if not figures.recorded:
        raise refused("nothing_recorded", "No day of these is recorded: there is nothing to publish.")
    kept, digest = frozen(figures)
    kind, identity = audit.actor_of(principal)
    row = ImpactReport(
        network_id=network.id,
        number=_next_number(session, network),
        first_date=first,
        last_date=last,
        figures=kept,
        digest=digest,
        actor_kind=kind,
        actor_id=identity,
        published_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, principal, "impact_report.publish", ("impact report", row.id), now, number=row.number,
        first_date=str(first), last_date=str(last), digest=digest,
    )  # fmt: skip
    return row


def _next_number(session: Session, network: Network) -> int:
    session.refresh(network, with_for_update=ROW_LOCK)
    last = select(func.coalesce(func.max(ImpactReport.number), 0)).where(ImpactReport.network_id == network.id)
    return session.scalars(last).one() + 1
