"""HTTP for duplicate effort."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.domain.duplicates import MOST_METRES, USUAL_METRES
from app.domain.service_date import service_date_of
from app.kit.idempotency import Answer
from app.kit.paging import page_of_values
from app.kit.web import PROBLEMS, ApiRoute, Caller, Cursor, Limit, answer
from app.kit.wire import Day, PageOut
from app.partners.service import network_of, zone_of
from app.reports.duplicates.queries import duplicate_effort, usual_days
from app.reports.duplicates.schemas import DuplicateEffortOut, DuplicateMarkIn, DuplicateMarkOut
from app.reports.duplicates.service import mark_duplicate

router = APIRouter(prefix="/api/v1/duplicate-efforts", route_class=ApiRoute, tags=["reports"], responses=PROBLEMS)
Since = Annotated[Day | None, Query(alias="from", description="First local day; four weeks ago, unless said otherwise")]
Until = Annotated[Day | None, Query(description="Last local day, included; yesterday, unless said otherwise")]
Metres = Annotated[int, Query(ge=0, le=MOST_METRES, description="How far places may be apart, by the shorter way")]


@router.get("")
def list_duplicate_efforts(
    call: Caller,
    since: Since = None,
    until: Until = None,
    within_metres: Metres = USUAL_METRES,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[DuplicateEffortOut]:
    """What was driven twice, or for little, on at most 92 days: partners at the same store or close to each other on
    one day, and visits that carried less than they cost, with what pooling would save; the most kilometres first. What
    was dealt with is there too: `to_work_through` says what is left."""

    def query(session: Session) -> PageOut[DuplicateEffortOut]:
        today = service_date_of(call.now, zone_of(network_of(session, call.principal)))
        first, last = usual_days(today)
        found = duplicate_effort(session, call.principal, since or first, until or last, within_metres)
        items = [DuplicateEffortOut.of(line) for line in found.lines]
        page = page_of_values(items, lambda each: f"{each.standing} {each.entry}", cursor, limit)
        return PageOut(items=list(page.items), next_cursor=page.next_cursor)

    return call.read(query)


@router.post("/marks", status_code=201, response_model=DuplicateMarkOut)
def mark_duplicate_effort(call: Caller, wish: DuplicateMarkIn) -> Response:
    """Say that you have dealt with an entry, as it was until its last day: it stays away until it happens again."""

    def verb(session: Session) -> Answer:
        found = mark_duplicate(
            session, call.principal, wish.entry, wish.seen_until, wish.outcome, wish.note.strip(), call.now
        )
        return answer(DuplicateMarkOut.of(found), 201)

    return call.once(wish, verb)
