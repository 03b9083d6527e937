"""HTTP for a network's impact."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.domain.service_date import service_date_of
from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, ApiRoute, Caller, Cursor, Limit, answer
from app.kit.wire import Day, PageOut
from app.partners.service import network_of, zone_of
from app.reports.impact import queries, service
from app.reports.impact.choices import choices_of
from app.reports.impact.figures_schema import NetworkImpactOut
from app.reports.impact.schemas import (
    FactorVersionOut,
    ImpactFactorIn,
    ImpactFactorsOut,
    ImpactReportHeadOut,
    ImpactReportIn,
    ImpactReportOut,
)

router = APIRouter(prefix="/api/v1/impact", route_class=ApiRoute, tags=["reports"], responses=PROBLEMS)


@router.get("")
def get_impact(
    call: Caller,
    first: Annotated[Day, Query(alias="from", description="First local day")],
    last: Annotated[Day, Query(alias="until", description="Last local day, included")],
) -> NetworkImpactOut:
    """What the network came to on these days, counted now from the ledger and the drivers' reports: food, meals, CO2e
    less our own driving, people, cost, waste by reason, fairness, each with the factors that it is counted with."""
    return call.read(
        lambda session: NetworkImpactOut.of(queries.impact_between(session, call.principal, first, last, call.now))
    )


@router.get("/factors")
def get_impact_factors(call: Caller) -> ImpactFactorsOut:
    """The published numbers that meals and CO2e can be counted with, and those that your network has chosen."""

    def query(session: Session) -> ImpactFactorsOut:
        chosen = queries.list_factors(session, call.principal)
        today = service_date_of(call.now, zone_of(network_of(session, call.principal)))
        return ImpactFactorsOut.of(chosen, choices_of(session, call.principal.network_id), today)

    return call.read(query)


@router.post("/factors", status_code=201, response_model=FactorVersionOut)
def choose_impact_factor(call: Caller, wish: ImpactFactorIn) -> Response:
    """Count with another factor from a day on, as its next version. No published report changes."""

    def verb(session: Session) -> Answer:
        row = service.choose_factor(session, call.principal, wish, call.now)
        return answer(FactorVersionOut.of(queries.Chosen(row, call.principal.name)), 201)

    return call.once(wish, verb)


@router.get("/reports")
def list_impact_reports(call: Caller, cursor: Cursor = None, limit: Limit = 50) -> PageOut[ImpactReportHeadOut]:
    """The published reports, the newest first."""

    def query(session: Session) -> PageOut[ImpactReportHeadOut]:
        found = queries.list_reports(session, call.principal, cursor, limit)
        return PageOut(items=[ImpactReportHeadOut.of(each) for each in found.items], next_cursor=found.next_cursor)

    return call.read(query)


@router.post("/reports", status_code=201, response_model=ImpactReportHeadOut)
def publish_impact_report(call: Caller, wish: ImpactReportIn) -> Response:
    """Keep what days that are over come to now: the figures, the factors and their versions never change any more."""

    def verb(session: Session) -> Answer:
        row = service.publish_report(session, call.principal, wish.first, wish.last, call.now)
        shown = ImpactReportHeadOut.of(queries.get_report(session, call.principal, row.id))
        return answer(shown, 201, location=f"/api/v1/impact/reports/{row.id}")

    return call.once(wish, verb)


@router.get("/reports/{report_id}")
def get_impact_report(call: Caller, report_id: UUID) -> ImpactReportOut:
    """A published report as it was, and how far the same days are from it if they are counted today."""

    def query(session: Session) -> ImpactReportOut:
        found = queries.get_report(session, call.principal, report_id)
        now = queries.counted_today(session, call.principal, found, call.now)
        return ImpactReportOut.whole(found, now)

    return call.read(query)
