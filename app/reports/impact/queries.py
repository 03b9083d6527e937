"""A network's impact as it is read: counted now from the books, or as it was published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.queries import names_of_actors
from app.domain.impact_report import Difference, Figures, difference, figures_of, reads_from
from app.domain.service_date import service_date_of
from app.kit.auth import Principal
from app.kit.errors import not_found, refused
from app.kit.paging import Order, Page, page
from app.models.impact import ImpactFactor, ImpactReport
from app.partners.service import network_of, zone_of
from app.reports.impact.choices import choices_of
from app.reports.impact.frozen import thawed
from app.reports.impact.reading import days_between

LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Chosen:
    """A version of a factor, and who chose it: their name as it is now, None once it is erased or unknown."""

    row: ImpactFactor
    chosen_by: str | None


@dataclass(frozen=True)
class Published:
    """A published report with its figures as they were, and who published it."""

    row: ImpactReport
    figures: Figures
    published_by: str | None


def require_range(first: date, last: date) -> None:
    """Raises `range_inverted` or `range_too_long` (422)."""
    if last < first:
        raise refused("range_inverted", "The last day is before the first. Swap the two.")
    if last - first > LONGEST:
        raise refused("range_too_long", "A report covers at most a year. Choose fewer days.")


def impact_between(session: Session, principal: Principal, first: date, last: date, now: datetime) -> Figures:
    """What the network came to from `first` to `last`, both included, counted now.

    Raises `range_inverted` and `range_too_long` (422).
    """
    principal.require("impact.read")
    require_range(first, last)
    network = network_of(session, principal)
    today = service_date_of(now, zone_of(network))
    days = days_between(session, network.id, reads_from(first), last, now, today)
    return figures_of(
        first,
        last,
        days.recorded,
        planned=days.planned,
        under_way=days.under_way,
        choices=choices_of(session, network.id),
        names=days.names,
        currency=network.currency,
    )


def list_factors(session: Session, principal: Principal) -> list[Chosen]:
    """All versions that were chosen, the newest first."""
    principal.require("impact.read")
    rows = session.scalars(
        select(ImpactFactor)
        .where(ImpactFactor.network_id == principal.network_id)
        .order_by(ImpactFactor.chosen_at.desc(), ImpactFactor.use, ImpactFactor.number.desc())
    ).all()
    names = names_of_actors(session, rows)
    return [Chosen(row, names.get(row.actor_id)) for row in rows]


def list_reports(session: Session, principal: Principal, cursor: str | None, limit: int) -> Page[Published]:
    """The published reports, the newest first."""
    principal.require("impact.read")
    query = select(ImpactReport).where(ImpactReport.network_id == principal.network_id)
    found = page(session, query, Order(ImpactReport.published_at, ImpactReport.id, newest_first=True), cursor, limit)
    return Page(_published(session, found.items), found.next_cursor)


def get_report(session: Session, principal: Principal, report_id: UUID) -> Published:
    """One published report; raises `not_found`."""
    principal.require("impact.read")
    row = session.get(ImpactReport, report_id)
    if row is None:
        raise not_found("impact report")
    return _published(session, [row])[0]


def _published(session: Session, rows: Sequence[ImpactReport]) -> list[Published]:
    names = names_of_actors(session, rows)
    return [Published(row, thawed(row.figures), names.get(row.actor_id)) for row in rows]


def counted_today(session: Session, principal: Principal, published: Published, now: datetime) -> Difference:
    """How far a published report is from what the same days come to now: late reports, corrections, other factors."""
    then = published.figures
    return difference(then, impact_between(session, principal, then.first, then.last, now))
