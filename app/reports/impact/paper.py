"""What a published report says in figures, for its check code, and what the same days come to today."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.impact_report import Figures
from app.issuing.content import Content
from app.kit.auth import Principal
from app.reports.impact.queries import get_report, impact_between


def content_of_report(report_id: UUID, figures: Figures) -> Content:
    """What it says; a report that is not published has no code, since nothing of it is kept to compare with."""
    balance = figures.balance
    return Content(
        kind="impact_report",
        subject=str(report_id),
        first=figures.first,
        last=figures.last,
        grams={"posted": balance.offered, "for_people": balance.for_people},
        parts={name: {"grams": grams} for name, grams in figures.losses},
    )


def content_today(session: Session, principal: Principal, report_id: UUID, now: datetime) -> Content:
    """What the report's days come to as they are counted now. Raises `not_found`."""
    then = get_report(session, principal, report_id).figures
    return content_of_report(report_id, impact_between(session, principal, then.first, then.last, now))
