"""HTTP for a van's place: its driver shares it, dispatchers see it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from app.driving import position
from app.driving.schemas import PositionIn
from app.kit.web import PROBLEMS, ApiRoute, Caller, Cursor, Limit, page_out
from app.kit.wire import Day, PageOut
from app.partners.schemas import Out

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["driver"], responses=PROBLEMS)


class SharingOut(BaseModel):
    """Until when the driver's phone may share where it is."""

    until: datetime


class VanPositionOut(Out):
    """Where a van was told to be last; of none is it known where it was before."""

    shift_id: UUID
    latitude: float
    longitude: float
    accuracy_metres: int
    told_at: datetime = Field(description="Positions older than fifteen minutes are not shown")


@router.put("/driver/position")
def put_driver_position(call: Caller, wish: PositionIn) -> SharingOut:
    """Share where the van is, where its driver wants that: only the newest place is kept, and none after the shift."""
    until = call.read(lambda session: position.share_position(session, call.principal, wish, call.now))
    return SharingOut(until=until)


@router.delete("/driver/position", status_code=204)
def forget_driver_position(call: Caller) -> None:
    """Share it no longer: what was kept is forgotten at once."""
    call.read(lambda session: position.stop_sharing(session, call.principal))


@router.get("/van-positions")
def list_van_positions(
    call: Caller,
    service_date: Annotated[Day | None, Query(description="Local day")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[VanPositionOut]:
    """Where the vans are whose drivers share it."""

    def query(session: Session) -> PageOut[VanPositionOut]:
        found = position.page_of_positions(session, call.principal, service_date, call.now, cursor, limit)
        return page_out(VanPositionOut, found)

    return call.read(query)
