"""HTTP for receiving: a food bank says what came, and what was said is read."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, ApiRoute, Caller, Cursor, Limit, answer
from app.kit.wire import Day, PageOut
from app.receiving import queries, service
from app.receiving.schemas import ReceiptConfirmationOut, ReceiptIn

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["receiving"], responses=PROBLEMS)


@router.post("/allocations/{allocation_id}/confirm-receipt", response_model=ReceiptConfirmationOut)
def confirm_receipt(call: Caller, allocation_id: UUID, wish: ReceiptIn) -> Response:
    """Say what came of food that was promised to you, once the van was there or should have been.

    It is kept beside the driver's report and changes no ledger: where the two differ, a dispatcher is shown both. Said
    otherwise later, the later word counts.
    """

    def verb(session: Session) -> Answer:
        said = service.confirm_receipt(session, call.principal, allocation_id, wish, call.now)
        return answer(ReceiptConfirmationOut.of(said))

    return call.once(wish, verb)


@router.get("/receipt-confirmations")
def list_receipt_confirmations(
    call: Caller,
    service_date: Annotated[Day | None, Query(description="Local day of delivery")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[ReceiptConfirmationOut]:
    """What you said you received, newest first, beside what the driver reported. All of the network's for its staff."""

    def query(session: Session) -> PageOut[ReceiptConfirmationOut]:
        found = queries.list_confirmations(session, call.principal, service_date, cursor, limit)
        return PageOut(items=[ReceiptConfirmationOut.of(each) for each in found.items], next_cursor=found.next_cursor)

    return call.read(query)
