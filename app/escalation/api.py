"""HTTP for ladders and for questions to food banks."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.escalation import next_day, queries, service
from app.escalation.schemas import AnswerIn, AskOut, EscalationOut, LaddersOut
from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, ApiRoute, Caller, Cursor, Limit, answer
from app.kit.wire import Day, PageOut
from app.offers.schemas import OfferOut

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["escalation"], responses=PROBLEMS)


@router.get("/escalations")
def list_escalations(
    call: Caller, service_date: Annotated[Day, Query(description="Local day of collection")]
) -> LaddersOut:
    """How a day's open food climbs: the steps that were taken, those to come with their hours, who was asked."""
    return call.read(
        lambda session: LaddersOut(items=queries.ladders_of_day(session, call.principal, service_date, call.now))
    )


@router.post("/escalations/{offer_line_id}/stop", response_model=EscalationOut)
def stop_escalation(call: Caller, offer_line_id: UUID) -> Response:
    """Let nothing more be done by itself for the food of one line."""

    def verb(session: Session) -> Answer:
        row = service.stop(session, call.principal, offer_line_id, call.now)
        return answer(EscalationOut.model_validate(row))

    return call.once(None, verb)


@router.post("/escalations/{offer_line_id}/resume", response_model=EscalationOut)
def resume_escalation(call: Caller, offer_line_id: UUID) -> Response:
    """Let the ladder of one line go on; what was due meanwhile is done within a minute."""

    def verb(session: Session) -> Answer:
        row = service.resume(session, call.principal, offer_line_id, call.now)
        return answer(EscalationOut.model_validate(row))

    return call.once(None, verb)


@router.post("/escalations/{offer_line_id}/offer-next-day", status_code=201, response_model=OfferOut)
def offer_on_next_day(call: Caller, offer_line_id: UUID) -> Response:
    """Keep what is left of a line, and offer it on the next day at the same hours, as far as the store is open."""
    return call.once_shown(
        None,
        OfferOut,
        lambda session: next_day.offer_on_next_day(session, call.principal, offer_line_id, call.now),
        status=201,
        place="offers",
    )


@router.get("/asks")
def list_asks(
    call: Caller,
    service_date: Annotated[Day | None, Query(description="Local day of collection")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[AskOut]:
    """What your food bank is asked: whether it takes food beyond its needs; newest first. All of it for the network."""

    def query(session: Session) -> PageOut[AskOut]:
        found = queries.list_asks(session, call.principal, service_date, cursor, limit, call.now)
        return PageOut(items=found.items, next_cursor=found.next_cursor)

    return call.read(query)


@router.get("/asks/{ask_id}")
def get_ask(call: Caller, ask_id: UUID) -> AskOut:
    """One question to a food bank."""

    def query(session: Session) -> AskOut:
        ask = service.get_ask(session, call.principal, ask_id)
        return queries.shown(session, call.principal, [ask], call.now)[0]

    return call.read(query)


@router.post("/asks/{ask_id}/answer", response_model=AskOut)
def answer_ask(call: Caller, ask_id: UUID, wish: AnswerIn) -> Response:
    """Say whether you take the food. A yes states a need of it and asks for a change of the day; the first has it."""

    def verb(session: Session) -> Answer:
        ask = service.answer(session, call.principal, ask_id, wish, call.now)
        return answer(queries.shown(session, call.principal, [ask], call.now)[0])

    return call.once(wish, verb)
