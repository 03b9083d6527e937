"""HTTP for receiving: a food bank says what came, what was said is read, and differences are seen to."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, ApiRoute, Caller, Cursor, Limit, answer
from app.kit.wire import Day, PageOut
from app.receiving import queries, service
from app.receiving.queries import Statement
from app.receiving.schemas import DifferenceSeenIn, ReceiptConfirmationOut, ReceiptIn

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["receiving"], responses=PROBLEMS)


@router.post("/allocations/{allocation_id}/confirm-receipt", response_model=ReceiptConfirmationOut)
def confirm_receipt(call: Caller, allocation_id: UUID, wish: ReceiptIn) -> Response:
    """Say what came of food that was promised to you, once the van was there or should have been.

    It is kept beside the driver's report and changes no ledger: where the two differ, a dispatcher is shown both. Said
    otherwise later, the later word counts.
    """

    def verb(session: Session) -> Answer:
        said = service.confirm_receipt(session, call.principal, allocation_id, wish, call.now)
        return answer(_shown(call, said))

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
        return PageOut(items=[_shown(call, each) for each in found.items], next_cursor=found.next_cursor)

    return call.read(query)


@router.post("/receipt-confirmations/{receipt_confirmation_id}/see", response_model=ReceiptConfirmationOut)
def see_difference(call: Caller, receipt_confirmation_id: UUID, shown: DifferenceSeenIn) -> Response:
    """Say that you have seen to a difference between a food bank's word and the driver's, as it was shown to you.

    It leaves the list of what needs somebody, and stays in the record with who saw it and when. It rises anew where the
    food bank or the driver says otherwise later. It changes no ledger.
    """

    def verb(session: Session) -> Answer:
        found = service.see_difference(session, call.principal, receipt_confirmation_id, shown.kg_delivered, call.now)
        return answer(_shown(call, found))

    return call.once(shown, verb)


def _shown(call: Caller, found: Statement) -> ReceiptConfirmationOut:
    return ReceiptConfirmationOut.of(found, names_seer=call.principal.may("ledger.settle"))
