"""HTTP for needs."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.kit.idempotency import Answer
from app.kit.web import (
    PROBLEMS,
    TAKES_VERSION,
    ApiRoute,
    Caller,
    Cursor,
    Limit,
    answer,
    page_out,
    path_of,
    with_version,
)
from app.kit.wire import Day, PageOut
from app.models.needs import StandingNeed
from app.needs import service, standing
from app.needs.schemas import (
    NeedChange,
    NeedIn,
    NeedOut,
    NeedsIn,
    NeedsOut,
    StandingNeedChange,
    StandingNeedIn,
    StandingNeedOut,
)

router = APIRouter(prefix="/api/v1/needs", route_class=ApiRoute, tags=["needs"], responses=PROBLEMS)
standing_router = APIRouter(prefix="/api/v1/standing-needs", route_class=ApiRoute, tags=["needs"], responses=PROBLEMS)


@router.post("", status_code=201, response_model=NeedOut)
def state_need(call: Caller, wish: NeedIn) -> Response:
    """Say what one of your sites takes of one category on one day."""

    def verb(session: Session) -> Answer:
        need = service.state_need(session, call.principal, wish, call.now)
        return answer(NeedOut.model_validate(need), 201, location=path_of("needs", need.id), version=need.version)

    return call.once(wish, verb)


@router.post("/bulk", status_code=201, response_model=NeedsOut)
def state_needs(call: Caller, wish: NeedsIn) -> Response:
    """State up to 200 needs at once: all of them, or none; a refusal points at the need that it is about."""

    def verb(session: Session) -> Answer:
        needs = service.state_needs(session, call.principal, wish.needs, call.now)
        return answer(NeedsOut(items=[NeedOut.model_validate(need) for need in needs]), 201)

    return call.once(wish, verb)


@router.get("")
def list_needs(
    call: Caller,
    service_date: Annotated[Day | None, Query(description="Local day of delivery")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[NeedOut]:
    """The needs that you see, oldest first. Asked for a coming day, what stands for it is stated first."""

    def query(session: Session) -> PageOut[NeedOut]:
        call.principal.require("needs.read")
        if service_date is not None:
            standing.fill_day(session, call.principal.network_id, service_date, call.now)
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


def _standing_answer(found: StandingNeed, status: int = 200) -> Answer:
    out = StandingNeedOut.model_validate(found)
    return answer(out, status, location=path_of("standing-needs", out.id), version=out.version)


@standing_router.post("", status_code=201, response_model=StandingNeedOut)
def state_standing_need(call: Caller, wish: StandingNeedIn) -> Response:
    """Say what one of your sites takes of one category on some weekdays. It fills each coming day by itself."""
    return call.once(
        wish,
        lambda session: _standing_answer(standing.state_standing_need(session, call.principal, wish, call.now), 201),
    )


@standing_router.get("")
def list_standing_needs(
    call: Caller,
    site_id: Annotated[UUID | None, Query()] = None,
    state: Annotated[Literal["active", "ended"] | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[StandingNeedOut]:
    """The standing needs that you see, oldest first."""

    def query(session: Session) -> PageOut[StandingNeedOut]:
        page = standing.list_standing_needs(
            session, call.principal, site_id=site_id, state=state, cursor=cursor, limit=limit
        )
        return PageOut(items=[StandingNeedOut.model_validate(row) for row in page.items], next_cursor=page.next_cursor)

    return call.read(query)


@standing_router.get("/{standing_need_id}")
def get_standing_need(call: Caller, response: Response, standing_need_id: UUID) -> StandingNeedOut:
    """One standing need, with its version as ETag."""
    found = call.read(
        lambda session: StandingNeedOut.model_validate(
            standing.get_standing_need(session, call.principal, standing_need_id)
        )
    )
    with_version(response, found.version)
    return found


@standing_router.patch("/{standing_need_id}")
def change_standing_need(
    call: Caller, response: Response, standing_need_id: UUID, change: StandingNeedChange
) -> StandingNeedOut:
    """Change what stands, from the version in If-Match. Coming days that follow it change with it."""
    version = call.expected_version()
    found = call.read(
        lambda session: StandingNeedOut.model_validate(
            standing.change_standing_need(session, call.principal, standing_need_id, change, version, call.now)
        )
    )
    with_version(response, found.version)
    return found


@standing_router.post("/{standing_need_id}/end", response_model=StandingNeedOut, dependencies=[TAKES_VERSION])
def end_standing_need(call: Caller, standing_need_id: UUID) -> Response:
    """End what stands: coming days that follow it are withdrawn. If-Match is optional here."""
    version = call.expected_version() if call.if_match is not None else None
    return call.once(
        None,
        lambda session: _standing_answer(
            standing.end_standing_need(session, call.principal, standing_need_id, version, call.now)
        ),
    )
