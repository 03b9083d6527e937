"""A store keeps what found no van, and offers it on the next day: one button beside its offer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response

from app.escalation.next_day import offer_on_next_day
from app.kit.web import database_of, now_of
from app.web.rendering import see_other
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)


@router.post("/offers/next-day")
def again(request: Request, visitor: Visitor, offer_line_id: Annotated[UUID, Form()]) -> Response:
    """Offer what is left on the next day."""
    with database_of(request).transaction(visitor.scope) as session:
        posted = offer_on_next_day(session, visitor, offer_line_id, now_of(request)).id
    return see_other("/offers", posted=str(posted))
