"""HTTP for days together and alone."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.kit.auth import Principal
from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, ApiRoute, Caller, Cursor, Limit, answer
from app.kit.wire import Day, PageOut
from app.reports.together import queries, service
from app.reports.together.schemas import (
    Kind,
    TogetherAskedOut,
    TogetherDayIn,
    TogetherDayOut,
    TogetherFiguresOut,
    TogetherKindOut,
    TogetherTotalsOut,
    VariantName,
)

router = APIRouter(prefix="/api/v1/reports/together", route_class=ApiRoute, tags=["reports"], responses=PROBLEMS)
First = Annotated[Day, Query(alias="from", description="First local day")]
Last = Annotated[Day, Query(alias="until", description="Last local day, included")]
Since = Annotated[
    Day | None, Query(alias="from", description="First local day; the first there is, unless said otherwise")
]
Until = Annotated[Day | None, Query(description="Last local day, included; the last there is, unless said otherwise")]


@router.get("/day")
def get_together_day(call: Caller, service_date: Annotated[Day, Query(description="Local day")]) -> TogetherDayOut:
    """A day together beside the same day with every food bank on its own: as planned, as recorded, under each set of
    assumptions, with all that the figures stand on. Partners see the network's figures and their own."""
    return call.read(lambda session: day_out(session, call.principal, service_date))


def day_out(session: Session, principal: Principal, service_date: date) -> TogetherDayOut:
    """The day as the caller may see it."""
    found = queries.get_days(session, principal, service_date)
    kinds = {
        kind: TogetherKindOut.of_day(day, queries.lines_of_day(session, principal, day)) for kind, day in found.items()
    }
    return TogetherDayOut(service_date=service_date, planned=kinds.get("planned"), recorded=kinds.get("recorded"))


@router.get("/totals")
def get_together_totals(call: Caller, first: First, last: Last) -> TogetherTotalsOut:
    """What several days, such as a week, came to together and alone: the network, and the partners that you may see.
    Days that were recorded, and days that were only planned, each by themselves."""
    return call.read(
        lambda session: TogetherTotalsOut.of(first, last, queries.totals(session, call.principal, first, last))
    )


@router.get("/figures")
def list_together_figures(
    call: Caller,
    since: Since = None,
    until: Until = None,
    kind: Annotated[Kind | None, Query(description="Both, unless said otherwise")] = None,
    variant: Annotated[VariantName | None, Query(description="The assumptions; all, unless said otherwise")] = None,
    partners: Annotated[bool, Query(description="What partners did, instead of the network's sums")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[TogetherFiguresOut]:
    """The figures of days as rows, a row for each side and set of assumptions, the oldest day first."""

    def query(session: Session) -> PageOut[TogetherFiguresOut]:
        found = queries.list_lines(
            session,
            call.principal,
            since=since,
            until=until,
            kind=kind,
            variant=variant,
            partners=partners,
            cursor=cursor,
            limit=limit,
        )
        items = [TogetherFiguresOut.from_line(line) for line in found.items]
        return PageOut(items=items, next_cursor=found.next_cursor)

    return call.read(query)


@router.post("/days", status_code=202, response_model=TogetherAskedOut)
def work_out_together_day(call: Caller, wish: TogetherDayIn) -> Response:
    """Have a day compared now, instead of in the night after its last report: it is there some minutes later, as
    planned and, once its last shift is over, as recorded. Where nothing has changed, nothing is worked out again."""

    def verb(session: Session) -> Answer:
        plan_id = service.ask_for_day(session, call.principal, wish.service_date)
        return answer(TogetherAskedOut(service_date=wish.service_date, plan_id=plan_id), 202)

    return call.once(wish, verb)
