"""Reports on additions as they are read by those who plan: what was asked, how far it is, what was found."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import impact
from app.domain.additions import Added, Gain, Prices, expected_seconds, ranked
from app.domain.counting import factor_on
from app.domain.impact import Factor
from app.issuing.content import Content
from app.kit.auth import Principal
from app.kit.errors import not_found
from app.kit.paging import Order, Page, page
from app.models.additions import AdditionDay, AdditionGain, AdditionReport
from app.models.fleet import Vehicle
from app.models.partners import Site
from app.reports.additions.service import UNDER_WAY, check_range, most_searches, published_days
from app.reports.impact.choices import choices_of


@dataclass(frozen=True)
class Found:
    """A report with its days in order, its additions as they are ranked, the names of their places and vehicles, and
    about how many seconds it still takes; None once it has ended. meal: what a meal is, on the last of its days."""

    report: AdditionReport
    days: Sequence[AdditionDay]
    ranking: Sequence[Added]
    names: Mapping[str, str]
    seconds_left: float | None
    meal: Factor = impact.GRAMS_PER_MEAL

    def meals(self, grams: int) -> int:
        """What food more would make; less food makes none."""
        return impact.meals(max(0, grams), self.meal)

    @property
    def counted(self) -> list[AdditionDay]:
        """The days that have figures."""
        return [day for day in self.days if day.left_out is None]


def content_of_report(found: Found) -> Content:
    """What a paper of the report says: kilograms of its days, as they were and with what helps, and every figure that
    it stands on. Of a report that is still worked out these are of the days that are there."""
    report = found.report
    helping = [each for each in found.ranking if each.standing == "helps"]
    most = max((each.grams for each in helping), default=0)
    return Content(
        kind="additions",
        subject=str(report.id),
        first=report.first_day,
        last=report.last_day,
        grams={"delivered": sum(day.grams or 0 for day in found.counted), "most_more": most},
        parts={
            **{
                str(day.service_date): {"grams": day.grams or 0, "spread": day.spread_grams or 0}
                for day in found.counted
            },
            **{
                f"{each.kind} {each.subject}": {"grams": each.grams, "spread": each.spread, "cents": each.cents}
                for each in found.ranking
            },
        },
        details=[report.state, [day.left_out for day in found.days], dict(found.names), asdict(found.meal)],
    )


@dataclass(frozen=True)
class Estimate:
    """What a report would take: the days that have a published plan, searches at most, about so many seconds."""

    days: Sequence[date]
    searches: int
    seconds: float


@dataclass(frozen=True)
class DayGain:
    """A row of a report: what one addition changed on one day."""

    row: AdditionGain
    day: AdditionDay
    name: str | None


def estimate(session: Session, principal: Principal, first: date, last: date, kinds: Sequence[str]) -> Estimate:
    """What a report on this range would take; raises `range_inverted`, `report_too_long` (422)."""
    principal.require("plans.request")
    check_range(first, last)
    days = published_days(session, principal.network_id, first, last)
    searches = most_searches(len(days), kinds)
    seconds = expected_seconds(searches, len(days), seconds_a_search(session, principal.network_id))
    return Estimate(days, searches, seconds)


def seconds_a_search(session: Session, network_id: UUID) -> float | None:
    """What a search of the network's newest such day took; None where none was made yet."""
    newest = (
        select(AdditionDay.search_seconds / AdditionDay.searches)
        .where(AdditionDay.network_id == network_id, AdditionDay.searches > 0)
        .order_by(AdditionDay.worked_out_at.desc(), AdditionDay.id)
        .limit(1)
    )
    return session.scalar(newest)


def list_reports(session: Session, principal: Principal, cursor: str | None, limit: int) -> Page[AdditionReport]:
    """The network's reports, the newest first."""
    principal.require("plans.request")
    query = select(AdditionReport).where(AdditionReport.network_id == principal.network_id)
    order = Order(AdditionReport.asked_at, AdditionReport.id, newest_first=True)
    return page(session, query, order, cursor, limit)


def _report(session: Session, principal: Principal, report_id: UUID) -> AdditionReport:
    principal.require("plans.request")
    report = session.get(AdditionReport, report_id)
    if report is None or report.network_id != principal.network_id:
        raise not_found("report")
    return report


def get_report(session: Session, principal: Principal, report_id: UUID) -> Found:
    """One report with all that was found; raises `not_found`. While it is worked out, it is about the days that are
    there."""
    report = _report(session, principal, report_id)
    days = session.scalars(
        select(AdditionDay).where(AdditionDay.report_id == report.id).order_by(AdditionDay.service_date)
    ).all()
    counted = {day.id: day for day in days if day.left_out is None}
    rows = session.scalars(select(AdditionGain).where(AdditionGain.report_id == report.id)).all()
    gains = [
        Gain(
            row.service_date,
            row.kind,
            str(row.subject),
            row.grams,
            row.metres,
            row.driver_seconds,
            row.cents,
            counted[row.day_id].spread_grams,
        )
        for row in rows
    ]
    left = None
    if report.state in UNDER_WAY:
        one = seconds_a_search(session, report.network_id)
        left = expected_seconds(report.searches_left, len(report.days) - len(days), one)
    return Found(
        report,
        days,
        ranked(gains, Prices(**report.prices), len(counted)),
        names_of(session, {row.subject for row in rows}),
        left,
        factor_on(choices_of(session, report.network_id), "meals", report.last_day),
    )


def names_of(session: Session, subjects: set[UUID]) -> dict[str, str]:
    """What places and vehicles are called today."""
    sites = session.execute(select(Site.id, Site.name).where(Site.id.in_(subjects)))
    vehicles = session.execute(select(Vehicle.id, Vehicle.name).where(Vehicle.id.in_(subjects)))
    return {str(each.id): each.name for found in (sites, vehicles) for each in found}


def list_gains(
    session: Session, principal: Principal, report_id: UUID, cursor: str | None, limit: int
) -> Page[DayGain]:
    """What each addition changed on each day, in the order of days; raises `not_found`."""
    report = _report(session, principal, report_id)
    query = select(AdditionGain).where(AdditionGain.report_id == report.id)
    found = page(session, query, Order(AdditionGain.service_date, AdditionGain.id), cursor, limit)
    wanted = {row.day_id for row in found.items}
    days = {day.id: day for day in session.scalars(select(AdditionDay).where(AdditionDay.id.in_(wanted)))}
    names = names_of(session, {row.subject for row in found.items})
    items = [DayGain(row, days[row.day_id], names.get(str(row.subject))) for row in found.items]
    return Page(items, found.next_cursor)


def newest_report(session: Session, principal: Principal) -> UUID | None:
    """The report that was asked for last."""
    principal.require("plans.request")
    query = select(AdditionReport.id).where(AdditionReport.network_id == principal.network_id)
    newest = query.order_by(AdditionReport.asked_at.desc(), AdditionReport.id.desc()).limit(1)
    return session.scalar(newest)
