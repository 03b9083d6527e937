"""HTTP for reports."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.kit.web import PROBLEMS, ApiRoute, Caller
from app.kit.wire import Day
from app.reports import service
from app.reports.schemas import DayReportOut

router = APIRouter(prefix="/api/v1/reports", route_class=ApiRoute, tags=["reports"], responses=PROBLEMS)


@router.get("/day")
def get_day_report(call: Caller, service_date: Annotated[Day, Query(description="Local day")]) -> DayReportOut:
    """What became of the day's food, and what coordination was worth."""
    return call.read(lambda session: service.day_report(session, call.principal, service_date))
