"""HTTP for needs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, ApiRoute, Caller, Cursor, Limit, answer, page_out, path_of, with_version
from app.kit.wire import Day, PageOut
from app.needs import service
from app.needs.schemas import NeedChange, NeedIn, NeedOut

router = APIRouter(prefix="/api/v1/needs", route_class=ApiRoute, tags=["needs"], responses=PROBLEMS)


@router.post("", status_code=201, response_model=NeedOut)
def state_need(call: Caller, wish: NeedIn) -> Response:
    """Say what one of your sites takes of one category on one day."""

    def verb(session: Session) -> Answer:
        need = service.state_need(session, call.principal, wish, call.now)
        return answer(NeedOut.model_validate(need), 201, location=path_of("needs", need.id), version=need.version)

    return call.once(wish, verb)


@router.get("")
def list_needs(
    call: Caller,
    service_date: Annotated[Day | None, Query(description="Local day of delivery")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[NeedOut]:
    """The needs that you see, oldest first."""

    def query(session: Session) -> PageOut[NeedOut]:
        page = service.list_needs(session, call.principal, service_date=service_date, cursor=cursor, limit=limit)
        return page_out(NeedOut, page)

    return call.read(query)


@router.get("/{need_id}")
def get_need(call: Caller, response: Response, need_id: UUID) -> NeedOut:
    """One need, with its version as ETag."""
    need = call.read(lambda session: NeedOut.model_validate(service.get_need(session, call.principal, need_id)))
    with_version(response, need.version)
    return need


@router.patch("/{need_id}")
def change_need(call: Caller, response: Response, need_id: UUID, change: NeedChange) -> NeedOut:
    """Change a need, from the version in If-Match."""
    version = call.expected_version()
    need = call.read(
        lambda session: NeedOut.model_validate(
            service.change_need(session, call.principal, need_id, change, version, call.now)
        )
    )
    with_version(response, need.version)
    return need
