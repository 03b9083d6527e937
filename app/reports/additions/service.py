"""The verbs of reports on additions: ask for one, and have it ended."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import routing
from app.domain.additions import MOST_DAYS, Prices
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import conflict, not_found, refused
from app.kit.jobs import defer
from app.models.additions import AdditionReport
from app.models.partners import Network
from app.models.plans import Plan
from app.partners.service import network_of
from app.reports.together.jobs import ONE_AT_A_TIME

WORK_OUT = "additions:work_out"
UNDER_WAY = ("queued", "running")


def published_days(session: Session, network_id: UUID, first: date, last: date) -> list[date]:
    """The days of the range that have a published plan, in order."""
    query = select(Plan.service_date).where(
        Plan.network_id == network_id, Plan.state == "published", Plan.service_date.between(first, last)
    )
    return sorted(set(session.scalars(query)))


def most_searches(days: int, kinds: Iterable[str]) -> int:
    """How many searches so many days take at most: each as it was, to begin with and with each seed, and once with each
    addition."""
    return days * (routing.ADDITION_SEEDS + routing.most_searches(set(kinds)))


def ask(
    session: Session,
    principal: Principal,
    first: date,
    last: date,
    kinds: list[str],
    prices: Prices,
    box_grams: int,
    now: datetime,
) -> AdditionReport:
    """Have the published days of a range solved again, as they were and with one thing more each.

    Raises `range_inverted`, `report_too_long`, `no_published_days` (422), `additions_under_way` (409).
    """
    principal.require("plans.request")
    check_range(first, last)
    network = network_of(session, principal)
    session.get_one(Network, network.id, with_for_update=ROW_LOCK)  # one asks at a time
    under_way = select(AdditionReport.id).where(
        AdditionReport.network_id == network.id, AdditionReport.state.in_(UNDER_WAY)
    )
    if session.scalar(under_way.limit(1)) is not None:
        raise conflict(
            "additions_under_way",
            "Another such report of this network is being worked out. Wait until it is there, or end it.",
        )
    days = published_days(session, network.id, first, last)
    if not days:
        raise refused(
            "no_published_days",
            "No plan of {first} to {last} is published: there is nothing to solve again.",
            first=first.isoformat(),
            last=last.isoformat(),
        )
    report = AdditionReport(
        network_id=network.id,
        first_day=first,
        last_day=last,
        days=[day.isoformat() for day in days],
        kinds=kinds,
        prices=asdict(prices),
        box_grams=box_grams,
        currency=network.currency,
        steps=routing.ADDITION_STEPS,
        seeds=routing.ADDITION_SEEDS,
        additions_version=routing.ADDITIONS_VERSION,
        searches_left=most_searches(len(days), kinds),
        asked_at=now,
    )
    session.add(report)
    session.flush()
    work_out_later(session, network.id, report.id)
    subject = ("addition report", report.id)
    audit.record(session, principal, "additions.ask", subject, now, first=str(first), last=str(last), days=len(days))
    return report


def check_range(first: date, last: date) -> None:
    """Raise `range_inverted` or `report_too_long` (422) for days that no report can have."""
    if last < first:
        raise refused("range_inverted", "The last day is before the first. Swap the two.")
    if (last - first).days >= MOST_DAYS:
        raise refused("report_too_long", "Such a report covers at most 31 days. Choose fewer days.")


def end(session: Session, principal: Principal, report_id: UUID, now: datetime) -> AdditionReport:
    """Have a report ended: the search stops within seconds, and the days that are there stay. Raises `not_found`
    (404) and `report_has_ended` (409)."""
    principal.require("plans.request")
    report = session.get(AdditionReport, report_id, with_for_update=ROW_LOCK)
    if report is None or report.network_id != principal.network_id:
        raise not_found("report")
    if report.state not in UNDER_WAY:
        raise conflict("report_has_ended", "The report has ended by itself: it is there.")
    report.state, report.ended_at, report.searches_left = "cancelled", now, 0
    session.flush()
    audit.record(session, principal, "additions.end", ("addition report", report.id), now)
    return report


def work_out_later(session: Session, network_id: UUID, report_id: UUID) -> bool:
    """Queue the next day of the report within the running transaction; False when it waits already. Reports stand in
    one line with comparisons of days, day by day: a plan that somebody waits for always finds a place beside them."""
    return defer(
        session,
        WORK_OUT,
        lock=ONE_AT_A_TIME,
        waits_once=str(report_id),
        network_id=str(network_id),
        report_id=str(report_id),
    )
