"""A shop says with one button that there is nothing today; where it is usually heard of by now, it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.expected_food import always_answers
from app.domain.opening import closed_on
from app.kit.web import database_of, now_of
from app.learning.expected import expected_on
from app.models.expected import NothingToday
from app.models.offers import Offer
from app.models.partners import Network, Site
from app.offers.nothing_today import say_nothing_today
from app.partners.service import network_of, zone_of
from app.web.rendering import see_other
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class QuietStore:
    """One store of which nothing is posted for today. said: it has said so. usually_by: when it usually has posted,
    where it always does and that is over."""

    site: Site
    said: bool
    usually_by: datetime | None


@dataclass(frozen=True)
class QuietToday:
    """The stores of a shop's people that have posted nothing for today."""

    day: date
    stores: Sequence[QuietStore]

    @property
    def asked(self) -> list[QuietStore]:
        """Those that are usually heard of by now."""
        return [each for each in self.stores if each.usually_by is not None and not each.said]


def load_quiet(
    session: Session, network: Network, stores: Sequence[Site], own: UUID | None, now: datetime
) -> QuietToday:
    """Of the stores that somebody posts for, or of the one where they work, those that have posted nothing today."""
    day = now.astimezone(zone_of(network)).date()
    of_day = (Offer.service_date == day, Offer.state == "open")
    posted = set(session.scalars(select(Offer.site_id).where(*of_day)))
    said = set(session.scalars(select(NothingToday.site_id).where(NothingToday.service_date == day)))
    usually = {
        each.site.id: each.posts_by
        for each in expected_on(session, network, day)
        if always_answers(each.habit.days, each.habit.days_answered) and each.posts_by <= now
    }
    quiet = [
        QuietStore(site, site.id in said, usually.get(site.id))
        for site in stores
        if own in (None, site.id) and site.id not in posted and not closed_on(day, site.exceptions)
    ]
    return QuietToday(day, quiet)


@router.post("/offers/nothing-today")
def say(request: Request, visitor: Visitor, site_id: Annotated[UUID, Form()]) -> Response:
    """Nothing today at this store."""
    now = now_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        today = now.astimezone(zone_of(network_of(session, visitor))).date()
        say_nothing_today(session, visitor, site_id, today, now)
    return see_other("/offers/new")
