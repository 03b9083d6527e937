"""HTTP for loans of vehicles."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.fleet import loans
from app.fleet.loan_schemas import LoanState, VehicleLoanCarried, VehicleLoanIn, VehicleLoanOut
from app.kit.web import PROBLEMS, TAKES_VERSION, ApiRoute, Caller, Cursor, Limit, page_out
from app.kit.wire import PageOut
from app.partners.partnership_schemas import Reason

router = APIRouter(prefix="/api/v1/vehicle-loans", route_class=ApiRoute, tags=["fleet"], responses=PROBLEMS)


@router.get("")
def list_vehicle_loans(
    call: Caller,
    state: Annotated[LoanState | None, Query()] = None,
    vehicle_id: Annotated[UUID | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[VehicleLoanOut]:
    """The loans that you see, oldest first: of your vehicles, of vehicles lent to you, or all of your network."""

    def query(session: Session) -> PageOut[VehicleLoanOut]:
        found = loans.list_loans(
            session, call.principal, state=state, vehicle_id=vehicle_id, cursor=cursor, limit=limit
        )
        return page_out(VehicleLoanOut, found)

    return call.read(query)


@router.post("", status_code=201, response_model=VehicleLoanOut)
def offer_vehicle_loan(call: Caller, wish: VehicleLoanIn) -> Response:
    """Lend a vehicle of yours to another organisation, which then accepts; or ask for one in the network's name, which
    both accept."""
    return call.once_shown(
        wish,
        VehicleLoanOut,
        lambda session: loans.offer_loan(session, call.principal, wish, call.now),
        status=201,
        place="vehicle-loans",
    )


@router.get("/{loan_id}")
def get_vehicle_loan(call: Caller, loan_id: UUID) -> VehicleLoanOut:
    """One loan, with its version as ETag."""
    return call.show(VehicleLoanOut, lambda session: loans.get_loan(session, call.principal, loan_id))


@router.get("/{loan_id}/carried")
def get_vehicle_loan_carried(call: Caller, loan_id: UUID) -> VehicleLoanCarried:
    """What the vehicle was recorded to carry for its borrower; a day is in it a day after it was driven."""
    return call.read(
        lambda session: VehicleLoanCarried.model_validate(loans.carried_by(session, call.principal, loan_id))
    )


@router.post("/{loan_id}/accept", response_model=VehicleLoanOut, dependencies=[TAKES_VERSION])
def accept_vehicle_loan(call: Caller, loan_id: UUID) -> Response:
    """Give the word of your side; with that of both the borrower plans the vehicle on these days, and its owner does
    not. If-Match is optional here."""
    version = call.version_if_given()
    return call.once_shown(
        None,
        VehicleLoanOut,
        lambda session: loans.accept_loan(session, call.principal, loan_id, version, call.now),
        place="vehicle-loans",
    )


@router.post("/{loan_id}/end", response_model=VehicleLoanOut, dependencies=[TAKES_VERSION])
def end_vehicle_loan(call: Caller, loan_id: UUID, wish: Reason) -> Response:
    """End a loan, with today as its last day; or say no to one that is offered. If-Match is optional here."""
    version = call.version_if_given()
    return call.once_shown(
        wish,
        VehicleLoanOut,
        lambda session: loans.end_loan(session, call.principal, loan_id, wish.reason, version, call.now),
        place="vehicle-loans",
    )
