"""HTTP for needs."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, TAKES_VERSION, ApiRoute, Caller, Cursor, Limit, answer, page_out
from app.kit.wire import Day, PageOut
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
    return call.once_shown(
        wish,
        NeedOut,
        lambda session: service.state_need(session, call.principal, wish, call.now),
        status=201,
        place="needs",
    )


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
def get_need(call: Caller, need_id: UUID) -> NeedOut:
    """One need, with its version as ETag."""
    return call.show(NeedOut, lambda session: service.get_need(session, call.principal, need_id))


@router.patch("/{need_id}")
def change_need(call: Caller, need_id: UUID, change: NeedChange) -> NeedOut:
    """Change a need, from the version in If-Match."""
    version = call.expected_version()
    return call.show(
        NeedOut, lambda session: service.change_need(session, call.principal, need_id, change, version, call.now)
    )


@standing_router.post("", status_code=201, response_model=StandingNeedOut)
def state_standing_need(call: Caller, wish: StandingNeedIn) -> Response:
    """Say what one of your sites takes of one category on some weekdays. It fills each coming day by itself."""
    return call.once_shown(
        wish,
        StandingNeedOut,
        lambda session: standing.state_standing_need(session, call.principal, wish, call.now),
        status=201,
        place="standing-needs",
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
def get_standing_need(call: Caller, standing_need_id: UUID) -> StandingNeedOut:
    """One standing need, with its version as ETag."""
    return call.show(
        StandingNeedOut, lambda session: standing.get_standing_need(session, call.principal, standing_need_id)
    )


@standing_router.patch("/{standing_need_id}")
def change_standing_need(call: Caller, standing_need_id: UUID, change: StandingNeedChange) -> StandingNeedOut:
    """Change what stands, from the version in If-Match. Coming days that follow it change with it."""
    version = call.expected_version()
    return call.show(
        StandingNeedOut,
        lambda session: standing.change_standing_need(
            session, call.principal, standing_need_id, change, version, call.now
        ),
    )


@standing_router.post("/{standing_need_id}/end", response_model=StandingNeedOut, dependencies=[TAKES_VERSION])
def end_standing_need(call: Caller, standing_need_id: UUID) -> Response:
    """End what stands: coming days that follow it are withdrawn. If-Match is optional here."""
    version = call.version_if_given()
    return call.once_shown(
        None,
        StandingNeedOut,
        lambda session: standing.end_standing_need(session, call.principal, standing_need_id, version, call.now),
        place="standing-needs",
    )
