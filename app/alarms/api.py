"""HTTP for alarms."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.alarms import service
from app.alarms.schemas import AlarmOut, AlarmState
from app.kit.web import PROBLEMS, TAKES_VERSION, ApiRoute, Caller, Cursor, Limit, page_out
from app.kit.wire import Day, PageOut

router = APIRouter(prefix="/api/v1/alarms", route_class=ApiRoute, tags=["alarms"], responses=PROBLEMS)


@router.get("")
def list_alarms(
    call: Caller,
    service_date: Annotated[Day | None, Query(description="Local day of the shift")] = None,
    state: Annotated[AlarmState | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[AlarmOut]:
    """What people had to hear of about the shifts that you see, with who was told; newest first."""

    def query(session: Session) -> PageOut[AlarmOut]:
        found = service.list_alarms(
            session, call.principal, service_date=service_date, state=state, cursor=cursor, limit=limit
        )
        return page_out(AlarmOut, found)

    return call.read(query)


@router.get("/{alarm_id}")
def get_alarm(call: Caller, alarm_id: UUID) -> AlarmOut:
    """One alarm, with its version as ETag."""
    return call.show(AlarmOut, lambda session: service.get_alarm(session, call.principal, alarm_id))


@router.post("/{alarm_id}/acknowledge", response_model=AlarmOut, dependencies=[TAKES_VERSION])
def acknowledge_alarm(call: Caller, alarm_id: UUID) -> Response:
    """Take an alarm on, from the version in If-Match: nobody else is told of it, unless it becomes an emergency."""
    version = call.expected_version()
    return call.once_shown(
        None, AlarmOut, lambda session: service.acknowledge_alarm(session, call.principal, alarm_id, version, call.now)
    )
