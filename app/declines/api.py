"""HTTP for declines: say that food is not wanted, take that back, read what is learnt from it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.declines import queries, service
from app.declines.schemas import DeclineIn, DeclineOut, ForgottenOut, LessonIn, LessonOut, TakenOffOut
from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, ApiRoute, Caller, Cursor, Limit, answer, page_out
from app.kit.wire import Day, PageOut

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["declines"], responses=PROBLEMS)


@router.post("/allocations/{allocation_id}/decline", response_model=DeclineOut)
def decline_allocation(call: Caller, allocation_id: UUID, wish: DeclineIn) -> Response:
    """Say that you do not want food that the published plan has for you. It costs nothing: it counts as not had.

    The food goes to that need no more, and a change of the plan is asked for by itself. Declined twice, it is declined
    once.
    """

    def verb(session: Session) -> Answer:
        said = service.decline(session, call.principal, allocation_id, wish, call.now)
        return answer(DeclineOut.model_validate(said))

    return call.once(wish, verb)


@router.post("/allocations/{allocation_id}/take-back-decline", response_model=DeclineOut)
def take_back_decline(call: Caller, allocation_id: UUID) -> Response:
    """Have declined food after all, as long as no newer plan brings it to somebody else."""

    def verb(session: Session) -> Answer:
        said = service.take_back(session, call.principal, allocation_id, call.now)
        return answer(DeclineOut.model_validate(said))

    return call.once(None, verb)


@router.get("/declines")
def list_declines(
    call: Caller,
    service_date: Annotated[Day | None, Query(description="Local day of collection")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[DeclineOut]:
    """What you declined, newest first; what was taken back says when. All of the network's for its staff."""

    def query(session: Session) -> PageOut[DeclineOut]:
        return page_out(DeclineOut, queries.list_declines(session, call.principal, service_date, cursor, limit))

    return call.read(query)


@router.get("/declines/learnt")
def list_lessons(call: Caller) -> list[LessonOut]:
    """What the last twelve weeks say of food that your places turned down, the surest first."""

    def query(session: Session) -> list[LessonOut]:
        return [
            LessonOut(
                site_id=each.site.id,
                site_name=each.site.name,
                organisation_id=each.site.organisation_id,
                category=each.lesson.category,
                turned_down=each.lesson.turned_down,
                cases=each.lesson.cases,
                sureness=each.lesson.sureness,
                reluctant=each.lesson.reluctant,
                standing_need_ids=each.standing,
            )
            for each in queries.learnt(session, call.principal, call.now)
        ]

    return call.read(query)


@router.post("/declines/learnt/take-off", response_model=TakenOffOut)
def take_off_need(call: Caller, wish: LessonIn) -> Response:
    """Take the category off what the place needs: its standing needs of it end, with the coming days of them."""

    def verb(session: Session) -> Answer:
        ended = service.take_off(session, call.principal, wish.site_id, wish.category, call.now)
        return answer(TakenOffOut(standing_need_ids=ended))

    return call.once(wish, verb)


@router.post("/declines/learnt/forget", response_model=ForgottenOut)
def forget_lesson(call: Caller, wish: LessonIn) -> Response:
    """Have everything forgotten that was learnt of the place and category until now."""

    def verb(session: Session) -> Answer:
        row = service.forget(session, call.principal, wish.site_id, wish.category, call.now)
        return answer(ForgottenOut.model_validate(row))

    return call.once(wish, verb)
