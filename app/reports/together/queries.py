"""Days together and alone as they are read: the network's sums by its partners, each partner's own by itself, all by
those who plan."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from app.domain.together import KINDS, Tally, summed
from app.kit.auth import Principal
from app.kit.paging import Order, Page, page
from app.models.partners import Organisation
from app.models.plans import Plan
from app.models.together import TogetherDay, TogetherFigures

COUNTED = tuple(Tally.__dataclass_fields__)


@dataclass(frozen=True)
class Line:
    """One side of a day under one set of assumptions, with the day that it is of, and the partner's name."""

    row: TogetherFigures
    day: TogetherDay
    partner: str | None

    @property
    def tally(self) -> Tally:
        """What is counted."""
        return tally_of(self.row)


@dataclass(frozen=True)
class Sides:
    """Both sides of the same."""

    together: Tally
    alone: Tally


@dataclass(frozen=True)
class Total:
    """Several days of one kind: which, the network's sums, and each partner's that the caller may see."""

    days: Sequence[date]
    network: Sides
    partners: Mapping[UUID, Sides]


@dataclass(frozen=True)
class Totals:
    """A range of days. planned: those that nobody reported, and that were planned all the same: never part of what was
    recorded. without_figures: published, and not worked out yet."""

    recorded: Total
    planned: Total
    without_figures: Sequence[date]
    names: Mapping[UUID, str]


def tally_of(row: TogetherFigures) -> Tally:
    """What is counted of a row."""
    return Tally(**{name: getattr(row, name) for name in COUNTED})


def newest_days(principal: Principal, kinds: Sequence[str] = KINDS) -> Select[UUID]:
    """The ids of those days' newest numbers."""
    newer = aliased(TogetherDay)
    later = select(newer.id).where(
        newer.network_id == TogetherDay.network_id,
        newer.service_date == TogetherDay.service_date,
        newer.kind == TogetherDay.kind,
        newer.number > TogetherDay.number,
    )
    return select(TogetherDay.id).where(
        TogetherDay.network_id == principal.network_id, TogetherDay.kind.in_(kinds), ~later.exists()
    )


def get_days(session: Session, principal: Principal, service_date: date) -> dict[str, TogetherDay]:
    """The newest figures of a day by kind; none where it is not worked out."""
    principal.require("reports.read")
    newest = newest_days(principal).where(TogetherDay.service_date == service_date)
    return {row.kind: row for row in session.scalars(select(TogetherDay).where(TogetherDay.id.in_(newest)))}


def newest_day(session: Session, principal: Principal, until: date) -> date | None:
    """The newest day that is worked out, none after `until`; None where none is."""
    principal.require("reports.read")
    return session.scalar(
        select(func.max(TogetherDay.service_date)).where(
            TogetherDay.network_id == principal.network_id, TogetherDay.service_date <= until
        )
    )


def lines_of_day(session: Session, principal: Principal, day: TogetherDay) -> list[Line]:
    """All lines of a day that the caller may see."""
    principal.require("reports.read")
    rows = session.scalars(
        select(TogetherFigures).where(TogetherFigures.day_id == day.id).order_by(TogetherFigures.id)
    ).all()
    names = names_of(session, rows)
    return [Line(row, day, names.get(row.organisation_id) if row.organisation_id else None) for row in rows]


def list_lines(
    session: Session,
    principal: Principal,
    *,
    since: date | None,
    until: date | None,
    kind: str | None,
    variant: str | None,
    partners: bool,
    cursor: str | None,
    limit: int,
) -> Page[Line]:
    """The newest lines of all days, or of those since and until a day, both included, the oldest day first: the
    network's sums, or, with `partners`, what each partner did that the caller may see."""
    principal.require("reports.read")
    newest = newest_days(principal, KINDS if kind is None else [kind])
    if since is not None:
        newest = newest.where(TogetherDay.service_date >= since)
    if until is not None:
        newest = newest.where(TogetherDay.service_date <= until)
    whose = TogetherFigures.organisation_id
    query = select(TogetherFigures).where(
        TogetherFigures.day_id.in_(newest), whose.is_not(None) if partners else whose.is_(None)
    )
    if variant is not None:
        query = query.where(TogetherFigures.variant == variant)
    found = page(session, query, Order(TogetherFigures.service_date, TogetherFigures.id), cursor, limit)
    wanted = {row.day_id for row in found.items}
    days = {row.id: row for row in session.scalars(select(TogetherDay).where(TogetherDay.id.in_(wanted)))}
    names = names_of(session, found.items)
    lines = [
        Line(row, days[row.day_id], names.get(row.organisation_id) if row.organisation_id else None)
        for row in found.items
    ]
    return Page(lines, found.next_cursor)


def names_of(session: Session, rows: Iterable[TogetherFigures]) -> dict[UUID, str]:
    """What the partners of these rows are called, as far as the caller knows them."""
    wanted = {row.organisation_id for row in rows if row.organisation_id is not None}
    found = select(Organisation.id, Organisation.name).where(Organisation.id.in_(wanted))
    return {row.id: row.name for row in session.execute(found)}


def totals(session: Session, principal: Principal, first: date, last: date) -> Totals:
    """What the days from the first to the last, both included, came to under the usual assumptions."""
    principal.require("reports.read")
    newest = newest_days(principal).where(TogetherDay.service_date >= first, TogetherDay.service_date <= last)
    rows = session.scalars(
        select(TogetherFigures)
        .where(TogetherFigures.day_id.in_(newest), TogetherFigures.variant == "usual")
        .order_by(TogetherFigures.service_date, TogetherFigures.id)
    ).all()
    driven = {row.service_date for row in rows if row.kind == "recorded"}
    recorded = [row for row in rows if row.kind == "recorded"]
    planned = [row for row in rows if row.kind == "planned" and row.service_date not in driven]
    published = session.scalars(
        select(Plan.service_date).where(
            Plan.network_id == principal.network_id,
            Plan.state == "published",
            Plan.service_date >= first,
            Plan.service_date <= last,
        )
    )
    missing = sorted(set(published) - {row.service_date for row in rows})
    return Totals(_total(recorded), _total(planned), missing, names_of(session, rows))


def _total(rows: Sequence[TogetherFigures]) -> Total:
    found: defaultdict[UUID | None, dict[str, list[Tally]]] = defaultdict(lambda: {"together": [], "alone": []})
    for row in rows:
        found[row.organisation_id][row.side].append(tally_of(row))
    sides = {whose: Sides(summed(of["together"]), summed(of["alone"])) for whose, of in found.items()}
    return Total(
        days=sorted({row.service_date for row in rows}),
        network=sides.get(None, Sides(Tally(), Tally())),
        partners={whose: of for whose, of in sides.items() if whose is not None},
    )
