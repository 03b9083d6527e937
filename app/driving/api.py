"""HTTP for the driver, opened by the link of one shift."""

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from app.driving import service
from app.driving.schemas import DriverRouteOut, StopEventsIn, StopEventsOut
from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, ApiRoute, Caller, answer

router = APIRouter(prefix="/api/v1/driver", route_class=ApiRoute, tags=["driver"], responses=PROBLEMS)


@router.get("/route")
def get_driver_route(call: Caller) -> DriverRouteOut:
    """The published route of your shift and what was reported on it so far."""
    return call.read(lambda session: service.driver_route(session, call.principal, call.now))


@router.post("/stop-events", response_model=StopEventsOut)
def record_stop_events(call: Caller, wish: StopEventsIn) -> Response:
    """Report what happened, in any order and as often as you like: each event id is stored once."""

    def verb(session: Session) -> Answer:
        results = service.record_events(session, call.principal, wish.events, call.now)
        return answer(StopEventsOut(results=results))

    return call.once(wish, verb)
