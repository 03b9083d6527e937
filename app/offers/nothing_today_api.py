"""HTTP for a store that has nothing to give."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, ApiRoute, Body, Caller, answer
from app.kit.wire import Day
from app.offers.nothing_today import say_nothing_today
from app.partners.schemas import Out

router = APIRouter(prefix="/api/v1/nothing-today", route_class=ApiRoute, tags=["offers"], responses=PROBLEMS)


class NothingTodayIn(Body):
    """The store, and the day on which it has nothing to give."""

    site_id: UUID
    service_date: Day


class NothingTodayOut(Out):
    """That it was said, and when first."""

    site_id: UUID
    service_date: date
    said_at: datetime


@router.post("", status_code=201, response_model=NothingTodayOut)
def say_nothing_is_offered(call: Caller, wish: NothingTodayIn) -> Response:
    """Say that a store has nothing to give on a day: nobody asks it then, and no route waits for it. An offer that is
    posted all the same counts."""

    def verb(session: Session) -> Answer:
        said = say_nothing_today(session, call.principal, wish.site_id, wish.service_date, call.now)
        return answer(NothingTodayOut.model_validate(said), 201)

    return call.once(wish, verb)
