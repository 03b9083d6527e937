"""What a place has asked for before, as it asked last: to be stated again with one tap."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.usual_food import LOOKING_BACK, most_usual
from app.kit.auth import Principal
from app.models.needs import Need

MOST_READ = 500  # of four weeks; a place states at most one need a category and day


def usual_needs(session: Session, principal: Principal, site_id: UUID, today: date) -> Sequence[Need]:
    """What one place has asked for in the last four weeks, a category each, most usual first; but not what it was asked
    about and said yes to."""
    principal.require("needs.read")
    rows = session.scalars(
        select(Need)
        .where(
            Need.site_id == site_id,
            Need.service_date >= today - LOOKING_BACK,
            Need.state == "open",
            Need.offer_line_id.is_(None),
        )
        .order_by(Need.service_date.desc(), Need.created_at.desc(), Need.category.desc())
        .limit(MOST_READ)
    ).all()
    return most_usual([(need.category, need.service_date, need) for need in reversed(rows)], today)


def coming_needs(session: Session, principal: Principal, site_id: UUID, days: Sequence[date]) -> Sequence[Need]:
    """What one place asks for on these days, day by day."""
    principal.require("needs.read")
    query = select(Need).where(Need.site_id == site_id, Need.service_date.in_(days), Need.state == "open")
    return session.scalars(query.order_by(Need.service_date, Need.category, Need.id)).all()
