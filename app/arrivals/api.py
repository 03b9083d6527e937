"""HTTP for arrivals."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from app.arrivals import queries
from app.arrivals.schemas import ArrivalOut, PlanArrivalsOut
from app.kit.web import PROBLEMS, ApiRoute, Caller, Cursor, Limit
from app.kit.wire import Day, PageOut

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["arrivals"], responses=PROBLEMS)


@router.get("/plans/{plan_id}/arrivals")
def get_plan_arrivals(call: Caller, plan_id: UUID) -> PlanArrivalsOut:
    """When each van of a plan is expected where, from the reports so far and the time it is now."""
    return call.read(
        lambda session: PlanArrivalsOut.of(
            queries.arrivals_of_plan(session, call.principal, plan_id, call.now), call.now
        )
    )


@router.get("/arrivals")
def list_arrivals(
    call: Caller,
    service_date: Annotated[Day | None, Query(description="Local day")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[ArrivalOut]:
    """When vans come to your sites and what they collect or bring, as it was told last; of published routes that begin
    within two days or lie behind."""

    def query(session: Session) -> PageOut[ArrivalOut]:
        found, food = queries.list_arrivals(
            session, call.principal, service_date=service_date, cursor=cursor, limit=limit
        )
        items = [ArrivalOut.of(row, food.get(row.stop_id, [])) for row in found.items]
        return PageOut(items=items, next_cursor=found.next_cursor)

    return call.read(query)
