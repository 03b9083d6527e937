"""The dispatcher's day before the posts come: what is expected of stores, and the outlook that was asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session

from app.kit.auth import Principal
from app.kit.web import database_of, now_of
from app.learning.expected import ExpectedStore, expected_on
from app.models.expected import Outlook
from app.models.plans import PlanRun
from app.partners.service import network_of
from app.planning import outlooks
from app.web.rendering import see_other
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Ahead:
    """What the section shows; `may_ask`: the day has no routes yet and is not over."""

    counted_on: Sequence[ExpectedStore]
    run: PlanRun | None
    outlook: Outlook | None
    may_ask: bool

    @property
    def shown(self) -> bool:
        """Whether there is anything to say."""
        return self.may_ask and bool(self.counted_on or self.outlook or self.run)

    @property
    def grams_expected(self) -> int:
        """All that is expected of them."""
        return sum(each.grams for each in self.counted_on)

    @property
    def working(self) -> bool:
        """Whether an outlook is being made just now."""
        return self.run is not None and self.run.state in ("queued", "running")

    @property
    def failed(self) -> bool:
        """Whether the last one could not be made."""
        return self.run is not None and self.run.state == "failed"


def load_ahead(session: Session, visitor: Principal, day: date, today: date, *, driven: bool) -> Ahead:
    """What is known of a day before its posts; nothing where its routes stand or it is over."""
    if driven or day < today:
        return Ahead((), None, None, may_ask=False)
    run, outlook = outlooks.latest_outlook(session, visitor, day)
    stores = [each for each in expected_on(session, network_of(session, visitor), day) if each.counted_on]
    return Ahead(stores, run, outlook, may_ask=True)


@router.post("/day/outlook")
def ask(request: Request, visitor: Visitor, day: Annotated[date, Form()]) -> Response:
    """Ask how the day would be driven with what is expected."""
    with database_of(request).transaction(visitor.scope) as session:
        outlooks.request_outlook(session, visitor, day, now_of(request))
    return see_other("/day", date=day.isoformat())


def instant(text: str) -> datetime:
    """A time as an outlook keeps it."""
    return datetime.fromisoformat(text)
