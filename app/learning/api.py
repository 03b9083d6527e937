"""HTTP for what was learnt and for planned against real arrivals."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.kit.auth import Principal
from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, ApiRoute, Caller, answer
from app.kit.wire import Day
from app.learning import queries, service
from app.learning.expected import expected_of_caller
from app.learning.expected_schemas import ExpectedDayOut
from app.learning.schemas import ArrivalReportOut, LearntOut

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["learning"], responses=PROBLEMS)


@router.get("/learnt")
def get_learnt_times(call: Caller) -> LearntOut:
    """The network's pace by hour and weekday and the real lengths of stops, each with its error."""
    return call.read(lambda session: _learnt(session, call.principal))


@router.post("/learnt", response_model=LearntOut)
def learn_times_now(call: Caller) -> Response:
    """Learn now from the last twelve weeks, instead of after the next route's last stop."""

    def verb(session: Session) -> Answer:
        service.learn_now(session, call.principal, call.now)
        return answer(_learnt(session, call.principal))

    return call.once(None, verb)


def _learnt(session: Session, principal: Principal) -> LearntOut:
    return LearntOut.of(*queries.learnt(session, principal))


@router.get("/reports/arrivals")
def get_arrival_report(
    call: Caller,
    first: Annotated[Day, Query(alias="from", description="First local day")],
    last: Annotated[Day, Query(alias="until", description="Last local day, included")],
) -> ArrivalReportOut:
    """Planned against real arrival times, overall, by day, by hour of the plan and by route."""
    return call.read(
        lambda session: ArrivalReportOut.of(first, last, service.arrivals(session, call.principal, first, last))
    )


@router.get("/expected-food")
def get_expected_food(
    call: Caller, service_date: Annotated[Day, Query(description="Local day, past or to come")]
) -> ExpectedDayOut:
    """What stores are expected to have on a day, learnt from the last twelve weeks, and whether they have posted:
    all stores for those who plan, their own for a store's people."""
    return call.read(
        lambda session: ExpectedDayOut.of(service_date, expected_of_caller(session, call.principal, service_date))
    )
