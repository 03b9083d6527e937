"""HTTP for reports on additions: what one thing more would have rescued."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.domain.additions import KINDS, AdditionKind
from app.kit.idempotency import Answer
from app.kit.paging import page_of_values
from app.kit.web import PROBLEMS, ApiRoute, Caller, Cursor, Limit, answer
from app.kit.wire import Day, PageOut
from app.reports.additions import queries, service
from app.reports.additions.schemas import (
    AdditionEstimateOut,
    AdditionGainOut,
    AdditionOut,
    AdditionReportFoundOut,
    AdditionReportIn,
    AdditionReportOut,
    ranking_out,
)

router = APIRouter(prefix="/api/v1/reports/additions", route_class=ApiRoute, tags=["reports"], responses=PROBLEMS)


@router.get("")
def list_addition_reports(call: Caller, cursor: Cursor = None, limit: Limit = 50) -> PageOut[AdditionReportOut]:
    """The network's reports on what one thing more would have rescued, the newest first."""

    def query(session: Session) -> PageOut[AdditionReportOut]:
        found = queries.list_reports(session, call.principal, cursor, limit)
        return PageOut(items=[AdditionReportOut.of(each) for each in found.items], next_cursor=found.next_cursor)

    return call.read(query)


@router.get("/estimate")
def estimate_addition_report(
    call: Caller,
    first: Annotated[Day, Query(alias="from", description="First local day")],
    last: Annotated[Day, Query(alias="until", description="Last local day, included; at most 31 days")],
    kinds: Annotated[list[AdditionKind] | None, Query(description="All, unless said otherwise")] = None,
) -> AdditionEstimateOut:
    """What such a report would take: how many of the days have a published plan, how many searches that is at most, and
    about how many seconds they last, as the network's own have."""
    return call.read(
        lambda session: AdditionEstimateOut.of(
            queries.estimate(session, call.principal, first, last, list(kinds or KINDS))
        )
    )


@router.post("", status_code=202, response_model=AdditionReportOut)
def ask_addition_report(call: Caller, wish: AdditionReportIn) -> Response:
    """Have the published days of a range solved again: each as it was, and once with one more vehicle, hour of opening,
    chilled box, driver's hour, food bank or store. One report of a network at a time."""

    def verb(session: Session) -> Answer:
        prices = wish.prices.cents()
        report = service.ask(
            session, call.principal, wish.first, wish.last, list(wish.kinds), prices, wish.box_kg, call.now
        )
        return answer(AdditionReportOut.of(report), 202)

    return call.once(wish, verb)


@router.get("/{report_id}")
def get_addition_report(call: Caller, report_id: UUID) -> AdditionReportFoundOut:
    """One report: the additions by what a kilogram more costs, the days as they were, and all that it stands on. While
    it is worked out, it is about the days that are there."""
    return call.read(
        lambda session: AdditionReportFoundOut.of_found(queries.get_report(session, call.principal, report_id))
    )


@router.get("/{report_id}/ranking")
def list_additions(call: Caller, report_id: UUID, cursor: Cursor = None, limit: Limit = 50) -> PageOut[AdditionOut]:
    """The additions of a report as rows, the cheapest kilogram first."""

    def query(session: Session) -> PageOut[AdditionOut]:
        ranking = ranking_out(queries.get_report(session, call.principal, report_id))
        found = page_of_values(ranking, lambda each: str(each.rank), cursor, limit)
        return PageOut(items=found.items, next_cursor=found.next_cursor)

    return call.read(query)


@router.get("/{report_id}/gains")
def list_addition_gains(
    call: Caller, report_id: UUID, cursor: Cursor = None, limit: Limit = 50
) -> PageOut[AdditionGainOut]:
    """What each addition of a report changed on each day, as rows, the oldest day first."""

    def query(session: Session) -> PageOut[AdditionGainOut]:
        found = queries.list_gains(session, call.principal, report_id, cursor, limit)
        return PageOut(items=[AdditionGainOut.of(each) for each in found.items], next_cursor=found.next_cursor)

    return call.read(query)


@router.post("/{report_id}/end", response_model=AdditionReportOut)
def end_addition_report(call: Caller, report_id: UUID) -> Response:
    """End a report that is being worked out, within seconds. The days that are there stay."""
    return call.once(
        None, lambda session: answer(AdditionReportOut.of(service.end(session, call.principal, report_id, call.now)))
    )
